import { createECDH, generateKeyPairSync, sign } from 'node:crypto';
import { expect, it } from 'vitest';
import { bestOf, nextStep, noFactors, noProgress, type Situation } from '../sign-in/next-step.ts';
import { isSignedBy } from './device-key.ts';
import { countAfterSuccess, digitsTyped, isFatigue, mayAskAgain, placeOf, signedTexts, stateOf, type Prompt } from './push.ts';

const now = new Date('2026-03-02T09:00:00Z');
const ago = (seconds: number): Date => new Date(now.getTime() - seconds * 1_000);
const asked: Prompt = { expiresAt: new Date(now.getTime() + 10_000), answer: null, answeredAt: null, usedAt: null };

it('a question waits a minute, a right answer two more, and is used once', () => {
  expect(stateOf(asked, now)).toBe('waiting');
  expect(stateOf({ ...asked, expiresAt: now }, now)).toBe('expired');
  expect(stateOf({ ...asked, answer: 'approved', answeredAt: ago(119) }, now)).toBe('approved');
  expect(stateOf({ ...asked, answer: 'approved', answeredAt: ago(120) }, now)).toBe('expired');
  expect(stateOf({ ...asked, answer: 'approved', answeredAt: ago(1), usedAt: now }, now)).toBe('used');
  expect(stateOf({ ...asked, answer: 'denied', answeredAt: ago(1) }, now)).toBe('denied');
});

it('three questions that went by without a right answer are fatigue; three that still wait are not, but no fourth is asked', () => {
  expect(isFatigue({ sent: 3, waiting: 0 })).toBe(true);
  for (const waiting of [1, 2, 3]) expect(isFatigue({ sent: 3, waiting })).toBe(false);
  expect([0, 1, 2, 3].map((sent) => mayAskAgain({ sent, waiting: sent }))).toEqual([true, true, true, false]);
});

it('a right answer forgives what is over, and not what still waits', () => {
  expect(countAfterSuccess({ sent: 3, waiting: 0 })).toBe(0);
  expect(countAfterSuccess({ sent: 3, waiting: 2 })).toBe(2);
});

it('the person is told what the sign-in leads to', () => {
  expect(placeOf('/admin', null)).toBe('console');
  expect(placeOf('/admin/settings?tab=mail', null)).toBe('console');
  expect(placeOf('/administer', null)).toBe('portal');
  expect(placeOf('/oauth2/interaction/x', 'Wiki')).toBe('application');
});

it('digits are read with or without spaces', () => {
  expect(digitsTyped(' 123 456')).toBe('123456');
  expect(digitsTyped('123-456')).toBe('123456');
});

it('a signature is good for one purpose, one house, one question, one decision and these digits', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const point = publicKey.export({ format: 'der', type: 'spki' }).subarray(-65);
  const signed = (text: string): string => sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
  const answer = { origin: 'https://id.example.com', deviceId: 'd', promptId: 'p', nonce: 'n', decision: 'approve', digits: '123456' };
  const signature = signed(signedTexts.answer(answer));
  expect(isSignedBy(point, signedTexts.answer(answer), signature)).toBe(true);
  for (const other of [{ origin: 'https://id.example.org' }, { deviceId: 'e' }, { promptId: 'q' }, { nonce: 'm' }, { decision: 'deny' }, { digits: '123457' }]) expect(isSignedBy(point, signedTexts.answer({ ...answer, ...other }), signature)).toBe(false);
  expect(isSignedBy(point, signedTexts.waiting({ origin: answer.origin, deviceId: 'd', nonce: 'n' }), signature)).toBe(false);
  const stranger = createECDH('prime256v1').generateKeys();
  expect(isSignedBy(stranger, signedTexts.answer(answer), signature)).toBe(false);
});

it('what is no key and what is no signature is no answer, and no error', () => {
  const point = createECDH('prime256v1').generateKeys();
  expect(isSignedBy(point, 'text', '')).toBe(false);
  expect(isSignedBy(point, 'text', '!'.repeat(86))).toBe(false);
  expect(isSignedBy(point, 'text', Buffer.alloc(64).toString('base64url'))).toBe(false);
  expect(isSignedBy(Buffer.alloc(65, 4), 'text', Buffer.alloc(64, 1).toString('base64url'))).toBe(false);
  expect(isSignedBy(Buffer.alloc(0), 'text', Buffer.alloc(64, 1).toString('base64url'))).toBe(false);
});

const asking: Situation = { purpose: 'sign-in', isNamed: true, wanted: { level: 2, isPhishingResistant: false }, proofs: [{ method: 'password', at: '' }], factors: { ...noFactors, hasPassword: true, pushDevices: 1, recoveryCodesLeft: 10 }, progress: noProgress };

it('the telephone is offered after another proof, never before one, and never where nothing that can be phished suffices', () => {
  expect(nextStep(asking)).toEqual({ is: 'prove', options: ['push', 'recovery-code'] });
  expect(nextStep({ ...asking, proofs: [] })).toEqual({ is: 'prove', options: ['password', 'passkey', 'access-pass'] });
  expect(nextStep({ ...asking, proofs: [], purpose: 'step-up' })).toEqual({ is: 'prove', options: ['push', 'password'] });
  expect(nextStep({ ...asking, wanted: { level: 2, isPhishingResistant: true }, factors: { ...asking.factors, passkeys: 1, verifiedPasskeys: 1 } })).toEqual({ is: 'prove', options: ['passkey'] });
});

it('switched off it is named last, counts for nothing, and still keeps the enrolment shut to whoever has the password alone', () => {
  const off = { ...asking.factors, isPushOff: true };
  expect(nextStep({ ...asking, factors: { ...off, totps: 1 } })).toEqual({ is: 'prove', options: ['totp', 'recovery-code', 'push'] });
  expect(nextStep({ ...asking, factors: { ...off, recoveryCodesLeft: 0 } })).toEqual({ is: 'prove', options: ['push'] });
  expect(bestOf(off).level).toBe(1);
  expect(bestOf(asking.factors).level).toBe(2);
});
