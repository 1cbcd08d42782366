import { fragment, json, sql, type Tx } from '../../platform/db/index.ts';
import type { ConnectionMode, LoginFrom } from '../movement/movement.ts';
import type { KeptCheck } from './connection.ts';

export async function insertConnection(tx: Tx, row: { applicationId: string; kind: string; settings: unknown; loginFrom: LoginFrom; at: Date; by: string }): Promise<void> {
  await sql(tx)`
    insert into lifecycle.connection (application_id, kind, settings, login_from, connected_at, connected_by)
    values (${row.applicationId}, ${row.kind}, ${json(row.settings)}, ${row.loginFrom}, ${row.at}, ${row.by})`;
  await sql(tx)`insert into lifecycle.pace (application_id) values (${row.applicationId})`;
}

export async function saveSecret(tx: Tx, row: { applicationId: string; name: string; sealed: Buffer; at: Date }): Promise<void> {
  await sql(tx)`
    insert into lifecycle.connection_secret (application_id, name, sealed, set_at)
    values (${row.applicationId}, ${row.name}, ${row.sealed}, ${row.at})
    on conflict (application_id, name) do update set sealed = excluded.sealed, set_at = excluded.set_at`;
}

export async function updateConnection(tx: Tx, applicationId: string, change: { settings: unknown; loginFrom: LoginFrom; mode: ConnectionMode }): Promise<void> {
  await sql(tx)`update lifecycle.connection set settings = ${json(change.settings)}, login_from = ${change.loginFrom}, mode = ${change.mode} where application_id = ${applicationId}`;
}

export async function saveCheck(tx: Tx, applicationId: string, check: KeptCheck, health: string): Promise<void> {
  await sql(tx)`update lifecycle.connection set last_check = ${json(check)}, health = ${health}, health_text = ${check.problem} where application_id = ${applicationId}`;
}

/** A check that went well ends every wait: what was stuck runs at once. */
export async function wakeUp(tx: Tx, applicationId: string, now: Date): Promise<void> {
  await sql(tx)`update lifecycle.pace set failures = 0, not_before = '-infinity' where application_id = ${applicationId}`;
  await sql(tx)`
    update lifecycle.step set next_at = least(next_at, ${now})
     where application_id = ${applicationId} and state in ('wanted', 'sent', 'contradicted', 'unproven', 'action_required') and lease_runner is null`;
}

export async function deleteConnection(tx: Tx, applicationId: string): Promise<void> {
  await sql(tx)`delete from lifecycle.connection where application_id = ${applicationId}`;
}

/** Steps of a system that is no longer connected: nobody can look there any more. */
export async function skipStepsOf(tx: Tx, applicationId: string, reason: string): Promise<string[]> {
  const rows = await sql<{ movementId: string }>(tx)`
    update lifecycle.step set state = 'skipped', skip_reason = ${reason}, held_because = null, lease_runner = null
     where application_id = ${applicationId} and state in ('wanted', 'sent', 'contradicted', 'unproven', 'action_required')
    returning movement_id`;
  return [...new Set(rows.map((row) => row.movementId))];
}

export interface ConnectionListRow {
  readonly applicationId: string;
  readonly name: string;
  readonly kind: string;
  readonly settings: Record<string, unknown>;
  readonly loginFrom: LoginFrom;
  readonly mode: ConnectionMode;
  readonly health: 'unknown' | 'healthy' | 'away' | 'misconfigured';
  readonly healthText: string | null;
  readonly lastCheck: KeptCheck | null;
  readonly connectedAt: Date;
  readonly awayUntil: Date | null;
  readonly secretsSet: string[];
  readonly accounts: number;
  readonly waitingSteps: number;
  readonly openDrift: number;
  readonly brakeRaisedAt: Date | null;
  readonly brakeRemovals: number | null;
  readonly brakeAccounts: number | null;
  readonly brakeHeld: number;
  readonly readingId: string | null;
}

export const listConnections = (tx: Tx, applicationId: string | null): Promise<ConnectionListRow[]> => sql<ConnectionListRow>(tx)`
  select c.application_id, a.name, c.kind, c.settings, c.login_from, c.mode, c.health, c.health_text, c.last_check, c.connected_at,
         nullif(p.not_before, '-infinity') as away_until,
         array(select s.name from lifecycle.connection_secret s where s.application_id = c.application_id order by s.name) as secrets_set,
         coalesce((select sum(t.amount)::bigint from directory.tally_card t where t.name = 'application/accounts' and t.subject = c.application_id::text), 0) as accounts,
         (select count(*) from lifecycle.step s where s.application_id = c.application_id and s.held_because is not null and s.state in ('wanted', 'sent', 'contradicted', 'unproven', 'action_required')) as waiting_steps,
         (select count(*) from lifecycle.drift d where d.application_id = c.application_id and d.state = 'open') as open_drift,
         b.raised_at as brake_raised_at, b.removals as brake_removals, b.accounts as brake_accounts,
         (select count(*) from lifecycle.step s where s.application_id = c.application_id and s.held_because = 'brake') as brake_held,
         (select r.id from lifecycle.reading r where r.application_id = c.application_id order by r.started_at desc limit 1) as reading_id
    from lifecycle.connection c
    join directory.application_card a using (application_id)
    join lifecycle.pace p using (application_id)
    left join lifecycle.brake b on b.application_id = c.application_id and b.released_at is null
   where a.removed_at is null ${applicationId === null ? fragment`` : fragment`and c.application_id = ${applicationId}`}
   order by lower(a.name), c.application_id`;

export async function saveManualList(tx: Tx, row: { applicationId: string; accounts: unknown; at: Date; by: string }): Promise<void> {
  await sql(tx)`
    insert into lifecycle.manual_list (application_id, accounts, uploaded_at, uploaded_by)
    values (${row.applicationId}, ${json(row.accounts)}, ${row.at}, ${row.by})
    on conflict (application_id) do update set accounts = excluded.accounts, uploaded_at = excluded.uploaded_at, uploaded_by = excluded.uploaded_by`;
}
