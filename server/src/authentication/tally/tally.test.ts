import { expect, it } from 'vitest';
import { noProgress } from '../sign-in/next-step.ts';
import { boundOf, bounds, methodOf, quantileOf, secondsOf, shownAtOf } from './tally.ts';

const at = (seconds: number): Date => new Date(Date.UTC(2026, 4, 4, 9, 0, seconds));
const signIn = { purpose: 'sign-in' as const, progress: noProgress, createdAt: at(10) };

it('the time runs from the first page shown, or from the name given where that is not known', () => {
  expect(secondsOf(signIn, at(27))).toBe(17);
  expect(secondsOf({ ...signIn, progress: { ...noProgress, shownAt: at(4).toISOString() } }, at(27))).toBe(23);
});

it('setting up, recovery, codes to write down and a page left open over lunch are not timed', () => {
  expect(secondsOf({ ...signIn, progress: { ...noProgress, enrolled: ['passkey'] } }, at(27))).toBeNull();
  expect(secondsOf({ ...signIn, progress: { ...noProgress, codeSlots: [3] } }, at(27))).toBeNull();
  expect(secondsOf({ ...signIn, purpose: 'recover' }, at(27))).toBeNull();
  expect(secondsOf(signIn, at(10 + 3_600))).toBeNull();
});

it('a page that says it was shown tomorrow, last week or never is not timed', () => {
  const now = at(30);
  const timed = (text: string) => secondsOf({ ...signIn, progress: { ...noProgress, shownAt: shownAtOf(text, now) } }, now);
  expect(timed(String(at(10).getTime()))).toBe(20);
  for (const lie of [String(at(40).getTime()), String(at(30 - 86_400).getTime()), '', '-1', '1e13', '9'.repeat(40)]) expect(timed(lie), lie).toBeNull();
});

it('a set of factors has one name, in whatever order they were shown', () => {
  expect(methodOf(['totp', 'password'])).toBe('password+totp');
  expect(methodOf(['passkey'])).toBe('passkey');
});

it('the median lies where the middle one lies', () => {
  const counted = (seconds: readonly number[]) => bounds.map((upToSeconds) => ({ upToSeconds, count: seconds.filter((one) => boundOf(one) === upToSeconds).length }));
  expect(quantileOf([], 0.5)).toBeNull();
  // 3, 4 and 5 seconds, each in its own step.
  expect(quantileOf(counted([3, 4, 5]), 0.5)).toBeCloseTo(3.5, 5);
  const many = Array.from({ length: 1_001 }, (_, index) => 5 + index / 100);
  expect(Math.abs(quantileOf(counted(many), 0.5)! - 10)).toBeLessThan(0.6);
  expect(boundOf(9_999)).toBe(bounds.at(-1));
});
