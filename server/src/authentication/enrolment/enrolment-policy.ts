import { sha256 } from '../../platform/crypto/index.ts';
import type { Method, Wanted } from '../sign-in/strength.ts';

/**
 * A rule for the sign-in of a group of people, with the way there: offered from `startsAt`, put off `skips` times at most,
 * a must from `deadlineAt`.
 *
 *   draft ──▶ report-only ──▶ on ──▶ stopped          draft, report-only   nobody is asked anything
 *     ▲            ▲           │▲        │            on                   offered, then a must
 *     └────────────┴───────────┘└────────┘            stopped              offered only: too many stood before the door
 */
export interface EnrolmentPolicy {
  readonly id: string;
  readonly name: string;
  readonly audience: Audience;
  readonly want: Wanted;
  readonly startsAt: Date;
  readonly deadlineAt: Date;
  readonly skips: number;
  /** Of the audience: the stage that is asked, always the same people, and whoever is in stays in when it grows. */
  readonly percent: number;
  readonly state: EnrolmentState;
}

export type EnrolmentState = 'draft' | 'report-only' | 'on' | 'stopped';

/** Whoever fits one of the groups. A group without conditions is everybody. */
export interface Audience {
  readonly anyOf: readonly AudienceGroup[];
}

/** All conditions hold; an empty list is no condition. Attributes in the exact spelling of HR. */
export interface AudienceGroup {
  /** Whoever has a role in the console. */
  readonly isAdministrator: boolean;
  readonly departments: readonly string[];
  readonly locations: readonly string[];
  readonly employmentTypes: readonly string[];
  readonly titles: readonly string[];
  readonly roleIds: readonly string[];
}

export const everybody: AudienceGroup = { isAdministrator: false, departments: [], locations: [], employmentTypes: [], titles: [], roleIds: [] };

/** A person as audiences see them. */
export interface Member {
  readonly personId: string;
  readonly isAdministrator: boolean;
  /** Nobody's account, for the day on which nothing else works. */
  readonly isBreakGlass: boolean;
  readonly department: string | null;
  readonly location: string | null;
  readonly employmentType: string | null;
  readonly title: string | null;
  readonly roleIds: readonly string[];
}

const fits = (values: readonly string[], value: string | null): boolean => values.length === 0 || (value !== null && values.includes(value));

/**
 * The same stands in SQL (`audienceAsSql`); a test holds the two together. INVARIANT: no policy is for break-glass accounts: they have
 * their hardware keys and can set up nothing else, and a must that these do not meet would close the last door.
 */
export const isInAudience = ({ anyOf }: Audience, person: Member): boolean =>
  !person.isBreakGlass &&
  anyOf.some(
    (group) =>
      (!group.isAdministrator || person.isAdministrator) &&
      fits(group.departments, person.department) &&
      fits(group.locations, person.location) &&
      fits(group.employmentTypes, person.employmentType) &&
      fits(group.titles, person.title) &&
      (group.roleIds.length === 0 || group.roleIds.some((id) => person.roleIds.includes(id))),
  );

/** 0 to 99, by hash of policy and person: nobody can choose it, every node finds the same, and each policy draws anew. In SQL: `placeInStage`. */
export function placeInStage(policyId: string, personId: string): number {
  const digest = sha256(`${policyId}:${personId}`);
  return ((digest[0]! << 8) | digest[1]!) % 100;
}

export const isInStage = (policy: Pick<EnrolmentPolicy, 'id' | 'percent'>, personId: string): boolean => placeInStage(policy.id, personId) < policy.percent;

/** What a person has done with a policy so far. */
export interface Standing {
  readonly skips: number;
  readonly excusedUntil: Date | null;
}
export const noStanding: Standing = { skips: 0, excusedUntil: null };

export type Asked =
  | { readonly is: 'nothing' }
  /** `skipsLeft` null: it can wait without being counted. */
  | { readonly is: 'offer'; readonly skipsLeft: number | null }
  | { readonly is: 'must'; readonly because: 'deadline' | 'skips' };

/** What a policy asks of one of its people at this moment. INVARIANT: it is never put off more than `skips` times, nor past the deadline, but by an excuse that has an end. */
export function askedBy(policy: EnrolmentPolicy, person: Member, standing: Standing, now: Date): Asked {
  if ((policy.state !== 'on' && policy.state !== 'stopped') || now < policy.startsAt) return { is: 'nothing' };
  if (!isInAudience(policy.audience, person) || !isInStage(policy, person.personId)) return { is: 'nothing' };
  if (policy.state === 'stopped' || (standing.excusedUntil !== null && now < standing.excusedUntil)) return { is: 'offer', skipsLeft: null };
  if (now >= policy.deadlineAt) return { is: 'must', because: 'deadline' };
  return standing.skips >= policy.skips ? { is: 'must', because: 'skips' } : { is: 'offer', skipsLeft: policy.skips - standing.skips };
}

/** Ways that a policy may do without. Keys are not among them: with what anybody can set up alone there must be a way to comply. */
export const dispensable = ['password', 'totp', 'push', 'recovery-code'] as const satisfies readonly Method[];
export type Dispensable = (typeof dispensable)[number];

export const mostSkips = 20;
export const defaultSkips = 3;
export const longestExcuseDays = 14;

export type PolicyProblem = 'deadline_before_start' | 'asks_nothing';

/** What no policy may be. */
export function problemOf({ startsAt, deadlineAt, want }: Pick<EnrolmentPolicy, 'startsAt' | 'deadlineAt' | 'want'>): PolicyProblem | null {
  if (deadlineAt < startsAt) return 'deadline_before_start';
  // Level 2 is the floor of everybody (63B-4 2.2): asking for no more would count people and change nothing.
  return want.level <= 2 && !want.isPhishingResistant && (want.without ?? []).length === 0 ? 'asks_nothing' : null;
}
