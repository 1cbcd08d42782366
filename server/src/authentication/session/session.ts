import { days, hours, later, minutes } from '../../platform/clock/index.ts';
import type { AssuranceLevel } from '../sign-in/strength.ts';

export interface Session {
  readonly id: string;
  readonly personId: string;
  readonly assuranceLevel: AssuranceLevel;
  /** As in `amr`; see `strengthOf`. */
  readonly methods: readonly string[];
  readonly isPhishingResistant: boolean;
  readonly device: string;
  readonly deviceId: string | null;
  readonly address: string;
  readonly createdAt: Date;
  /** The last moment at which factors were proven; step-up moves it. */
  readonly authenticatedAt: Date;
  readonly lastSeenAt: Date;
  readonly idleExpiresAt: Date;
  readonly expiresAt: Date;
  readonly endedAt: Date | null;
  readonly endReason: string | null;
}

export interface SessionLimits {
  readonly overallMs: number;
  readonly idleMs: number | null;
  readonly source: string;
}

export type LimitsByLevel = Readonly<Record<AssuranceLevel, SessionLimits>>;

/** The defaults. 63B-4 5.2: limits are documented and end the session; they differ by level. Administrators may choose others (`session-limit/`). */
export const sessionLimits: LimitsByLevel = {
  1: { overallMs: days(30), idleMs: null, source: '63B-4 2.1.3' },
  2: { overallMs: hours(24), idleMs: hours(1), source: '63B-4 2.2.3' },
  3: { overallMs: hours(12), idleMs: minutes(15), source: '63B-4 2.3.3' },
};

/** How many one person keeps open at once; the one unused for longest makes room (ASVS 7.1.2). */
export const mostOpenSessions = 50;

/** Every sight of a session would be a write; once a minute is exact enough for limits of fifteen minutes and more. */
export const seenEveryMs = minutes(1);

/** When a session ends that was (re)authenticated at `authenticatedAt` and last used at `now`: reauthentication resets both, use only the idle limit. */
export function endsOf(level: AssuranceLevel, authenticatedAt: Date, now: Date, limits: LimitsByLevel = sessionLimits): { readonly expiresAt: Date; readonly idleExpiresAt: Date } {
  const { overallMs, idleMs } = limits[level];
  const expiresAt = later(authenticatedAt, overallMs);
  const idle = idleMs === null ? expiresAt : later(now, idleMs);
  return { expiresAt, idleExpiresAt: idle < expiresAt ? idle : expiresAt };
}

/** What a protocol may say about a session (OpenID Connect `acr`, `amr`, `auth_time`). */
export interface SessionStrength {
  readonly level: AssuranceLevel;
  readonly isPhishingResistant: boolean;
  readonly amr: readonly string[];
  readonly authenticatedAt: Date;
}

export const sessionStrength = (session: Session): SessionStrength => ({
  level: session.assuranceLevel,
  isPhishingResistant: session.isPhishingResistant,
  amr: session.methods,
  authenticatedAt: session.authenticatedAt,
});
