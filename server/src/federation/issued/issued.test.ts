import { expect, test } from 'vitest';
import { later, seconds } from '../../platform/clock/index.ts';
import { isReuse, lives, refreshLife } from './issued.ts';

const at = new Date('2026-01-01T00:00:00Z');

test('two tabs that refresh at once are not a theft', () => {
  expect(isReuse({ consumedAt: at, hasUsedSuccessor: false }, later(at, seconds(9)))).toBe(false);
});

test('a refresh token that comes back after ten seconds, or after its successor was used, is a theft', () => {
  expect(isReuse({ consumedAt: at, hasUsedSuccessor: false }, later(at, seconds(11)))).toBe(true);
  expect(isReuse({ consumedAt: at, hasUsedSuccessor: true }, later(at, seconds(1)))).toBe(true);
});

test('a refresh token lives 30 days from its last use and its family 90 days at most', () => {
  expect(refreshLife(0, 0)).toBe(lives.refreshIdle);
  expect(refreshLife(0, 80 * 86_400)).toBe(10 * 86_400);
  expect(refreshLife(0, 91 * 86_400)).toBe(1);
});
