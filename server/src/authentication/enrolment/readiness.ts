import { bestOf, type EnrolledFactors } from '../sign-in/next-step.ts';
import { isEnough, usableWith, type Wanted } from '../sign-in/strength.ts';

/** Could this person sign in as the policy wants, with what is set up now? The same stands in SQL (`readyAsSql`); a test holds the two together. */
export const isReady = (factors: EnrolledFactors, want: Wanted): boolean => isEnough(bestOf(usableWith(factors, want)), want);

export type Situation = 'ready' | 'not_ready' | 'never_signed_in' | 'cannot_judge';
export type Missing = 'listed-key' | 'passkey' | 'verified-passkey' | 'second-factor' | 'first-factor';

/** The least that would make somebody ready; null for those who are. */
export function missingOf(factors: EnrolledFactors, want: Wanted): Missing | null {
  if (isReady(factors, want)) return null;
  const usable = usableWith(factors, want);
  if (want.level === 3) return 'listed-key';
  if (want.isPhishingResistant) return usable.passkeys > 0 ? 'verified-passkey' : 'passkey';
  if (want.without?.some((method) => method === 'password' || method === 'totp')) return 'passkey';
  return usable.hasPassword || usable.totps + usable.pushDevices + usable.passkeys > 0 ? 'second-factor' : 'first-factor';
}
