import { record } from '../../audit/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Permit, Principal } from '../../platform/http/index.ts';
import { freshSignInNeeded, refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { endSessionsIn } from '../session/end-sessions.ts';
import { findSubject, type Subject } from '../session/store.ts';
import { startAnew } from '../throttle/store.ts';
import type { BlockList } from './block-list.ts';
import { addPasskeyIn } from './enrol-passkey.ts';
import { confirmTotpIn, startTotpIn } from './enrol-totp.ts';
import { canReachLevel2, freshForMs, isFresh } from './factor.ts';
import { allSlots, drawRecoveryCodes, issueRecoveryCodesIn } from './issue-recovery-codes.ts';
import { noticeIn } from './notice.ts';
import { invitePasskey, mostPasskeys } from './passkey.ts';
import { preparePassword, refuseOutcome, setPasswordIn } from './set-password.ts';
import { enrolledFactors, removePasskey, removePassword, removePushDevice, removeTotp, renameFactor } from './store.ts';
import type { TotpInvitation } from './totp.ts';

/**
 * What a signed-in person changes about their own factors. Each asks for a proof of the last fifteen minutes (ASVS 7.5.1):
 * an open screen is not enough to plant a key.
 */
export type OwnPermit = Permit<'authentication.own.factor.change'>;
type ChangeNeeds = Pick<Needs, 'clock' | 'database' | 'announce' | 'mailer' | 'config' | 'keys' | 'hashing'>;

/** Rolls the change back when it closed the last way in for administrators: also where one's other factors are switched off. */
export async function keepLastWayIn(tx: Tx, { consoleRoles, lastWayIn }: Pick<Needs, 'consoleRoles' | 'lastWayIn'>, personId: string): Promise<void> {
  if ((await consoleRoles.rolesOf(tx, personId)).includes('administrator') && !(await lastWayIn.isOpenIn(tx))) throw refuse.last_way_in();
}

export async function whoChanges(needs: Pick<Needs, 'clock' | 'database'>, permit: OwnPermit, principal: Principal): Promise<Subject> {
  if (!permit.personId || principal.kind !== 'person') throw refuse.not_a_person();
  if (!isFresh(principal, needs.clock.now())) throw freshSignInNeeded({ assuranceLevel: 2, maxAgeSeconds: freshForMs / 1_000 });
  const { personId } = permit;
  const subject = await needs.database.read((tx) => findSubject(tx, personId));
  if (!subject) throw refuse.person_not_found({ person: personId });
  if (subject.isBreakGlass) throw refuse.break_glass_keys_only();
  return subject;
}

/** ASVS 7.4.3: after any change of factors the other sessions can be ended, with everything that rests on them. */
export async function endOthersIfAskedIn(tx: Tx, needs: Pick<Needs, 'clock' | 'announce'>, permit: Permit<string>, principal: Principal, input: { endOtherSessions: boolean; reason: string }): Promise<void> {
  if (!input.endOtherSessions || !permit.personId) return;
  await endSessionsIn(tx, needs, permit, { personId: permit.personId, keep: principal.sessionId, reason: input.reason });
}

// ASVS 6.2.3 otherwise: a sign-in with every factor, at most 15 minutes old, stands in place of the old password, which alone would be weaker
export async function setOwnPassword(needs: ChangeNeeds & { readonly blockList: BlockList }, permit: OwnPermit, principal: Principal, input: { password: string; endOtherSessions: boolean }): Promise<void> {
  const subject = await whoChanges(needs, permit, principal);
  const outcome = await preparePassword(needs, needs.blockList, subject, input.password);
  if (outcome.is !== 'accepted') throw refuseOutcome(outcome);
  await needs.database.transaction(async (tx) => {
    await setPasswordIn(tx, needs, permit, subject, outcome);
    // Here it is the default.
    await endOthersIfAskedIn(tx, needs, permit, principal, { ...input, reason: 'the password was changed' });
  });
}

export async function startOwnTotp(needs: ChangeNeeds, permit: OwnPermit, principal: Principal, name: string): Promise<TotpInvitation & { readonly id: string }> {
  const subject = await whoChanges(needs, permit, principal);
  return needs.database.transaction((tx) => startTotpIn(tx, needs, subject, name, null));
}

export async function confirmOwnTotp(needs: ChangeNeeds, permit: OwnPermit, principal: Principal, input: { id: string; code: string; endOtherSessions: boolean }): Promise<void> {
  const subject = await whoChanges(needs, permit, principal);
  const isRight = await needs.database.transaction(async (tx) => {
    if (!(await confirmTotpIn(tx, needs, permit, subject, input))) return false;
    await endOthersIfAskedIn(tx, needs, permit, principal, { ...input, reason: 'an authenticator app was added' });
    return true;
  });
  if (!isRight) throw refuse.totp_code_wrong();
}

export async function askForOwnPasskey(needs: ChangeNeeds, permit: OwnPermit, principal: Principal): Promise<Record<string, unknown>> {
  const subject = await whoChanges(needs, permit, principal);
  return needs.database.transaction((tx) => invitePasskey(tx, needs, subject));
}

export async function addOwnPasskey(needs: ChangeNeeds, permit: OwnPermit, principal: Principal, input: { name: string | null; response: unknown; endOtherSessions: boolean }): Promise<{ id: string }> {
  const subject = await whoChanges(needs, permit, principal);
  const outcome = await needs.database.transaction(async (tx) => {
    const added = await addPasskeyIn(tx, needs, permit, subject, input);
    if (added.is === 'enrolled') await endOthersIfAskedIn(tx, needs, permit, principal, { ...input, reason: 'a passkey was added' });
    return added;
  });
  if (outcome.is === 'not_accepted') throw refuse.passkey_not_accepted();
  if (outcome.is === 'taken') throw refuse.passkey_taken();
  if (outcome.is === 'too_many') throw refuse.too_many_passkeys({ atMost: mostPasskeys });
  return { id: outcome.id };
}

export async function renameOwnFactor(needs: ChangeNeeds, permit: OwnPermit, principal: Principal, input: { id: string; name: string }): Promise<void> {
  if (!permit.personId || principal.kind !== 'person') throw refuse.not_a_person();
  const { personId } = permit;
  await needs.database.transaction(async (tx) => {
    if (!(await renameFactor(tx, personId, input.id, input.name))) throw refuse.factor_not_found({ factor: input.id });
    await record(tx, { action: 'authentication.factor.rename', actor: permit.actor, actorName: permit.actorName, target: `person:${personId}`, targetName: permit.actorName, at: needs.clock.now(), outcome: 'allowed', facts: { factorId: input.id, name: input.name } });
  });
}

/** Removes one factor, unless what is left would not let the person in again. `password`, or the id of an app, passkey or paired device. */
export async function removeOwnFactor(needs: ChangeNeeds & Pick<Needs, 'consoleRoles' | 'lastWayIn'>, permit: OwnPermit, principal: Principal, factor: string, endOtherSessions = false): Promise<void> {
  const subject = await whoChanges(needs, permit, principal);
  const { personId } = subject;
  await needs.database.transaction(async (tx) => {
    const kind = await removeOne(tx, personId, factor);
    if (!kind) throw refuse.factor_not_found({ factor });
    // Rolled back by the refusal.
    if (!canReachLevel2(await enrolledFactors(tx, personId))) throw refuse.last_factor();
    await keepLastWayIn(tx, needs, personId);
    const now = needs.clock.now();
    await startAnew(tx, `person:${personId}`, kind);
    await record(tx, { action: 'authentication.factor.remove', actor: permit.actor, actorName: permit.actorName, target: `person:${personId}`, targetName: subject.displayName, at: now, outcome: 'allowed', facts: { factor: kind } });
    await needs.announce(tx, { kind: 'factor_removed', subject: `person:${personId}`, at: now, facts: { factor: kind } });
    await noticeIn(tx, needs, subject, { about: 'factor_removed', factor: kind });
    await endOthersIfAskedIn(tx, needs, permit, principal, { endOtherSessions, reason: 'a way to sign in was removed' });
  });
}

async function removeOne(tx: Tx, personId: string, factor: string): Promise<'password' | 'totp' | 'passkey' | 'push' | null> {
  if (factor === 'password') return (await removePassword(tx, personId)) ? 'password' : null;
  if (await removePasskey(tx, personId, factor)) return 'passkey';
  if (await removePushDevice(tx, personId, factor)) return 'push';
  return (await removeTotp(tx, personId, factor)) ? 'totp' : null;
}

export async function newOwnRecoveryCodes(needs: ChangeNeeds, permit: OwnPermit, principal: Principal): Promise<readonly string[]> {
  const subject = await whoChanges(needs, permit, principal);
  // 63B-4 3.1.2: handed out online only in a session of level 2.
  if (principal.assuranceLevel < 2) throw freshSignInNeeded({ assuranceLevel: 2, maxAgeSeconds: freshForMs / 1_000 });
  const codes = await drawRecoveryCodes(needs, allSlots);
  await needs.database.transaction((tx) => issueRecoveryCodesIn(tx, needs, permit, subject, codes));
  return codes.shown;
}
