import { minutes } from '../../platform/clock/index.ts';
import type { SignIn } from '../sign-in/sign-in.ts';
import type { Method } from '../sign-in/strength.ts';

/** The steps of the histogram: the last second of each. Fine where people differ, coarse where they wait. */
export const bounds = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 90, 120, 180, 300, 600] as const;

/** A page that was open for longer was left alone; its time says nothing about a way to sign in. */
export const longestMs = minutes(10);

export type Outcome = 'done' | 'untimed' | 'wrong' | 'wait' | 'left';

/** One line of the tally: on this day, in this way. */
export interface Counted {
  readonly day: string;
  readonly outcome: Outcome;
  /** What was proven: `passkey`, `password+totp`; for tries, the one factor that was tried; for what was left, what had been proven until then. */
  readonly method: string;
  /** Of `done`: one of `bounds`; else 0. */
  readonly upToSeconds: number;
  readonly count: number;
}

const order: readonly Method[] = ['password', 'passkey', 'certificate', 'push', 'totp', 'recovery-code', 'mailed-code', 'access-pass', 'setup-link'];

/** The same name for the same set, in whatever order it was proven. */
export const methodOf = (methods: readonly string[]): string => order.filter((one) => methods.includes(one)).join('+');

export const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

/**
 * From the first page shown, or the name given where that is not known, to the session. Null where the time says nothing about
 * the way: setting up, recovery, codes to write down, a page left open.
 */
export function secondsOf(signIn: Pick<SignIn, 'purpose' | 'progress' | 'createdAt'>, at: Date): number | null {
  const { enrolled, codeSlots, shownAt } = signIn.progress;
  if (signIn.purpose !== 'sign-in' || enrolled.length > 0 || codeSlots.length > 0) return null;
  const ms = at.getTime() - (shownAt === undefined ? signIn.createdAt.getTime() : Date.parse(shownAt));
  return ms >= 0 && ms <= longestMs ? ms / 1_000 : null;
}

export const boundOf = (seconds: number): number => bounds.find((bound) => seconds <= bound) ?? bounds.at(-1)!;

/** What the page said of its own moment; one that cannot be true is so long ago that it is not timed. Whoever changes it changes a statistic and nothing else. */
export function shownAtOf(text: string, now: Date): string {
  const shown = /^\d{13}$/.test(text) ? Number(text) : 0;
  return new Date(shown <= now.getTime() ? shown : 0).toISOString();
}

/** The value below which `share` of them lie, taken as spread evenly within a step; null of nothing. */
export function quantileOf(steps: readonly { readonly upToSeconds: number; readonly count: number }[], share: number): number | null {
  const sorted = [...steps].filter((one) => one.count > 0).sort((a, b) => a.upToSeconds - b.upToSeconds);
  const wanted = sorted.reduce((sum, one) => sum + one.count, 0) * share;
  let before = 0;
  for (const { upToSeconds, count } of sorted) {
    if (before + count >= wanted) {
      const from = bounds[bounds.indexOf(upToSeconds as never) - 1] ?? 0;
      return Math.round((from + ((upToSeconds - from) * (wanted - before)) / count) * 10) / 10;
    }
    before += count;
  }
  return null;
}
