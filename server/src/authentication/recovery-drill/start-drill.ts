import type { Drill, DrillDetail } from '@bailiwick/contract/recovery';
import { record } from '../../audit/index.ts';
import { days, later } from '../../platform/clock/index.ts';
import { newId } from '../../platform/crypto/index.ts';
import type { JobDefinition } from '../../platform/jobs/index.ts';
import type { ActorId, Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { findSubject } from '../session/store.ts';
import { longestDrillMs, secondsOf, secondsOfStep, stalledAt, stateOf } from './drill.ts';
import { activeAmong, addDrill, endDrill, endOverdueDrills, findDrill, listDrills, partsOf, takeInvitations, type DrillRow, type PartRow } from './store.ts';

export const keepDrillsJob = 'authentication.keep-drills';

/** Chosen people are asked to practise. They are told by mail and in the portal; nothing of theirs changes. */
export async function startDrill({ clock, database, announce, jobs }: Pick<Needs, 'clock' | 'database' | 'announce' | 'jobs'>, permit: Permit<'authentication.recovery-drill.start'>, input: { readonly name: string; readonly personIds: readonly string[]; readonly endsAt: Date }): Promise<{ readonly id: string }> {
  const now = clock.now();
  if (input.endsAt <= now || input.endsAt > later(now, longestDrillMs)) throw refuse.drill_end_not_allowed({ atMostDays: longestDrillMs / days(1) });
  const id = newId();
  await database.transaction(async (tx) => {
    const active = new Set(await activeAmong(tx, input.personIds));
    const missing = input.personIds.find((one) => !active.has(one));
    if (missing !== undefined) throw refuse.drill_person_not_active({ person: missing });
    await addDrill(tx, { id, name: input.name, startedBy: permit.actor, startedByName: permit.actorName, startedAt: now, endsAt: input.endsAt, personIds: input.personIds });
    await record(tx, { action: 'authentication.recovery-drill.start', actor: permit.actor, actorName: permit.actorName, target: `drill:${id}`, targetName: input.name, at: now, outcome: 'allowed', facts: { people: input.personIds.length, endsAt: input.endsAt.toISOString() } });
    await announce(tx, { kind: 'drill_moved', subject: `drill:${id}`, at: now, facts: {} });
    await jobs.enqueue(tx, keepDrillsJob, {}, { key: `${keepDrillsJob} ${id}` });
  });
  return { id };
}

export async function stopDrill({ clock, database, announce }: Pick<Needs, 'clock' | 'database' | 'announce'>, permit: Permit<'authentication.recovery-drill.end'>, id: string): Promise<void> {
  await database.transaction(async (tx) => {
    const now = clock.now();
    if (!(await findDrill(tx, id))) throw refuse.drill_not_found({ drill: id });
    const ended = await endDrill(tx, id, `ended by ${permit.actorName}`, now);
    if (!ended) throw refuse.drill_ended();
    await record(tx, { action: 'authentication.recovery-drill.end', actor: permit.actor, actorName: permit.actorName, target: `drill:${id}`, targetName: ended.name, at: now, outcome: 'allowed', facts: {} });
    await announce(tx, { kind: 'drill_moved', subject: `drill:${id}`, at: now, facts: {} });
  });
}

type ReadPermit = Permit<'authentication.recovery-drill.read'>;
const mostShown = 50;

export async function readDrills({ clock, database }: Pick<Needs, 'clock' | 'database'>, _permit: ReadPermit): Promise<{ items: Drill[] }> {
  const [drills, parts] = await database.read(async (tx) => {
    const found = await listDrills(tx, mostShown);
    return [found, await partsOf(tx, found.map((one) => one.id))] as const;
  });
  const now = clock.now();
  return { items: drills.map((one) => present(one, parts.filter((part) => part.drillId === one.id), now)) };
}

export async function readDrill({ clock, database }: Pick<Needs, 'clock' | 'database'>, _permit: ReadPermit, id: string): Promise<DrillDetail> {
  const [found, parts] = await database.read((tx) => Promise.all([findDrill(tx, id), partsOf(tx, [id])]));
  if (!found) throw refuse.drill_not_found({ drill: id });
  const now = clock.now();
  const isOpen = isOpenAt(found, now);
  return {
    ...present(found, parts, now),
    parts: parts.map((part) => {
      const state = stateOf(part, isOpen, now);
      return {
        personId: part.personId,
        personName: part.personName,
        state,
        toldAt: part.toldAt?.toISOString() ?? null,
        remindedAt: part.remindedAt?.toISOString() ?? null,
        begunAt: part.begunAt?.toISOString() ?? null,
        finishedAt: part.finishedAt?.toISOString() ?? null,
        seconds: secondsOf(part),
        stalledAt: stalledAt(part, state),
        steps: part.steps.map((one) => ({ step: one.step, outcome: one.outcome, tries: one.tries, seconds: secondsOfStep(one) })),
      };
    }),
  };
}

const isOpenAt = ({ endedAt, endsAt }: DrillRow, now: Date): boolean => endedAt === null && endsAt > now;

function present(one: DrillRow, parts: readonly PartRow[], now: Date): Drill {
  const isOpen = isOpenAt(one, now);
  const states = parts.map((part) => stateOf(part, isOpen, now));
  const count = (state: (typeof states)[number]): number => states.filter((each) => each === state).length;
  return {
    id: one.id,
    name: one.name,
    startedByName: one.startedByName,
    startedAt: one.startedAt.toISOString(),
    endsAt: one.endsAt.toISOString(),
    // Over is over, whether or not a job has written it down yet.
    endedAt: (one.endedAt ?? (isOpen ? null : one.endsAt))?.toISOString() ?? null,
    endReason: one.endReason ?? (isOpen ? null : 'its time is over'),
    people: parts.length,
    able: count('able'),
    unable: count('unable'),
    stalled: count('stalled'),
    underWay: count('under_way'),
    notBegun: count('not_begun'),
  };
}

const batch = 100;

/** Tells those who are chosen, reminds those who have not finished (every three days, and on the last day), and ends drills whose day has come. */
export const keepDrills = ({ clock, database, mailer, config, announce }: Pick<Needs, 'clock' | 'database' | 'mailer' | 'config' | 'announce'>): JobDefinition => ({
  name: keepDrillsJob,
  schedule: '41 * * * *',
  maxAttempts: 3,
  async run(_payload, { signal }) {
    const now = clock.now();
    await database.transaction(async (tx) => {
      for (const ended of await endOverdueDrills(tx, now)) {
        await record(tx, { action: 'authentication.recovery-drill.end', actor: 'system:authentication' as ActorId, actorName: 'Bailiwick', target: `drill:${ended.id}`, targetName: ended.name, at: now, outcome: 'allowed', reason: 'its time is over', facts: {} });
        await announce(tx, { kind: 'drill_moved', subject: `drill:${ended.id}`, at: now, facts: {} });
      }
    });
    for (let told = batch; told === batch && !signal.aborted; ) {
      told = await database.transaction(async (tx) => {
        const invited = await takeInvitations(tx, now, later(now, -days(3)), later(now, -days(1)), later(now, days(1)), batch);
        for (const one of invited) {
          const subject = await findSubject(tx, one.personId);
          const to = subject?.workEmail ?? subject?.privateEmail;
          if (!subject || !to) continue;
          const link = new URL('/recover/practise', config.url).href;
          const until = one.endsAt.toISOString().slice(0, 10);
          await mailer.post(tx, {
            to,
            subject: `${config.organisation}: ${one.isFirst ? 'Practise getting back in' : 'Still to do: practise getting back in'}`,
            text: `${subject.displayName},\n\nyour telephone is in the sea. Could you still get in? Five minutes of practice show it, until ${until} (${one.name}). Nothing of yours is changed or used up by it.\n\n${link}`,
          });
        }
        return invited.length;
      });
    }
  },
});
