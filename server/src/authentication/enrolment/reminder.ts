import { days } from '../../platform/clock/index.ts';
import type { Wanted } from '../sign-in/strength.ts';
import type { Dispensable, EnrolmentPolicy } from './enrolment-policy.ts';

export type ReminderKind = 'start' | 'week' | 'day';

/** The reminder that is due now: one at the start, one a week and one a day before the deadline, never two at once, none afterwards. */
export function reminderDue({ state, startsAt, deadlineAt }: Pick<EnrolmentPolicy, 'state' | 'startsAt' | 'deadlineAt'>, now: Date): ReminderKind | null {
  if (state !== 'on' || now < startsAt || now >= deadlineAt) return null;
  const leftMs = deadlineAt.getTime() - now.getTime();
  return leftMs <= days(1) ? 'day' : leftMs <= days(7) ? 'week' : 'start';
}

const ways: Readonly<Record<Dispensable, string>> = { password: 'a password', totp: 'an authenticator app', push: 'approval on a telephone', 'recovery-code': 'a recovery code' };

/** What a reminder asks for. `what`: to be set up; `rule`: what holds from that day on. A rule that only takes ways out requires no passkey: it says what does not count any more. */
export function askedFor(want: Wanted, organisation: string): { readonly what: string; readonly rule: string } {
  const takes = (what: string) => ({ what, rule: `signing in to ${organisation} takes ${what}` });
  if (want.level === 3) return takes('a security key that your organisation has approved');
  if (want.isPhishingResistant || !want.without?.length) return takes('a passkey or a security key');
  const out = want.without.map((method) => ways[method as Dispensable]);
  const list = out.length === 1 ? out[0]! : `${out.slice(0, -1).join(', ')} or ${out.at(-1)!}`;
  return { what: 'another way to sign in', rule: `${list} does not count any more when you sign in to ${organisation}, and it takes another way. A passkey is enough by itself` };
}
