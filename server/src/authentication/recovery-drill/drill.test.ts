import { expect, it } from 'vitest';
import { isAble, secondsOf, stalledAt, stateOf, stepDue, stepsFor, type PartSeen, type StepSeen } from './drill.ts';

const start = new Date('2026-03-02T09:00:00Z');
const after = (minutes: number): Date => new Date(start.getTime() + minutes * 60_000);
const step = (name: StepSeen['step'], shown: number, outcome: StepSeen['outcome'] = null, ended: number | null = null): StepSeen => ({ step: name, shownAt: after(shown), tries: 1, outcome, endedAt: ended === null ? null : after(ended) });
const part = (steps: readonly StepSeen[], more: Partial<PartSeen> = {}): PartSeen => ({ begunAt: start, finishedAt: null, isAble: null, steps, ...more });

it('people with power practise without the mailed code, since they could not come back by it', () => {
  expect(stepsFor(true)).not.toContain('mailed-code');
  expect(stepDue(stepsFor(true), [{ step: 'saved-code', outcome: 'done' }])).toBe('second-device');
});

it('a step that somebody could not do is over, and the next is due: one lost paper does not end the rehearsal', () => {
  expect(stepDue(stepsFor(false), [])).toBe('saved-code');
  expect(stepDue(stepsFor(false), [{ step: 'saved-code', outcome: 'could_not' }])).toBe('mailed-code');
  expect(stepDue(stepsFor(false), [{ step: 'saved-code', outcome: 'could_not' }, { step: 'mailed-code', outcome: null }])).toBe('mailed-code');
  expect(stepDue(stepsFor(false), stepsFor(false).map((one) => ({ step: one, outcome: 'done' as const })))).toBeNull();
});

it('one code alone is not enough to be able; both are, and so is another device', () => {
  const seen = (...done: StepSeen['step'][]) => stepsFor(false).map((one) => ({ step: one, outcome: done.includes(one) ? ('done' as const) : ('could_not' as const) }));
  expect([seen(), seen('saved-code'), seen('mailed-code'), seen('saved-code', 'mailed-code'), seen('second-device')].map(isAble)).toEqual([false, false, false, true, true]);
});

it('whoever does nothing for ten minutes has stalled at the step that was shown, and a drill that is over leaves nobody under way', () => {
  const waiting = part([step('saved-code', 0, 'done', 1), step('mailed-code', 1)]);
  expect(stateOf(waiting, true, after(5))).toBe('under_way');
  expect(stateOf(waiting, true, after(12))).toBe('stalled');
  expect(stateOf(waiting, false, after(5))).toBe('stalled');
  expect(stalledAt(waiting, 'stalled')).toBe('mailed-code');
  expect(secondsOf(waiting)).toBe(60);
});

it('whoever finished is able or not, and not being able says where', () => {
  const gaveUp = part([step('saved-code', 0, 'could_not', 4), step('mailed-code', 4, 'done', 6), step('second-device', 6, 'could_not', 7)], { finishedAt: after(7), isAble: false });
  expect(stateOf(gaveUp, true, after(100))).toBe('unable');
  expect(stalledAt(gaveUp, 'unable')).toBe('saved-code');
  expect(secondsOf(gaveUp)).toBe(420);
  expect(stateOf(part([], { begunAt: null }), true, start)).toBe('not_begun');
});
