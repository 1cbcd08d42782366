import { expect, it } from 'vitest';
import { hours, minutes } from '../../platform/clock/index.ts';
import { judgeLimit, limitsFrom, type SetLimit } from './session-limit.ts';
import { endsOf } from '../session/session.ts';

const wish = (assuranceLevel: 1 | 2 | 3, overallHours: number, idleMinutes: number | null): SetLimit => ({ assuranceLevel, overallSeconds: overallHours * 3_600, idleSeconds: idleMinutes === null ? null : idleMinutes * 60 });

it('at level 3 twelve hours and a quarter of an hour are the most, whatever anybody writes beside it (63B-4 2.3.3)', () => {
  expect(judgeLimit(wish(3, 12, 15), null)).toBe('accepted');
  expect(judgeLimit(wish(3, 13, 15), 'the night shift is long')).toBe('beyond_ceiling');
  expect(judgeLimit(wish(3, 12, 16), 'the night shift is long')).toBe('beyond_ceiling');
  expect(judgeLimit(wish(3, 12, null), 'the night shift is long')).toBe('beyond_ceiling');
});

it('at level 2 longer than the norm says is possible with a reason, shorter without (ASVS 7.1.1)', () => {
  expect(judgeLimit(wish(2, 8, 30), null)).toBe('accepted');
  expect(judgeLimit(wish(2, 24, 61), null)).toBe('needs_justification');
  expect(judgeLimit(wish(2, 25, 60), null)).toBe('needs_justification');
  expect(judgeLimit(wish(2, 24, null), null)).toBe('needs_justification');
  expect(judgeLimit(wish(2, 72, null), 'nurses share a station')).toBe('accepted');
  expect(judgeLimit(wish(1, 24 * 400, null), 'for ever')).toBe('beyond_ceiling');
  expect(judgeLimit(wish(2, 1, 90), 'odd')).toBe('idle_longer_than_overall');
});

it('a row that says more than a ceiling is held to the ceiling', () => {
  const limits = limitsFrom([wish(3, 48, null), wish(2, 8, 30)]);
  expect(limits[3]).toMatchObject({ overallMs: hours(12), idleMs: minutes(15) });
  expect(limits[2]).toMatchObject({ overallMs: hours(8), idleMs: minutes(30) });
  expect(limits[1].idleMs).toBeNull();
});

it('a session ends by the limits that were set', () => {
  const at = new Date('2026-03-02T09:00:00Z');
  const later = new Date('2026-03-02T16:45:00Z');
  expect(endsOf(2, at, later, limitsFrom([wish(2, 8, 30)]))).toEqual({ expiresAt: new Date('2026-03-02T17:00:00Z'), idleExpiresAt: new Date('2026-03-02T17:00:00Z') });
});
