import type { DatabaseError } from 'pg';
import { scopeCondition } from '../../directory/index.ts';
import { cursorOf, fragment, join, json, parseIdCursor, sql, textArray, type Fragment, type Tx } from '../../platform/db/index.ts';
import type { Scope } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { factorsOf } from '../factor/store.ts';
import type { PeopleGroups } from '../needs.ts';
import type { EnrolledFactors } from '../sign-in/next-step.ts';
import type { AssuranceLevel, Method, Wanted } from '../sign-in/strength.ts';
import type { Audience, AudienceGroup, EnrolmentPolicy, EnrolmentState, Member, Standing } from './enrolment-policy.ts';
import type { EnrolmentDay } from './forecast.ts';
import type { Situation } from './readiness.ts';
import type { ReminderKind } from './reminder.ts';

/** A policy with what has become of it. */
export interface StoredPolicy extends EnrolmentPolicy {
  readonly shippedAs: string | null;
  readonly countedFrom: Date;
  readonly stoppedAt: Date | null;
  readonly stopFacts: { readonly keptOut: number; readonly tried: number } | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

type Row = Omit<StoredPolicy, 'want'> & { readonly wantedLevel: AssuranceLevel; readonly isPhishingResistanceWanted: boolean; readonly methodsWithout: readonly Method[] };

const columns = fragment`id, shipped_as, name, audience, wanted_level, is_phishing_resistance_wanted, methods_without, starts_at, deadline_at, skips, percent, state, counted_from, stopped_at, stop_facts, created_at, updated_at`;

const asPolicy = ({ wantedLevel, isPhishingResistanceWanted, methodsWithout, ...row }: Row): StoredPolicy => ({ ...row, want: { level: wantedLevel, isPhishingResistant: isPhishingResistanceWanted, ...(methodsWithout.length > 0 ? { without: methodsWithout } : {}) } });

export async function listPolicies(tx: Tx): Promise<readonly StoredPolicy[]> {
  return (await sql<Row>(tx)`select ${columns} from authn.enrolment_policy where removed_at is null order by array_position(array['stopped', 'on', 'report-only', 'draft'], state), deadline_at, lower(name)`).map(asPolicy);
}

export async function findPolicy(tx: Tx, id: string): Promise<StoredPolicy | null> {
  const [row] = await sql<Row>(tx)`select ${columns} from authn.enrolment_policy where id = ${id} and removed_at is null`;
  return row ? asPolicy(row) : null;
}

export async function lockPolicy(tx: Tx, id: string): Promise<StoredPolicy | null> {
  const [row] = await sql<Row>(tx)`select ${columns} from authn.enrolment_policy where id = ${id} and removed_at is null for update`;
  return row ? asPolicy(row) : null;
}

/** False: it was shipped already, or somebody has the name. */
export async function addPolicy(tx: Tx, one: EnrolmentPolicy & { readonly shippedAs: string | null }, now: Date): Promise<boolean> {
  const rows = await sql<{ id: string }>(tx)`
    insert into authn.enrolment_policy (id, shipped_as, name, audience, wanted_level, is_phishing_resistance_wanted, methods_without, starts_at, deadline_at, skips, percent, state, counted_from, created_at, updated_at)
         values (${one.id}, ${one.shippedAs}, ${one.name}, ${json(one.audience)}, ${one.want.level}, ${one.want.isPhishingResistant}, ${textArray(one.want.without ?? [])}, ${one.startsAt}, ${one.deadlineAt}, ${one.skips}, ${one.percent}, ${one.state}, ${now}, ${now}, ${now})
    on conflict do nothing
      returning id`;
  return rows.length > 0;
}

export async function savePolicy(tx: Tx, one: EnrolmentPolicy, now: Date): Promise<void> {
  try {
    await sql(tx)`
    update authn.enrolment_policy
       set name = ${one.name}, audience = ${json(one.audience)}, wanted_level = ${one.want.level}, is_phishing_resistance_wanted = ${one.want.isPhishingResistant}, methods_without = ${textArray(one.want.without ?? [])},
           starts_at = ${one.startsAt}, deadline_at = ${one.deadlineAt}, skips = ${one.skips}, percent = ${one.percent}, updated_at = ${now}
     where id = ${one.id}`;
  } catch (error) {
    if ((error as DatabaseError).constraint === 'an_enrolment_policy_name_is_used_once') throw refuse.enrolment_name_taken({ name: one.name });
    throw error;
  }
}

/** From here on the stop rule counts anew: who was kept out before must not stop it again. */
export async function turnPolicyTo(tx: Tx, id: string, state: Exclude<EnrolmentState, 'stopped'>, now: Date): Promise<void> {
  await sql(tx)`update authn.enrolment_policy set state = ${state}, counted_from = ${now}, stopped_at = null, stop_facts = null, updated_at = ${now} where id = ${id}`;
}

/** Of several nodes that find the same, one stops it. */
export async function stopPolicy(tx: Tx, id: string, facts: { readonly keptOut: number; readonly tried: number }, now: Date): Promise<boolean> {
  const rows = await sql<{ id: string }>(tx)`update authn.enrolment_policy set state = 'stopped', stopped_at = ${now}, stop_facts = ${json(facts)}, updated_at = ${now} where id = ${id} and state = 'on' and removed_at is null returning id`;
  return rows.length > 0;
}

export async function markPolicyRemoved(tx: Tx, id: string, now: Date): Promise<void> {
  await sql(tx)`update authn.enrolment_policy set removed_at = ${now}, updated_at = ${now} where id = ${id}`;
}

/** A person, the policies that may ask something now, and how far they have come with them. */
export interface Facing {
  readonly person: Member;
  readonly policies: readonly EnrolmentPolicy[];
  readonly standings: ReadonlyMap<string, Standing>;
  /** Somebody asked this person for something without which there is no session, and there was none since. */
  readonly isBeforeTheDoor: boolean;
}

export interface FacingRow {
  readonly person: Member;
  readonly policies: readonly (Omit<Row, 'startsAt' | 'deadlineAt'> & { startsAt: string; deadlineAt: string })[];
  readonly standings: readonly { policyId: string; skips: number; excusedUntil: string | null; isBeforeTheDoor: boolean }[];
}

const namesRoles = fragment`exists (select from open_policy where jsonb_path_exists(audience, '$.anyOf[*].roleIds[*]'))`;

/** A value, null for nobody. Business roles are looked at only where a policy names one. */
const facingOf = (groups: PeopleGroups, personId: Fragment, now: Date): Fragment =>
  facingWith(groups, personId, now, fragment`case when ${namesRoles} then array(select held.role_id::text from (${groups.inRoles}) as held where held.person_id = card.person_id) else '{}' end`, fragment`true`);

/** The same, but null also where a policy names a business role: who has one costs more to know than all the rest. */
export const facingWithoutRoles = (groups: PeopleGroups, personId: Fragment, now: Date): Fragment => facingWith(groups, personId, now, fragment`'{}'::text[]`, fragment`not ${namesRoles}`);

const facingWith = (groups: PeopleGroups, personId: Fragment, now: Date, roleIds: Fragment, when: Fragment): Fragment => fragment`
    (with open_policy as materialized (select ${columns} from authn.enrolment_policy where state in ('on', 'stopped') and removed_at is null and starts_at <= ${now})
     select jsonb_build_object(
              'person', jsonb_build_object(
                'personId', card.person_id, 'department', card.department, 'location', card.location, 'employmentType', card.employment_type, 'title', card.title, 'isBreakGlass', card.source = 'break-glass',
                'isAdministrator', card.person_id in (${groups.withConsoleRole}),
                'roleIds', ${roleIds}),
              'policies', coalesce((select jsonb_agg(jsonb_build_object('id', id, 'name', name, 'audience', audience, 'wantedLevel', wanted_level, 'isPhishingResistanceWanted', is_phishing_resistance_wanted, 'methodsWithout', methods_without,
                                                                        'startsAt', starts_at, 'deadlineAt', deadline_at, 'skips', skips, 'percent', percent, 'state', state)) from open_policy), '[]'),
              'standings', coalesce((select jsonb_agg(jsonb_build_object('policyId', policy_id, 'skips', skips, 'excusedUntil', excused_until, 'isBeforeTheDoor', must_asked_at is not null)) from authn.enrolment_standing where person_id = card.person_id), '[]'))
       from directory.person_card card
      where card.person_id = ${personId} and ${when})`;

export const asFacing = ({ person, policies, standings }: FacingRow): Facing => ({
  person,
  policies: policies.map((one) => asPolicy({ ...one, startsAt: new Date(one.startsAt), deadlineAt: new Date(one.deadlineAt) } as Row)),
  standings: new Map(standings.map((one) => [one.policyId, { skips: one.skips, excusedUntil: one.excusedUntil === null ? null : new Date(one.excusedUntil) }])),
  isBeforeTheDoor: standings.some((one) => one.isBeforeTheDoor),
});

/** One question, asked when a sign-in is about to become a session. */
export async function findFacing(tx: Tx, groups: PeopleGroups, personId: string, now: Date): Promise<Facing | null> {
  const [row] = await sql<{ facing: FacingRow | null }>(tx)`select ${facingOf(groups, fragment`${personId}`, now)} as facing`;
  return row?.facing ? asFacing(row.facing) : null;
}

/** True only while there is one left: two sign-ins at once do not get two out of one. `atMost` null: not counted. */
export async function countSkip(tx: Tx, policyId: string, personId: string, atMost: number | null, now: Date): Promise<boolean> {
  const rows = await sql<{ skips: number }>(tx)`
    insert into authn.enrolment_standing as s (policy_id, person_id, skips, last_skipped_at)
         values (${policyId}, ${personId}, ${atMost === null ? 0 : 1}, ${now})
    on conflict (policy_id, person_id) do update set skips = s.skips + excluded.skips, last_skipped_at = excluded.last_skipped_at where ${atMost}::integer is null or s.skips < ${atMost}::integer
      returning skips`;
  return rows.length > 0;
}

/** This person stands before the door, since the first time that was said. */
export async function noteMust(tx: Tx, policyIds: readonly string[], personId: string, now: Date): Promise<void> {
  await sql(tx)`
    insert into authn.enrolment_standing as s (policy_id, person_id, must_asked_at, must_asked_again_at)
    select policy_id, ${personId}, ${now}, ${now} from unnest(${textArray(policyIds)}::uuid[]) as policy_id
    on conflict (policy_id, person_id) do update set must_asked_at = coalesce(s.must_asked_at, excluded.must_asked_at), must_asked_again_at = excluded.must_asked_again_at`;
}

export async function noteInside(tx: Tx, personId: string): Promise<void> {
  await sql(tx)`update authn.enrolment_standing set must_asked_at = null, must_asked_again_at = null, help_asked_at = null where person_id = ${personId} and must_asked_at is not null`;
}

/** True the first time: a button pressed again is no second cry. */
export async function noteHelp(tx: Tx, policyIds: readonly string[], personId: string, now: Date): Promise<boolean> {
  const rows = await sql<{ policyId: string }>(tx)`
    update authn.enrolment_standing set help_asked_at = ${now} where person_id = ${personId} and policy_id = any(${textArray(policyIds)}::uuid[]) and help_asked_at is null returning policy_id`;
  return rows.length > 0;
}

export async function excuse(tx: Tx, policyIds: readonly string[], personId: string, until: Date): Promise<void> {
  await sql(tx)`
    insert into authn.enrolment_standing as s (policy_id, person_id, excused_until)
    select policy_id, ${personId}, ${until} from unnest(${textArray(policyIds)}::uuid[]) as policy_id
    on conflict (policy_id, person_id) do update set excused_until = excluded.excused_until, must_asked_at = null, must_asked_again_at = null, help_asked_at = null`;
}

/** Who stands before the door of this policy, and how many of its people tried within the window. Tried is asked only where it can matter. */
export async function countBeforeTheDoor(tx: Tx, groups: PeopleGroups, policy: StoredPolicy, since: Date, patientUntil: Date): Promise<{ readonly keptOut: number; readonly tried: number }> {
  const [out] = await sql<{ keptOut: number; waiting: number }>(tx)`
    select count(*) filter (where s.must_asked_at <= ${patientUntil} or s.help_asked_at is not null
                               or exists (select from authn.access_pass a where a.person_id = s.person_id and a.issued_at >= s.must_asked_at)) as kept_out,
           count(*) as waiting
      from authn.enrolment_standing s
     where s.policy_id = ${policy.id} and s.must_asked_at is not null and s.must_asked_again_at >= ${since}
       and ${placeInStage(policy.id, fragment`s.person_id`)} < ${policy.percent}`;
  const { keptOut, waiting } = out!;
  if (keptOut === 0) return { keptOut, tried: waiting };
  const [row] = await sql<{ inside: number }>(tx)`
    select count(distinct p.person_id) as inside
      from authn.session n
      join directory.person_card p on p.person_id = n.person_id
     where n.created_at >= ${since}
       and not exists (select from authn.enrolment_standing s where s.policy_id = ${policy.id} and s.person_id = n.person_id and s.must_asked_at is not null and s.must_asked_again_at >= ${since})
       and ${placeInStage(policy.id, fragment`p.person_id`)} < ${policy.percent} and ${audienceAsSql(groups, policy.audience)}`;
  return { keptOut, tried: waiting + row!.inside };
}

/** `isInAudience` of the noun, as a condition on `directory.person_card p`. */
export const audienceAsSql = (groups: PeopleGroups, { anyOf }: Audience): Fragment => (anyOf.length === 0 ? fragment`false` : fragment`(p.source <> 'break-glass' and (${join(anyOf.map((group) => groupAsSql(groups, group)), fragment` or `)}))`);

function groupAsSql(groups: PeopleGroups, group: AudienceGroup): Fragment {
  const isOneOf = (column: Fragment, values: readonly string[]): Fragment[] => (values.length === 0 ? [] : [fragment`coalesce(${column} = any(${textArray(values)}), false)`]);
  const all = [
    ...(group.isAdministrator ? [fragment`p.person_id in (${groups.withConsoleRole})`] : []),
    ...isOneOf(fragment`p.department`, group.departments),
    ...isOneOf(fragment`p.location`, group.locations),
    ...isOneOf(fragment`p.employment_type`, group.employmentTypes),
    ...isOneOf(fragment`p.title`, group.titles),
    ...(group.roleIds.length === 0 ? [] : [fragment`p.person_id in (select held.person_id from (${groups.inRoles}) as held where held.role_id = any(${textArray(group.roleIds)}::uuid[]))`]),
  ];
  return all.length === 0 ? fragment`true` : fragment`(${join(all, fragment` and `)})`;
}

/** `placeInStage` of the noun. */
const placeInStage = (policyId: string, personId: Fragment): Fragment => {
  const digest = fragment`sha256(convert_to(${policyId} || ':' || ${personId}::text, 'UTF8'))`;
  return fragment`((get_byte(${digest}, 0) * 256 + get_byte(${digest}, 1)) % 100)`;
};

/** `isReady` of the noun, on a row of `factors` (jsonb). */
function readyAsSql({ level, isPhishingResistant, without = [] }: Wanted, factors: Fragment): Fragment {
  const some = (name: string): Fragment => fragment`(${factors} ->> ${name}::text)::integer > 0`;
  const [key, certificate] = [some('passkeys'), some('certificates')];
  const password = without.includes('password') ? fragment`false` : fragment`(${factors} ->> 'hasPassword')::boolean`;
  const push = fragment`(${some('pushDevices')} and not (${factors} ->> 'isPushOff')::boolean)`;
  const held = join([...(without.includes('totp') ? [] : [some('totps')]), ...(without.includes('push') ? [] : [push]), key, certificate], fragment` or `);
  const enough = {
    1: fragment`(${password} or ${held})`,
    2: fragment`(${some('verifiedPasskeys')} or ${some('verifiedCertificates')} or (${password} and (${held})))`,
    3: fragment`((${some('verifiedPasskeys')} and ${some('listedPasskeys')}) or ${some('hardwareCertificates')})`,
  }[level];
  return isPhishingResistant ? fragment`(${enough} and (${key} or ${certificate}))` : enough;
}

const everyone = fragment`true`;

/** Whose readiness is asked for: the parts of a policy that matter, saved or not. */
export type Measured = Pick<EnrolmentPolicy, 'id' | 'audience' | 'want' | 'percent'>;

/**
 * People with what they have, and with what of it works: a password or an app that was switched off after a hundred wrong tries does
 * not. `offset 0` keeps PostgreSQL from counting factors anew for each place that asks for them.
 */
const held = (where: Fragment): Fragment => fragment`
    select p.person_id, p.display_name, p.sort_name, p.department, p.location, p.employment_type, p.title, p.status, p.source, f.factors, w.working
      from directory.person_card p
     cross join lateral (select ${factorsOf(fragment`p.person_id`)} offset 0) f
      left join lateral (select bool_or(t.authenticator = 'password') as password, bool_or(t.authenticator = 'totp') as totp
                           from authn.throttle t where t.account = 'person:' || p.person_id and t.disabled_at is not null) off on true
     cross join lateral (select f.factors || case when off.password then '{"hasPassword": false}' else '{}' end::jsonb || case when off.totp then '{"totps": 0}' else '{}' end::jsonb as working offset 0) w
     where p.status <> 'left' and (${where})`;

/** The verdict on each of `from`. Whoever would be ready with what is switched off cannot be judged, and neither can those who have not started yet. */
const verdicts = ({ id, want, percent }: Measured, from: Fragment, where: Fragment): Fragment => fragment`
    select p.person_id, p.display_name, p.sort_name, p.department, p.title, p.factors,
           ${placeInStage(id, fragment`p.person_id`)} < ${percent} as is_in_stage,
           case when p.status = 'staged' then 'cannot_judge'
                when ${readyAsSql(want, fragment`p.working`)} then 'ready'
                when ${readyAsSql(want, fragment`p.factors`)} then 'cannot_judge'
                when (p.factors ->> 'hasPassword')::boolean or (p.factors ->> 'totps')::integer + (p.factors ->> 'passkeys')::integer + (p.factors ->> 'pushDevices')::integer + (p.factors ->> 'certificates')::integer > 0 then 'not_ready'
                else 'never_signed_in' end as situation
      from ${from} as p
     where ${where}`;

/** Everybody in the audience with the verdict. */
const judged = (groups: PeopleGroups, policy: Measured, scope: Fragment): Fragment => verdicts(policy, fragment`(${held(fragment`${audienceAsSql(groups, policy.audience)} and ${scope}`)})`, everyone);

export interface Counts {
  readonly whole: number;
  readonly ready: number;
  readonly notReady: number;
  readonly neverSignedIn: number;
  readonly cannotJudge: number;
  /** Of those who are not ready or never signed in: who is in the stage, and is asked. */
  readonly asked: number;
}

const counts = (from: Fragment): Fragment => fragment`
  (select jsonb_build_object('whole', count(*), 'ready', count(*) filter (where situation = 'ready'), 'notReady', count(*) filter (where situation = 'not_ready'),
                             'neverSignedIn', count(*) filter (where situation = 'never_signed_in'), 'cannotJudge', count(*) filter (where situation = 'cannot_judge'),
                             'asked', count(*) filter (where situation in ('not_ready', 'never_signed_in') and is_in_stage))
     from ${from})`;

/** Of many policies at once: one question, in which everybody's factors are looked at once. */
export async function countReadiness(tx: Tx, groups: PeopleGroups, policies: readonly Measured[]): Promise<ReadonlyMap<string, Counts>> {
  if (policies.length === 0) return new Map();
  const rows = await sql<{ id: string; counts: Counts }>(tx)`
    with held as materialized (${held(join(policies.map((one) => audienceAsSql(groups, one.audience)), fragment` or `))})
    ${join(policies.map((one) => fragment`select ${one.id}::text as id, ${counts(fragment`(${verdicts(one, fragment`held`, audienceAsSql(groups, one.audience))}) as judged`)} as counts`), fragment` union all `)}`;
  return new Map(rows.map((row) => [row.id, row.counts]));
}

export interface ReadinessRow {
  readonly personId: string;
  readonly displayName: string;
  readonly department: string | null;
  readonly title: string | null;
  readonly situation: Situation;
  readonly isInStage: boolean;
  readonly factors: EnrolledFactors;
  readonly skips: number;
  readonly excusedUntil: string | null;
  readonly mustAskedAt: string | null;
  readonly helpAskedAt: string | null;
  readonly lastSignInAt: string | null;
}

export interface ReadinessFilter {
  readonly search?: string | undefined;
  readonly situation?: Situation | undefined;
  readonly scope: Scope;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** Counts and a page of names in one question; what only the page needs (last sign-in, skips) is looked up for its rows alone. */
export async function readReadiness(tx: Tx, groups: PeopleGroups, policy: Measured, filter: ReadinessFilter): Promise<{ readonly counts: Counts; readonly items: readonly ReadinessRow[]; readonly next: string | null }> {
  const after = filter.cursor === undefined ? null : parseIdCursor(filter.cursor);
  if (filter.cursor !== undefined && !after) throw refuse.enrolment_cursor_unknown();
  const where = [
    fragment`true`,
    ...(filter.situation ? [fragment`j.situation = ${filter.situation}`] : []),
    ...(filter.search ? [fragment`position(directory.fold(${filter.search}) in j.sort_name) > 0`] : []),
    ...(after ? [fragment`(j.sort_name, j.person_id) > (${after.key} collate "C", ${after.id}::uuid)`] : []),
  ];
  const [row] = await sql<{ counts: Counts; items: readonly (ReadinessRow & { sortName: string })[] }>(tx)`
    with judged as materialized (${judged(groups, policy, await scopeCondition(tx, filter.scope, fragment`p.person_id`))}),
    listed as (select j.* from judged j where ${join(where, fragment` and `)} order by j.sort_name, j.person_id limit ${filter.limit + 1})
    select ${counts(fragment`judged`)} as counts,
           coalesce((select jsonb_agg(jsonb_build_object('personId', l.person_id, 'displayName', l.display_name, 'sortName', l.sort_name, 'department', l.department, 'title', l.title, 'situation', l.situation, 'isInStage', l.is_in_stage,
                                                         'factors', l.factors, 'skips', coalesce(s.skips, 0), 'excusedUntil', s.excused_until, 'mustAskedAt', s.must_asked_at, 'helpAskedAt', s.help_asked_at,
                                                         'lastSignInAt', (select max(n.created_at) from authn.session n where n.person_id = l.person_id)) order by l.sort_name, l.person_id)
                       from listed l left join authn.enrolment_standing s on s.policy_id = ${policy.id} and s.person_id = l.person_id), '[]') as items`;
  const page = row!.items.slice(0, filter.limit);
  const last = page.at(-1);
  return { counts: row!.counts, items: page.map(({ sortName, ...one }) => one), next: row!.items.length > filter.limit && last ? cursorOf({ key: last.sortName, id: last.personId }) : null };
}

/** Administrators who work here, and how many of them could still sign in once this policy is a must: outside of it, or ready. */
export async function countAdministrators(tx: Tx, groups: PeopleGroups, policy: Measured): Promise<{ readonly all: number; readonly inside: number }> {
  const [row] = await sql<{ all: number; inside: number }>(tx)`
    select count(*) as all, count(*) filter (where j.person_id is null or not j.is_in_stage or j.situation = 'ready') as inside
      from directory.person_card a
      left join (${judged(groups, policy, fragment`p.person_id in (${groups.administrators})`)}) j on j.person_id = a.person_id
     where a.status = 'active' and a.source <> 'break-glass' and a.person_id in (${groups.administrators})`;
  return row!;
}

export async function administratorAddresses(tx: Tx, groups: PeopleGroups): Promise<readonly string[]> {
  const rows = await sql<{ workEmail: string }>(tx)`select p.work_email from directory.person_card p where p.status = 'active' and p.work_email is not null and p.person_id in (${groups.administrators}) order by p.sort_name limit 50`;
  return rows.map((row) => row.workEmail);
}

export async function roleNames(tx: Tx, groups: PeopleGroups, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await sql<{ roleId: string; name: string }>(tx)`select named.role_id, named.name from (${groups.roles}) as named where named.role_id = any(${textArray(ids)}::uuid[])`;
  return new Map(rows.map((row) => [row.roleId, row.name]));
}

export async function saveDay(tx: Tx, policyId: string, day: string, count: { readonly whole: number; readonly ready: number }): Promise<void> {
  await sql(tx)`
    insert into authn.enrolment_day (policy_id, day, whole, ready) values (${policyId}, ${day}, ${count.whole}, ${count.ready})
    on conflict (policy_id, day) do update set whole = excluded.whole, ready = excluded.ready`;
}

export async function daysOf(tx: Tx, policyIds: readonly string[], from: string): Promise<readonly (EnrolmentDay & { readonly policyId: string })[]> {
  return sql<EnrolmentDay & { policyId: string }>(tx)`select policy_id, day::text as day, whole, ready from authn.enrolment_day where policy_id = any(${textArray(policyIds)}::uuid[]) and day >= ${from}::date order by day`;
}

export interface Reminded {
  readonly personId: string;
  readonly displayName: string;
  readonly address: string;
  readonly hasNever: boolean;
}

/** The next of those who are not ready, in the stage, have an address, and were not told this yet; whoever is taken here is told. */
export async function takeToRemind(tx: Tx, groups: PeopleGroups, policy: Measured, kind: ReminderKind, limit: number, now: Date): Promise<readonly Reminded[]> {
  return sql<Reminded>(tx)`
    with due as (
      select j.person_id, j.display_name, coalesce(c.work_email, c.private_email) as address, j.situation = 'never_signed_in' as has_never
        from (${judged(groups, policy, fragment`not exists (select from authn.enrolment_reminder r where r.policy_id = ${policy.id} and r.person_id = p.person_id and r.kind = ${kind})`)}) j
        join directory.person_card c on c.person_id = j.person_id
       where j.situation in ('not_ready', 'never_signed_in') and j.is_in_stage and coalesce(c.work_email, c.private_email) is not null
       order by j.person_id
       limit ${limit}),
    told as (
      insert into authn.enrolment_reminder (policy_id, person_id, kind, sent_at)
      select ${policy.id}, person_id, ${kind}, ${now} from due
      on conflict do nothing
      returning person_id)
    select due.* from due join told on told.person_id = due.person_id`;
}

/** A deadline that moved is announced anew. */
export async function forgetReminders(tx: Tx, policyId: string): Promise<void> {
  await sql(tx)`delete from authn.enrolment_reminder where policy_id = ${policyId} and kind <> 'start'`;
}
