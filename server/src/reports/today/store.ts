import { fragment, sql, type Tx } from '../../platform/db/index.ts';
import type { Counts } from './today.ts';

export interface Inventory {
  readonly people: number;
  readonly accounts: number;
  readonly applications: number;
  readonly tiedToNobody: number;
}

/** The N/M/K line, from the counters the directory keeps. */
export async function readInventory(tx: Tx): Promise<Inventory> {
  const [row] = await sql<Inventory>(tx)`
    select coalesce((select sum(amount) from directory.tally_card where name = 'people/active'), 0)::bigint as people,
           coalesce((select sum(amount) from directory.tally_card where name = 'application/accounts'), 0)::bigint as accounts,
           (select count(*) from lifecycle.connection_card) as applications,
           coalesce((select sum(amount) from directory.tally_card where name = 'accounts/tied-to-nobody'), 0)::bigint as tied_to_nobody`;
  return row!;
}

const auditBroken = fragment`(select count(*) from audit.verification_card where not is_whole)`;

/** 1 when the last walk over the audit chain found it broken, else 0. */
export async function countAuditBroken(tx: Tx): Promise<number> {
  const [row] = await sql<{ count: number }>(tx)`select ${auditBroken} as count`;
  return row!.count;
}

export async function countNeeds(tx: Tx, now: Date): Promise<Omit<Counts, 'accountsTiedToNobody'>> {
  const [row] = await sql<Omit<Counts, 'accountsTiedToNobody'>>(tx)`
    select (select count(*) from lifecycle.movement_card where state = 'alarm') as movements_in_alarm,
           (select count(distinct application_id) from lifecycle.step_card where held_because = 'brake' and state in ('wanted', 'sent', 'unproven', 'contradicted')) as brakes,
           (select count(*) from lifecycle.step_card where state = 'action_required') as manual_tasks,
           (select count(*) from lifecycle.connection_card where health in ('away', 'misconfigured') and mode <> 'paused') as connections_away,
           (select count(*) from lifecycle.hr_import_card where state = 'held') as imports_held,
           (select count(*) from lifecycle.drift_card where state = 'open') as open_drift,
           (select count(*) from directory.person_standing s left join authn.factor_card f on f.person_id = s.person_id
             where s.is_active and not s.is_break_glass and coalesce(f.strongest, 'none') in ('none', 'password')) as people_without_second_factor,
           (select count(*) from authn.enrolment_card where state = 'stopped') as enrolments_stopped,
           (select count(*) from authn.api_token_card where ended_at is null and expires_at > ${now} and expires_at < ${now}::timestamptz + interval '14 days') as tokens_expiring,
           (select count(distinct target) from audit.everything where action = ${disavowed} and at > ${now}::timestamptz - interval '7 days') as disavowals,
           (select count(*) from privileged.break_glass_use_card where acknowledged_at is null and not is_drill) as break_glass_uses,
           (select count(*) from authn.kept_factor_card where last_failed_at > ${now}::timestamptz - interval '7 days') as last_way_in_guessed,
           (select count(*) from directory.held_departure_card) as departures_held,
           coalesce((select findings from privileged.break_glass_self_test_card where exists (select from privileged.break_glass_account_card) order by at desc limit 1), 0) as break_glass_findings,
           (select count(*) from privileged.break_glass_account_card where opened_at is not null) as break_glass_open,
           (select count(*) from privileged.break_glass_account_card where is_sealed and drill_due_at <= ${now}) as drills_overdue,
           (select 1 - least(count(*), 1) from privileged.break_glass_account_card where is_sealed or opened_at is not null)
             * (select least(count(*), 1) from authz.console_role_card where role = 'administrator') as break_glass_missing,
           ${auditBroken} as audit_broken`;
  return row!;
}

export async function readMfaAdoption(tx: Tx): Promise<{ part: number; whole: number; phishingResistant: number }> {
  const [row] = await sql<{ part: number; whole: number; phishingResistant: number }>(tx)`
    select count(*) filter (where f.strongest in ('two_factors', 'passkey')) as part, count(*) as whole,
           count(*) filter (where f.is_phishing_resistant) as phishing_resistant
      from directory.person_standing s
      left join authn.factor_card f on f.person_id = s.person_id
     where s.is_active and not s.is_break_glass`;
  return row!;
}

/** People who are ready for the sign-in rules that are on, of all whom these rules are for; as counted last. */
export async function readEnrolment(tx: Tx): Promise<{ part: number; whole: number }> {
  const [row] = await sql<{ part: number; whole: number }>(tx)`select coalesce(sum(ready), 0)::integer as part, coalesce(sum(whole), 0)::integer as whole from authn.enrolment_card where state = 'on'`;
  return row!;
}

export async function readTimeToZero(tx: Tx, since: Date): Promise<{ p50Ms: number | null; p95Ms: number | null; maxMs: number | null; count: number; open: number }> {
  const [row] = await sql<{ p50Ms: number | null; p95Ms: number | null; maxMs: number | null; count: number; open: number }>(tx)`
    with leaver as (
      select state, extract(epoch from zero_at - happened_at) * 1000 as ms
        from lifecycle.movement_card
       where kind = 'leaver' and planned_at >= ${since} and state <> 'cancelled')
    select round(percentile_cont(0.5) within group (order by ms))::float8 as p50_ms,
           round(percentile_cont(0.95) within group (order by ms))::float8 as p95_ms,
           round(max(ms))::float8 as max_ms,
           count(ms) as count,
           count(*) filter (where state <> 'done') as open
      from leaver`;
  return row!;
}

export async function readRunning(tx: Tx): Promise<readonly { id: string; title: string; kind: string; state: string; steps: number; proven: number; plannedAt: Date }[]> {
  return sql(tx)`
    select m.movement_id as id, m.title, m.kind, m.state, m.planned_at, s.steps, s.proven
      from lifecycle.movement_card m
      join lateral (select count(*) as steps, count(*) filter (where state in ('proven', 'skipped')) as proven from lifecycle.step_card where movement_id = m.movement_id) s on true
     where m.state in ('planned', 'running', 'waiting', 'alarm')
     order by (m.state = 'alarm') desc, m.planned_at desc
     limit 12`;
}

export async function readSignIns(tx: Tx, now: Date): Promise<{ lastDay: number; failedLastDay: number; failedBaselinePerDay: number }> {
  const [row] = await sql<{ lastDay: number; failedLastDay: number; failedBaselinePerDay: number }>(tx)`
    select (select count(*) from audit.everything where action = ${signedIn} and at > ${now}::timestamptz - interval '1 day') as last_day,
           (select count(*) from audit.everything where action = ${signInFailed} and at > ${now}::timestamptz - interval '1 day') as failed_last_day,
           (select count(*) from audit.everything where action = ${signInFailed} and at > ${now}::timestamptz - interval '28 days')::float8 / 28 as failed_baseline_per_day`;
  return row!;
}

export async function readWeeks(tx: Tx, now: Date): Promise<readonly { from: string; joiners: number; movers: number; leavers: number; medianTimeToZeroMs: number | null; failedSignIns: number; signIns: number }[]> {
  return sql(tx)`
    with week as (
      select generate_series(date_trunc('week', ${now}::timestamptz) - interval '12 weeks', date_trunc('week', ${now}::timestamptz), interval '1 week') as begins)
    select begins::date as from,
           coalesce(m.joiners, 0) as joiners, coalesce(m.movers, 0) as movers, coalesce(m.leavers, 0) as leavers, m.median_time_to_zero_ms,
           (select count(*) from audit.everything where action = ${signInFailed} and at >= begins and at < begins + interval '1 week') as failed_sign_ins,
           (select count(*) from audit.everything where action = ${signedIn} and at >= begins and at < begins + interval '1 week') as sign_ins
      from week
      left join lateral (
        select count(*) filter (where kind in ('joiner', 'rehire')) as joiners, count(*) filter (where kind = 'mover') as movers, count(*) filter (where kind = 'leaver') as leavers,
               round((percentile_cont(0.5) within group (order by extract(epoch from zero_at - happened_at) * 1000) filter (where kind = 'leaver'))::numeric)::float8 as median_time_to_zero_ms
          from lifecycle.movement_card
         where planned_at >= begins and planned_at < begins + interval '1 week' and state <> 'cancelled') m on true
     order by begins`;
}

const signedIn = 'authentication.sign-in.succeed';
const disavowed = 'authentication.sign-in.disavow';
const signInFailed = 'authentication.sign-in.fail';
