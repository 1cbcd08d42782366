/**
 * What was really proven, and what may honestly be claimed for it (63B-4). No claim is ever above the event:
 *
 *   passkey: device-bound, attested as a listed model, with user verification     level 3, phishing-resistant
 *   passkey with user verification (synced ones always end here, B.2)              level 2, phishing-resistant
 *   passkey without (only touched)            one factor: level 1, or level 2 together with a password; phishing-resistant
 *   certificate whose issuer vouches for a PIN and hardware                        level 3, phishing-resistant
 *   certificate whose issuer vouches for a PIN                                     level 2, phishing-resistant
 *   certificate of a device                   one factor, as a touched key
 *   password + authenticator app              level 2
 *   password + push (six digits typed in the app, 3.1.3)                           level 2
 *   password + recovery code (a look-up secret, 3.1.2)                             level 2
 *   password, authenticator app or push alone level 1
 *   access pass, set-up link, mailed code     nothing: they only let somebody enrol
 *
 * There is no other kind: no question that others could answer, no hint (ASVS 6.4.2). A finger or a face only opens a key that
 * one has, and is never asked for by itself (ASVS 6.5.7).
 * ASVS 6.6.1 does not apply: no code goes by telephone or SMS
 */
export type Proof =
  | { readonly method: 'password'; readonly at: string }
  | { readonly method: 'totp'; readonly at: string }
  | { readonly method: 'push'; readonly at: string }
  | { readonly method: 'recovery-code'; readonly at: string }
  /** `isListed`: its attestation was verified and names a model on the list for level 3. */
  | { readonly method: 'passkey'; readonly at: string; readonly isUserVerified: boolean; readonly isSynced: boolean; readonly isListed?: boolean; readonly passkeyId?: string }
  /** What the issuer's entry vouches for: a PIN before each use, a key that cannot leave its hardware. */
  | { readonly method: 'certificate'; readonly at: string; readonly isUserVerified: boolean; readonly isHardwareBound: boolean }
  /** A code mailed to a confirmed recovery address: never a factor (63B-4 3.1.3.1, ASVS 6.3.6), only half of a recovery. */
  | { readonly method: 'mailed-code'; readonly at: string }
  | { readonly method: 'access-pass'; readonly at: string }
  | { readonly method: 'setup-link'; readonly at: string };

export type Method = Proof['method'];
export type AssuranceLevel = 1 | 2 | 3;

export interface Strength {
  readonly level: 0 | AssuranceLevel;
  readonly isPhishingResistant: boolean;
  /** RFC 8176, and two words of our own: `lookup` for a recovery code, `phr` where the proof cannot be phished. */
  readonly methods: readonly string[];
}

export interface Wanted {
  readonly level: AssuranceLevel;
  readonly isPhishingResistant: boolean;
  /** Ways that do not count here any more. Absent: all count. */
  readonly without?: readonly Method[];
}

export function strengthOf(proofs: readonly Proof[]): Strength {
  const has = (method: Method): boolean => proofs.some((proof) => proof.method === method);
  const passkeys = proofs.filter((proof) => proof.method === 'passkey');
  const certificates = proofs.filter((proof) => proof.method === 'certificate');
  const isPhishingResistant = passkeys.length + certificates.length > 0;
  const isVerified = [...passkeys, ...certificates].some((proof) => proof.isUserVerified);
  const isHardware = passkeys.some((proof) => proof.isUserVerified && !proof.isSynced && proof.isListed === true) || certificates.some((proof) => proof.isUserVerified && proof.isHardwareBound);
  const isSomethingHad = isPhishingResistant || has('totp') || has('push') || has('recovery-code');
  const isMultiFactor = isVerified || (has('password') && isSomethingHad);
  const level = isHardware ? 3 : isMultiFactor ? 2 : has('password') || isSomethingHad ? 1 : 0;

  const methods = [
    ...(has('password') ? ['pwd'] : []),
    ...(has('totp') ? ['otp'] : []),
    ...(has('push') ? ['mca'] : []),
    ...(has('recovery-code') ? ['lookup'] : []),
    ...(passkeys.length > 0 ? [passkeys.every((proof) => proof.isSynced) ? 'swk' : 'hwk'] : []),
    ...(certificates.length > 0 ? [certificates.some((proof) => proof.isHardwareBound) ? 'sc' : 'swk'] : []),
    ...(isVerified ? ['user'] : []),
    ...(isMultiFactor ? ['mfa'] : []),
    ...(isPhishingResistant ? ['phr'] : []),
  ];
  return { level, isPhishingResistant, methods: [...new Set(methods)] };
}

export const isEnough = (strength: Strength, wanted: Wanted): boolean => strength.level >= wanted.level && (strength.isPhishingResistant || !wanted.isPhishingResistant);

/** The stricter of both in each respect. */
export const strictest = (a: Wanted, b: Wanted): Wanted => {
  const without = [...new Set([...(a.without ?? []), ...(b.without ?? [])])];
  return { level: Math.max(a.level, b.level) as AssuranceLevel, isPhishingResistant: a.isPhishingResistant || b.isPhishingResistant, ...(without.length > 0 ? { without } : {}) };
};

/** A recovery code stands in for something lost: where a way does not count any more, its stand-in would only be the way around. */
const leftOut = ({ without = [] }: Wanted): readonly Method[] => (without.length === 0 ? without : [...without, 'recovery-code']);

/** The proofs that count towards what is wanted. */
export const countedFor = (proofs: readonly Proof[], wanted: Wanted): readonly Proof[] => {
  const out = leftOut(wanted);
  return out.length === 0 ? proofs : proofs.filter((proof) => !out.includes(proof.method));
};

/** The factors that do. */
export function usableWith<Factors extends { readonly hasPassword: boolean; readonly totps: number; readonly pushDevices: number; readonly recoveryCodesLeft: number }>(factors: Factors, wanted: Wanted): Factors {
  const out = leftOut(wanted);
  if (out.length === 0) return factors;
  const left = (method: Method, count: number): number => (out.includes(method) ? 0 : count);
  return { ...factors, hasPassword: factors.hasPassword && !out.includes('password'), totps: left('totp', factors.totps), pushDevices: left('push', factors.pushDevices), recoveryCodesLeft: left('recovery-code', factors.recoveryCodesLeft) };
}

/** PRODUCT section 4: the floor of a workforce is level 2 (63B-4 2.2). */
export const workforceFloor: Wanted = { level: 2, isPhishingResistant: false };
