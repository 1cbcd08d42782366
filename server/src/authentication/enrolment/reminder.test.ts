import { expect, it } from 'vitest';
import type { Wanted } from '../sign-in/strength.ts';
import { askedFor } from './reminder.ts';

it.each<[string, Wanted, string, RegExp]>([
  ['phishing-resistant', { level: 2, isPhishingResistant: true }, 'a passkey or a security key', /^signing in to Linden takes a passkey or a security key$/],
  ['phishing-resistant, and some ways out beside', { level: 2, isPhishingResistant: true, without: ['totp'] }, 'a passkey or a security key', /takes a passkey/],
  ['level 3', { level: 3, isPhishingResistant: true }, 'a security key that your organisation has approved', /takes a security key that your organisation has approved$/],
  ['one way out', { level: 2, isPhishingResistant: false, without: ['totp'] }, 'another way to sign in', /^an authenticator app does not count any more when you sign in to Linden, and it takes another way\./],
  ['three ways out', { level: 2, isPhishingResistant: false, without: ['password', 'totp', 'recovery-code'] }, 'another way to sign in', /^a password, an authenticator app or a recovery code does not count/],
])('a reminder asks for what the rule wants and for no more: %s', (_what, want, what, rule) => {
  expect(askedFor(want, 'Linden')).toEqual({ what, rule: expect.stringMatching(rule) as string });
});
