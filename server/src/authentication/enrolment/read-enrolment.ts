import type { EnrolmentPolicyAnswer, EnrolmentPolicyWithDays, EnrolmentPreview, OwnEnrolment, ReadinessAnswer } from '@bailiwick/contract/enrolment';
import { days, later } from '../../platform/clock/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { enrolledFactors } from '../factor/store.ts';
import type { Needs } from '../needs.ts';
import { locksOutAdministrators, type PolicyInput } from './change-policy.ts';
import { askedBy, isInAudience, noStanding, problemOf, type Dispensable, type EnrolmentPolicy } from './enrolment-policy.ts';
import { dayOf, forecastOf, type EnrolmentDay } from './forecast.ts';
import { missingOf, type Situation } from './readiness.ts';
import { countReadiness, daysOf, findFacing, findPolicy, listPolicies, readReadiness, roleNames, type Counts, type StoredPolicy } from './store.ts';

type ReadNeeds = Pick<Needs, 'clock' | 'database' | 'peopleGroups'>;
type Read = Permit<'authentication.enrolment.read'>;

/** As far back as the picture shows. */
const shownDays = 120;

export async function readEnrolmentPolicies({ clock, database, peopleGroups }: ReadNeeds, _permit: Read): Promise<{ items: EnrolmentPolicyAnswer[] }> {
  const now = clock.now();
  return database.read(async (tx) => {
    const policies = await listPolicies(tx);
    const ids = policies.map((one) => one.id);
    const [counts, history, names] = await Promise.all([countReadiness(tx, peopleGroups, policies), daysOf(tx, ids, dayOf(later(now, -days(15)))), roleNames(tx, peopleGroups, roleIdsOf(policies))]);
    return { items: policies.map((one) => asAnswer(one, counts.get(one.id)!, history.filter((day) => day.policyId === one.id), names, now)) };
  });
}

export async function readEnrolmentPolicy({ clock, database, peopleGroups }: ReadNeeds, _permit: Read, id: string): Promise<EnrolmentPolicyWithDays> {
  const now = clock.now();
  return database.read(async (tx) => {
    const policy = await found(tx, id);
    const [counts, history, names] = await Promise.all([countReadiness(tx, peopleGroups, [policy]), daysOf(tx, [id], dayOf(later(now, -days(shownDays)))), roleNames(tx, peopleGroups, roleIdsOf([policy]))]);
    const { whole, cannotJudge, ready } = counts.get(id)!;
    // Today as it is, not as it was when it was counted last.
    const shown = [...history.filter((one) => one.day !== dayOf(now)), { day: dayOf(now), whole: whole - cannotJudge, ready }];
    return { ...asAnswer(policy, counts.get(id)!, history, names, now), days: shown.map(({ day, whole, ready }) => ({ day, whole, ready })) };
  });
}

export async function readReadinessList({ database, peopleGroups }: ReadNeeds, permit: Read, id: string, filter: { search?: string | undefined; situation?: Situation | undefined; cursor?: string | undefined; limit: number }): Promise<ReadinessAnswer> {
  return database.read(async (tx) => {
    const policy = await found(tx, id);
    const { counts, items, next } = await readReadiness(tx, peopleGroups, policy, { ...filter, scope: permit.scope });
    return {
      counts,
      next,
      items: items.map(({ factors, mustAskedAt, ...one }) => ({
        ...one,
        missing: one.situation === 'ready' ? null : missingOf(factors, policy.want),
        isBeforeTheDoor: mustAskedAt !== null,
        excusedUntil: moment(one.excusedUntil),
        helpAskedAt: moment(one.helpAskedAt),
        lastSignInAt: moment(one.lastSignInAt),
      })),
    };
  });
}

/** What will happen, shown before it is saved. As if it were on. */
export async function previewEnrolmentPolicy({ clock, database, peopleGroups }: ReadNeeds, permit: Read, input: PolicyInput & { readonly policyId: string | null }): Promise<EnrolmentPreview> {
  const now = clock.now();
  // The stage of a policy that is not there yet is drawn by another number; its size is the same.
  const policy: EnrolmentPolicy = { ...input, id: input.policyId ?? '00000000-0000-0000-0000-000000000000', state: 'on' };
  return database.read(async (tx) => {
    const [{ counts, items }, locksOut, own] = await Promise.all([
      readReadiness(tx, peopleGroups, policy, { situation: 'not_ready', scope: permit.scope, limit: 12 }),
      locksOutAdministrators(tx, { peopleGroups }, policy, now),
      permit.personId === null ? null : facingWithFactors(tx, peopleGroups, permit.personId, now),
    ]);
    const isMustNow = now >= policy.startsAt && (now >= policy.deadlineAt || policy.skips === 0);
    return {
      counts,
      mustNow: isMustNow ? counts.asked : 0,
      isYouInside: own !== null && isInAudience(policy.audience, own.facing.person) && missingOf(own.factors, policy.want) !== null,
      problem: problemOf(policy) ?? (locksOut ? 'locks_out_administrators' : null),
      sample: items.map(({ personId, displayName, department, title, factors }) => ({ personId, displayName, department, title, missing: missingOf(factors, policy.want) })),
    };
  });
}

/** What is due for me, in My security. */
export async function readOwnEnrolment({ clock, database, peopleGroups }: ReadNeeds, permit: Permit<'authentication.own.factor.read'>): Promise<OwnEnrolment> {
  const { personId } = permit;
  if (!personId) throw refuse.not_a_person();
  const now = clock.now();
  const own = await database.read((tx) => facingWithFactors(tx, peopleGroups, personId, now));
  if (!own) return { items: [] };
  const { facing, factors } = own;
  return {
    items: facing.policies.flatMap((policy) => {
      const asked = askedBy(policy, facing.person, facing.standings.get(policy.id) ?? noStanding, now);
      const missing = missingOf(factors, policy.want);
      if (asked.is === 'nothing' || missing === null) return [];
      return [{ policyId: policy.id, name: policy.name, want: asWant(policy), isMust: asked.is === 'must', deadlineAt: policy.deadlineAt.toISOString(), skipsLeft: asked.is === 'offer' ? asked.skipsLeft : 0, missing }];
    }),
  };
}

async function facingWithFactors(tx: Tx, groups: Needs['peopleGroups'], personId: string, now: Date) {
  const [facing, factors] = await Promise.all([findFacing(tx, groups, personId, now), enrolledFactors(tx, personId)]);
  return facing && { facing, factors };
}

async function found(tx: Tx, id: string): Promise<StoredPolicy> {
  const policy = await findPolicy(tx, id);
  if (!policy) throw refuse.enrolment_policy_not_found({ policy: id });
  return policy;
}

const roleIdsOf = (policies: readonly EnrolmentPolicy[]): readonly string[] => policies.flatMap((policy) => policy.audience.anyOf.flatMap((group) => group.roleIds));

/** PostgreSQL writes moments into JSON in its own way. */
const moment = (text: string | null): string | null => (text === null ? null : new Date(text).toISOString());

const asWant = ({ want }: Pick<EnrolmentPolicy, 'want'>): EnrolmentPolicyAnswer['want'] => ({ level: want.level, isPhishingResistant: want.isPhishingResistant, without: [...((want.without ?? []) as readonly Dispensable[])] });

function asAnswer(policy: StoredPolicy, counts: Counts, history: readonly EnrolmentDay[], names: ReadonlyMap<string, string>, now: Date): EnrolmentPolicyAnswer {
  const { id, shippedAs, name, audience, startsAt, deadlineAt, skips, percent, state, stoppedAt, stopFacts, createdAt, updatedAt } = policy;
  return {
    id,
    isShipped: shippedAs !== null,
    name,
    audience: { anyOf: audience.anyOf.map((group) => ({ isAdministrator: group.isAdministrator, departments: [...group.departments], locations: [...group.locations], employmentTypes: [...group.employmentTypes], titles: [...group.titles], roleIds: [...group.roleIds], roles: group.roleIds.map((roleId) => ({ id: roleId, name: names.get(roleId) ?? null })) })) },
    want: asWant(policy),
    startsAt: startsAt.toISOString(),
    deadlineAt: deadlineAt.toISOString(),
    skips,
    percent,
    state,
    stopped: stoppedAt && stopFacts && { at: stoppedAt.toISOString(), ...stopFacts },
    counts,
    forecast: forecastOf(history, { whole: counts.whole - counts.cannotJudge, ready: counts.ready }, now, deadlineAt),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
