import { describe, expect, it } from 'vitest';
import { nextStep, noFactors, noProgress, type EnrolledFactors, type Situation } from '../sign-in/next-step.ts';
import type { Method, Proof } from '../sign-in/strength.ts';
import { recoveryOf, waysBack } from './recovery.ts';

const at = '2026-03-02T09:00:00Z';
const proof = (method: Exclude<Method, 'passkey' | 'certificate'>): Proof => ({ method, at });
const kinds = {
  saved: proof('recovery-code'),
  mailed: proof('mailed-code'),
  password: proof('password'),
  app: proof('totp'),
  push: proof('push'),
  'key without PIN': { method: 'passkey', at, isUserVerified: false, isSynced: false },
  'device certificate': { method: 'certificate', at, isUserVerified: false, isHardwareBound: false },
  pass: proof('access-pass'),
} satisfies Record<string, Proof>;
type Kind = keyof typeof kinds;

/** Has everything, and two addresses; the key has never shown a PIN. */
const held: EnrolledFactors = { ...noFactors, hasPassword: true, totps: 1, passkeys: 1, pushDevices: 1, certificates: 1, recoveryCodesLeft: 9, recoveryAddresses: 2 };
const next = (situation: Partial<Situation>) => nextStep({ purpose: 'recover', isNamed: true, wanted: { level: 2, isPhishingResistant: false }, proofs: [], factors: held, progress: noProgress, ...situation });

describe('63B-4 4.2.2.2: which two things together let somebody bind a new factor (ASVS 6.4.3, 6.4.4)', () => {
  // One line per pair of which at least one is a code; both orders are tried.
  const table: readonly (readonly [Kind, Kind | null, 'enough' | 'not enough'])[] = [
    ['saved', null, 'not enough'],
    ['mailed', null, 'not enough'],
    ['mailed', 'mailed', 'not enough'],
    ['saved', 'saved', 'not enough'],
    ['saved', 'mailed', 'enough'],
    ['saved', 'password', 'enough'],
    ['saved', 'app', 'enough'],
    ['saved', 'push', 'enough'],
    ['saved', 'key without PIN', 'enough'],
    ['saved', 'device certificate', 'enough'],
    ['saved', 'pass', 'enough'],
    ['mailed', 'password', 'enough'],
    ['mailed', 'app', 'enough'],
    ['mailed', 'push', 'enough'],
    ['mailed', 'key without PIN', 'enough'],
    ['mailed', 'device certificate', 'enough'],
    ['mailed', 'pass', 'enough'],
    ['pass', null, 'enough'],
  ];
  it.each(table)('%s and %s: %s', (one, other, verdict) => {
    const both: readonly Proof[] = [kinds[one], ...(other && other !== one ? [kinds[other]] : [])];
    for (const proofs of [both, [...both].reverse()]) {
      const step = next({ proofs });
      expect(step.is, JSON.stringify(step)).toBe(verdict === 'enough' ? 'enrol' : 'prove');
      // A recovery ends in a new factor: nobody can say "not now" to it.
      if (step.is === 'enrol') expect(step.isOptional).toBe(false);
      if (step.is === 'prove') expect(step.options).not.toContain(proofs[0]!.method);
    }
  });

  it('what no line names is no recovery: two factors are a sign-in, and one alone nothing', () => {
    expect(recoveryOf([kinds.password, kinds.app], held)).toBe('none');
    expect(recoveryOf([], held)).toBe('none');
  });

  it('a mailed code counts for nothing where the person has no address to it any more, or has power', () => {
    const powerful = { ...held, recoveryAddresses: 0 };
    expect(recoveryOf([kinds.saved, kinds.mailed], powerful)).toBe('half');
    expect(recoveryOf([kinds.mailed, kinds.password], powerful)).toBe('none');
    expect(next({ proofs: [kinds.saved, kinds.mailed], factors: powerful }).is).toBe('prove');
    expect(next({ proofs: [kinds.mailed, kinds.password], factors: powerful }).is).toBe('prove');
    const asked = next({ proofs: [kinds.saved], factors: powerful });
    expect(asked.is === 'prove' && asked.options).not.toContain('mailed-code');
  });

  it('a stolen key without its PIN is no second thing, where the key has shown before that it has one', () => {
    expect(recoveryOf([kinds.saved, kinds['key without PIN']], { ...held, verifiedPasskeys: 1 })).toBe('half');
  });
});

describe('after it', () => {
  const after = (proofs: readonly Proof[], enrolled: readonly ('password' | 'totp' | 'passkey')[]) => next({ proofs, progress: { ...noProgress, enrolled } });

  it('a saved code that bound a password is not also the second factor beside it: the second is bound too', () => {
    const both = [kinds.saved, kinds.mailed];
    expect(after([...both, kinds.password], ['password'])).toEqual({ is: 'enrol', options: ['totp', 'passkey'], isOptional: false });
    expect(after([...both, kinds.password, kinds.app], ['password', 'totp']).is).toBe('save-codes');
  });

  it('the lost app is not asked for: what was bound before does not stand between the person and the new factor', () => {
    const step = after([kinds.mailed, kinds.password], []);
    expect(step).toEqual({ is: 'enrol', options: ['passkey', 'totp'], isOptional: false });
    expect(after([kinds.mailed, kinds.app], [])).toEqual({ is: 'enrol', options: ['passkey', 'password'], isOptional: false });
  });

  it('whoever proved two factors without any code may say "not now": that was a sign-in (63B-4 4.2)', () => {
    const step = next({ proofs: [kinds.saved, kinds.password, kinds.app] });
    expect(step).toMatchObject({ is: 'enrol', isOptional: true });
  });
});

it('outside of a recovery a mailed code is nothing: no way to sign in, none to step up (ASVS 6.3.6)', () => {
  for (const purpose of ['sign-in', 'step-up'] as const) {
    for (const proofs of [[], [kinds.password], [kinds.app]]) {
      const step = next({ purpose, proofs });
      expect(step.is === 'prove' && step.options).not.toContain('mailed-code');
    }
    expect(next({ purpose, proofs: [kinds.password, kinds.mailed] }).is).toBe('prove');
  }
});

it('the portal promises no more than the rules give: for each way back there is a pair that is enough', () => {
  const none = { hasPassword: false, passkeys: 0, recoveryCodesLeft: 0, recoveryAddresses: 0 };
  expect(waysBack(none)).toEqual([]);
  expect(waysBack({ ...none, recoveryAddresses: 2 }), 'a mailbox alone is none').toEqual([]);
  expect(waysBack({ ...none, recoveryCodesLeft: 10 }), 'paper alone is none').toEqual([]);
  expect(waysBack({ ...none, passkeys: 1 }), 'the key that was lost is none').toEqual([]);
  expect(waysBack({ hasPassword: true, passkeys: 2, recoveryCodesLeft: 1, recoveryAddresses: 1 })).toEqual(['spare_passkey', 'saved_and_password', 'saved_and_mailed', 'mailed_and_password']);
  for (const [one, other] of [[kinds.saved, kinds.password], [kinds.saved, kinds.mailed], [kinds.mailed, kinds.password]] as const) expect(recoveryOf([one, other], held)).toBe('whole');
});
