import { record } from '../../audit/index.ts';
import { hours, later } from '../../platform/clock/index.ts';
import { newId } from '../../platform/crypto/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import { recorded } from '../../platform/errors/index.ts';
import type { ActorId, Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { readRecoverySettings } from '../recovery/store.ts';
import { isReset } from '../reset/reset.ts';
import { subjectInScope } from '../session/scope.ts';
import type { Subject } from '../session/store.ts';
import { startAnew } from '../throttle/store.ts';
import { newAccessPass } from './code.ts';
import { noticeIn } from './notice.ts';
import { addAccessPass, enrolledFactors } from './store.ts';

export const accessPassLifeMs = hours(1);

export interface IssuedAccessPass {
  /** Leaves this function once. */
  readonly pass: string;
  readonly expiresAt: Date;
  readonly username: string;
  readonly signInUrl: string;
}

type PassNeeds = Pick<Needs, 'clock' | 'database' | 'hashing' | 'config' | 'mailer'>;

/** A manager, help desk or administrator lets somebody set up a way to sign in. Never for oneself: that would turn one stolen session into a factor. Nothing else can be done for somebody: no door takes a password for another person (ASVS 6.4.6). */
export async function issueAccessPass(needs: PassNeeds & Pick<Needs, 'consoleRoles'>, permit: Permit<'authentication.access-pass.issue'>, input: { personId: string; reason: string }): Promise<IssuedAccessPass> {
  const { database, clock } = needs;
  const drawn = newAccessPass();
  const hash = await needs.hashing.hash(drawn.secret);
  const outcome = await database.transaction(async (tx) => {
    const subject = await subjectInScope(tx, permit, input.personId);
    // A token that names this one permission must not become an administrator by it: for people with power a person asks.
    const helperId = permit.actor.startsWith('token:') ? null : permit.personId;
    const why = subject.isBreakGlass ? ('break_glass' as const) : permit.personId === input.personId ? ('oneself' as const) : !(await needs.consoleRoles.mayHelp(tx, helperId, input.personId)) ? ('privileged' as const) : !subject.isActive ? ('not_active' as const) : (await needsApproval(tx, permit, input.personId)) ? ('needs_approval' as const) : null;
    if (why === null) return { why, issued: await issueAccessPassIn(tx, needs, permit, subject, input.reason, { ...drawn, hash }), subject };
    await record(tx, { action: 'authentication.access-pass.issue', actor: permit.actor, actorName: permit.actorName, target: `person:${subject.personId}`, targetName: subject.displayName, at: clock.now(), outcome: 'refused', reason: why, facts: {} });
    return { why, issued: null, subject };
  });
  if (outcome.why === 'oneself') throw recorded(refuse.pass_for_oneself());
  if (outcome.why === 'privileged') throw recorded(refuse.pass_for_privileged());
  if (outcome.why === 'break_glass') throw recorded(refuse.break_glass_keys_only());
  if (outcome.why === 'not_active') throw recorded(refuse.person_not_active({ person: outcome.subject.displayName }));
  if (outcome.why === 'needs_approval') throw recorded(refuse.reset_needs_approval());
  return outcome.issued!;
}

/**
 * A help desk resets nobody alone (63B-4 4.2.1). A manager hands over in person, and knows whom; an administrator answers for
 * the whole house. The first pass of a newcomer is no reset.
 */
async function needsApproval(tx: Tx, { scope }: Pick<Permit<string>, 'scope'>, personId: string): Promise<boolean> {
  return scope.is === 'unprivileged' && (await readRecoverySettings(tx)).needsSecondApprover && isReset(await enrolledFactors(tx, personId));
}

export async function issueAccessPassIn(tx: Tx, needs: Pick<Needs, 'clock' | 'config' | 'mailer'>, by: { actor: ActorId; actorName: string }, subject: Subject, reason: string, drawn: { shown: string; hash: string }): Promise<IssuedAccessPass> {
  const now = needs.clock.now();
  const expiresAt = later(now, accessPassLifeMs);
  await addAccessPass(tx, { id: newId(), personId: subject.personId, hash: drawn.hash, reason, issuedBy: by.actor, issuedByName: by.actorName, issuedAt: now, expiresAt });
  await startAnew(tx, `person:${subject.personId}`, 'access-pass');
  await record(tx, { action: 'authentication.access-pass.issue', actor: by.actor, actorName: by.actorName, target: `person:${subject.personId}`, targetName: subject.displayName, at: now, outcome: 'allowed', reason, facts: { expiresAt: expiresAt.toISOString() } });
  await noticeIn(tx, needs, subject, { about: 'access_pass_issued', by: by.actorName });
  return { pass: drawn.shown, expiresAt, username: subject.username, signInUrl: new URL('/sign-in?with=access-pass', needs.config.url).href };
}
