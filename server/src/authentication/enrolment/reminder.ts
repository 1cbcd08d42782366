import { days } from '../../platform/clock/index.ts';
import type { EnrolmentPolicy } from './enrolment-policy.ts';

export type ReminderKind = 'start' | 'week' | 'day';

/** The reminder that is due now: one at the start, one a week and one a day before the deadline, never two at once, none afterwards. */
export function reminderDue({ state, startsAt, deadlineAt }: Pick<EnrolmentPolicy, 'state' | 'startsAt' | 'deadlineAt'>, now: Date): ReminderKind | null {
  if (state !== 'on' || now < startsAt || now >= deadlineAt) return null;
  const leftMs = deadlineAt.getTime() - now.getTime();
  return leftMs <= days(1) ? 'day' : leftMs <= days(7) ? 'week' : 'start';
}
