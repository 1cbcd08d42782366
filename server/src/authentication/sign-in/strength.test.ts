import { expect, it } from 'vitest';
import { isEnough, strengthOf, type Proof } from './strength.ts';

const at = '2026-03-02T09:00:00Z';
const password: Proof = { method: 'password', at };
const totp: Proof = { method: 'totp', at };
const code: Proof = { method: 'recovery-code', at };
const pass: Proof = { method: 'access-pass', at };
const passkey = (isUserVerified: boolean, isSynced = false): Proof => ({ method: 'passkey', at, isUserVerified, isSynced });

it.each([
  ['a password alone', [password], 1, false, ['pwd']],
  ['a code alone', [totp], 1, false, ['otp']],
  ['password and code', [password, totp], 2, false, ['pwd', 'otp', 'mfa']],
  ['password and recovery code', [password, code], 2, false, ['pwd', 'lookup', 'mfa']],
  ['a recovery code and a TOTP code are two things one has: one factor', [code, totp], 1, false, ['otp', 'lookup']],
  ['a security key with PIN', [passkey(true)], 2, true, ['hwk', 'user', 'mfa', 'phr']],
  ['a synced passkey', [passkey(true, true)], 2, true, ['swk', 'user', 'mfa', 'phr']],
  ['a touched key is one factor', [passkey(false)], 1, true, ['hwk', 'phr']],
  ['a touched key and a password', [password, passkey(false)], 2, true, ['pwd', 'hwk', 'mfa', 'phr']],
  ['an access pass proves nothing about strength', [pass], 0, false, []],
] as const)('%s', (_title, proofs, level, isPhishingResistant, methods) => {
  expect(strengthOf(proofs)).toEqual({ level, isPhishingResistant, methods });
});

const certificate = (isUserVerified: boolean, isHardwareBound: boolean): Proof => ({ method: 'certificate', at, isUserVerified, isHardwareBound });
const push: Proof = { method: 'push', at };

it.each([
  ['a listed key with PIN', [{ ...passkey(true), isListed: true }], 3, ['hwk', 'user', 'mfa', 'phr']],
  ['a listed key that was only touched', [{ ...passkey(false), isListed: true }], 1, ['hwk', 'phr']],
  ['a synced passkey, whatever its attestation says', [{ ...passkey(true, true), isListed: true }], 2, ['swk', 'user', 'mfa', 'phr']],
  ['a smart card with PIN', [certificate(true, true)], 3, ['sc', 'user', 'mfa', 'phr']],
  ['a certificate with PIN that software holds', [certificate(true, false)], 2, ['swk', 'user', 'mfa', 'phr']],
  ['a certificate of a device', [certificate(false, false)], 1, ['swk', 'phr']],
  ['a certificate of a device and a password', [password, certificate(false, true)], 2, ['pwd', 'sc', 'mfa', 'phr']],
  ['password and push', [password, push], 2, ['pwd', 'mca', 'mfa']],
  ['push alone', [push], 1, ['mca']],
  ['a mailed code', [{ method: 'mailed-code', at } as Proof], 0, []],
] as const)('%s', (_title, proofs, level, methods) => {
  expect(strengthOf(proofs)).toMatchObject({ level, methods });
});

it('nothing reaches level 3 without an attested key in hardware', () => {
  expect(strengthOf([password, totp, code, passkey(true)]).level).toBe(2);
});

it('a code never satisfies a rule that asks for phishing resistance', () => {
  expect(isEnough(strengthOf([password, totp]), { level: 2, isPhishingResistant: true })).toBe(false);
  expect(isEnough(strengthOf([passkey(true)]), { level: 2, isPhishingResistant: true })).toBe(true);
});
