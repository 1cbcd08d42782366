import { fragment, join, sql, textArray, type Fragment, type Tx } from '../../platform/db/index.ts';
import type { EnrolledFactors } from '../sign-in/next-step.ts';

export interface StoredPassword {
  readonly hash: string;
  readonly lengthInCodePoints: number;
  readonly setAt: Date;
  readonly lastUsedAt: Date | null;
}
export interface StoredTotp {
  readonly id: string;
  readonly personId: string;
  readonly name: string;
  readonly sealedSeed: Buffer;
  readonly createdAt: Date;
  readonly confirmedAt: Date | null;
  readonly lastUsedAt: Date | null;
}
export interface StoredPasskey {
  readonly id: string;
  readonly personId: string;
  readonly name: string;
  readonly credentialId: Buffer;
  readonly publicKey: Buffer;
  readonly signCount: number;
  readonly transports: readonly string[];
  readonly aaguid: string;
  readonly isUserVerified: boolean;
  readonly isBackupEligible: boolean;
  readonly isBackedUp: boolean;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly disabledAt: Date | null;
  readonly disabledReason: string | null;
  /** What its attestation proves; see passkey-model/. */
  readonly attestedAt: Date | null;
  readonly attestedBy: string | null;
  readonly attestedName: string | null;
  readonly statedName: string | null;
  readonly modelProblem: string | null;
  /** Fit for level 3 at this moment. */
  readonly isListed: boolean;
}

export async function findPassword(tx: Tx, personId: string): Promise<StoredPassword | null> {
  const [row] = await sql<StoredPassword>(tx)`select hash, length_in_code_points, set_at, last_used_at from authn.password where person_id = ${personId}`;
  return row ?? null;
}

export async function savePassword(tx: Tx, personId: string, hash: string, length: number, now: Date): Promise<{ readonly isNew: boolean }> {
  const [row] = await sql<{ isNew: boolean }>(tx)`
    insert into authn.password (person_id, hash, length_in_code_points, set_at)
         values (${personId}, ${hash}, ${length}, ${now})
    on conflict (person_id) do update set hash = excluded.hash, length_in_code_points = excluded.length_in_code_points, set_at = excluded.set_at, last_used_at = null
      returning xmax = 0 as is_new`;
  return { isNew: row?.isNew ?? true };
}

/** `rehash`: the same password under today's parameters; only while `hash` is still the stored one. */
export const usePassword = (personId: string, hash: string, rehash: string | null, now: Date): Fragment =>
  fragment`update authn.password set last_used_at = ${now}, hash = ${rehash ?? hash} where person_id = ${personId} and hash = ${hash}`;

export async function removePassword(tx: Tx, personId: string): Promise<boolean> {
  return (await sql<{ personId: string }>(tx)`delete from authn.password where person_id = ${personId} returning person_id`).length > 0;
}

export async function addTotp(tx: Tx, totp: { id: string; personId: string; name: string; sealedSeed: Buffer; createdAt: Date }): Promise<void> {
  await sql(tx)`insert into authn.totp (id, person_id, name, sealed_seed, created_at) values (${totp.id}, ${totp.personId}, ${totp.name}, ${totp.sealedSeed}, ${totp.createdAt})`;
}

export async function findTotps(tx: Tx, personId: string): Promise<readonly StoredTotp[]> {
  return sql<StoredTotp>(tx)`select id, person_id, name, sealed_seed, created_at, confirmed_at, last_used_at from authn.totp where person_id = ${personId} order by created_at, id`;
}

/** INVARIANT: a time step is accepted once. Of two answers with the same code the database lets one through (63B-4 3.1.4). */
export const useTotpStep = (id: string, step: number, now: Date): Fragment =>
  fragment`update authn.totp set last_step = ${step}, last_used_at = ${now} where id = ${id} and confirmed_at is not null and last_step < ${step}`;

/** The first code confirms that the app has the key; its step is used up with it. */
export async function confirmTotp(tx: Tx, id: string, personId: string, step: number, now: Date): Promise<boolean> {
  const rows = await sql<{ id: string }>(tx)`update authn.totp set confirmed_at = ${now}, last_step = ${step}, last_used_at = ${now} where id = ${id} and person_id = ${personId} and confirmed_at is null returning id`;
  return rows.length > 0;
}

export async function removeUnconfirmedTotps(tx: Tx, personId: string): Promise<void> {
  await sql(tx)`delete from authn.totp where person_id = ${personId} and confirmed_at is null`;
}

export async function removeTotp(tx: Tx, personId: string, id: string): Promise<{ readonly name: string } | null> {
  const [row] = await sql<{ name: string }>(tx)`delete from authn.totp where person_id = ${personId} and id = ${id} and confirmed_at is not null returning name`;
  return row ?? null;
}

export async function addPasskey(
  tx: Tx,
  passkey: Omit<StoredPasskey, 'lastUsedAt' | 'disabledAt' | 'disabledReason' | 'attestedName' | 'statedName' | 'modelProblem' | 'isListed'> & { readonly attestationFormat: string; readonly attestationObject: Buffer; readonly attestationKind: string; readonly attestationKeyIdentifier: string | null; readonly modelId: string | null },
): Promise<boolean> {
  const rows = await sql<{ id: string }>(tx)`
    insert into authn.passkey (id, person_id, name, credential_id, public_key, sign_count, transports, aaguid, is_user_verified, is_backup_eligible, is_backed_up, attestation_format, attestation_object, created_at, attestation_kind, attestation_key_identifier, model_id, attested_at, attested_by)
         values (${passkey.id}, ${passkey.personId}, ${passkey.name}, ${passkey.credentialId}, ${passkey.publicKey}, ${passkey.signCount}, ${[...passkey.transports]}, ${passkey.aaguid}, ${passkey.isUserVerified},
                 ${passkey.isBackupEligible}, ${passkey.isBackedUp}, ${passkey.attestationFormat}, ${passkey.attestationObject}, ${passkey.createdAt}, ${passkey.attestationKind}, ${passkey.attestationKeyIdentifier}, ${passkey.modelId}, ${passkey.attestedAt}, ${passkey.attestedBy})
    on conflict (credential_id) do nothing
      returning id`;
  return rows.length > 0;
}

const passkeysWithModels = fragment`
    select p.id, p.person_id, p.name, p.credential_id, p.public_key, p.sign_count, p.transports, p.aaguid, p.is_user_verified, p.is_backup_eligible, p.is_backed_up, p.created_at, p.last_used_at, p.disabled_at, p.disabled_reason,
           p.attested_at, p.attested_by, m.name as attested_name, coalesce(m.problem, stated.problem) as model_problem, stated.name as stated_name,
           exists (select from authn.listed_passkey l where l.passkey_id = p.id) as is_listed
      from authn.passkey p
      left join authn.passkey_model m on m.id = p.model_id
      left join authn.passkey_model stated on stated.aaguid = p.aaguid`;

export async function findPasskeys(tx: Tx, personId: string): Promise<readonly StoredPasskey[]> {
  return sql<StoredPasskey>(tx)`${passkeysWithModels} where p.person_id = ${personId} order by p.created_at, p.id`;
}

export async function findPasskeyByCredential(tx: Tx, credentialId: Buffer): Promise<StoredPasskey | null> {
  const [row] = await sql<StoredPasskey>(tx)`${passkeysWithModels} where p.credential_id = ${credentialId}`;
  return row ?? null;
}

/**
 * Only while the counter grows, or was never counted: a smaller one means that the key was copied (WebAuthn 6.1.1).
 * What a key has shown that it can do stays known: whoever only touches it must not make it count for less.
 */
export async function markPasskeyUsed(tx: Tx, id: string, signCount: number, isUserVerified: boolean, isBackedUp: boolean, now: Date): Promise<boolean> {
  const rows = await sql<{ id: string }>(tx)`
    update authn.passkey
       set sign_count = ${signCount}, is_user_verified = is_user_verified or ${isUserVerified}, is_backed_up = ${isBackedUp}, last_used_at = ${now}
     where id = ${id} and disabled_at is null and (sign_count < ${signCount} or (sign_count = 0 and ${signCount}::bigint = 0))
 returning id`;
  return rows.length > 0;
}

export async function disablePasskey(tx: Tx, id: string, reason: string, now: Date): Promise<void> {
  await sql(tx)`update authn.passkey set disabled_at = coalesce(disabled_at, ${now}), disabled_reason = coalesce(disabled_reason, ${reason}) where id = ${id}`;
}

export async function removePasskey(tx: Tx, personId: string, id: string): Promise<{ readonly name: string } | null> {
  const [row] = await sql<{ name: string }>(tx)`delete from authn.passkey where person_id = ${personId} and id = ${id} returning name`;
  return row ?? null;
}

export async function removePushDevice(tx: Tx, personId: string, id: string): Promise<{ readonly name: string } | null> {
  const [row] = await sql<{ name: string }>(tx)`delete from authn.push_device where person_id = ${personId} and id = ${id} returning name`;
  return row ?? null;
}

export async function renameFactor(tx: Tx, personId: string, id: string, name: string): Promise<boolean> {
  const passkeys = await sql<{ id: string }>(tx)`update authn.passkey set name = ${name} where person_id = ${personId} and id = ${id} returning id`;
  if (passkeys.length > 0) return true;
  if ((await sql<{ id: string }>(tx)`update authn.push_device set name = ${name} where person_id = ${personId} and id = ${id} returning id`).length > 0) return true;
  return (await sql<{ id: string }>(tx)`update authn.totp set name = ${name} where person_id = ${personId} and id = ${id} returning id`).length > 0;
}

export async function findRecoveryCode(tx: Tx, personId: string, slot: number): Promise<{ readonly hash: string } | null> {
  const [row] = await sql<{ hash: string }>(tx)`select hash from authn.recovery_code where person_id = ${personId} and slot = ${slot} and used_at is null`;
  return row ?? null;
}

export async function useRecoveryCode(tx: Tx, personId: string, slot: number, hash: string, now: Date): Promise<boolean> {
  const rows = await sql<{ slot: number }>(tx)`update authn.recovery_code set used_at = ${now} where person_id = ${personId} and slot = ${slot} and hash = ${hash} and used_at is null returning slot`;
  return rows.length > 0;
}

export async function recoverySlots(tx: Tx, personId: string): Promise<readonly { readonly slot: number; readonly issuedAt: Date }[]> {
  return sql<{ slot: number; issuedAt: Date }>(tx)`select slot, issued_at from authn.recovery_code where person_id = ${personId} and used_at is null order by slot`;
}

export async function saveRecoveryCodes(tx: Tx, personId: string, codes: readonly { readonly slot: number; readonly hash: string }[], now: Date): Promise<void> {
  if (codes.length === 0) return;
  const rows = codes.map((code) => fragment`(${personId}::uuid, ${code.slot}::integer, ${code.hash}, ${now}::timestamptz)`);
  await sql(tx)`
    insert into authn.recovery_code (person_id, slot, hash, issued_at)
         values ${join(rows)}
    on conflict (person_id, slot) do update set hash = excluded.hash, issued_at = excluded.issued_at, used_at = null`;
}

export interface StoredAccessPass {
  readonly id: string;
  readonly hash: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly issuedByName: string;
}

export async function findOpenAccessPass(tx: Tx, personId: string, now: Date): Promise<StoredAccessPass | null> {
  const [row] = await sql<StoredAccessPass>(tx)`
    select id, hash, issued_at, expires_at, issued_by_name
      from authn.access_pass
     where person_id = ${personId} and used_at is null and ended_at is null and expires_at > ${now}`;
  return row ?? null;
}

export async function addAccessPass(tx: Tx, pass: { id: string; personId: string; hash: string; reason: string; issuedBy: string; issuedByName: string; issuedAt: Date; expiresAt: Date }): Promise<void> {
  await sql(tx)`update authn.access_pass set ended_at = ${pass.issuedAt} where person_id = ${pass.personId} and used_at is null and ended_at is null`;
  await sql(tx)`
    insert into authn.access_pass (id, person_id, hash, reason, issued_by, issued_by_name, issued_at, expires_at)
         values (${pass.id}, ${pass.personId}, ${pass.hash}, ${pass.reason}, ${pass.issuedBy}, ${pass.issuedByName}, ${pass.issuedAt}, ${pass.expiresAt})`;
}

export async function useAccessPass(tx: Tx, id: string, now: Date): Promise<boolean> {
  const rows = await sql<{ id: string }>(tx)`update authn.access_pass set used_at = ${now} where id = ${id} and used_at is null and ended_at is null and expires_at > ${now} returning id`;
  return rows.length > 0;
}

export async function endAccessPasses(tx: Tx, personId: string, now: Date): Promise<number> {
  const rows = await sql<{ id: string }>(tx)`update authn.access_pass set ended_at = ${now} where person_id = ${personId} and used_at is null and ended_at is null returning id`;
  return rows.length;
}

/** `EnrolledFactors` as one column named `factors`, for questions that ask for more than these at once. Inside, no alias of one letter: `personId` may be a column of the question around it. */
export const factorsOf = (personId: Fragment): Fragment => fragment`
           jsonb_build_object(
             'hasPassword', exists (select from authn.password where person_id = ${personId}),
             'totps', (select count(*) from authn.totp where person_id = ${personId} and confirmed_at is not null),
             'passkeys', (select count(*) from authn.passkey where person_id = ${personId} and disabled_at is null),
             'verifiedPasskeys', (select count(*) from authn.passkey where person_id = ${personId} and disabled_at is null and is_user_verified),
             'listedPasskeys', (select count(*) from authn.listed_passkey where person_id = ${personId}),
             'pushDevices', (select count(*) from authn.push_device where person_id = ${personId}),
             'isPushOff', not exists (select from authn.push_device where person_id = ${personId} and disabled_at is null),
             'certificates', (select count(*) from authn.certificate held join authn.certificate_issuer vouching on vouching.id = held.issuer_id where held.person_id = ${personId} and held.ended_at is null and vouching.ended_at is null),
             'verifiedCertificates', (select count(*) from authn.certificate held join authn.certificate_issuer vouching on vouching.id = held.issuer_id where held.person_id = ${personId} and held.ended_at is null and vouching.ended_at is null and vouching.is_user_verified),
             'hardwareCertificates', (select count(*) from authn.certificate held join authn.certificate_issuer vouching on vouching.id = held.issuer_id where held.person_id = ${personId} and held.ended_at is null and vouching.ended_at is null and vouching.is_user_verified and vouching.is_hardware_bound),
             'recoveryCodesLeft', (select count(*) from authn.recovery_code where person_id = ${personId} and used_at is null),
             'recoveryAddresses', (select case when bool_and(listed.is_at_work) then 0 else count(*) end
                                     from authn.recovery_address_card listed
                                     join directory.person_standing stands on stands.person_id = listed.person_id and stands.is_active and not stands.is_privileged
                                    where listed.person_id = ${personId} and listed.confirmed_at is not null and listed.is_current),
             'isKeyOnly', exists (select from directory.person_standing where person_id = ${personId} and is_break_glass)) as factors`;

export async function enrolledFactors(tx: Tx, personId: string): Promise<EnrolledFactors> {
  const [row] = await sql<{ factors: EnrolledFactors }>(tx)`select ${factorsOf(fragment`${personId}`)}`;
  return row!.factors;
}

/** Of many people at once, without what too many wrong tries have switched off. */
export async function usableFactorsOf(tx: Tx, people: readonly string[]): Promise<ReadonlyMap<string, EnrolledFactors>> {
  const rows = await sql<{ personId: string; factors: EnrolledFactors; switchedOff: readonly string[] }>(tx)`
    select one.person_id, ${factorsOf(fragment`one.person_id`)},
           array(select t.authenticator from authn.throttle t where t.account = 'person:' || one.person_id::text and t.disabled_at is not null) as switched_off
      from unnest(${textArray(people)}::uuid[]) as one (person_id)`;
  return new Map(rows.map(({ personId, factors, switchedOff }) => [personId, withoutSwitchedOff(factors, switchedOff)]));
}

const withoutSwitchedOff = (factors: EnrolledFactors, switchedOff: readonly string[]): EnrolledFactors => ({
  ...factors,
  hasPassword: factors.hasPassword && !switchedOff.includes('password'),
  totps: switchedOff.includes('totp') ? 0 : factors.totps,
  pushDevices: switchedOff.includes('push') ? 0 : factors.pushDevices,
  recoveryCodesLeft: switchedOff.includes('recovery-code') ? 0 : factors.recoveryCodesLeft,
});

/** Nobody's factors are asked for with the same question, so that the answer takes as long. */
export const nobody = '00000000-0000-0000-0000-000000000000';

export async function addChallenge(tx: Tx, challenge: { digest: Buffer; purpose: 'prove' | 'enrol'; personId: string | null; expiresAt: Date }): Promise<void> {
  await sql(tx)`insert into authn.challenge (digest, purpose, person_id, expires_at) values (${challenge.digest}, ${challenge.purpose}, ${challenge.personId}, ${challenge.expiresAt})`;
}

/** Takes the challenge out: the second answer to it finds nothing. */
export async function takeChallenge(tx: Tx, digest: Buffer, purpose: 'prove' | 'enrol', now: Date): Promise<{ readonly personId: string | null } | null> {
  const [row] = await sql<{ personId: string | null }>(tx)`delete from authn.challenge where digest = ${digest} and purpose = ${purpose} and expires_at > ${now} returning person_id`;
  return row ?? null;
}

export async function addDisavowal(tx: Tx, one: { digest: Buffer; personId: string; about: string; createdAt: Date; expiresAt: Date }): Promise<void> {
  await sql(tx)`insert into authn.disavowal (digest, person_id, about, created_at, expires_at) values (${one.digest}, ${one.personId}, ${one.about}, ${one.createdAt}, ${one.expiresAt})`;
}

export async function takeDisavowal(tx: Tx, digest: Buffer, now: Date): Promise<{ readonly personId: string; readonly about: string; readonly createdAt: Date } | null> {
  const [row] = await sql<{ personId: string; about: string; createdAt: Date }>(tx)`
    update authn.disavowal set used_at = ${now} where digest = ${digest} and used_at is null and expires_at > ${now} returning person_id, about, created_at`;
  return row ?? null;
}

export async function lastSignInAt(tx: Tx, personId: string): Promise<Date | null> {
  const [row] = await sql<{ at: Date | null }>(tx)`select max(created_at) as at from authn.session where person_id = ${personId}`;
  return row?.at ?? null;
}

export async function sweepFactors(tx: Tx, now: Date, unconfirmedBefore: Date, passesBefore: Date): Promise<void> {
  await sql(tx)`delete from authn.challenge where expires_at < ${now}`;
  await sql(tx)`delete from authn.totp where confirmed_at is null and created_at < ${unconfirmedBefore}`;
  await sql(tx)`delete from authn.access_pass where expires_at < ${passesBefore}`;
  await sql(tx)`delete from authn.disavowal where expires_at < ${now}`;
}
