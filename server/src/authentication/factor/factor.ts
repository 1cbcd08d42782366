import { minutes } from '../../platform/clock/index.ts';
import type { Principal } from '../../platform/http/index.ts';
import { bestOf, type EnrolledFactors } from '../sign-in/next-step.ts';

/** How fresh a proof must be before factors are changed (ASVS 7.5.1). */
export const freshForMs = minutes(15);

export const isFresh = (principal: Pick<Principal, 'authenticatedAt'>, now: Date): boolean => principal.authenticatedAt !== null && now.getTime() - principal.authenticatedAt.getTime() <= freshForMs;


/** True while the factors suffice for level 2: what must still hold after one of them is taken away. */
export const canReachLevel2 = (held: EnrolledFactors): boolean => bestOf(held).level >= 2;

export interface StrengthInWords {
  readonly assuranceLevel: 0 | 1 | 2 | 3;
  readonly isPhishingResistant: boolean;
  /** What it rests on, for whoever has words of their own. */
  readonly restsOn: 'listed_key' | 'passkey' | 'certificate' | 'password_and_certificate' | 'password_and_key' | 'password_and_code' | 'password_and_push' | 'one_factor' | 'nothing';
  readonly sentence: string;
  readonly nextStep: 'none' | 'add_passkey' | 'add_second_factor' | 'new_recovery_codes' | 'add_spare_passkey';
}

const sentences: Readonly<Record<StrengthInWords['restsOn'], string>> = {
  listed_key: 'Your security key signs you in at the highest level: no false page can trick you out of it, and nobody can copy it.',
  passkey: 'Your passkey signs you in by itself, and no false page can trick you out of it.',
  certificate: 'Your certificate signs you in by itself, and no false page can trick you out of it.',
  password_and_certificate: 'You sign in with a password and the certificate of your device, and no false page can use them.',
  password_and_key: 'You sign in with a password and a security key, and no false page can use them.',
  password_and_code: 'You sign in with a password and a code. A false page could still ask you for both: a passkey closes that gap.',
  password_and_push: 'You sign in with a password and digits that you type on your telephone. A false page could still show you its own: a passkey closes that gap.',
  one_factor: 'You have one factor only. It takes a second one to sign in.',
  nothing: 'You have no way to sign in yet.',
};

/** How strong somebody's factors are, in plain words, and the next best step. Never more than is true: codes can be phished, synced passkeys stay below level 3. */
export function strengthInWords(held: EnrolledFactors): StrengthInWords {
  const says = (assuranceLevel: StrengthInWords['assuranceLevel'], isPhishingResistant: boolean, restsOn: StrengthInWords['restsOn'], next: StrengthInWords['nextStep']): StrengthInWords => ({ assuranceLevel, isPhishingResistant, restsOn, sentence: sentences[restsOn], nextStep: assuranceLevel >= 2 && held.recoveryCodesLeft === 0 ? 'new_recovery_codes' : next });
  const spare = held.passkeys < 2 ? 'add_spare_passkey' : 'none';
  if (held.listedPasskeys > 0 && held.verifiedPasskeys > 0) return says(3, true, 'listed_key', spare);
  if (held.verifiedPasskeys > 0) return says(2, true, 'passkey', spare);
  if (held.verifiedCertificates > 0) return says(held.hardwareCertificates > 0 ? 3 : 2, true, 'certificate', 'add_spare_passkey');
  if (canReachLevel2(held)) {
    if (held.passkeys > 0) return says(2, true, 'password_and_key', 'add_passkey');
    if (held.certificates > 0) return says(2, true, 'password_and_certificate', 'add_passkey');
    return says(2, false, held.totps > 0 ? 'password_and_code' : 'password_and_push', 'add_passkey');
  }
  if (held.hasPassword || held.totps > 0 || held.passkeys > 0 || held.certificates > 0) return says(1, held.passkeys + held.certificates > 0, 'one_factor', 'add_second_factor');
  return says(0, false, 'nothing', 'add_passkey');
}
