import { expect, it } from 'vitest';
import { bestOf, leastFactors, nextStep, noFactors, noProgress, recoveryCodeCount, type EnrolledFactors, type Situation } from './next-step.ts';
import { workforceFloor, type Proof } from './strength.ts';

const at = '2026-03-02T09:00:00Z';
const password: Proof = { method: 'password', at };
const totp: Proof = { method: 'totp', at };
const code: Proof = { method: 'recovery-code', at };
const pass: Proof = { method: 'access-pass', at };
const touched: Proof = { method: 'passkey', at, isUserVerified: false, isSynced: false };
const verified: Proof = { method: 'passkey', at, isUserVerified: true, isSynced: true };

const none = noFactors;
const full = { ...none, hasPassword: true, totps: 1, passkeys: 1, verifiedPasskeys: 1, recoveryCodesLeft: 10 };
const passwordAndApp = { ...full, passkeys: 0, verifiedPasskeys: 0 };

const next = (situation: Partial<Situation>) => nextStep({ purpose: 'sign-in', isNamed: true, wanted: { level: 2, isPhishingResistant: false }, proofs: [], factors: full, progress: noProgress, ...situation });

it('first asks who it is', () => {
  expect(next({ isNamed: false })).toEqual({ is: 'identify' });
});

it('asks everybody the same before anything is proven, whether the name exists or not', () => {
  expect(next({ factors: none })).toEqual(next({ factors: full }));
});

// ASVS 6.3.3
it('a password alone never ends in a session', () => {
  expect(next({ proofs: [password] })).toEqual({ is: 'prove', options: ['passkey', 'totp', 'recovery-code'] });
  expect(next({ proofs: [password], factors: { ...none, hasPassword: true } })).toEqual({ is: 'enrol', options: ['passkey', 'totp'], isOptional: false });
});

it('password and code, or a verified passkey, are enough', () => {
  expect(next({ proofs: [password, totp] })).toEqual({ is: 'done' });
  expect(next({ proofs: [verified] })).toEqual({ is: 'done' });
});

it('a key that was only touched needs the password too', () => {
  expect(next({ proofs: [touched] })).toEqual({ is: 'prove', options: ['password'] });
  expect(next({ proofs: [touched, password] })).toEqual({ is: 'done' });
});

it('a stolen key without its PIN sets no password: who can reach more than was proven must prove it (63B-4 4.1.2)', () => {
  const onlyPasskey = { ...none, passkeys: 1, verifiedPasskeys: 1, recoveryCodesLeft: 10 };
  expect(next({ proofs: [touched], factors: onlyPasskey })).toEqual({ is: 'prove', options: ['passkey'] });
  expect(next({ purpose: 'step-up', proofs: [touched], factors: onlyPasskey })).toEqual({ is: 'prove', options: ['passkey'] });
  expect(next({ proofs: [verified], factors: onlyPasskey })).toEqual({ is: 'done' });
  const neverVerified = { ...onlyPasskey, verifiedPasskeys: 0 };
  expect(next({ proofs: [touched], factors: neverVerified })).toEqual({ is: 'enrol', options: ['passkey', 'password'], isOptional: false });
});

it('recovery codes that are missing are handed out only when level 2 is reached', () => {
  expect(next({ proofs: [password, totp], factors: { ...full, recoveryCodesLeft: 9 } })).toEqual({ is: 'save-codes' });
  expect(next({ proofs: [password], factors: { ...full, recoveryCodesLeft: 0 } }).is).toBe('prove');
});

// ASVS 6.4.1
it('an access pass only enrols, even for somebody who has factors already', () => {
  expect(next({ proofs: [pass], factors: none })).toEqual({ is: 'enrol', options: ['passkey', 'password'], isOptional: false });
  expect(next({ proofs: [pass], factors: full })).toEqual({ is: 'enrol', options: ['passkey', 'password'], isOptional: false });
});

it('a passkey enrolled with an access pass is used once before it counts', () => {
  const progress = { ...noProgress, enrolled: ['passkey'] as const };
  expect(next({ proofs: [pass], factors: { ...none, passkeys: 1 }, progress })).toEqual({ is: 'prove', options: ['passkey'] });
  expect(next({ proofs: [pass, verified], factors: { ...none, passkeys: 1 }, progress })).toEqual({ is: 'save-codes' });
});

it('password and app enrolled with an access pass lead to the codes', () => {
  expect(next({ proofs: [pass, password], factors: { ...none, hasPassword: true }, progress: { ...noProgress, enrolled: ['password'] } }), 'the password was chosen together with the app').toEqual({ is: 'enrol', options: ['totp', 'passkey'], isOptional: false });
  expect(next({ proofs: [pass, password, totp], factors: { ...passwordAndApp, recoveryCodesLeft: 0 }, progress: { ...noProgress, enrolled: ['password', 'totp'] } })).toEqual({ is: 'save-codes' });
});

it('a step-up to phishing resistance takes the passkey and nothing else', () => {
  const wanted = { level: 2, isPhishingResistant: true } as const;
  expect(next({ purpose: 'step-up', wanted })).toEqual({ is: 'prove', options: ['passkey'] });
  expect(next({ purpose: 'step-up', wanted, proofs: [verified] })).toEqual({ is: 'done' });
});

it('whoever must be phishing-resistant and has no passkey proves the rest and enrols one', () => {
  const wanted = { level: 2, isPhishingResistant: true } as const;
  expect(next({ purpose: 'step-up', wanted, factors: passwordAndApp })).toEqual({ is: 'prove', options: ['totp', 'password'] });
  expect(next({ purpose: 'step-up', wanted, factors: passwordAndApp, proofs: [password, totp] })).toEqual({ is: 'enrol', options: ['passkey'], isOptional: false });
});

// ASVS 6.4.3
it('a recovery code alone recovers nothing: a second, different method is asked for', () => {
  expect(next({ purpose: 'recover' })).toEqual({ is: 'prove', options: ['recovery-code', 'mailed-code'] });
  expect(next({ purpose: 'recover', proofs: [code], factors: { ...passwordAndApp } })).toEqual({ is: 'prove', options: ['totp', 'password', 'access-pass'] });
  expect(next({ purpose: 'recover', proofs: [code], factors: { ...none, recoveryCodesLeft: 9 } })).toEqual({ is: 'prove', options: ['access-pass'] });
});

it('recovery with code and app leads to a new password, with code and password to a new factor', () => {
  expect(next({ purpose: 'recover', proofs: [code, totp], factors: passwordAndApp })).toEqual({ is: 'enrol', options: ['passkey', 'password'], isOptional: false });
  expect(next({ purpose: 'recover', proofs: [code, password], factors: passwordAndApp })).toEqual({ is: 'enrol', options: ['passkey', 'totp'], isOptional: false });
});

it('a phone that answers prompts is asked only after something was proven, and is no second factor beside a code', () => {
  const withPush = { ...passwordAndApp, pushDevices: 1 };
  expect(next({ factors: withPush })).toEqual(next({ factors: none }));
  expect(next({ proofs: [password], factors: withPush })).toEqual({ is: 'prove', options: ['push', 'totp', 'recovery-code'] });
  expect(next({ proofs: [{ method: 'push', at }], factors: withPush })).toEqual({ is: 'prove', options: ['password'] });
});

it('a step-up to level 3 takes a listed key, and whoever has none enrols one', () => {
  const wanted = { level: 3, isPhishingResistant: true } as const;
  expect(next({ purpose: 'step-up', wanted, factors: { ...full, listedPasskeys: 1 } })).toEqual({ is: 'prove', options: ['passkey'] });
  expect(next({ purpose: 'step-up', wanted, factors: { ...full, listedPasskeys: 1 }, proofs: [{ ...verified, isSynced: false, isListed: true }] })).toEqual({ is: 'done' });
  expect(next({ purpose: 'step-up', wanted, proofs: [verified], factors: { ...full, hasPassword: false, totps: 0 } })).toEqual({ is: 'enrol', options: ['passkey'], isOptional: false });
});

it('whoever has a key for level 3 and touched another, or none with its PIN, is asked for that key', () => {
  const wanted = { level: 3, isPhishingResistant: true } as const;
  const factors = { ...full, passkeys: 2, listedPasskeys: 1 };
  const listed: Proof = { ...verified, isSynced: false, isListed: true };
  expect(next({ wanted, factors, proofs: [verified] })).toEqual({ is: 'prove', options: ['passkey'] });
  expect(next({ wanted, factors, proofs: [{ ...listed, isUserVerified: false }] })).toEqual({ is: 'prove', options: ['passkey'] });
  expect(next({ wanted, factors, proofs: [password] })).toEqual({ is: 'prove', options: ['passkey'] });
  expect(next({ wanted, factors, proofs: [listed] })).toEqual({ is: 'done' });
});

it('a key of another kind, enrolled where level 3 is wanted, ends in words and not in the same question for ever', () => {
  const wanted = { level: 3, isPhishingResistant: true } as const;
  const enrolled = { ...noProgress, enrolled: ['passkey'] as const };
  expect(next({ purpose: 'step-up', wanted, proofs: [verified] })).toEqual({ is: 'enrol', options: ['passkey'], isOptional: false });
  expect(next({ purpose: 'step-up', wanted, proofs: [verified], progress: enrolled })).toEqual({ is: 'lacks-key' });
  expect(next({ wanted, proofs: [pass], factors: { ...none, passkeys: 1 }, progress: enrolled })).toEqual({ is: 'lacks-key' });
  expect(next({ wanted, proofs: [pass], factors: { ...none, passkeys: 1, listedPasskeys: 1 }, progress: enrolled })).toEqual({ is: 'prove', options: ['passkey'] });
});

it('a stolen password does not enrol a key for level 3: the best that is there is proven first (63B-4 4.1.2)', () => {
  const wanted = { level: 3, isPhishingResistant: true } as const;
  expect(next({ purpose: 'step-up', wanted, proofs: [password] }).is).toBe('prove');
  expect(next({ purpose: 'step-up', wanted, proofs: [totp] }).is).toBe('prove');
});

it('what the factors can reach together is never more than the best of them', () => {
  expect([none, { ...none, hasPassword: true }, { ...none, totps: 1 }, { ...none, passkeys: 1 }].map((held) => bestOf(held).level)).toEqual([0, 1, 1, 1]);
  expect([passwordAndApp, full, { ...full, listedPasskeys: 1 }, { ...none, hasPassword: true, passkeys: 1 }, { ...none, hasPassword: true, pushDevices: 1 }].map((held) => bestOf(held).level)).toEqual([2, 2, 3, 2, 2]);
});

it('the certificate of a device is one factor, and does not lead to the enrolment past a card with PIN', () => {
  const laptop: Proof = { method: 'certificate', at, isUserVerified: false, isHardwareBound: false };
  const card: Proof = { method: 'certificate', at, isUserVerified: true, isHardwareBound: true };
  const device = { ...none, certificates: 1 };
  const both = { ...none, certificates: 2, verifiedCertificates: 1, hardwareCertificates: 1 };
  expect([device, { ...device, hasPassword: true }, both, { ...both, hardwareCertificates: 0 }].map((held) => bestOf(held).level)).toEqual([1, 2, 3, 2]);
  expect(next({ proofs: [laptop], factors: { ...device, hasPassword: true } })).toEqual({ is: 'prove', options: ['password'] });
  expect(next({ proofs: [laptop], factors: both })).toEqual({ is: 'prove', options: ['certificate'] });
  expect(next({ purpose: 'step-up', wanted: { level: 3, isPhishingResistant: true }, proofs: [laptop], factors: { ...both, hasPassword: true } })).toEqual({ is: 'prove', options: ['certificate'] });
  expect(next({ purpose: 'step-up', proofs: [card], factors: both })).toEqual({ is: 'done' });
  // After a password of somebody who has a card: the card, or nothing that a false page could take in its place.
  expect(next({ proofs: [password], wanted: { level: 2, isPhishingResistant: true }, factors: { ...both, hasPassword: true, totps: 1 } })).toEqual({ is: 'prove', options: ['certificate'] });
});

it('threat, an easier way beside the envelope: a break-glass account is asked for its hardware key with PIN, never enrols, and its name tells nobody what it is', () => {
  const keyOnly = { ...none, passkeys: 1, verifiedPasskeys: 1, isKeyOnly: true };
  const hardware: Proof = { ...verified, isSynced: false };
  expect(next({ factors: keyOnly })).toEqual(next({ factors: full }));
  expect(next({ purpose: 'recover', factors: keyOnly })).toEqual(next({ purpose: 'recover', factors: full }));
  for (const proofs of [[touched], [verified], [password, totp], [code, totp], [pass], [password, touched]]) expect(next({ factors: keyOnly, proofs })).toEqual({ is: 'prove', options: ['passkey'] });
  expect(next({ factors: keyOnly, proofs: [hardware] })).toEqual({ is: 'done' });
  expect(next({ factors: keyOnly, purpose: 'step-up', wanted: { level: 2, isPhishingResistant: true }, proofs: [hardware] })).toEqual({ is: 'done' });
});

it('to have more never asks more of whoever has proven enough: what a sign-in in one form takes for granted', () => {
  const counts = [0, 1, 3];
  for (const isKeyOnly of [false, true]) {
    for (const recoveryCodesLeft of [0, 9, recoveryCodeCount]) {
      for (const wanted of [workforceFloor, { level: 2, isPhishingResistant: true }, { level: 3, isPhishingResistant: true }] as const) {
        const asked = (factors: EnrolledFactors) => next({ wanted, proofs: [password, totp], factors });
        const least = asked(leastFactors(isKeyOnly, recoveryCodesLeft));
        for (const passkeys of counts) {
          for (const pushDevices of counts) {
            for (const certificates of counts) {
              const most: EnrolledFactors = { ...passwordAndApp, passkeys, verifiedPasskeys: passkeys, listedPasskeys: passkeys, pushDevices, isPushOff: pushDevices === 3, certificates, verifiedCertificates: certificates, hardwareCertificates: certificates, recoveryCodesLeft, recoveryAddresses: pushDevices, isKeyOnly };
              expect(asked(most).is === 'done', JSON.stringify(most)).toBe(least.is === 'done');
            }
          }
        }
      }
    }
  }
});
