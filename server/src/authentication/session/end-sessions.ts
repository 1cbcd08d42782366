import { record } from '../../audit/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Announce } from '../../platform/events/index.ts';
import type { ActorId, Permit, Principal } from '../../platform/http/index.ts';
import { freshSignInNeeded, refuse } from '../errors.ts';
import { freshForMs, isFresh } from '../factor/factor.ts';
import type { Needs } from '../needs.ts';
import { subjectInScope } from './scope.ts';
import { endEverySession, endSession, endSessionsOf, findSubject, takeTokensOfEnded, type Ended } from './store.ts';

/** Of a session that was only to show that its key works: the sign-in page says so to the browser that had it. */
export const endedAsDrill = 'a drill: it has shown that the key works';

export async function announceEnded(tx: Tx, announce: Announce, ended: readonly Ended[], reason: string, at: Date, takesTokens = false): Promise<void> {
  await announce(tx, ended.map((one) => ({ kind: 'session_ended', subject: `person:${one.personId}`, at, facts: { sessionId: one.id, reason, ...(takesTokens ? { takesTokens } : {}) } })));
}

interface By {
  readonly actor: ActorId;
  readonly actorName: string;
}

/**
 * Ends every open session of a person (but `keep`), in the caller's transaction, and everything that rests on any session but
 * that one: refresh tokens with offline access too, which a session alone does not take along. True at once, since whoever
 * reads a token asks for it; the event only tidies and tells.
 */
export async function endSessionsIn(tx: Tx, { clock, announce }: Pick<Needs, 'clock' | 'announce'>, by: By, input: { personId: string; keep?: string | null; reason: string }): Promise<number> {
  const now = clock.now();
  const keep = input.keep ?? null;
  const before = await takeTokensOfEnded(tx, input.personId, keep);
  const ended = await endSessionsOf(tx, input.personId, keep, now, input.reason);
  if (before + ended.length > 0) await announce(tx, { kind: 'signed_out_everywhere', subject: `person:${input.personId}`, at: now, facts: { keptSessionId: keep, reason: input.reason } });
  if (ended.length === 0) return 0;
  const subject = await findSubject(tx, input.personId);
  await record(tx, {
    action: 'authentication.session.end',
    actor: by.actor,
    actorName: by.actorName,
    target: `person:${input.personId}`,
    targetName: subject?.displayName ?? null,
    at: now,
    outcome: 'allowed',
    reason: input.reason,
    facts: { sessions: ended.map((one) => one.id) },
  });
  await announceEnded(tx, announce, ended, input.reason, now, true);
  return ended.length;
}

/** ASVS 7.5.2: who ends sessions has proven a factor lately, or a stolen cookie would throw its owner out. One's own session is ended at any time. */
function needsFreshProof({ clock }: Pick<Needs, 'clock'>, principal: Principal, endedId: string | null): void {
  if (principal.kind !== 'person' || (endedId !== null && endedId === principal.sessionId) || isFresh(principal, clock.now())) return;
  throw freshSignInNeeded({ assuranceLevel: 2, maxAgeSeconds: freshForMs / 1_000 });
}

/** A person ends one session of their own, and what rests on it. */
export async function endOwnSession({ clock, database, announce }: Pick<Needs, 'clock' | 'database' | 'announce'>, permit: Permit<'authentication.own.session.end'>, principal: Principal, input: { sessionId: string; reason: string }): Promise<void> {
  const personId = permit.personId;
  if (!personId) throw refuse.not_a_person();
  needsFreshProof({ clock }, principal, input.sessionId);
  await database.transaction((tx) => endOne(tx, { clock, announce }, permit, personId, input));
}

/** A person ends all sessions but the one they sit in. */
export async function endOtherOwnSessions(needs: Pick<Needs, 'clock' | 'database' | 'announce'>, permit: Permit<'authentication.own.session.end'>, principal: Principal): Promise<number> {
  const personId = permit.personId;
  if (!personId) throw refuse.not_a_person();
  needsFreshProof(needs, principal, null);
  return needs.database.transaction((tx) => endSessionsIn(tx, needs, permit, { personId, keep: principal.sessionId, reason: 'ended by the person from another session' }));
}

/** An administrator or help desk ends one session, or all, of somebody (ASVS 7.4.5). */
export async function endSessionsOfPerson(needs: Pick<Needs, 'clock' | 'database' | 'announce'>, permit: Permit<'authentication.session.end'>, input: { personId: string; sessionId: string | null }): Promise<number> {
  return needs.database.transaction(async (tx) => {
    await subjectInScope(tx, permit, input.personId);
    if (input.sessionId === null) return endSessionsIn(tx, needs, permit, { personId: input.personId, reason: `ended by ${permit.actorName}` });
    await endOne(tx, needs, permit, input.personId, { sessionId: input.sessionId, reason: `ended by ${permit.actorName}` });
    return 1;
  });
}

/** Everybody signs in anew, but for whoever asks: after a break-in, or when a secret of the house may be out (ASVS 7.4.5). Offline access ends with it; API tokens are ended one by one. */
export async function endSessionsOfEverybody({ clock, database, announce }: Pick<Needs, 'clock' | 'database' | 'announce'>, permit: Permit<'authentication.session.end-everybody'>, principal: Principal, input: { reason: string }): Promise<{ readonly ended: number; readonly people: number }> {
  needsFreshProof({ clock }, principal, null);
  const at = clock.now();
  const keep = principal.kind === 'person' ? principal.sessionId : null;
  return database.transaction(async (tx) => {
    const { ended, offline } = await endEverySession(tx, keep, at, input.reason);
    const people = [...new Set([...ended.map((one) => one.personId), ...offline])];
    await record(tx, { action: 'authentication.session.end-everybody', actor: permit.actor, actorName: permit.actorName, target: null, targetName: null, at, outcome: 'allowed', reason: input.reason, facts: { sessions: ended.length, people: people.length, keptSessionId: keep } });
    await announce(tx, people.map((personId) => ({ kind: 'signed_out_everywhere' as const, subject: `person:${personId}`, at, facts: { keptSessionId: keep, reason: input.reason } })));
    await announceEnded(tx, announce, ended, input.reason, at, true);
    return { ended: ended.length, people: people.length };
  });
}

async function endOne(tx: Tx, needs: Pick<Needs, 'clock' | 'announce'>, by: By, personId: string, input: { sessionId: string; reason: string }): Promise<void> {
  if (!(await endSessionIn(tx, needs, by, { ...input, personId, takesTokens: true }))) throw refuse.session_not_found({ session: input.sessionId });
}

/** Ends one session in the caller's transaction (also for protocols above, that rest on it). A sign-out leaves offline access standing: that is what it is for. False when there is no such open session. */
export async function endSessionIn(tx: Tx, { clock, announce }: Pick<Needs, 'clock' | 'announce'>, by: By, input: { personId: string; sessionId: string; reason: string; takesTokens?: boolean }): Promise<boolean> {
  const now = clock.now();
  const takesTokens = input.takesTokens ?? false;
  const ended = await endSession(tx, input.sessionId, input.personId, now, input.reason, takesTokens);
  if (!ended) return false;
  const subject = await findSubject(tx, input.personId);
  await record(tx, { action: 'authentication.session.end', actor: by.actor, actorName: by.actorName, target: `person:${input.personId}`, targetName: subject?.displayName ?? null, at: now, outcome: 'allowed', reason: input.reason, facts: { sessions: [ended.id] } });
  await announceEnded(tx, announce, [ended], input.reason, now, takesTokens);
  return true;
}
