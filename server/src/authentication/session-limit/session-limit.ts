import { hours, days, minutes, seconds } from '../../platform/clock/index.ts';
import type { AssuranceLevel } from '../sign-in/strength.ts';
import { sessionLimits, type LimitsByLevel } from '../session/session.ts';

/** What an administrator chose for one level. */
export interface SetLimit {
  readonly assuranceLevel: AssuranceLevel;
  readonly overallSeconds: number;
  readonly idleSeconds: number | null;
}

export interface Ceiling {
  readonly overallMs: number;
  readonly idleMs: number | null;
}

/** Nothing goes beyond these: at level 3 the norm's own word is SHALL (63B-4 2.3.3); at 1 and 2 a limit must exist, and a year is as good as none. */
export const ceilings: Readonly<Record<AssuranceLevel, Ceiling>> = {
  1: { overallMs: days(365), idleMs: null },
  2: { overallMs: days(365), idleMs: null },
  3: { overallMs: hours(12), idleMs: minutes(15) },
};

/** The limits that hold: the defaults, and what was chosen instead. INVARIANT: never beyond a ceiling, whatever a row says. */
export function limitsFrom(set: readonly SetLimit[]): LimitsByLevel {
  const limits = { ...sessionLimits };
  for (const { assuranceLevel, overallSeconds, idleSeconds } of set) {
    const ceiling = ceilings[assuranceLevel];
    const idleMs = idleSeconds === null ? ceiling.idleMs : seconds(idleSeconds);
    limits[assuranceLevel] = {
      overallMs: Math.min(seconds(overallSeconds), ceiling.overallMs),
      idleMs: idleMs !== null && ceiling.idleMs !== null ? Math.min(idleMs, ceiling.idleMs) : idleMs,
      source: sessionLimits[assuranceLevel].source,
    };
  }
  return limits;
}

export type LimitVerdict = 'accepted' | 'beyond_ceiling' | 'idle_longer_than_overall' | 'needs_justification';

/** Longer than the norm says a session should last (SHOULD at level 1 and 2). */
export function isBeyondNorm({ assuranceLevel, overallSeconds, idleSeconds }: SetLimit): boolean {
  const { overallMs, idleMs } = sessionLimits[assuranceLevel];
  return seconds(overallSeconds) > overallMs || (idleMs !== null && (idleSeconds === null || seconds(idleSeconds) > idleMs));
}

/** ASVS 7.1.1: a departure from the norm is written down with its reason; beyond the ceiling there is none. */
export function judgeLimit(wish: SetLimit, justification: string | null): LimitVerdict {
  const ceiling = ceilings[wish.assuranceLevel];
  if (seconds(wish.overallSeconds) > ceiling.overallMs || (ceiling.idleMs !== null && (wish.idleSeconds === null || seconds(wish.idleSeconds) > ceiling.idleMs))) return 'beyond_ceiling';
  if (wish.idleSeconds !== null && wish.idleSeconds > wish.overallSeconds) return 'idle_longer_than_overall';
  return isBeyondNorm(wish) && justification === null ? 'needs_justification' : 'accepted';
}
