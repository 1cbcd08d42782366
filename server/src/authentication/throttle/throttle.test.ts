import { expect, it } from 'vitest';
import { firstTurn, longestWaitFrom, noWait, takeTurn, waitSecondsAfter, type Wait } from './throttle.ts';

const now = new Date('2026-03-02T09:00:00Z');

it('the first four wrong tries cost nothing, then the wait doubles up to an hour', () => {
  expect([1, 4, 5, 6, 7, 12, 99].map(waitSecondsAfter)).toEqual([0, 0, 30, 60, 120, 3_600, 3_600]);
});

it('whoever asks during the wait is told the rest of it', () => {
  expect(takeTurn({ failures: 5, notBefore: new Date(now.getTime() + 12_300) }, now)).toEqual({ is: 'wait', seconds: 13 });
});

it('a try is counted before it is checked, so that guesses sent at once gain nothing', () => {
  let wait: Wait = { failures: 0, notBefore: new Date(0) };
  let granted = 0;
  for (let guess = 0; guess < 50; guess += 1) {
    const turn = takeTurn(wait, now);
    if (turn.is === 'wait') continue;
    granted += 1;
    wait = turn.next;
  }
  expect(granted).toBe(5);
});

it('a try that began a moment before the one that was counted first is not told to wait', () => {
  const first = takeTurn(noWait, now);
  expect(first).toEqual(firstTurn);
  expect(first.is).toBe('granted');
  if (first.is === 'granted') expect(takeTurn(first.next, new Date(now.getTime() - 3)).is).toBe('granted');
});

it('whoever guesses on at the last way in for administrators has one try an hour, and never a shorter wait again', () => {
  let wait: Wait = longestWaitFrom(now);
  for (let hour = 0; hour < 3; hour += 1) {
    const at = new Date(now.getTime() + hour * 3_600_000);
    expect(takeTurn(wait, new Date(at.getTime() + 3_599_000))).toEqual({ is: 'wait', seconds: 1 });
    const turn = takeTurn(wait, new Date(at.getTime() + 3_600_000));
    expect(turn.is).toBe('granted');
    if (turn.is === 'granted') wait = turn.next;
  }
});

it('a hundred tries take a guesser more than three days', () => {
  const seconds = Array.from({ length: 100 }, (_, index) => waitSecondsAfter(index + 1)).reduce((sum, one) => sum + one, 0);
  expect(seconds).toBeGreaterThan(3 * 86_400);
});
