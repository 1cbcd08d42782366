import { cursorOf, fragment, join, json, parseTimeCursor, sql, textArray, type Tx } from '../../platform/db/index.ts';
import type { Scope } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { ConnectionMode, HeldBecause, Holding, KnownAccount, LoginFrom, MovementKind, MovementState, MovingPerson, OpenGrant, PlannedStep, StepAction, StepStanding, StepState, Unsettled, Wanted } from './movement.ts';

/** Movements of one person are planned one after the other, whichever node plans. */
export async function lockPerson(tx: Tx, personId: string): Promise<void> {
  await sql(tx)`select pg_advisory_xact_lock(hashtextextended(${`lifecycle.person/${personId}`}, 0))`;
}

export async function findMovingPerson(tx: Tx, personId: string): Promise<MovingPerson | null> {
  const [row] = await sql<MovingPerson>(tx)`
    select person_id as id, display_name, username, given_name, family_name, work_email, employee_number, title, department, division, location, employment_type, manager_id, status
      from directory.person_card
     where person_id = ${personId}`;
  return row ?? null;
}

export const openGrantsWithNames = (tx: Tx, personId: string): Promise<OpenGrant[]> => sql<OpenGrant>(tx)`
  select grant_id as id, entitlement_id, application_id, entitlement_native_id as native_id, entitlement_name as name, source, role_id, account_id, expires_at
    from authz.grant_card
   where person_id = ${personId} and ended_at is null
   order by since, grant_id`;

export const accountsOf = (tx: Tx, personId: string): Promise<KnownAccount[]> => sql<KnownAccount>(tx)`
  select account_id as id, application_id, native_id, login, status
    from directory.account_card
   where person_id = ${personId} and status <> 'deleted'
   order by first_seen_at, account_id`;

export const holdingsOf = (tx: Tx, personId: string): Promise<Holding[]> => sql<Holding>(tx)`
  select account_id, application_id, entitlement_id, entitlement_native_id as native_id, entitlement_name as name
    from directory.holding_card
   where person_id = ${personId}`;

export interface ConnectionRow {
  readonly applicationId: string;
  readonly name: string;
  readonly kind: string;
  readonly settings: Record<string, unknown>;
  readonly loginFrom: LoginFrom;
  readonly mode: ConnectionMode;
}

export const connectedRows = (tx: Tx): Promise<ConnectionRow[]> => sql<ConnectionRow>(tx)`
  select c.application_id, a.name, c.kind, c.settings, c.login_from, c.mode
    from lifecycle.connection c
    join directory.application_card a using (application_id)
   where a.removed_at is null
   order by a.name, c.application_id`;

/** Open steps of older movements; whoever takes them over must know how the target may stand. */
export const unsettledOf = (tx: Tx, personId: string): Promise<(Unsettled & { movementId: string })[]> => sql<Unsettled & { movementId: string }>(tx)`
  select s.movement_id, s.application_id, s.action, s.account_id, s.entitlement_id, s.wanted ->> 'entitlement' as native_id, s.wanted ->> 'name' as name,
         case s.action
           when 'create_account' then s.sent_at is not null or s.wanted ->> 'isPerhapsMade' = 'true'
           else s.action in ('disable', 'end_sessions') and s.wanted ? 'login'
         end as is_perhaps_made,
         case when s.action = 'update_account' then array(select jsonb_object_keys(s.wanted -> 'patch')) else '{}'::text[] end as attributes
    from lifecycle.step s
   where s.person_id = ${personId} and s.application_id is not null and s.state in ('wanted', 'sent', 'contradicted', 'unproven', 'action_required')
   order by s.wanted_at, s.position`;

/** Takes the open steps of the person's older movements out of work. A step that runs at this moment finishes its call; its lease keeps the newer one waiting. */
export async function supersede(tx: Tx, personId: string, reason: string): Promise<string[]> {
  const rows = await sql<{ movementId: string }>(tx)`
    update lifecycle.step
       set state = 'skipped', skip_reason = ${reason}, held_because = null
     where person_id = ${personId} and application_id is not null and state in ('wanted', 'sent', 'contradicted', 'unproven', 'action_required')
    returning movement_id`;
  return [...new Set(rows.map((row) => row.movementId))];
}

export async function openMovementOf(tx: Tx, personId: string, kind: MovementKind): Promise<string | null> {
  const [row] = await sql<{ id: string }>(tx)`
    select id from lifecycle.movement where person_id = ${personId} and kind = ${kind} and state in ('planned', 'running', 'waiting', 'alarm') order by planned_at desc limit 1`;
  return row?.id ?? null;
}

export interface NewMovement {
  readonly id: string;
  readonly personId: string;
  readonly kind: MovementKind;
  readonly cause: string;
  readonly title: string;
  readonly plan: string;
  readonly happenedAt: Date;
  readonly plannedAt: Date;
  readonly plannedBy: string;
  /** False where a human asked for this very movement: the brake counts only what happens by itself. */
  readonly isAutomatic: boolean;
}

export async function addMovement(tx: Tx, movement: NewMovement): Promise<void> {
  await sql(tx)`
    insert into lifecycle.movement (id, person_id, kind, state, cause, title, plan, happened_at, planned_at, planned_by, is_automatic)
    values (${movement.id}, ${movement.personId}, ${movement.kind}, 'running', ${movement.cause}, ${movement.title}, ${movement.plan}, ${movement.happenedAt}, ${movement.plannedAt}, ${movement.plannedBy}, ${movement.isAutomatic})`;
}

export interface NewStep extends PlannedStep {
  readonly id: string;
  readonly operationId: string;
  readonly state: StepState;
}

export async function addSteps(tx: Tx, movement: { readonly id: string; readonly personId: string; readonly urgency: number }, steps: readonly NewStep[], now: Date): Promise<void> {
  if (steps.length === 0) return;
  const rows = steps.map((step) => fragment`(
    ${step.id}::uuid, ${movement.id}::uuid, ${movement.personId}::uuid, ${step.applicationId}::uuid, ${step.surface}, ${step.position}::integer, ${movement.urgency}::integer, ${step.waitsForEarlier}::boolean, ${step.action}, ${step.isRemoval}::boolean,
    ${step.accountId}::uuid, ${step.entitlementId}::uuid, ${json(step.wanted)}, ${step.title}, ${step.reason}, ${step.state}, ${step.heldBecause}, ${now}::timestamptz, ${now}::timestamptz, ${step.state === 'sent' ? now : null}::timestamptz, ${step.operationId})`);
  await sql(tx)`
    insert into lifecycle.step (id, movement_id, person_id, application_id, surface, position, urgency, waits_for_earlier, action, is_removal, account_id, entitlement_id, wanted, title, reason, state, held_because, wanted_at, next_at, sent_at, operation_id)
    values ${join(rows)}`;
}

export const standingSteps = (tx: Tx, movementId: string): Promise<StepStanding[]> => sql<StepStanding>(tx)`
  select s.state, s.held_because, s.is_removal, s.proven_at, coalesce(s.skip_reason like 'superseded%', false) as is_superseded,
         s.waits_for_earlier and exists (
           select from lifecycle.step e
            where e.movement_id = s.movement_id and e.application_id = s.application_id and e.position < s.position and e.action <> 'update_account'
              and (e.state = 'action_required' or e.held_because is not null) and e.state not in ('proven', 'skipped')) as is_blocked
    from lifecycle.step s
   where s.movement_id = ${movementId}`;

export interface MovementHead {
  readonly id: string;
  readonly personId: string;
  readonly kind: MovementKind;
  readonly state: MovementState;
  readonly title: string;
  readonly happenedAt: Date;
  readonly plannedAt: Date;
  readonly alarmedAt: Date | null;
}

/** Locked: two steps that end at the same moment must not both believe the other is still open. */
export async function lockMovement(tx: Tx, movementId: string): Promise<MovementHead | null> {
  const [row] = await sql<MovementHead>(tx)`
    select id, person_id, kind, state, title, happened_at, planned_at, alarmed_at from lifecycle.movement where id = ${movementId} for no key update`;
  return row ?? null;
}

export async function saveStanding(tx: Tx, movementId: string, standing: { state: MovementState; provenAt: Date | null; zeroAt: Date | null }, cancelReason: string | null = null): Promise<void> {
  await sql(tx)`
    update lifecycle.movement
       set state = ${standing.state}, proven_at = ${standing.provenAt}, zero_at = ${standing.zeroAt}, cancel_reason = coalesce(${cancelReason}, cancel_reason)
     where id = ${movementId}`;
}

/** Movements that are late: planned before `before` and not proven. */
export const lateMovements = (tx: Tx, before: Date): Promise<MovementHead[]> => sql<MovementHead>(tx)`
  select id, person_id, kind, state, title, happened_at, planned_at, alarmed_at
    from lifecycle.movement
   where state in ('running', 'waiting') and alarmed_at is null and planned_at <= ${before}
   order by planned_at, id
   limit 200
     for no key update skip locked`;

export async function markAlarmed(tx: Tx, movementId: string, at: Date): Promise<void> {
  await sql(tx)`update lifecycle.movement set state = 'alarm', alarmed_at = ${at} where id = ${movementId}`;
}

// ---- brake

/** How many people this run would take access from in the system, and how many accounts it has. What a human released is over. */
export async function removalsSince(tx: Tx, applicationId: string, since: Date): Promise<{ removals: number; accounts: number }> {
  await sql(tx)`select pg_advisory_xact_lock(hashtextextended(${`lifecycle.brake/${applicationId}`}, 0))`;
  const [row] = await sql<{ removals: number; accounts: number }>(tx)`
    with run as (
      select greatest(${since}::timestamptz, max(b.released_at)) as since from lifecycle.brake b where b.application_id = ${applicationId})
    select (select count(*) from (
              select s.person_id
                from lifecycle.step s
                join lifecycle.movement m on m.id = s.movement_id
               where s.application_id = ${applicationId} and s.is_removal and s.wanted_at > run.since and s.state <> 'skipped' and m.is_automatic
              union
              -- Those of the same list whose turn to be planned has not come.
              select p.person_id
                from directory.person_card p
                join directory.account_card a on a.person_id = p.person_id and a.application_id = ${applicationId} and a.status = 'active'
               where p.status = 'left' and p.source = 'hr' and p.left_at > run.since
                 and not exists (select from lifecycle.movement m where m.person_id = p.person_id and m.kind = 'leaver' and m.planned_at >= run.since)) as removed) as removals,
           (select count(*) from directory.account_card a where a.application_id = ${applicationId} and a.status = 'active') as accounts
      from run`;
  return row ?? { removals: 0, accounts: 0 };
}

export async function openBrake(tx: Tx, applicationId: string): Promise<{ raisedAt: Date; removals: number; accounts: number } | null> {
  const [row] = await sql<{ raisedAt: Date; removals: number; accounts: number }>(tx)`select raised_at, removals, accounts from lifecycle.brake where application_id = ${applicationId} and released_at is null`;
  return row ?? null;
}

export async function raiseBrake(tx: Tx, applicationId: string, facts: { removals: number; accounts: number }, at: Date): Promise<boolean> {
  const rows = await sql<{ isNew: boolean }>(tx)`
    insert into lifecycle.brake (application_id, raised_at, removals, accounts)
    values (${applicationId}, ${at}, ${facts.removals}, ${facts.accounts})
    on conflict (application_id) where released_at is null do update set removals = greatest(lifecycle.brake.removals, excluded.removals)
    returning raised_at = ${at} as is_new`;
  return rows[0]?.isNew ?? false;
}

/** Holds the automatic removals of the same run that were planned before the brake was reached and have not begun. */
export async function holdRemovals(tx: Tx, applicationId: string, since: Date): Promise<string[]> {
  const rows = await sql<{ movementId: string }>(tx)`
    update lifecycle.step s
       set held_because = 'brake'
      from lifecycle.movement m
     where m.id = s.movement_id and m.is_automatic
       and s.application_id = ${applicationId} and s.is_removal and s.wanted_at >= ${since} and s.state = 'wanted' and s.held_because is null and s.lease_runner is null
    returning s.movement_id`;
  return [...new Set(rows.map((row) => row.movementId))];
}

export async function releaseBrake(tx: Tx, applicationId: string, by: string, at: Date): Promise<boolean> {
  const rows = await sql<{ raisedAt: Date }>(tx)`update lifecycle.brake set released_at = ${at}, released_by = ${by} where application_id = ${applicationId} and released_at is null returning raised_at`;
  return rows.length > 0;
}

/** Lets held steps go; returns the movements whose standing has changed. */
export async function unhold(tx: Tx, filter: { readonly applicationId?: string; readonly movementId?: string; readonly reasons: readonly HeldBecause[] }, now: Date): Promise<string[]> {
  const rows = await sql<{ movementId: string }>(tx)`
    update lifecycle.step
       set held_because = (select c.mode from lifecycle.connection c where c.application_id = step.application_id and c.mode <> 'live'), next_at = ${now}, preview = null
     where held_because = any(${textArray(filter.reasons)})
       ${filter.applicationId === undefined ? fragment`` : fragment`and application_id = ${filter.applicationId}`}
       ${filter.movementId === undefined ? fragment`` : fragment`and movement_id = ${filter.movementId}`}
       and state in ('wanted', 'sent', 'contradicted', 'unproven', 'action_required')
    returning movement_id`;
  return [...new Set(rows.map((row) => row.movementId))];
}

export async function hold(tx: Tx, applicationId: string, because: HeldBecause): Promise<string[]> {
  const rows = await sql<{ movementId: string }>(tx)`
    update lifecycle.step
       set held_because = ${because}
     where application_id = ${applicationId} and (held_because is null or held_because in ('preview', 'paused')) and state in ('wanted', 'sent', 'contradicted', 'unproven', 'action_required')
    returning movement_id`;
  return [...new Set(rows.map((row) => row.movementId))];
}

export async function waitingRemovals(tx: Tx, applicationId: string): Promise<number> {
  const [row] = await sql<{ people: number }>(tx)`
    select count(distinct person_id) as people from lifecycle.step
     where application_id = ${applicationId} and is_removal and held_because in ('preview', 'paused') and state in ('wanted', 'sent', 'contradicted', 'unproven', 'action_required')`;
  return row?.people ?? 0;
}

export async function settings(tx: Tx): Promise<{ approvalFor: ('joiner' | 'mover' | 'rehire' | 'adjust')[] }> {
  const [row] = await sql<{ approvalFor: ('joiner' | 'mover' | 'rehire' | 'adjust')[] }>(tx)`select approval_for from lifecycle.setting`;
  return { approvalFor: row?.approvalFor ?? [] };
}

export async function saveSettings(tx: Tx, approvalFor: readonly string[]): Promise<void> {
  await sql(tx)`update lifecycle.setting set approval_for = ${textArray(approvalFor)}`;
}

// ---- reading

export interface MovementRow extends MovementHead {
  readonly personName: string;
  readonly department: string | null;
  readonly plan: string;
  readonly cause: string;
  readonly provenAt: Date | null;
  readonly zeroAt: Date | null;
}

const movementColumns = fragment`m.id, m.person_id, m.kind, m.state, m.title, m.plan, m.cause, m.happened_at, m.planned_at, m.proven_at, m.zero_at, m.alarmed_at, p.display_name as person_name, p.department`;

const inScope = (scope: Scope): ReturnType<typeof fragment> => {
  switch (scope.is) {
    case 'everything': return fragment`true`;
    case 'unprivileged': return fragment`not exists (select from directory.person_standing st where st.person_id = m.person_id and st.is_privileged)`;
    case 'self': return fragment`m.person_id = ${scope.of}`;
    case 'reports': return fragment`m.person_id in (
      with recursive below (person_id) as (
        select c.person_id from directory.person_card c where c.manager_id = ${scope.of}
        union
        select c.person_id from directory.person_card c join below b on c.manager_id = b.person_id)
      select person_id from below)`;
  }
};

export async function listMovements(
  tx: Tx,
  filter: { kind?: MovementKind | undefined; state?: MovementState | undefined; personId?: string | undefined; applicationId?: string | undefined; isOpen?: boolean | undefined; scope: Scope; cursor?: string | undefined; limit: number },
): Promise<{ items: MovementRow[]; next: string | null }> {
  const after = filter.cursor === undefined ? null : parseTimeCursor(filter.cursor);
  if (filter.cursor !== undefined && !after) throw refuse.cursor_unknown();
  const where = [inScope(filter.scope)];
  if (filter.kind !== undefined) where.push(fragment`m.kind = ${filter.kind}`);
  if (filter.state !== undefined) where.push(fragment`m.state = ${filter.state}`);
  if (filter.personId !== undefined) where.push(fragment`m.person_id = ${filter.personId}`);
  if (filter.isOpen === true) where.push(fragment`m.state in ('planned', 'running', 'waiting', 'alarm')`);
  if (filter.isOpen === false) where.push(fragment`m.state in ('done', 'cancelled')`);
  if (filter.applicationId !== undefined) where.push(fragment`exists (select from lifecycle.step s where s.movement_id = m.id and s.application_id = ${filter.applicationId})`);
  if (after !== null) where.push(fragment`(m.planned_at, m.id) < (${after.key}::timestamptz, ${after.id}::uuid)`);
  const rows = await sql<MovementRow>(tx)`
    select ${movementColumns}
      from lifecycle.movement m
      join directory.person_card p on p.person_id = m.person_id
     where ${join(where, fragment` and `)}
     order by m.planned_at desc, m.id desc
     limit ${filter.limit + 1}`;
  const items = rows.slice(0, filter.limit);
  const last = items.at(-1);
  return { items, next: rows.length > filter.limit && last ? cursorOf({ key: last.plannedAt.toISOString(), id: last.id }) : null };
}

export async function findMovement(tx: Tx, movementId: string, scope: Scope): Promise<MovementRow | null> {
  const [row] = await sql<MovementRow>(tx)`
    select ${movementColumns}
      from lifecycle.movement m
      join directory.person_card p on p.person_id = m.person_id
     where m.id = ${movementId} and ${inScope(scope)}`;
  return row ?? null;
}

export interface SystemCount {
  readonly movementId: string;
  readonly applicationId: string | null;
  readonly surface: string | null;
  readonly name: string | null;
  readonly states: StepState[];
}

export const systemCounts = (tx: Tx, movementIds: readonly string[]): Promise<SystemCount[]> => sql<SystemCount>(tx)`
  select s.movement_id, s.application_id, s.surface, a.name, array_agg(s.state order by s.position) as states
    from lifecycle.step s
    left join directory.application_card a on a.application_id = s.application_id
   where s.movement_id = any(${[...movementIds]}::uuid[])
   group by s.movement_id, s.application_id, s.surface, a.name
   order by s.surface nulls last, a.name`;

export interface StepRow {
  readonly id: string;
  readonly movementId: string;
  readonly personId: string;
  readonly applicationId: string | null;
  readonly applicationName: string | null;
  readonly mode: ConnectionMode | null;
  readonly surface: string | null;
  readonly position: number;
  readonly action: StepAction;
  readonly isRemoval: boolean;
  readonly accountId: string | null;
  readonly entitlementId: string | null;
  readonly wanted: Wanted;
  readonly title: string;
  readonly reason: string;
  readonly state: StepState;
  readonly heldBecause: HeldBecause | null;
  readonly attempts: number;
  readonly wantedAt: Date;
  readonly nextAt: Date;
  readonly sentAt: Date | null;
  readonly seenAt: Date | null;
  readonly provenAt: Date | null;
  readonly seen: string | null;
  readonly observationId: string | null;
  readonly proof: { via: string; consistency: 'strong' | 'eventual'; digest: string; facts: Record<string, unknown> } | null;
  readonly problem: string | null;
  readonly skipReason: string | null;
  readonly preview: { method: string; target: string; difference: Record<string, unknown> } | null;
  readonly task: { title: string; steps: string[] } | null;
  readonly operationId: string;
}

export const stepsOf = (tx: Tx, movementId: string): Promise<StepRow[]> => sql<StepRow>(tx)`
  select s.id, s.movement_id, s.person_id, s.application_id, a.name as application_name, c.mode, s.surface, s.position, s.action, s.is_removal, s.account_id, s.entitlement_id, s.wanted, s.title, s.reason,
         s.state, s.held_because, s.attempts, s.wanted_at, s.next_at, s.sent_at, s.seen_at, s.proven_at, s.seen, s.observation_id, s.proof, s.problem, s.skip_reason, s.preview, s.task, s.operation_id
    from lifecycle.step s
    left join directory.application_card a on a.application_id = s.application_id
    left join lifecycle.connection c on c.application_id = s.application_id
   where s.movement_id = ${movementId}
   order by s.application_id nulls first, s.position, s.id`;

export async function findStep(tx: Tx, movementId: string, stepId: string): Promise<StepRow | null> {
  return (await stepsOf(tx, movementId)).find((step) => step.id === stepId) ?? null;
}

export async function dueNow(tx: Tx, movementId: string, stepId: string | null, now: Date): Promise<string[]> {
  const rows = await sql<{ applicationId: string | null }>(tx)`
    update lifecycle.step set next_at = ${now}
     where movement_id = ${movementId} ${stepId === null ? fragment`` : fragment`and id = ${stepId}`} and state in ('wanted', 'sent', 'contradicted', 'unproven', 'action_required')
    returning application_id`;
  return [...new Set(rows.map((row) => row.applicationId).filter((applicationId) => applicationId !== null))];
}

export async function skipStep(tx: Tx, stepId: string, reason: string): Promise<boolean> {
  const rows = await sql<{ id: string }>(tx)`
    update lifecycle.step set state = 'skipped', skip_reason = ${reason}, held_because = null
     where id = ${stepId} and state in ('wanted', 'sent', 'contradicted', 'unproven', 'action_required') and lease_runner is null
    returning id`;
  return rows.length > 0;
}

/** Active people in order of id, for plans over everybody. */
export const activePeopleAfter = (tx: Tx, after: string | null, limit: number): Promise<MovingPerson[]> => sql<MovingPerson>(tx)`
  select person_id as id, display_name, username, given_name, family_name, work_email, employee_number, title, department, division, location, employment_type, manager_id, status
    from directory.person_card
   where status = 'active' and source <> 'break-glass' ${after === null ? fragment`` : fragment`and person_id > ${after}::uuid`}
   order by person_id
   limit ${limit}`;

export const openGrantsOfMany = (tx: Tx, personIds: readonly string[]): Promise<{ personId: string; entitlementId: string; source: string; roleId: string | null }[]> => sql<{ personId: string; entitlementId: string; source: string; roleId: string | null }>(tx)`
  select person_id, entitlement_id, source, role_id from authz.grant_card where ended_at is null and person_id = any(${[...personIds]}::uuid[])`;

export async function hasLeftBefore(tx: Tx, personId: string): Promise<boolean> {
  const rows = await sql<{ id: string }>(tx)`select id from lifecycle.movement where person_id = ${personId} and kind = 'leaver' limit 1`;
  return rows.length > 0;
}

export async function findEntitlement(tx: Tx, entitlementId: string): Promise<{ applicationId: string; nativeId: string; name: string } | null> {
  const [row] = await sql<{ applicationId: string; nativeId: string; name: string }>(tx)`select application_id, native_id, name from directory.entitlement_card where entitlement_id = ${entitlementId}`;
  return row ?? null;
}

export const entitlementsById = (tx: Tx, ids: readonly string[]): Promise<{ id: string; applicationId: string; nativeId: string; name: string }[]> => sql<{ id: string; applicationId: string; nativeId: string; name: string }>(tx)`
  select entitlement_id as id, application_id, native_id, name from directory.entitlement_card where entitlement_id = any(${[...ids]}::uuid[])`;

/** What gathered in preview and is more than a run may take away stays, now for the brake. */
export async function moveToBrake(tx: Tx, applicationId: string): Promise<void> {
  await sql(tx)`
    update lifecycle.step set held_because = 'brake'
     where application_id = ${applicationId} and is_removal and held_because in ('preview', 'paused') and state in ('wanted', 'sent', 'contradicted', 'unproven', 'action_required')`;
}
