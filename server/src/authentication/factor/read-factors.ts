import type { Factors, PersonFactors } from '@bailiwick/contract/authentication';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { claimInWords, levelAlone, noAaguid } from '../passkey-model/model.ts';
import { modelOfPasskey } from '../passkey-model/names.ts';
import { subjectInScope } from '../session/scope.ts';
import { disabledAuthenticators } from '../throttle/store.ts';
import { canReachLevel2, strengthInWords } from './factor.ts';
import { enrolledFactors, findOpenAccessPass, findPasskeys, findPassword, findTotps, lastSignInAt, recoverySlots, type StoredPasskey } from './store.ts';

export async function readOwnFactors({ database }: Pick<Needs, 'database'>, permit: Permit<'authentication.own.factor.read'>): Promise<Factors> {
  const { personId } = permit;
  if (!personId) throw refuse.not_a_person();
  const [held, password, totps, passkeys, slots, disabled] = await database.read((tx) =>
    Promise.all([enrolledFactors(tx, personId), findPassword(tx, personId), findTotps(tx, personId), findPasskeys(tx, personId), recoverySlots(tx, personId), disabledAuthenticators(tx, `person:${personId}`)]),
  );
  const confirmed = totps.filter((totp) => totp.confirmedAt);
  return {
    password: password && { setAt: password.setAt.toISOString(), lastUsedAt: password.lastUsedAt?.toISOString() ?? null, isDisabled: disabled.includes('password') },
    totps: confirmed.map((totp) => ({ id: totp.id, name: totp.name, createdAt: totp.createdAt.toISOString(), lastUsedAt: totp.lastUsedAt?.toISOString() ?? null })),
    isTotpDisabled: disabled.includes('totp'),
    passkeys: passkeys.map(asPasskey),
    recoveryCodes: { left: slots.length, issuedAt: slots.map((slot) => slot.issuedAt).sort((a, b) => b.getTime() - a.getTime())[0]?.toISOString() ?? null },
    strength: strengthInWords({ ...held, listedPasskeys: passkeys.filter((passkey) => levelAlone(passkey) === 3 && passkey.disabledAt === null).length, hasPassword: held.hasPassword && !disabled.includes('password'), totps: disabled.includes('totp') ? 0 : held.totps }),
  };
}

function asPasskey(passkey: StoredPasskey): Factors['passkeys'][number] {
  const model = modelOfPasskey(passkey);
  return {
    id: passkey.id,
    name: passkey.name,
    model: passkey.aaguid === noAaguid ? null : passkey.aaguid,
    modelName: model.name,
    modelProof: model.proof,
    attestedAt: passkey.attestedAt?.toISOString() ?? null,
    attestedBy: passkey.attestedBy,
    modelProblem: passkey.modelProblem,
    isListed: passkey.isListed,
    level: levelAlone(passkey),
    claim: claimInWords(passkey),
    isUserVerified: passkey.isUserVerified,
    isSynced: passkey.isBackupEligible,
    isBackedUp: passkey.isBackedUp,
    isDisabled: passkey.disabledAt !== null,
    disabledReason: passkey.disabledReason,
    createdAt: passkey.createdAt.toISOString(),
    lastUsedAt: passkey.lastUsedAt?.toISOString() ?? null,
  };
}

/** What an administrator sees of somebody's factors: which, never their secrets. */
export async function readFactorsOfPerson({ database, clock }: Pick<Needs, 'database' | 'clock'>, permit: Permit<'authentication.factor.read'>, personId: string): Promise<PersonFactors> {
  await database.read((tx) => subjectInScope(tx, permit, personId));
  const [held, passkeys, disabled, pass, signedInAt] = await database.read((tx) =>
    Promise.all([enrolledFactors(tx, personId), findPasskeys(tx, personId), disabledAuthenticators(tx, `person:${personId}`), findOpenAccessPass(tx, personId, clock.now()), lastSignInAt(tx, personId)]),
  );
  return {
    hasPassword: held.hasPassword,
    hasTotp: held.totps > 0,
    passkeys: held.passkeys,
    keys: passkeys.map(asPasskey),
    pushDevices: held.pushDevices,
    recoveryCodesLeft: held.recoveryCodesLeft,
    strongest: held.verifiedPasskeys > 0 ? 'passkey' : canReachLevel2(held) ? 'two_factors' : held.hasPassword ? 'password' : 'none',
    isPhishingResistant: held.passkeys + held.certificates > 0,
    disabled: [...disabled, ...(passkeys.length > held.passkeys ? ['passkey'] : []), ...(held.pushDevices > 0 && held.isPushOff && !disabled.includes('push') ? ['push'] : [])],
    accessPass: pass && { issuedAt: pass.issuedAt.toISOString(), expiresAt: pass.expiresAt.toISOString(), issuedByName: pass.issuedByName },
    lastSignInAt: signedInAt?.toISOString() ?? null,
  };
}
