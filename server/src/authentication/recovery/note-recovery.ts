import { record } from '../../audit/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import { noticeIn } from '../factor/notice.ts';
import type { Needs } from '../needs.ts';
import { endSessionsIn } from '../session/end-sessions.ts';
import { personActor } from '../session/person-actor.ts';
import type { Subject } from '../session/store.ts';
import type { SignIn } from '../sign-in/sign-in.ts';
import { removeSignInsOf } from '../sign-in/store.ts';
import { cancelResetsOf } from '../reset/store.ts';
import { endMailedCodesOf, removeAddressesOf } from './store.ts';

/**
 * Somebody came back in, by codes or by an access pass: whoever holds what was lost is out from this moment. Every other session ends
 * with all that rests on it, and so do sign-ins under way, which may rest on a password that is no longer the one (ASVS 7.4.3: of a
 * recovery it is not offered, it is done). By codes it is in the audit with what was shown, and told at every address with the way to
 * say no (63B-4 4.2.3, 4.6); a pass was told when it was issued.
 */
export async function noteRecoveryIn(tx: Tx, needs: Pick<Needs, 'clock' | 'announce' | 'mailer' | 'config'>, subject: Subject, { purpose, proofs }: Pick<SignIn, 'purpose' | 'proofs'>, sessionId: string): Promise<void> {
  const isByCodes = purpose === 'recover';
  if (!isByCodes && !proofs.some((proof) => proof.method === 'access-pass')) return;
  const now = needs.clock.now();
  const by = { actor: personActor(subject.personId), actorName: subject.displayName };
  await removeSignInsOf(tx, subject.personId);
  const sessions = await endSessionsIn(tx, needs, by, { personId: subject.personId, keep: sessionId, reason: 'account recovered' });
  if (!isByCodes) return;
  const methods = proofs.map((proof) => proof.method);
  await record(tx, { action: 'authentication.account.recover', ...by, target: `person:${subject.personId}`, targetName: subject.displayName, at: now, outcome: 'allowed', facts: { methods, sessions } });
  await needs.announce(tx, { kind: 'account_recovered', subject: `person:${subject.personId}`, at: now, facts: { methods } });
  await noticeIn(tx, needs, subject, { about: 'recovered' });
}

const aboutRecovery: ReadonlySet<string> = new Set(['recovered', 'recovery_code_used', 'recovery_code_mailed', 'recovery_codes_issued', 'recovery_address_added', 'recovery_address_removed', 'access_pass_issued', 'reset_asked', 'reset_approved']);

/**
 * "This was not me" reaches everything by which somebody could still come in: codes on their way, a reset that was asked for,
 * and every address that was confirmed since the notice, for it may be the stranger's.
 */
export async function disavowRecoveryIn(tx: Tx, { clock, announce }: Pick<Needs, 'clock' | 'announce'>, personId: string, notice: { readonly about: string; readonly createdAt: Date }): Promise<{ readonly resets: number; readonly recoveryAddresses: number }> {
  const now = clock.now();
  await endMailedCodesOf(tx, personId, now);
  const resets = await cancelResetsOf(tx, personId, now);
  const recoveryAddresses = await removeAddressesOf(tx, personId, notice.createdAt);
  if (resets + recoveryAddresses > 0 || aboutRecovery.has(notice.about)) await announce(tx, { kind: 'recovery_disavowed', subject: `person:${personId}`, at: now, facts: { about: notice.about, resets, recoveryAddresses } });
  return { resets, recoveryAddresses };
}

/** Of somebody who left there is nothing to come back by. */
export async function forgetRecoveryIn(tx: Tx, personId: string, now: Date): Promise<void> {
  await endMailedCodesOf(tx, personId, now);
  await cancelResetsOf(tx, personId, now);
  await removeAddressesOf(tx, personId, null);
}
