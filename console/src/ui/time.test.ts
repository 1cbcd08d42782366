import { expect, it } from 'vitest';
import { duration, relative } from './time.ts';

it('durations read as people say them, and drop what is zero', () => {
  expect([370, 9_940, 38_000, 119_000, 250_000, 900_000, 12_000_000, 86_400_000, 187_200_000, 2_592_000_000].map(duration)).toEqual(['0.4 s', '9.9 s', '38 s', '119 s', '4 min 10 s', '15 min', '3 h 20 min', '24 h', '2 d 4 h', '30 d']);
});

it('times are told from now, in both directions', () => {
  const now = Date.parse('2026-11-23T12:00:00Z');
  expect(['2026-11-23T11:59:22Z', '2026-11-23T12:00:00Z', '2026-11-20T12:00:00Z', '2026-12-02T12:00:00Z'].map((at) => relative(new Date(at), now))).toEqual(['38 seconds ago', 'now', '3 days ago', 'next week']);
  // Just issued for ten years, for one, for an hour ten seconds ago; due in 90 days; done this moment by a clock that is ahead.
  expect(['2036-11-20T11:59:50Z', '2027-11-23T11:59:50Z', '2026-11-23T12:59:50Z', '2027-02-21T12:00:00Z', '2026-11-23T12:00:02Z'].map((at) => relative(new Date(at), now))).toEqual(['in 10 years', 'in 12 months', 'in 59 minutes', 'in 3 months', 'now']);
});
