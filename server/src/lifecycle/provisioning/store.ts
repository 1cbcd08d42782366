import { fragment, json, sql, type Tx } from '../../platform/db/index.ts';
import type { ConnectionMode, LoginFrom, MovementKind, StepAction, StepState, Wanted } from '../movement/movement.ts';

/** Beside the lock space of the jobs; one key per runner. */
const lockSpace = 1_120_412;

/** The lock comes first, so that nobody ever sees the row of a living runner without it. It lives as long as the session. */
export async function addRunner(tx: Tx, at: Date): Promise<number> {
  const [row] = await sql<{ id: number }>(tx)`select nextval(pg_get_serial_sequence('lifecycle.runner', 'id')) as id`;
  if (row === undefined) throw new Error('a runner was not numbered');
  await sql(tx)`select pg_advisory_lock(${lockSpace}::integer, ${row.id}::integer)`;
  await sql(tx)`insert into lifecycle.runner (id, started_at) overriding system value values (${row.id}, ${at})`;
  return row.id;
}

/** On a session that lives on, the lock would too. */
export async function unlockRunner(tx: Tx, runnerId: number): Promise<void> {
  await sql(tx)`select pg_advisory_unlock(${lockSpace}::integer, ${runnerId}::integer)`;
}

export async function removeRunner(tx: Tx, runnerId: number): Promise<void> {
  await sql(tx)`delete from lifecycle.runner where id = ${runnerId}`;
}

export const stillThere = (tx: Tx): Promise<unknown> => sql(tx)`select 1`;

/** Gives back the steps of runners whose lock is free: their process is gone. Returns the systems that have work again. */
export async function giveBackOfTheDead(tx: Tx, now: Date): Promise<string[]> {
  const dead = await sql<{ id: number }>(tx)`
    select r.id from lifecycle.runner r where pg_try_advisory_xact_lock(${lockSpace}::integer, r.id::integer) for update skip locked`;
  const ids = dead.map((row) => row.id);
  // Also leases of runners that are listed no more: one that lost its lock with the database went on for a moment after it was taken for dead.
  const rows = await sql<{ applicationId: string }>(tx)`
    update lifecycle.step s
       set lease_runner = null, leased_at = null, next_at = least(s.next_at, ${now})
     where s.lease_runner is not null
       and (s.lease_runner = any(${ids}::bigint[]) or not exists (select from lifecycle.runner r where r.id = s.lease_runner))
    returning s.application_id`;
  if (ids.length > 0) await sql(tx)`delete from lifecycle.runner where id = any(${ids}::bigint[])`;
  return [...new Set(rows.map((row) => row.applicationId))];
}

export interface Pace {
  readonly failures: number;
  readonly notBefore: Date | null;
  readonly windowAt: Date | null;
  readonly windowCalls: number;
  readonly mode: ConnectionMode;
  readonly leased: number;
}

/** Locked until the claim is written: two nodes never count the same free place. */
export async function lockPace(tx: Tx, applicationId: string): Promise<Pace | null> {
  const [locked] = await sql<{ failures: number; notBefore: Date | null; windowAt: Date | null; windowCalls: number }>(tx)`
    select failures, nullif(not_before, '-infinity') as not_before, nullif(window_at, '-infinity') as window_at, window_calls
      from lifecycle.pace
     where application_id = ${applicationId}
       for update`;
  if (locked === undefined) return null;
  // Read after the lock is ours: what another node leased before is seen.
  const [row] = await sql<{ mode: ConnectionMode; leased: number }>(tx)`
    select c.mode, (select count(*) from lifecycle.step s where s.application_id = c.application_id and s.lease_runner is not null) as leased
      from lifecycle.connection c
     where c.application_id = ${applicationId}`;
  return row === undefined ? null : { ...locked, ...row };
}

export interface ClaimedStep {
  readonly id: string;
  readonly movementId: string;
  readonly personId: string;
  readonly applicationId: string;
  readonly kind: MovementKind;
  readonly action: StepAction;
  readonly accountId: string | null;
  readonly entitlementId: string | null;
  readonly wanted: Wanted;
  readonly title: string;
  readonly state: StepState;
  readonly attempts: number;
  readonly failures: number;
  readonly wantedAt: Date;
  readonly sentAt: Date | null;
  readonly operationId: string;
  readonly isRemoval: boolean;
}

/** Something before it is open where the order matters; a title that a system refuses holds no access back. */
const waitsForEarlier = fragment`(s.waits_for_earlier and exists (
               select from lifecycle.step e
                where e.movement_id = s.movement_id and e.application_id = s.application_id and e.position < s.position and e.action <> 'update_account'
                  and e.state in ('wanted', 'sent', 'contradicted', 'unproven', 'action_required')))`;

/**
 * The next step of this system that may run: due, not held, nothing of the same person running there,
 * and nothing before it that it waits for. Leavers first.
 */
export async function claimNext(tx: Tx, applicationId: string, runnerId: number, now: Date): Promise<ClaimedStep | null> {
  const [row] = await sql<ClaimedStep>(tx)`
    with next as (
      select s.id
        from lifecycle.step s
       where s.application_id = ${applicationId}
         and s.state in ('wanted', 'sent', 'contradicted', 'unproven', 'action_required')
         and s.held_because is null and s.lease_runner is null and s.next_at <= ${now}
         and not exists (select from lifecycle.step o where o.application_id = s.application_id and o.person_id = s.person_id and o.lease_runner is not null)
         and not ${waitsForEarlier}
       order by s.urgency, s.next_at, s.position, s.id
       limit 1
         for update skip locked)
    update lifecycle.step s
       set lease_runner = ${runnerId}, leased_at = ${now}, attempts = s.attempts + 1
      from next n, lifecycle.movement m
     where s.id = n.id and m.id = s.movement_id
    returning s.id, s.movement_id, s.person_id, s.application_id, m.kind, s.action, s.account_id, s.entitlement_id, s.wanted, s.title, s.state, s.attempts, s.failures, s.wanted_at, s.sent_at, s.operation_id, s.is_removal`;
  return row ?? null;
}

/** When the next open step of this system falls due; null when nothing waits. A step that waits for an earlier one is not counted. */
export async function nextDue(tx: Tx, applicationId: string): Promise<Date | null> {
  const [row] = await sql<{ nextAt: Date | null }>(tx)`
    select min(s.next_at) as next_at
      from lifecycle.step s
     where s.application_id = ${applicationId} and s.state in ('wanted', 'sent', 'contradicted', 'unproven', 'action_required')
       and s.held_because is null and s.lease_runner is null
       and not ${waitsForEarlier}`;
  return row?.nextAt ?? null;
}

/** `since`: a new minute begins. */
export async function countCalls(tx: Tx, applicationId: string, windowAt: Date, windowCalls: number): Promise<void> {
  await sql(tx)`update lifecycle.pace set window_at = ${windowAt}, window_calls = ${windowCalls} where application_id = ${applicationId}`;
}

export async function noteSuccess(tx: Tx, applicationId: string): Promise<void> {
  await sql(tx)`update lifecycle.pace set failures = 0, not_before = '-infinity' where application_id = ${applicationId} and (failures > 0 or not_before > '-infinity')`;
  await sql(tx)`update lifecycle.connection set health = 'healthy', health_text = null where application_id = ${applicationId} and health <> 'healthy'`;
}

export async function noteFailure(tx: Tx, applicationId: string, facts: { readonly notBefore: Date | null; readonly isCounted: boolean; readonly text: string; readonly health: 'away' | 'misconfigured' | null }): Promise<number> {
  const [row] = await sql<{ failures: number }>(tx)`
    update lifecycle.pace
       set failures = failures + ${facts.isCounted ? 1 : 0}, not_before = greatest(not_before, coalesce(${facts.notBefore}::timestamptz, '-infinity'))
     where application_id = ${applicationId}
    returning failures`;
  if (facts.health !== null) await sql(tx)`update lifecycle.connection set health = ${facts.health}, health_text = ${facts.text} where application_id = ${applicationId}`;
  return row?.failures ?? 0;
}

export async function openCircuit(tx: Tx, applicationId: string, until: Date): Promise<void> {
  await sql(tx)`update lifecycle.pace set not_before = greatest(not_before, ${until}) where application_id = ${applicationId}`;
}

/** Written in a transaction of its own, before the write leaves the house. False: the lease was lost, so do not write. */
export async function markSent(tx: Tx, stepId: string, runnerId: number, at: Date): Promise<boolean> {
  const rows = await sql<{ id: string }>(tx)`
    update lifecycle.step set sent_at = ${at}, state = case when state = 'skipped' then state else 'sent' end
     where id = ${stepId} and lease_runner = ${runnerId} and state <> 'skipped'
    returning id`;
  return rows.length > 0;
}

export interface StepResult {
  readonly state: StepState | null;
  readonly nextAt: Date;
  /** Null: nothing came out of it, neither way. */
  readonly hasFailed: boolean | null;
  readonly seenAt: Date | null;
  readonly provenAt: Date | null;
  readonly seen: string | null;
  readonly observationId: string | null;
  readonly proof: Readonly<Record<string, unknown>> | null;
  readonly problem: string | null;
  readonly skipReason: string | null;
  readonly task: unknown;
  readonly accountId: string | null;
}

/** Gives the lease back with what came of it. Null: somebody else has taken the step over. A step that was superseded meanwhile keeps that state. */
export async function finishStep(tx: Tx, stepId: string, runnerId: number, result: StepResult): Promise<{ wasSuperseded: boolean } | null> {
  const [row] = await sql<{ state: StepState; wasSuperseded: boolean }>(tx)`
    update lifecycle.step s
       set lease_runner = null, leased_at = null,
           state = case when s.state = 'skipped' then s.state else coalesce(${result.state}, s.state) end,
           next_at = ${result.nextAt},
           failures = case when ${result.hasFailed}::boolean is null then s.failures when ${result.hasFailed}::boolean then s.failures + 1 else 0 end,
           seen_at = coalesce(${result.seenAt}, s.seen_at),
           proven_at = case when s.state = 'skipped' then s.proven_at else ${result.provenAt}::timestamptz end,
           seen = coalesce(${result.seen}, s.seen),
           observation_id = coalesce(${result.observationId}::uuid, s.observation_id),
           proof = coalesce(${result.proof === null ? null : json(result.proof)}, s.proof),
           problem = ${result.problem},
           skip_reason = coalesce(s.skip_reason, ${result.skipReason}),
           task = coalesce(${result.task === null ? null : json(result.task)}, s.task),
           account_id = coalesce(s.account_id, ${result.accountId}::uuid)
     where s.id = ${stepId} and s.lease_runner = ${runnerId}
    returning s.state, s.state = 'skipped' and s.skip_reason like 'superseded%' as was_superseded`;
  return row === undefined ? null : { wasSuperseded: row.wasSuperseded };
}

/** The account a step is about: the one it names, else the one the person has there now. */
export async function accountOfStep(tx: Tx, step: { readonly accountId: string | null; readonly personId: string; readonly applicationId: string }): Promise<{ id: string; nativeId: string; login: string } | null> {
  const [row] = await sql<{ id: string; nativeId: string; login: string }>(tx)`
    select account_id as id, native_id, login
      from directory.account_card
     where application_id = ${step.applicationId} and status <> 'deleted'
       and case when ${step.accountId}::uuid is not null then account_id = ${step.accountId}::uuid else person_id = ${step.personId} end
     order by status = 'active' desc, first_seen_at, account_id
     limit 1`;
  return row ?? null;
}

export interface SurfaceStep {
  readonly id: string;
  readonly movementId: string;
  readonly personId: string;
  readonly surface: string;
  readonly attempts: number;
}

export const openSurfaceSteps = (tx: Tx, movementId: string | null): Promise<SurfaceStep[]> => sql<SurfaceStep>(tx)`
  select id, movement_id, person_id, surface, attempts
    from lifecycle.step
   where surface is not null and state in ('wanted', 'sent', 'contradicted', 'unproven') and (${movementId}::uuid is null or movement_id = ${movementId}::uuid)
   order by wanted_at, position
   limit 500
     for update skip locked`;

export async function saveSurface(tx: Tx, stepId: string, result: { state: StepState; at: Date; seen: string; proof: Record<string, unknown> }): Promise<void> {
  await sql(tx)`
    update lifecycle.step
       set state = ${result.state}, attempts = attempts + 1, seen_at = ${result.at}, proven_at = ${result.state === 'proven' ? result.at : null}, seen = ${result.seen}, proof = ${json(result.proof)}
     where id = ${stepId}`;
}

export const systemsWithDueSteps = (tx: Tx, now: Date): Promise<{ applicationId: string; people: number }[]> => sql<{ applicationId: string; people: number }>(tx)`
  select s.application_id, count(distinct s.person_id) as people
    from lifecycle.step s
    join lifecycle.pace p on p.application_id = s.application_id
   where s.state in ('wanted', 'sent', 'contradicted', 'unproven', 'action_required') and s.held_because is null and s.lease_runner is null
     and s.next_at <= ${now} and p.not_before <= ${now}
   group by s.application_id`;

/** Steps of connections in preview whose request nobody has looked up yet. */
export interface StepToPreview {
  readonly id: string;
  readonly applicationId: string;
  readonly personId: string;
  readonly accountId: string | null;
  readonly wanted: Wanted;
  readonly operationId: string;
}

export const stepsToPreview = (tx: Tx, applicationId: string): Promise<StepToPreview[]> => sql<StepToPreview>(tx)`
  select id, application_id, person_id, account_id, wanted, operation_id
    from lifecycle.step
   where application_id = ${applicationId} and held_because = 'preview' and preview is null and state = 'wanted'
   order by wanted_at, position
   limit 50`;

export async function savePreview(tx: Tx, stepId: string, preview: unknown): Promise<void> {
  await sql(tx)`update lifecycle.step set preview = ${json(preview)} where id = ${stepId} and held_because = 'preview'`;
}

// ---- plugs of connectors

export interface ConnectionFacts {
  readonly applicationId: string;
  readonly name: string;
  readonly kind: string;
  readonly settings: Record<string, unknown>;
  readonly mode: ConnectionMode;
  readonly loginFrom: LoginFrom;
}

export async function findConnection(tx: Tx, applicationId: string): Promise<ConnectionFacts | null> {
  const [row] = await sql<ConnectionFacts>(tx)`
    select c.application_id, a.name, c.kind, c.settings, c.mode, c.login_from
      from lifecycle.connection c
      join directory.application_card a using (application_id)
     where c.application_id = ${applicationId} and a.removed_at is null`;
  return row ?? null;
}

export async function sealedSecret(tx: Tx, applicationId: string, name: string): Promise<Buffer | null> {
  const [row] = await sql<{ sealed: Buffer }>(tx)`select sealed from lifecycle.connection_secret where application_id = ${applicationId} and name = ${name}`;
  return row?.sealed ?? null;
}

export async function keepSecret(tx: Tx, row: { id: string; applicationId: string; operationId: string; login: string; sealed: Buffer; at: Date }): Promise<void> {
  await sql(tx)`
    insert into lifecycle.kept_secret (id, application_id, operation_id, login, sealed, kept_at)
    values (${row.id}, ${row.applicationId}, ${row.operationId}, ${row.login}, ${row.sealed}, ${row.at})`;
}

export async function manualList(tx: Tx, applicationId: string): Promise<{ accounts: unknown; uploadedAt: Date } | null> {
  const [row] = await sql<{ accounts: unknown; uploadedAt: Date }>(tx)`select accounts, uploaded_at from lifecycle.manual_list where application_id = ${applicationId}`;
  return row ?? null;
}

export const manualConfirmations = (tx: Tx, applicationId: string): Promise<{ operationId: string; confirmedAt: Date; confirmedBy: string; saw: unknown }[]> => sql<{ operationId: string; confirmedAt: Date; confirmedBy: string; saw: unknown }>(tx)`
  select operation_id, confirmed_at, confirmed_by, saw from lifecycle.manual_confirmation where application_id = ${applicationId} order by confirmed_at, id`;

export async function addConfirmation(tx: Tx, row: { id: string; applicationId: string; operationId: string; saw: unknown; evidence: string; at: Date; by: string }): Promise<void> {
  await sql(tx)`
    insert into lifecycle.manual_confirmation (id, application_id, operation_id, saw, evidence, confirmed_at, confirmed_by)
    values (${row.id}, ${row.applicationId}, ${row.operationId}, ${json(row.saw)}, ${row.evidence}, ${row.at}, ${row.by})`;
}

export async function findEntitlementByNativeId(tx: Tx, applicationId: string, nativeId: string): Promise<string | null> {
  const [row] = await sql<{ id: string }>(tx)`select entitlement_id as id from directory.entitlement_card where application_id = ${applicationId} and native_id = ${nativeId}`;
  return row?.id ?? null;
}
