import { Secret, TOTP } from 'otpauth';
import { renderSVG } from 'uqr';
import { hmacSha1, randomBytes } from '../../platform/crypto/index.ts';

/** 6 digits, 30 s, SHA-1, 160-bit key: what Microsoft and Google Authenticator understand (63B-4 3.1.4 asks 112 bits). */
const shape = { algorithm: 'SHA1', digits: 6, period: 30 } as const;

export const mostTotps = 3;

// ASVS 6.5.3
export const newSeed = (): Buffer => randomBytes(20);

export const sealContext = (totpId: string): string => `authn.totp/${totpId}/seed`;

const secretOf = (seed: Buffer): Secret => new Secret({ buffer: new Uint8Array(seed).buffer });

export interface TotpInvitation {
  readonly secret: string;
  readonly uri: string;
  /** SVG. */
  readonly qr: string;
}

export function inviteTotp(seed: Buffer, issuer: string, label: string): TotpInvitation {
  const totp = new TOTP({ ...shape, issuer, label, secret: secretOf(seed) });
  const uri = totp.toString();
  return { secret: totp.secret.base32, uri, qr: renderSVG(uri, { ecc: 'M', border: 2 }) };
}

export const digitsOf = (code: string): string => code.replace(/[\s-]/g, '');

/** The time step whose code this is, one before and one after included for clocks that are off; null when it is none. Whether the step is still unused is asked of the database. */
export function stepOf(seed: Buffer, code: string, now: Date): number | null {
  const digits = digitsOf(code);
  if (!/^\d{6}$/.test(digits)) return null;
  // ASVS 6.5.5 otherwise: a step before and a step after count too, as 63B-4 3.1.4 allows, for clocks that are off; every step counts once
  const delta = new TOTP({ ...shape, secret: secretOf(seed), hmac: (_sha1, key, message) => hmacSha1(key, message) }).validate({ token: digits, timestamp: now.getTime(), window: 1 });
  return delta === null ? null : Math.floor(now.getTime() / 1_000 / shape.period) + delta;
}
