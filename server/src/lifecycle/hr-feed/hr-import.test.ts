import { describe, expect, it } from 'vitest';
import { leavesAt } from './difference.ts';
import { brakeFor, mayApply, removalLimit } from './hr-import.ts';

const usual = { active: 100, removals: 0, goodRows: 100, rowCount: 100, isComplete: true, cut: null };

describe('the brake', () => {
  it('lets five people go from a small company and a tenth from a large one', () => {
    expect([removalLimit(0), removalLimit(20), removalLimit(50), removalLimit(59), removalLimit(60), removalLimit(290), removalLimit(5_000)]).toEqual([5, 5, 5, 5, 6, 29, 500]);
    expect(brakeFor({ ...usual, removals: 10 }).isHeld).toBe(false);
    expect(brakeFor({ ...usual, removals: 11 })).toMatchObject({ isHeld: true, confirmWith: 11, reasons: [{ is: 'too_many_removals' }] });
  });

  it('an empty file cannot be confirmed, whatever number is named', () => {
    const brake = brakeFor({ ...usual, removals: 100, goodRows: 0, rowCount: 0 });
    expect(brake).toMatchObject({ isHeld: true, confirmWith: null, reasons: [{ is: 'empty' }] });
    expect(mayApply(brake, [], new Set(), 100)).toEqual({ is: 'empty' });
  });

  it('a transfer that broke off is held even if nobody would leave', () => {
    expect(brakeFor({ ...usual, cut: 'the last line is short' })).toMatchObject({ isHeld: true, confirmWith: 0 });
  });

  it('nobody outside of the shown list loses access, even with the right number', () => {
    const brake = brakeFor({ ...usual, removals: 1 });
    expect(mayApply(brake, ['maria'], new Set(['ivan']), 1)).toEqual({ is: 'outdated' });
    expect(mayApply(brake, ['maria'], new Set(['maria', 'ivan']), undefined)).toEqual({ is: 'apply' });
  });
});

describe('the HR timestamp', () => {
  it('is the end of the last day, or the arrival of the news if that is later', () => {
    expect(leavesAt('2026-03-31', 'Europe/Berlin', new Date('2026-03-20T08:00:00Z')).toISOString()).toBe('2026-03-31T22:00:00.000Z');
    expect(leavesAt('2026-03-31', 'Europe/Berlin', new Date('2026-04-07T08:00:00Z')).toISOString()).toBe('2026-04-07T08:00:00.000Z');
  });
});
