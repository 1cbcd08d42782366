import type { Method, Proof } from '../sign-in/strength.ts';

/**
 * When somebody who lost a factor has shown enough to bind a new one (63B-4 4.2.2.2):
 *
 *   saved code  + mailed code                           two codes, by different methods
 *   saved or mailed code + password, app, push, a key   one code, and one authenticator that is still bound
 *   access pass                                         proven anew, by a manager or the help desk with a second approver
 *
 * A mailed code never counts by itself, nor twice, and never for people with power: their `recoveryAddresses` are 0
 * (`factorsOf`), however many they have confirmed. A code is half of a recovery, never a factor (63B-4 3.1.3.1, ASVS 6.3.6).
 */
export type RecoveryState = 'none' | 'half' | 'whole';

interface Held {
  readonly recoveryAddresses: number;
  /** Keys that have shown a PIN or finger before: one of them only touched is a stolen key until proven otherwise. */
  readonly verifiedPasskeys: number;
}

export function recoveryOf(proofs: readonly Proof[], held: Held): RecoveryState {
  const has = (method: Method): boolean => proofs.some((proof) => proof.method === method);
  const isSaved = has('recovery-code');
  const isMailed = has('mailed-code') && held.recoveryAddresses > 0;
  if (isSaved && isMailed) return 'whole';
  if (!isSaved && !isMailed) return 'none';
  return proofs.some((proof) => isStillBound(proof, held)) ? 'whole' : 'half';
}

function isStillBound(proof: Proof, { verifiedPasskeys }: Held): boolean {
  switch (proof.method) {
    case 'password':
    case 'totp':
    case 'push':
    case 'certificate':
      return true;
    case 'passkey':
      return proof.isUserVerified || verifiedPasskeys === 0;
    default:
      return false;
  }
}

/**
 * What a recovery may count as factors: a code that let somebody bind a password is not also the second factor beside that
 * password, or one lost telephone would leave a password alone behind.
 */
export const withoutSpentCodes = (proofs: readonly Proof[], enrolled: readonly string[]): readonly Proof[] =>
  enrolled.includes('password') || proofs.some((proof) => proof.method === 'mailed-code') ? withoutCodes(proofs) : proofs;

export const withoutCodes = (proofs: readonly Proof[]): readonly Proof[] => proofs.filter((proof) => proof.method !== 'recovery-code' && proof.method !== 'mailed-code');

export type WayBack = 'spare_passkey' | 'saved_and_password' | 'saved_and_mailed' | 'mailed_and_password';

/** Which ways somebody has back when the telephone and every key but a spare one are lost: what is left then is a password, paper and a mailbox. */
export function waysBack(held: { readonly hasPassword: boolean; readonly passkeys: number; readonly recoveryCodesLeft: number; readonly recoveryAddresses: number }): readonly WayBack[] {
  const hasSaved = held.recoveryCodesLeft > 0;
  const hasMailed = held.recoveryAddresses > 0;
  return [
    ...(held.passkeys > 1 ? (['spare_passkey'] as const) : []),
    ...(hasSaved && held.hasPassword ? (['saved_and_password'] as const) : []),
    ...(hasSaved && hasMailed ? (['saved_and_mailed'] as const) : []),
    ...(hasMailed && held.hasPassword ? (['mailed_and_password'] as const) : []),
  ];
}
