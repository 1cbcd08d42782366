import { expect, test } from 'vitest';
import { days, later } from '../../platform/clock/index.ts';
import { inOrderOfUse, keysToDrop, keysToMake, keyThatSigns, orderHoldsUntil, type SigningKey } from './signing-key.ts';

const start = new Date('2026-01-01T00:00:00Z');
const key = (id: string, day: number): SigningKey => ({ id, purpose: 'id-token', algorithm: 'ES256', createdAt: start, signsFrom: later(start, days(day)) });

test('an empty house gets one key per purpose and algorithm, which signs at once', () => {
  const made = keysToMake([], start);
  expect(made).toHaveLength(4);
  expect(made.every((one) => one.signsFrom.getTime() === start.getTime())).toBe(true);
});

test('a key is replaced after 90 days by one that was published 7 days before', () => {
  const others = keysToMake([], start).filter((one) => !(one.purpose === 'id-token' && one.algorithm === 'ES256')).map((one, index) => ({ ...one, id: `other${index}`, createdAt: start, signsFrom: later(start, days(400)) }));
  const old = key('old', 0);
  expect(keysToMake([old, ...others], later(start, days(82)))).toEqual([]);
  const [next] = keysToMake([old, ...others], later(start, days(83)));
  expect(next?.signsFrom).toEqual(later(start, days(90)));

  const keys = [old, key('next', 90)];
  expect(keyThatSigns(keys, 'id-token', 'ES256', later(start, days(89)))?.id).toBe('old');
  expect(orderHoldsUntil(keys, later(start, days(89)))).toEqual(later(start, days(90)));
  expect(keyThatSigns(keys, 'id-token', 'ES256', later(start, days(90)))?.id).toBe('next');
  expect(inOrderOfUse(keys, later(start, days(90))).map((one) => one.id)).toEqual(['next', 'old']);
  expect(keysToDrop(keys, later(start, days(96)))).toEqual([]);
  expect(keysToDrop(keys, later(start, days(97))).map((one) => one.id)).toEqual(['old']);
});

test('a server that slept for a year still announces its new key before it signs with it', () => {
  const [next] = keysToMake([key('old', 0)], later(start, days(365))).filter((one) => one.purpose === 'id-token' && one.algorithm === 'ES256');
  expect(next?.signsFrom).toEqual(later(start, days(372)));
});
