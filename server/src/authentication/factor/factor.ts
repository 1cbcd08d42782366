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
  readonly sentence: string;
  readonly nextStep: 'none' | 'add_passkey' | 'add_second_factor' | 'new_recovery_codes' | 'add_spare_passkey';
}

/** How strong somebody's factors are, in plain words, and the next best step. Never more than is true: codes can be phished, synced passkeys stay below level 3. */
export function strengthInWords(held: EnrolledFactors): StrengthInWords {
  if (held.listedPasskeys > 0 && held.verifiedPasskeys > 0) {
    const nextStep = held.recoveryCodesLeft === 0 ? 'new_recovery_codes' : held.passkeys < 2 ? 'add_spare_passkey' : 'none';
    return { assuranceLevel: 3, isPhishingResistant: true, sentence: 'Your security key signs you in at the highest level: no false page can trick you out of it, and nobody can copy it.', nextStep };
  }
  if (held.verifiedPasskeys > 0) {
    const nextStep = held.recoveryCodesLeft === 0 ? 'new_recovery_codes' : held.passkeys < 2 ? 'add_spare_passkey' : 'none';
    return { assuranceLevel: 2, isPhishingResistant: true, sentence: 'Your passkey signs you in by itself, and no false page can trick you out of it.', nextStep };
  }
  if (held.verifiedCertificates > 0) {
    return { assuranceLevel: held.hardwareCertificates > 0 ? 3 : 2, isPhishingResistant: true, sentence: 'Your certificate signs you in by itself, and no false page can trick you out of it.', nextStep: held.recoveryCodesLeft === 0 ? 'new_recovery_codes' : 'add_spare_passkey' };
  }
  if (canReachLevel2(held) && held.passkeys === 0 && held.certificates > 0) {
    return { assuranceLevel: 2, isPhishingResistant: true, sentence: 'You sign in with a password and the certificate of your device, and no false page can use them.', nextStep: held.recoveryCodesLeft === 0 ? 'new_recovery_codes' : 'add_passkey' };
  }
  if (canReachLevel2(held)) {
    return {
      assuranceLevel: 2,
      isPhishingResistant: held.passkeys > 0,
      sentence: held.passkeys > 0 ? 'You sign in with a password and a security key, and no false page can use them.' : held.totps > 0 ? 'You sign in with a password and a code. A false page could still ask you for both: a passkey closes that gap.' : 'You sign in with a password and digits that you type on your telephone. A false page could still show you its own: a passkey closes that gap.',
      nextStep: held.recoveryCodesLeft === 0 ? 'new_recovery_codes' : 'add_passkey',
    };
  }
  if (held.hasPassword || held.totps > 0 || held.passkeys > 0 || held.certificates > 0) return { assuranceLevel: 1, isPhishingResistant: held.passkeys + held.certificates > 0, sentence: 'You have one factor only. It takes a second one to sign in.', nextStep: 'add_second_factor' };
  return { assuranceLevel: 0, isPhishingResistant: false, sentence: 'You have no way to sign in yet.', nextStep: 'add_passkey' };
}
