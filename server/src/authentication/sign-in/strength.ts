/**
 * What was really proven, and what may honestly be claimed for it (63B-4). No claim is ever above the event:
 *
 *   passkey with user verification            level 2, phishing-resistant
 *   passkey without (only touched)            one factor: level 1, or level 2 together with a password
 *   password + authenticator app              level 2
 *   password + recovery code (a look-up secret, 3.1.2)  level 2
 *   password alone, authenticator app alone   level 1
 *   access pass, set-up link                  nothing: they only let somebody enrol
 *
 * Level 3 needs a device-bound key in hardware whose attestation is on an allow-list (2.3.2). There is no such list yet,
 * so nothing here returns 3, and a synced passkey never will (B.2).
 */
export type Proof =
  | { readonly method: 'password'; readonly at: string }
  | { readonly method: 'totp'; readonly at: string }
  | { readonly method: 'recovery-code'; readonly at: string }
  | { readonly method: 'passkey'; readonly at: string; readonly isUserVerified: boolean; readonly isSynced: boolean }
  | { readonly method: 'access-pass'; readonly at: string }
  | { readonly method: 'setup-link'; readonly at: string };

export type Method = Proof['method'];
export type AssuranceLevel = 1 | 2 | 3;

export interface Strength {
  readonly level: 0 | 1 | 2;
  readonly isPhishingResistant: boolean;
  /** RFC 8176, and two words of our own: `lookup` for a recovery code, `phr` where the proof cannot be phished. */
  readonly methods: readonly string[];
}

export interface Wanted {
  readonly level: 1 | 2;
  readonly isPhishingResistant: boolean;
}

export function strengthOf(proofs: readonly Proof[]): Strength {
  const has = (method: Method): boolean => proofs.some((proof) => proof.method === method);
  const passkeys = proofs.filter((proof) => proof.method === 'passkey');
  const isVerifiedPasskey = passkeys.some((proof) => proof.isUserVerified);
  const isSomethingHad = passkeys.length > 0 || has('totp') || has('recovery-code');
  const level = isVerifiedPasskey || (has('password') && isSomethingHad) ? 2 : has('password') || isSomethingHad ? 1 : 0;

  const methods = [
    ...(has('password') ? ['pwd'] : []),
    ...(has('totp') ? ['otp'] : []),
    ...(has('recovery-code') ? ['lookup'] : []),
    ...(passkeys.length > 0 ? [passkeys.every((proof) => proof.isSynced) ? 'swk' : 'hwk'] : []),
    ...(isVerifiedPasskey ? ['user'] : []),
    ...(level === 2 ? ['mfa'] : []),
    ...(passkeys.length > 0 ? ['phr'] : []),
  ];
  return { level, isPhishingResistant: passkeys.length > 0, methods };
}

export const isEnough = (strength: Strength, wanted: Wanted): boolean => strength.level >= wanted.level && (strength.isPhishingResistant || !wanted.isPhishingResistant);

/** The stricter of both in each respect. */
export const strictest = (a: Wanted, b: Wanted): Wanted => ({ level: Math.max(a.level, b.level) as 1 | 2, isPhishingResistant: a.isPhishingResistant || b.isPhishingResistant });

/** PRODUCT section 4: the floor of a workforce is level 2 (63B-4 2.2). */
export const workforceFloor: Wanted = { level: 2, isPhishingResistant: false };
