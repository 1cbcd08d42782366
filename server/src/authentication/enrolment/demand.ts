import type { EnrolledFactors } from '../sign-in/next-step.ts';
import { strictest, type Wanted } from '../sign-in/strength.ts';
import { askedBy, noStanding, type EnrolmentPolicy, type Member, type Standing } from './enrolment-policy.ts';
import { isReady } from './readiness.ts';

/** What the policies ask of one person together. The strictest wins; floor, application and step-up are added where the sign-in is judged. */
export interface PersonalDemand {
  /** No session without it. */
  readonly must: { readonly want: Wanted; readonly policyIds: readonly string[]; readonly since: Date } | null;
  /** Not yet a must, and this person could not meet it with what they have. */
  readonly offer: Offer | null;
}

export interface Offer {
  readonly want: Wanted;
  readonly policyIds: readonly string[];
  /** The first deadline among them. */
  readonly until: Date;
  /** The least among them; null where nothing is counted. */
  readonly skipsLeft: number | null;
}

/** `answered`: put off within this very sign-in; the last skip is one, and counts from the next sign-in on. */
export function demandOf(policies: readonly EnrolmentPolicy[], standings: ReadonlyMap<string, Standing>, person: Member, factors: EnrolledFactors, answered: readonly string[], now: Date): PersonalDemand {
  const asked = policies.map((policy) => ({ policy, asked: askedBy(policy, person, standings.get(policy.id) ?? noStanding, now) }));
  const musts = asked.flatMap((one) => (one.asked.is === 'must' && !(one.asked.because === 'skips' && answered.includes(one.policy.id)) ? [one.policy] : []));
  const offers = asked.flatMap((one) => (one.asked.is === 'offer' && !isReady(factors, one.policy.want) ? [{ policy: one.policy, skipsLeft: one.asked.skipsLeft }] : []));
  return {
    must: musts.length === 0 ? null : { want: musts.map((one) => one.want).reduce(strictest), policyIds: musts.map((one) => one.id), since: earliest(musts) },
    offer:
      offers.length === 0
        ? null
        : {
            want: offers.map((one) => one.policy.want).reduce(strictest),
            policyIds: offers.map((one) => one.policy.id),
            until: earliest(offers.map((one) => one.policy)),
            skipsLeft: offers.map((one) => one.skipsLeft).reduce((a, b) => (a === null ? b : b === null ? a : Math.min(a, b))),
          },
  };
}

const earliest = (policies: readonly EnrolmentPolicy[]): Date => policies.map((one) => one.deadlineAt).reduce((a, b) => (a < b ? a : b));
