import { record } from '../../audit/index.ts';
import { later } from '../../platform/clock/index.ts';
import type { JobDefinition } from '../../platform/jobs/index.ts';
import type { ActorId } from '../../platform/http/index.ts';
import type { Needs } from '../needs.ts';
import { countToday, shipPolicyIn } from './change-policy.ts';
import { askedFor, reminderDue, type ReminderKind } from './reminder.ts';
import { isStopped, patienceMs, stopWindowMs } from './stop-rule.ts';
import { administratorAddresses, countBeforeTheDoor, listPolicies, stopPolicy, takeToRemind, type StoredPolicy } from './store.ts';

type WatchNeeds = Pick<Needs, 'clock' | 'database' | 'announce' | 'mailer' | 'config' | 'peopleGroups' | 'consoleRoles'>;

const by = { actor: 'system:authentication' as ActorId, actorName: 'Bailiwick' };

/** Each minute: does a policy keep people out? A drive that does is taken back to an offer before the help desk has counted the calls. */
export const stopJob = (needs: WatchNeeds): JobDefinition => ({
  name: 'authentication.stop-enrolment',
  schedule: '* * * * *',
  maxAttempts: 1,
  run: () => stopEnrolments(needs),
});

export async function stopEnrolments({ clock, database, announce, mailer, config, peopleGroups }: WatchNeeds): Promise<void> {
  const now = clock.now();
  for (const policy of (await database.read(listPolicies)).filter((one) => one.state === 'on')) {
    await database.transaction(async (tx) => {
      const windowBegins = later(now, -stopWindowMs);
      const since = windowBegins > policy.countedFrom ? windowBegins : policy.countedFrom;
      const found = await countBeforeTheDoor(tx, peopleGroups, policy, since, later(now, -patienceMs));
      if (!isStopped(found) || !(await stopPolicy(tx, policy.id, found, now))) return;
      await record(tx, { action: 'authentication.enrolment.stop', ...by, target: `enrolment-policy:${policy.id}`, targetName: policy.name, at: now, outcome: 'allowed', reason: 'too many people could not get in', facts: found });
      await announce(tx, { kind: 'enrolment_stopped', subject: `enrolment-policy:${policy.id}`, at: now, facts: { name: policy.name, ...found } });
      const text = `The sign-in rule "${policy.name}" has stopped itself.\n\nWithin the last hour ${found.keptOut} of the ${found.tried} people who tried to sign in could not get in because of it. It is only offered now, and keeps nobody out any more.\n\nSee who was kept out, and switch it on again when they can get in:\n\n${new URL(`/admin/enrolment/${policy.id}`, config.url).href}`;
      for (const to of await administratorAddresses(tx, peopleGroups)) await mailer.post(tx, { to, subject: `${config.organisation}: a sign-in rule has stopped itself`, text });
    });
  }
}

/** Each hour: the count of the day, the reminders, and the policy that is shipped where an older house has none yet. */
export const driveJob = (needs: WatchNeeds): JobDefinition => ({
  name: 'authentication.drive-enrolment',
  schedule: '11 * * * *',
  maxAttempts: 3,
  run: (_payload, { signal }) => driveEnrolments(needs, signal),
});

export async function driveEnrolments(needs: WatchNeeds, signal?: AbortSignal): Promise<void> {
  const { clock, database, consoleRoles, peopleGroups } = needs;
  const now = clock.now();
  await database.transaction(async (tx) => {
    if (await consoleRoles.hasAdministrator(tx)) await shipPolicyIn(tx, needs);
  });
  for (const policy of await database.read(listPolicies)) {
    if (signal?.aborted) return;
    if (policy.state !== 'draft') await database.transaction((tx) => countToday(tx, { peopleGroups }, policy, now));
    const kind = reminderDue(policy, now);
    if (kind) await remind(needs, policy, kind, signal);
  }
}

const atOnce = 200;

/** In portions, each with its mails in one transaction: a crash in between neither loses nor repeats one. */
async function remind({ clock, database, mailer, config, peopleGroups }: WatchNeeds, policy: StoredPolicy, kind: ReminderKind, signal?: AbortSignal): Promise<void> {
  const { what, rule } = askedFor(policy.want, config.organisation);
  const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', timeZone: 'UTC' }).format(policy.deadlineAt);
  for (let told = atOnce; told === atOnce && !signal?.aborted; ) {
    told = await database.transaction(async (tx) => {
      const now = clock.now();
      const people = await takeToRemind(tx, peopleGroups, policy, kind, atOnce, now);
      for (const one of people) {
        const how = one.hasNever ? `You have not signed in yet. Ask your manager or the help desk for an access pass; the first sign-in takes you through it:\n\n${new URL('/sign-in', config.url).href}` : `It takes a minute:\n\n${new URL('/security', config.url).href}`;
        await mailer.post(tx, { to: one.address, subject: `${config.organisation}: ${kind === 'day' ? 'one day left to set up' : 'set up'} ${what}`, text: `${one.displayName},\n\nFrom ${day} on, ${rule}. Until then it can wait; afterwards there is no sign-in without it.\n\n${how}` });
      }
      if (people.length > 0) await record(tx, { action: 'authentication.enrolment.remind', ...by, target: `enrolment-policy:${policy.id}`, targetName: policy.name, at: now, outcome: 'allowed', facts: { kind, people: people.length } });
      return people.length;
    });
  }
}
