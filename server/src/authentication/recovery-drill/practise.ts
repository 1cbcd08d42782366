import { record } from '../../audit/index.ts';
import { isInScope } from '../../directory/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Principal } from '../../platform/http/index.ts';
import { parseRecoveryCode } from '../factor/code.ts';
import { findRecoveryCode } from '../factor/store.ts';
import type { Needs } from '../needs.ts';
import { askForCode, tidyCode, type CodeAsked } from '../recovery/mail-code.ts';
import { triesPerCode } from '../recovery/prove-mailed-code.ts';
import { isCodeOut, takeTry, useMailedCode } from '../recovery/store.ts';
import { personActor } from '../session/person-actor.ts';
import { findSubject, type Subject } from '../session/store.ts';
import type { From } from '../sign-in/prove.ts';
import { attempt } from '../throttle/attempt.ts';
import { isAble, stepDue, stepsFor, type DrillStep, type StepOutcome } from './drill.ts';
import { beginPart, findOwnDrill, finishPart, hasSignedInElsewhere, noteStepShown, noteStepTried, stepsOf, type OwnDrill } from './store.ts';

type PractiseNeeds = Pick<Needs, 'clock' | 'database' | 'announce' | 'keys' | 'mailer' | 'countSignIn' | 'config' | 'hashing' | 'jobs'>;

/** Somebody who is signed in and practises. */
export interface Practising {
  readonly subject: Subject;
  readonly sessionId: string;
  readonly drill: OwnDrill | null;
  readonly steps: readonly DrillStep[];
  /** Null before the beginning and after the end. */
  readonly due: DrillStep | null;
  readonly done: readonly DrillStep[];
  readonly isCodeMailed: boolean;
}

/** Where the rehearsal of this person stands; null for whoever is not a person in a session. */
export async function findPractising({ clock, database }: Pick<Needs, 'clock' | 'database'>, principal: Principal | null): Promise<Practising | null> {
  if (principal?.kind !== 'person' || !principal.personId || !principal.sessionId) return null;
  const { personId, sessionId } = principal;
  const now = clock.now();
  return database.transaction(async (tx) => {
    const subject = await findSubject(tx, personId);
    if (!subject?.isActive) return null;
    const drill = await findOwnDrill(tx, personId, now);
    const steps = stepsFor(!(await isInScope(tx, { is: 'unprivileged' }, personId)));
    const isUnderWay = drill?.begunAt && !drill.finishedAt;
    const seen = drill ? await stepsOf(tx, drill.id, personId) : [];
    const due = isUnderWay ? stepDue(steps, seen) : null;
    if (drill && due) await noteStepShown(tx, drill.id, personId, due, now);
    return { subject, sessionId, drill, steps, due, done: seen.filter((one) => one.outcome === 'done').map((one) => one.step), isCodeMailed: due === 'mailed-code' && (await isCodeOut(tx, 'practise', sessionId, now)) };
  });
}

export async function beginPractice({ clock, database, announce }: Pick<Needs, 'clock' | 'database' | 'announce'>, { subject, drill, sessionId }: Practising): Promise<void> {
  if (!drill || drill.begunAt) return;
  await database.transaction(async (tx) => {
    const now = clock.now();
    await beginPart(tx, drill.id, subject.personId, sessionId, now);
    await announce(tx, { kind: 'drill_moved', subject: `drill:${drill.id}`, at: now, facts: {} });
  });
}

export const mailPracticeCode = (needs: Pick<Needs, 'clock' | 'database' | 'hashing' | 'keys' | 'jobs'>, { subject, sessionId }: Practising): Promise<CodeAsked> =>
  askForCode(needs, { purpose: 'practise', holderId: sessionId, personId: subject.personId, account: `person:${subject.personId}`, source: 'practise' });

export type Practised = { readonly is: 'right' } | { readonly is: 'wrong' } | { readonly is: 'wait'; readonly seconds: number };

/** One try of the step that is due. INVARIANT: nothing is used up, bound, or opened by it; what is right is only written down. */
export async function practise(needs: PractiseNeeds, who: Practising, from: From, typed: string): Promise<Practised> {
  const { drill, due } = who;
  if (!drill || !due) return { is: 'wrong' };
  const tried = await { 'saved-code': trySavedCode, 'mailed-code': tryMailedCode, 'second-device': trySecondDevice }[due](needs, who, from, typed);
  if (tried.is !== 'wait') await needs.database.transaction((tx) => noteIn(tx, needs, who, tried.is === 'right' ? 'done' : null));
  return tried;
}

/** "I cannot": the step is over, and the rehearsal goes on with the next. */
export async function giveUp(needs: Pick<Needs, 'clock' | 'database' | 'announce'>, who: Practising): Promise<void> {
  if (who.drill && who.due) await needs.database.transaction((tx) => noteIn(tx, needs, who, 'could_not'));
}

async function noteIn(tx: Tx, { clock, announce }: Pick<Needs, 'clock' | 'announce'>, { drill, due, subject, steps }: Practising, outcome: StepOutcome | null): Promise<void> {
  const now = clock.now();
  await noteStepTried(tx, drill!.id, subject.personId, due!, outcome, now);
  if (outcome === null) return;
  const seen = await stepsOf(tx, drill!.id, subject.personId);
  await announce(tx, { kind: 'drill_moved', subject: `drill:${drill!.id}`, at: now, facts: {} });
  if (stepDue(steps, seen) !== null) return;
  const isSuccess = isAble(seen);
  if (!(await finishPart(tx, drill!.id, subject.personId, isSuccess, now))) return;
  await record(tx, { action: 'authentication.recovery-drill.finish', actor: personActor(subject.personId), actorName: subject.displayName, target: `drill:${drill!.id}`, targetName: drill!.name, at: now, outcome: 'allowed', facts: { isAble: isSuccess, steps: Object.fromEntries(seen.map((one) => [one.step, one.outcome])) } });
}

/** Throttled like the real thing: a session that was left open must not become a place to guess codes at. The code stays what it is. */
async function trySavedCode(needs: PractiseNeeds, { subject }: Practising, from: From, typed: string): Promise<Practised> {
  const { database, hashing } = needs;
  const code = parseRecoveryCode(typed);
  const outcome = await attempt(needs, { subject, named: subject, username: subject.username, address: from.address, deviceId: from.deviceId }, 'recovery-code', async () => {
    const stored = await database.read((tx) => findRecoveryCode(tx, subject.personId, code?.slot ?? -1));
    if (!stored || !code) {
      await hashing.spend(typed);
      return { is: 'wrong' };
    }
    return (await hashing.verify(stored.hash, code.secret)).isRight ? { is: 'right', use: async () => true } : { is: 'wrong' };
  });
  return outcome.is === 'proven' ? { is: 'right' } : outcome;
}

/** A code of a rehearsal is kept apart from those of real recoveries: it opens nothing, so its tries count for nothing but itself. */
async function tryMailedCode({ clock, database, hashing }: PractiseNeeds, { sessionId }: Practising, _from: From, typed: string): Promise<Practised> {
  const now = clock.now();
  const stored = await database.read((tx) => takeTry(tx, 'practise', sessionId, triesPerCode, now));
  if (!stored || !(await hashing.verify(stored.hash, tidyCode(typed))).isRight) return { is: 'wrong' };
  return (await database.read((tx) => useMailedCode(tx, stored.id, now))) ? { is: 'right' } : { is: 'wrong' };
}

async function trySecondDevice({ database }: PractiseNeeds, { subject, sessionId, drill }: Practising): Promise<Practised> {
  return (await database.read((tx) => hasSignedInElsewhere(tx, subject.personId, sessionId, drill!.begunAt!))) ? { is: 'right' } : { is: 'wrong' };
}
