import { days } from '../../platform/clock/index.ts';

/** One day of a policy, as it was counted then. */
export interface EnrolmentDay {
  /** `2026-03-14` */
  readonly day: string;
  readonly whole: number;
  readonly ready: number;
}

export type Forecast =
  | { readonly is: 'done' }
  /** Fewer than one day of counting. */
  | { readonly is: 'too_early' }
  | { readonly is: 'not_at_this_rate' }
  | { readonly is: 'day'; readonly day: string; readonly perDay: number; readonly isInTime: boolean };

export const forecastFromDays = 14;
/** Farther away is no forecast but a way to say never. */
const farthestDays = 730;

/**
 * The day on which everybody is ready, if those who are not enrol as fast as people did in the last fourteen days. It counts people, not
 * shares: a department that joined the audience meanwhile makes the work longer, not the pace slower.
 */
export function forecastOf(history: readonly EnrolmentDay[], current: { readonly whole: number; readonly ready: number }, now: Date, deadlineAt: Date): Forecast {
  const left = current.whole - current.ready;
  if (left <= 0) return { is: 'done' };
  const today = dayOf(now);
  const from = dayOf(new Date(now.getTime() - days(forecastFromDays)));
  const first = history.filter((one) => one.day >= from && one.day < today).sort((a, b) => (a.day < b.day ? -1 : 1))[0];
  if (!first) return { is: 'too_early' };
  const perDay = (current.ready - first.ready) / ((Date.parse(today) - Date.parse(first.day)) / days(1));
  const needed = Math.ceil(left / perDay);
  if (perDay <= 0 || needed > farthestDays) return { is: 'not_at_this_rate' };
  const day = dayOf(new Date(Date.parse(today) + days(needed)));
  return { is: 'day', day, perDay: Math.round(perDay * 100) / 100, isInTime: day <= dayOf(deadlineAt) };
}

export const dayOf = (at: Date): string => at.toISOString().slice(0, 10);
