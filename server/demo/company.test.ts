import { expect, it } from 'vitest';
import { aYear, asCsv, emailOf } from './company.ts';

const now = new Date('2026-06-15T10:00:00Z');

it('is a company of about 60 people whose year can be told', () => {
  const months = aYear(now);
  expect(months).toHaveLength(12);
  for (const month of months) {
    expect(month.workers.length).toBeGreaterThan(50);
    expect(month.workers.length).toBeLessThan(75);
    const numbers = new Set(month.workers.map((one) => one.number));
    expect(numbers.size).toBe(month.workers.length);
    expect(new Set(month.workers.map(emailOf)).size).toBe(month.workers.length);
    expect(month.workers.every((one) => one.manager === '' || numbers.has(one.manager))).toBe(true);
    expect(month.workers.every((one) => one.type === 'Employee' || one.end !== '')).toBe(true);
  }
  expect(months.flatMap((month) => month.leavers).length).toBeGreaterThan(3);
  expect(months.flatMap((month) => month.movers).length).toBeGreaterThan(2);
  expect(asCsv(months[0]!.workers).split('\n')).toHaveLength(months[0]!.workers.length + 2);
});

it('is the same company for everybody', () => {
  expect(aYear(now)).toEqual(aYear(now));
});
