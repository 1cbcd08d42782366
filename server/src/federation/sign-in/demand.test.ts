import { expect, test } from 'vitest';
import { later, minutes } from '../../platform/clock/index.ts';
import { demandOfAcrValues, whatIsMissing, type Demand, type SignedIn } from './demand.ts';

const now = new Date('2026-01-01T12:00:00Z');
const plain: Demand = { isFreshSignInWanted: false, askedAt: null, maxAgeSeconds: null, leastLevel: 1, isPhishingResistanceWanted: false, hintedPersonId: null, isConsentNeeded: false, isConsentAskedAnew: false };
const maria: SignedIn = { personId: 'maria', level: 2, methods: ['pwd', 'otp'], authenticatedAt: later(now, -minutes(30)) };
const welcome = { isKeptOut: false, consentedAt: null };

test('nobody signed in: sign in first', () => {
  expect(whatIsMissing(plain, null, welcome, now)).toBe('sign_in');
  expect(whatIsMissing(plain, maria, welcome, now)).toBeNull();
});

test('prompt=login is met by a sign-in after it was asked, and by no older one', () => {
  const demand = { ...plain, isFreshSignInWanted: true };
  expect(whatIsMissing(demand, maria, welcome, now)).toBe('fresh_sign_in');
  expect(whatIsMissing({ ...demand, askedAt: later(now, -minutes(1)) }, maria, welcome, now)).toBe('fresh_sign_in');
  expect(whatIsMissing({ ...demand, askedAt: later(now, -minutes(1)) }, { ...maria, authenticatedAt: now }, welcome, now)).toBeNull();
});

test('max_age sends away who signed in too long ago', () => {
  expect(whatIsMissing({ ...plain, maxAgeSeconds: 1_801 }, maria, welcome, now)).toBeNull();
  expect(whatIsMissing({ ...plain, maxAgeSeconds: 1_799 }, maria, welcome, now)).toBe('fresh_sign_in');
});

test('a weaker sign-in than the application demands is not enough', () => {
  expect(whatIsMissing({ ...plain, leastLevel: 3 }, maria, welcome, now)).toBe('stronger_sign_in');
  expect(whatIsMissing({ ...plain, isPhishingResistanceWanted: true }, maria, welcome, now)).toBe('stronger_sign_in');
});

test('another person than the one the application named is not signed in silently', () => {
  expect(whatIsMissing({ ...plain, hintedPersonId: 'ivan' }, maria, welcome, now)).toBe('other_person');
});

test('who has no grant is kept out before consent is asked', () => {
  expect(whatIsMissing({ ...plain, isConsentNeeded: true }, maria, { isKeptOut: true, consentedAt: null }, now)).toBe('access');
  expect(whatIsMissing({ ...plain, isConsentNeeded: true }, maria, welcome, now)).toBe('consent');
  expect(whatIsMissing({ ...plain, isConsentNeeded: true }, maria, { isKeptOut: false, consentedAt: now }, now)).toBeNull();
});

test('of several acr values the least demanding one is enough', () => {
  expect(demandOfAcrValues('urn:bailiwick:aal3 urn:bailiwick:aal2')).toEqual({ level: 2, isPhishingResistant: false });
  expect(demandOfAcrValues('phr')).toEqual({ level: 1, isPhishingResistant: true });
  expect(demandOfAcrValues('something else')).toEqual({ level: 1, isPhishingResistant: false });
});
