import { record } from '../../audit/index.ts';
import { isInScope } from '../../directory/index.ts';
import { later } from '../../platform/clock/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import { recorded, type Refusal } from '../../platform/errors/index.ts';
import type { Permit, Principal } from '../../platform/http/index.ts';
import { freshSignInNeeded, refuse } from '../errors.ts';
import { freshForMs, isFresh } from '../factor/factor.ts';
import { issueAccessPassIn, type IssuedAccessPass } from '../factor/issue-access-pass.ts';
import { newAccessPass } from '../factor/code.ts';
import { noticeIn } from '../factor/notice.ts';
import type { Needs } from '../needs.ts';
import { readRecoverySettings } from '../recovery/store.ts';
import { findSubject, type Subject } from '../session/store.ts';
import { problemOfDecider, resetLifeMs, stateNow, type ResetRequest, type ResetState } from './reset.ts';
import { endReset, lockReset, saveDecision } from './store.ts';

type DecideNeeds = Pick<Needs, 'clock' | 'database' | 'announce' | 'mailer' | 'config' | 'consoleRoles'>;

interface Found {
  readonly request: ResetRequest;
  readonly subject: Subject;
}

/** The request and its person, if the permit reaches as far; otherwise the same answer as for none. */
async function findInScope(tx: Tx, permit: Pick<Permit<string>, 'scope' | 'personId'>, id: string): Promise<Found> {
  const request = await lockReset(tx, id);
  const isReached = request !== null && (await isInScope(tx, permit.scope, request.personId));
  const subject = isReached ? await findSubject(tx, request.personId) : null;
  if (!request || !subject) throw refuse.reset_not_found({ reset: id });
  return { request, subject };
}

const isIn = (request: ResetRequest, now: Date, wanted: ResetState): Refusal | null => (stateNow(request, now) === wanted ? null : refuse.reset_not_open({ state: stateNow(request, now) }));

/** Whatever has changed since it was asked: nobody gets a pass who left, or who got power meanwhile. */
async function stillPossible(tx: Tx, needs: Pick<Needs, 'consoleRoles'>, subject: Subject): Promise<Refusal | null> {
  if (!subject.isActive) return refuse.person_not_active({ person: subject.displayName });
  return (await needs.consoleRoles.mayHelp(tx, null, subject.personId)) ? null : refuse.reset_of_privileged();
}

type Done<T> = { readonly is: 'done'; readonly value: T } | { readonly is: 'refused'; readonly refusal: Refusal };

/** What is refused is in the audit too, in the same transaction as the look at it. */
async function decided<T>(needs: Pick<Needs, 'clock' | 'database'>, permit: Pick<Permit<string>, 'actor' | 'actorName'>, action: string, work: (tx: Tx, refused: (found: Found, refusal: Refusal) => Promise<Done<T>>) => Promise<Done<T>>): Promise<T> {
  const outcome = await needs.database.transaction((tx) =>
    work(tx, async ({ request, subject }, refusal) => {
      await record(tx, { action, actor: permit.actor, actorName: permit.actorName, target: `person:${subject.personId}`, targetName: subject.displayName, at: needs.clock.now(), outcome: 'refused', reason: refusal.message, facts: { resetId: request.id } });
      return { is: 'refused', refusal };
    }),
  );
  if (outcome.is === 'refused') throw recorded(outcome.refusal);
  return outcome.value;
}

const problems = { not_a_person: refuse.not_a_person, not_another: refuse.reset_needs_another_person, not_by_managers: refuse.reset_not_by_managers } as const;

type DecidePermit = Permit<'authentication.reset.decide'>;

/** The second person. An open screen is not enough for it (ASVS 7.5.3). */
export function approveReset(needs: DecideNeeds, permit: DecidePermit, principal: Principal, id: string): Promise<void> {
  return decide(needs, permit, principal, id, 'approved', null);
}

export function refuseReset(needs: DecideNeeds, permit: DecidePermit, principal: Principal, input: { readonly id: string; readonly reason: string }): Promise<void> {
  return decide(needs, permit, principal, input.id, 'refused', input.reason);
}

async function decide(needs: DecideNeeds, permit: DecidePermit, principal: Principal, id: string, state: 'approved' | 'refused', reason: string | null): Promise<void> {
  if (principal.kind !== 'person' || !permit.personId) throw refuse.not_a_person();
  if (state === 'approved' && !isFresh(principal, needs.clock.now())) throw freshSignInNeeded({ assuranceLevel: 2, maxAgeSeconds: freshForMs / 1_000 });
  const decidedBy = permit.personId;
  await decided<void>(needs, permit, state === 'approved' ? 'authentication.reset.approve' : 'authentication.reset.refuse', async (tx, refused) => {
    const now = needs.clock.now();
    const found = await findInScope(tx, permit, id);
    const { request, subject } = found;
    const problem = problemOfDecider(request, { personId: decidedBy, isManager: permit.scope.is === 'reports' }, await readRecoverySettings(tx));
    const refusal = isIn(request, now, 'open') ?? (problem ? problems[problem]() : null) ?? (state === 'approved' ? await stillPossible(tx, needs, subject) : null);
    if (refusal) return refused(found, refusal);
    await saveDecision(tx, id, { state, decidedBy, decidedByName: permit.actorName, decidedAt: now, decisionReason: reason, expiresAt: later(now, resetLifeMs) });
    await record(tx, { action: state === 'approved' ? 'authentication.reset.approve' : 'authentication.reset.refuse', actor: permit.actor, actorName: permit.actorName, target: `person:${subject.personId}`, targetName: subject.displayName, at: now, outcome: 'allowed', reason: reason ?? request.reason, facts: { resetId: id, askedBy: request.askedBy, identityCheck: request.identityCheck, ticket: request.ticket } });
    await needs.announce(tx, { kind: state === 'approved' ? 'reset_approved' : 'reset_refused', subject: `person:${subject.personId}`, at: now, facts: {} });
    if (state === 'approved') await noticeIn(tx, needs, subject, { about: 'reset_approved', by: permit.actorName, askedBy: request.askedByName });
    return { is: 'done', value: undefined };
  });
}

type AskPermit = Permit<'authentication.reset.ask'>;

/** The pass, once, for whoever asked. It is made only now, so that nobody who approves ever sees it. */
export async function takeResetPass(needs: DecideNeeds & Pick<Needs, 'hashing'>, permit: AskPermit, principal: Principal, id: string): Promise<IssuedAccessPass> {
  if (principal.kind !== 'person' || !permit.personId) throw refuse.not_a_person();
  const drawn = newAccessPass();
  const hash = await needs.hashing.hash(drawn.secret);
  return decided(needs, permit, 'authentication.reset.issue', async (tx, refused) => {
    const now = needs.clock.now();
    const found = await findInScope(tx, permit, id);
    const { request, subject } = found;
    const refusal = (request.askedBy === permit.personId ? null : refuse.reset_pass_for_asker()) ?? isIn(request, now, 'approved') ?? (await stillPossible(tx, needs, subject));
    if (refusal) return refused(found, refusal);
    await endReset(tx, id, 'issued', now);
    await record(tx, { action: 'authentication.reset.issue', actor: permit.actor, actorName: permit.actorName, target: `person:${subject.personId}`, targetName: subject.displayName, at: now, outcome: 'allowed', reason: request.reason, facts: { resetId: id, approvedBy: request.decidedBy } });
    await needs.announce(tx, { kind: 'reset_issued', subject: `person:${subject.personId}`, at: now, facts: {} });
    return { is: 'done', value: await issueAccessPassIn(tx, needs, permit, subject, `${request.reason} (approved by ${request.decidedByName ?? 'a second person'})`, { ...drawn, hash }) };
  });
}

/** Whoever asked no longer needs it. */
export async function cancelReset(needs: Pick<Needs, 'clock' | 'database' | 'announce'>, permit: AskPermit, principal: Principal, id: string): Promise<void> {
  if (principal.kind !== 'person' || !permit.personId) throw refuse.not_a_person();
  await decided<void>(needs, permit, 'authentication.reset.cancel', async (tx, refused) => {
    const now = needs.clock.now();
    const found = await findInScope(tx, permit, id);
    const { request, subject } = found;
    const refusal = (request.askedBy === permit.personId ? null : refuse.reset_pass_for_asker()) ?? (stateNow(request, now) === 'approved' ? null : isIn(request, now, 'open'));
    if (refusal) return refused(found, refusal);
    await endReset(tx, id, 'cancelled', now);
    await record(tx, { action: 'authentication.reset.cancel', actor: permit.actor, actorName: permit.actorName, target: `person:${subject.personId}`, targetName: subject.displayName, at: now, outcome: 'allowed', facts: { resetId: id } });
    await needs.announce(tx, { kind: 'reset_cancelled', subject: `person:${subject.personId}`, at: now, facts: {} });
    return { is: 'done', value: undefined };
  });
}
