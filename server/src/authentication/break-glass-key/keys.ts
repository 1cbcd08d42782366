import type { DatabaseError } from 'pg';
import { record } from '../../audit/index.ts';
import { sha256 } from '../../platform/crypto/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { askForPasskey, checkPasskey, enrolPasskeyIn, invitePasskey } from '../factor/passkey.ts';
import { enrolledFactors, findPasskeys, removePasskey } from '../factor/store.ts';
import type { Needs } from '../needs.ts';
import { noAaguid } from '../passkey-model/model.ts';
import { findSubject, type Subject } from '../session/store.ts';

/**
 * The hardware keys of break-glass accounts, for privileged, which says when they change: at a page of the console, in the hand of
 * an administrator. No key that can be copied, none without PIN; the database says the same (authentication 0011).
 */
export interface BreakGlassKey {
  readonly id: string;
  readonly name: string;
  /** Names credential and public key: another one under the same name is seen. */
  readonly fingerprint: string;
  /** AAGUID, null where the key names none. */
  readonly model: string | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly disabledAt: Date | null;
}

export const mostBreakGlassKeys = 2;

type KeyNeeds = Parameters<typeof invitePasskey>[1];
type KeyPermit = Permit<'privileged.break-glass.make'>;

export async function breakGlassKeysOf(tx: Tx, personId: string): Promise<readonly BreakGlassKey[]> {
  return (await findPasskeys(tx, personId)).map((key) => ({
    id: key.id,
    name: key.name,
    fingerprint: sha256(Buffer.concat([key.credentialId, key.publicKey])).toString('hex'),
    model: key.aaguid === noAaguid ? null : key.aaguid,
    createdAt: key.createdAt,
    lastUsedAt: key.lastUsedAt,
    disabledAt: key.disabledAt,
  }));
}

/** Anything beside keys; the database refuses it, and the self-test looks all the same. */
export async function hasMoreThanKeys(tx: Tx, personId: string): Promise<boolean> {
  const { hasPassword, totps, pushDevices, certificates, recoveryCodesLeft, recoveryAddresses } = await enrolledFactors(tx, personId);
  return hasPassword || totps + pushDevices + certificates + recoveryCodesLeft + recoveryAddresses > 0;
}

async function breakGlassSubject(tx: Tx, personId: string): Promise<Subject> {
  const subject = await findSubject(tx, personId);
  if (!subject?.isBreakGlass || !subject.isActive) throw refuse.person_not_found({ person: personId });
  return subject;
}

export async function inviteBreakGlassKeyIn(tx: Tx, needs: KeyNeeds, _permit: KeyPermit, personId: string): Promise<Record<string, unknown>> {
  const subject = await breakGlassSubject(tx, personId);
  if ((await findPasskeys(tx, personId)).length >= mostBreakGlassKeys) throw refuse.too_many_keys({ atMost: mostBreakGlassKeys });
  return invitePasskey(tx, needs, subject, { isHardware: true });
}

export async function addBreakGlassKeyIn(tx: Tx, needs: KeyNeeds, permit: KeyPermit, personId: string, input: { readonly name: string; readonly response: unknown }): Promise<void> {
  const subject = await breakGlassSubject(tx, personId);
  if ((await findPasskeys(tx, personId)).length >= mostBreakGlassKeys) throw refuse.too_many_keys({ atMost: mostBreakGlassKeys });
  const outcome = await enrolPasskeyIn(tx, needs, subject, input).catch((error: unknown) => {
    // A computer's own passkey, a synced one, or one that asked for no PIN.
    if ((error as DatabaseError).code === 'BW002') throw refuse.key_not_hardware();
    throw error;
  });
  if (outcome.is === 'taken') throw refuse.key_taken();
  if (outcome.is !== 'enrolled') throw refuse.key_not_accepted();
  await record(tx, { action: 'authentication.factor.add', actor: permit.actor, actorName: permit.actorName, target: `person:${personId}`, targetName: subject.displayName, at: needs.clock.now(), outcome: 'allowed', facts: { factor: 'passkey', passkeyId: outcome.id, isUserVerified: outcome.isUserVerified, isBreakGlass: true } });
}

export async function removeBreakGlassKeyIn(tx: Tx, needs: KeyNeeds, permit: KeyPermit, personId: string, keyId: string): Promise<void> {
  const subject = await breakGlassSubject(tx, personId);
  if (!(await removePasskey(tx, personId, keyId))) throw refuse.factor_not_found({ factor: keyId });
  await record(tx, { action: 'authentication.factor.remove', actor: permit.actor, actorName: permit.actorName, target: `person:${personId}`, targetName: subject.displayName, at: needs.clock.now(), outcome: 'allowed', facts: { factor: 'passkey', passkeyId: keyId, isBreakGlass: true } });
}

export async function askForBreakGlassKeyIn(tx: Tx, needs: KeyNeeds, personId: string): Promise<Record<string, unknown>> {
  await breakGlassSubject(tx, personId);
  return { ...(await askForPasskey(tx, needs, personId)), userVerification: 'required' };
}

/** The key shows that it works, without a session: a test. The id of the key, or a refusal. */
export async function proveBreakGlassKey(needs: KeyNeeds & Pick<Needs, 'database'>, personId: string, response: unknown): Promise<string> {
  const checked = await checkPasskey(needs, response);
  if (checked.is === 'wrong' || checked.passkey.personId !== personId) throw refuse.key_not_accepted();
  const { proof } = checked;
  if (proof.method !== 'passkey' || !proof.isUserVerified || proof.isSynced) throw refuse.key_not_hardware();
  // Null: taken. Otherwise the key is disabled from now on, and the self-test says so.
  if ((await needs.database.transaction((tx) => checked.use(tx))) !== null) throw refuse.key_not_accepted();
  return checked.passkey.id;
}
