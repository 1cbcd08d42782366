import { record } from '../../audit/index.ts';
import { days, later } from '../../platform/clock/index.ts';
import { newId } from '../../platform/crypto/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import { recorded, type Refusal } from '../../platform/errors/index.ts';
import type { ActorId, Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { subjectInScope } from '../session/scope.ts';
import { everybody, problemOf, type EnrolmentPolicy, type EnrolmentState } from './enrolment-policy.ts';
import { dayOf } from './forecast.ts';
import { addPolicy, countAdministrators, countReadiness, excuse, findPolicy, forgetReminders, listPolicies, lockPolicy, markPolicyRemoved, saveDay, savePolicy, turnPolicyTo, type StoredPolicy } from './store.ts';

type ChangeNeeds = Pick<Needs, 'clock' | 'database' | 'peopleGroups'>;
type Turned = Exclude<EnrolmentState, 'stopped'>;
export type PolicyInput = Omit<EnrolmentPolicy, 'id' | 'state'>;

/** What every change leaves behind: who it is for, what it wants, from when. */
const factsOf = ({ audience, want, startsAt, deadlineAt, skips, percent, state }: EnrolmentPolicy) => ({ audience, want, startsAt: startsAt.toISOString(), deadlineAt: deadlineAt.toISOString(), skips, percent, state });

function refuseProblem(policy: EnrolmentPolicy): void {
  const problem = problemOf(policy);
  if (problem === 'deadline_before_start') throw refuse.enrolment_deadline_before_start();
  if (problem === 'asks_nothing') throw refuse.enrolment_asks_nothing();
}

export async function makeEnrolmentPolicy(needs: ChangeNeeds, permit: Permit<'authentication.enrolment.make'>, input: PolicyInput & { readonly state: Turned }): Promise<string> {
  const policy: EnrolmentPolicy = { id: newId(), ...input };
  refuseProblem(policy);
  return changing(needs, permit, 'authentication.enrolment.make', policy, async (tx, now) => {
    const refusal = await lockOutRefusal(tx, needs, policy, now);
    if (refusal) return refusal;
    if (!(await addPolicy(tx, { ...policy, shippedAs: null }, now))) return refuse.enrolment_name_taken({ name: policy.name });
    await countToday(tx, needs, policy, now);
    await entry(tx, permit, 'authentication.enrolment.make', policy, now, factsOf(policy));
    return null;
  });
}

export async function changeEnrolmentPolicy(needs: ChangeNeeds, permit: Permit<'authentication.enrolment.change'>, id: string, input: PolicyInput): Promise<void> {
  const { policy: found } = await existing(needs, id);
  await changing(needs, permit, 'authentication.enrolment.change', found, async (tx, now) => {
    const before = await lockPolicy(tx, id);
    if (!before) throw refuse.enrolment_policy_not_found({ policy: id });
    const policy: EnrolmentPolicy = { id, state: before.state, ...input };
    refuseProblem(policy);
    const refusal = await lockOutRefusal(tx, needs, policy, now);
    if (refusal) return refusal;
    await savePolicy(tx, policy, now);
    if (policy.deadlineAt.getTime() !== before.deadlineAt.getTime()) await forgetReminders(tx, id);
    await countToday(tx, needs, policy, now);
    await entry(tx, permit, 'authentication.enrolment.change', policy, now, { ...factsOf(policy), before: factsOf(before) });
    return null;
  });
}

/** On, off, or only counting. After it stopped itself, `on` is the way back. */
export async function turnEnrolmentPolicy(needs: ChangeNeeds, permit: Permit<'authentication.enrolment.turn'>, id: string, state: Turned): Promise<void> {
  const { policy: found } = await existing(needs, id);
  await changing(needs, permit, 'authentication.enrolment.turn', found, async (tx, now) => {
    const before = await lockPolicy(tx, id);
    if (!before) throw refuse.enrolment_policy_not_found({ policy: id });
    const refusal = await lockOutRefusal(tx, needs, { ...before, state }, now);
    if (refusal) return refusal;
    await turnPolicyTo(tx, id, state, now);
    await entry(tx, permit, 'authentication.enrolment.turn', before, now, { from: before.state, to: state });
    return null;
  });
}

export async function removeEnrolmentPolicy({ clock, database }: ChangeNeeds, permit: Permit<'authentication.enrolment.remove'>, id: string): Promise<void> {
  await database.transaction(async (tx) => {
    const before = await lockPolicy(tx, id);
    if (!before) throw refuse.enrolment_policy_not_found({ policy: id });
    const now = clock.now();
    await markPolicyRemoved(tx, id, now);
    await entry(tx, permit, 'authentication.enrolment.remove', before, now, factsOf(before));
  });
}

/** More time for one person, with an end. Never for oneself: whoever rules over the demand must not step out of it alone. */
export async function excuseFromEnrolment(needs: ChangeNeeds, permit: Permit<'authentication.enrolment.excuse'>, id: string, input: { readonly personId: string; readonly days: number; readonly reason: string }): Promise<void> {
  const { clock, database } = needs;
  const refusal = await database.transaction(async (tx): Promise<Refusal | null> => {
    const policy = await findPolicy(tx, id);
    if (!policy) throw refuse.enrolment_policy_not_found({ policy: id });
    const subject = await subjectInScope(tx, permit, input.personId);
    const now = clock.now();
    const until = later(now, days(input.days));
    const isOneself = permit.personId === subject.personId;
    if (!isOneself) await excuse(tx, [id], subject.personId, until);
    await record(tx, { action: 'authentication.enrolment.excuse', actor: permit.actor, actorName: permit.actorName, target: `person:${subject.personId}`, targetName: subject.displayName, at: now, outcome: isOneself ? 'refused' : 'allowed', reason: isOneself ? 'oneself' : input.reason, facts: { policyId: id, policy: policy.name, until: until.toISOString() } });
    return isOneself ? refuse.excuse_for_oneself() : null;
  });
  if (refusal) throw recorded(refusal);
}

const hostExcuseDays = 1;

/** The way in that nobody can close, no policy either: whoever is recovered on the host is only offered what would be a must, for a day. */
export async function excuseFromAllIn(tx: Tx, { clock }: Pick<Needs, 'clock'>, personId: string): Promise<void> {
  const policies = (await listPolicies(tx)).filter((one) => one.state === 'on');
  if (policies.length > 0) await excuse(tx, policies.map((one) => one.id), personId, later(clock.now(), days(hostExcuseDays)));
}

const shippedDays = 14;
/** Whoever runs the console signs in several times a day: enough for the two weeks, and still an end. */
const shippedSkips = 10;

/** PRODUCT 4: the console is phishing-resistant (ASVS 6.3.3). Shipped with the first administrator, who has two weeks and is asked at each sign-in. Made once: who removes it has decided. */
export async function shipPolicyIn(tx: Tx, needs: Pick<Needs, 'clock' | 'peopleGroups'>): Promise<void> {
  const now = needs.clock.now();
  const policy: EnrolmentPolicy = { id: newId(), name: 'Administrators: phishing-resistant', audience: { anyOf: [{ ...everybody, isAdministrator: true }] }, want: { level: 2, isPhishingResistant: true }, startsAt: now, deadlineAt: later(now, days(shippedDays)), skips: shippedSkips, percent: 100, state: 'on' };
  if (!(await addPolicy(tx, { ...policy, shippedAs: 'administrators' }, now))) return;
  await countToday(tx, needs, policy, now);
  await entry(tx, { actor: 'system:authentication' as ActorId, actorName: 'Bailiwick' }, 'authentication.enrolment.make', policy, now, factsOf(policy));
}

/**
 * Nobody locks out the organisation: a policy that is a must soon leaves one administrator who can meet it, or is not asked. `soon` is a
 * day: within it somebody has to set up what it wants, and sees the refusal that says so.
 */
export async function locksOutAdministrators(tx: Tx, { peopleGroups }: Pick<Needs, 'peopleGroups'>, policy: EnrolmentPolicy, now: Date): Promise<boolean> {
  const isMustSoon = policy.state === 'on' && (policy.skips === 0 || policy.deadlineAt <= later(now, days(1)) || policy.want.level === 3);
  if (!isMustSoon) return false;
  const { all, inside } = await countAdministrators(tx, peopleGroups, policy);
  return all > 0 && inside === 0;
}

const lockOutRefusal = async (tx: Tx, needs: ChangeNeeds, policy: EnrolmentPolicy, now: Date): Promise<Refusal | null> => ((await locksOutAdministrators(tx, needs, policy, now)) ? refuse.enrolment_locks_out_administrators() : null);

async function existing({ database }: ChangeNeeds, id: string): Promise<{ policy: StoredPolicy }> {
  const policy = await database.read((tx) => findPolicy(tx, id));
  if (!policy) throw refuse.enrolment_policy_not_found({ policy: id });
  return { policy };
}

/** A refusal is on record as well: what somebody tried to demand of others is worth knowing. */
async function changing(needs: ChangeNeeds, by: { readonly actor: ActorId; readonly actorName: string }, action: string, policy: EnrolmentPolicy, work: (tx: Tx, now: Date) => Promise<Refusal | null>): Promise<string> {
  const now = needs.clock.now();
  const refusal = await needs.database.transaction(async (tx) => {
    const refused = await work(tx, now);
    if (refused) await record(tx, { action, actor: by.actor, actorName: by.actorName, target: `enrolment-policy:${policy.id}`, targetName: policy.name, at: now, outcome: 'refused', reason: refused.code, facts: factsOf(policy) });
    return refused;
  });
  if (refusal) throw recorded(refusal);
  return policy.id;
}

const entry = (tx: Tx, by: { readonly actor: ActorId; readonly actorName: string }, action: string, policy: EnrolmentPolicy, now: Date, facts: Readonly<Record<string, unknown>>): Promise<void> =>
  record(tx, { action, actor: by.actor, actorName: by.actorName, target: `enrolment-policy:${policy.id}`, targetName: policy.name, at: now, outcome: 'allowed', facts });

/** The picture begins with the day on which a policy was made. */
export async function countToday(tx: Tx, { peopleGroups }: Pick<Needs, 'peopleGroups'>, policy: EnrolmentPolicy, now: Date): Promise<void> {
  const counts = (await countReadiness(tx, peopleGroups, [policy])).get(policy.id);
  if (counts) await saveDay(tx, policy.id, dayOf(now), { whole: counts.whole - counts.cannotJudge, ready: counts.ready });
}
