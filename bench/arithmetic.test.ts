import { describe, expect, it } from 'vitest';
import { arrivals, growthExponent, median, pairedRatio, percentile, seeded, spreadOf } from './arithmetic.ts';
import { printTable } from './table.ts';

describe('the arithmetic of the measurements', () => {
  it('a percentile is a value that was measured, never one in between', () => {
    const values = Array.from({ length: 100 }, (_, index) => index + 1);
    expect(percentile(values, 0.5)).toBe(50);
    expect(percentile(values, 0.95)).toBe(95);
    expect(percentile(values, 0.99)).toBe(99);
    expect(percentile(values, 1)).toBe(100);
    expect(percentile([7], 0.99)).toBe(7);
    expect(percentile([], 0.5)).toBeNaN();
  });

  it('the spread does not depend on the order of the answers', () => {
    expect(spreadOf([5, 1, 4, 2, 3])).toEqual({ p50: 3, p95: 5, p99: 5, max: 5, count: 5 });
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it('a machine that gets slower between the rounds does not change the ratio', () => {
    const ratio = pairedRatio([[100, 200], [50, 100], [10, 20], [80, 160], [33, 66]]);
    expect(ratio).toMatchObject({ value: 0.5, low: 0.5, high: 0.5, rounds: 5 });
  });

  it('one bad round moves the interval, not the ratio', () => {
    const ratio = pairedRatio([[90, 100], [91, 100], [20, 100], [89, 100], [92, 100]]);
    expect(ratio.value).toBe(0.9);
    expect(ratio.low).toBeLessThan(0.9);
    expect(ratio.high).toBeGreaterThanOrEqual(0.9);
  });

  it('growth: an index costs nothing with size, counting costs in proportion', () => {
    expect(growthExponent([[1_000, 2], [100_000, 2], [1_000_000, 2]])).toBeCloseTo(0);
    expect(growthExponent([[1_000, 1], [100_000, 100], [1_000_000, 1_000]])).toBeCloseTo(1);
  });

  it('arrivals keep their mean rate, and the same seed gives the same arrivals', () => {
    const times = arrivals(200, 10, seeded(3));
    expect(times.length).toBeGreaterThan(1_850);
    expect(times.length).toBeLessThan(2_150);
    expect(arrivals(200, 10, seeded(3))).toEqual(times);
    expect([...times].sort((a, b) => a - b)).toEqual([...times]);
  });

  it('the table keeps its columns under one another', () => {
    expect(printTable(['a', 'bb'], [['1', '2'], ['333', '4']])).toBe('a   | bb\n----|---\n1   | 2\n333 | 4');
  });
});
