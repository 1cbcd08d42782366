import { cursorOf, fragment, join, json, parseTimeCursor, sql, type Tx } from '../../platform/db/index.ts';
import { refuse } from '../errors.ts';
import type { Difference, DriftKind, MatchPerson } from './reconciliation.ts';

export interface ReadingRow {
  readonly id: string;
  readonly applicationId: string;
  readonly state: 'running' | 'done' | 'stopped' | 'failed';
  readonly phase: 'accounts' | 'groups' | 'holdings' | 'conclusions';
  readonly token: string | null;
  readonly parents: string[];
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly accounts: number;
  readonly entitlements: number;
  readonly holdings: number;
  readonly isComplete: boolean;
  readonly problem: string | null;
  readonly askedBy: string;
}

const columns = fragment`id, application_id, state, phase, token, parents, started_at, finished_at, accounts, entitlements, holdings, is_complete, problem, asked_by`;

/** One runs at a time: whoever asks meanwhile gets that one. */
export async function startReading(tx: Tx, row: { id: string; applicationId: string; askedBy: string; at: Date }): Promise<string> {
  const [made] = await sql<{ id: string }>(tx)`
    insert into lifecycle.reading (id, application_id, state, phase, started_at, touched_at, asked_by)
    values (${row.id}, ${row.applicationId}, 'running', 'accounts', ${row.at}, ${row.at}, ${row.askedBy})
    on conflict (application_id) where state = 'running' do nothing
    returning id`;
  if (made !== undefined) return made.id;
  const [running] = await sql<{ id: string }>(tx)`select id from lifecycle.reading where application_id = ${row.applicationId} and state = 'running'`;
  return running?.id ?? row.id;
}

export async function runningReading(tx: Tx, applicationId: string): Promise<ReadingRow | null> {
  const [row] = await sql<ReadingRow>(tx)`select ${columns} from lifecycle.reading where application_id = ${applicationId} and state = 'running'`;
  return row ?? null;
}

export async function findReading(tx: Tx, id: string): Promise<ReadingRow | null> {
  const [row] = await sql<ReadingRow>(tx)`select ${columns} from lifecycle.reading where id = ${id}`;
  return row ?? null;
}

export async function stoppedReading(tx: Tx, applicationId: string): Promise<ReadingRow | null> {
  const [row] = await sql<ReadingRow>(tx)`select ${columns} from lifecycle.reading where application_id = ${applicationId} order by started_at desc limit 1 for update`;
  return row?.state === 'stopped' ? row : null;
}

export const lastReadings = (tx: Tx, ids: readonly string[]): Promise<ReadingRow[]> => sql<ReadingRow>(tx)`select ${columns} from lifecycle.reading where id = any(${[...ids]}::uuid[])`;

export interface SeenRow {
  readonly part: 'account' | 'entitlement' | 'holding';
  readonly nativeId: string;
  readonly innerId: string;
  readonly content: unknown;
}

/** One page and where to go on, in one transaction: a crash repeats a page at most. */
export async function savePage(tx: Tx, readingId: string, rows: readonly SeenRow[], next: { phase: ReadingRow['phase']; token: string | null; parents: readonly string[]; isComplete: boolean; at: Date }): Promise<void> {
  if (rows.length > 0) {
    await sql(tx)`
      insert into lifecycle.reading_row (reading_id, part, native_id, inner_id, content)
      select ${readingId}, r.part, r.native_id, r.inner_id, r.content
        from jsonb_to_recordset(${JSON.stringify(rows.map((row) => ({ part: row.part, native_id: row.nativeId, inner_id: row.innerId, content: row.content })))}::jsonb) as r (part text, native_id text, inner_id text, content jsonb)
      on conflict (reading_id, part, native_id, inner_id) do update set content = excluded.content`;
  }
  const count = (part: SeenRow['part']): number => rows.filter((row) => row.part === part).length;
  await sql(tx)`
    update lifecycle.reading
       set phase = ${next.phase}, token = ${next.token}, parents = ${json(next.parents)}, is_complete = is_complete and ${next.isComplete}, touched_at = ${next.at},
           accounts = accounts + ${count('account')}, entitlements = entitlements + ${count('entitlement')}, holdings = holdings + ${count('holding')}
     where id = ${readingId} and state = 'running'`;
}

export const seenRows = (tx: Tx, readingId: string, part: SeenRow['part']): Promise<SeenRow[]> => sql<SeenRow>(tx)`
  select part, native_id, inner_id, content from lifecycle.reading_row where reading_id = ${readingId} and part = ${part} order by native_id, inner_id`;

export async function countSeen(tx: Tx, readingId: string): Promise<{ accounts: number; entitlements: number; holdings: number }> {
  const [row] = await sql<{ accounts: number; entitlements: number; holdings: number }>(tx)`
    select count(*) filter (where part = 'account') as accounts, count(*) filter (where part = 'entitlement') as entitlements, count(*) filter (where part = 'holding') as holdings
      from lifecycle.reading_row where reading_id = ${readingId}`;
  return row ?? { accounts: 0, entitlements: 0, holdings: 0 };
}

export async function finishReading(tx: Tx, readingId: string, result: { state: 'done' | 'stopped' | 'failed'; problem: string | null; at: Date; counts: { accounts: number; entitlements: number; holdings: number } }): Promise<void> {
  await sql(tx)`
    update lifecycle.reading
       set state = ${result.state}, problem = ${result.problem}, finished_at = ${result.at}, accounts = ${result.counts.accounts}, entitlements = ${result.counts.entitlements}, holdings = ${result.counts.holdings}
     where id = ${readingId}`;
  // A stopped reading keeps what it saw: a human may accept it.
  if (result.state !== 'stopped') await sql(tx)`delete from lifecycle.reading_row where reading_id = ${readingId}`;
}

export async function forgetOldRows(tx: Tx, applicationId: string, exceptReadingId: string): Promise<void> {
  await sql(tx)`delete from lifecycle.reading_row where reading_id in (select id from lifecycle.reading where application_id = ${applicationId} and id <> ${exceptReadingId} and state <> 'running')`;
}

export async function knownAccounts(tx: Tx, applicationId: string): Promise<number> {
  const [row] = await sql<{ count: number }>(tx)`select count(*) as count from directory.account_card where application_id = ${applicationId} and status <> 'deleted'`;
  return row?.count ?? 0;
}

/** Accounts that nobody decided about yet. */
export const accountsToMatch = (tx: Tx, applicationId: string): Promise<{ id: string; nativeId: string; login: string; email: string | null; kind: string; situation: string }[]> => sql<{ id: string; nativeId: string; login: string; email: string | null; kind: string; situation: string }>(tx)`
  select account_id as id, native_id, login, email, kind, situation
    from directory.account_card
   where application_id = ${applicationId} and status <> 'deleted' and person_id is null and owner_id is null and situation in ('unlinked', 'unmatched', 'disputed', 'collision')
   order by account_id`;

/** People who already have an account of their own there: a second one that fits is a collision. */
export const peopleWithAccount = (tx: Tx, applicationId: string): Promise<{ personId: string }[]> => sql<{ personId: string }>(tx)`
  select distinct person_id from directory.account_card where application_id = ${applicationId} and person_id is not null and status <> 'deleted'`;

export const peopleForMatching = (tx: Tx, after: string | null, limit: number): Promise<MatchPerson[]> => sql<MatchPerson>(tx)`
  select person_id as id, work_email, username, employee_number
    from directory.person_card
   where source <> 'break-glass' ${after === null ? fragment`` : fragment`and person_id > ${after}::uuid`}
   order by person_id
   limit ${limit}`;

export const connectionsToRead = (tx: Tx): Promise<{ applicationId: string; kind: string }[]> => sql<{ applicationId: string; kind: string }>(tx)`
  select c.application_id, c.kind from lifecycle.connection c join directory.application_card a using (application_id) where c.mode <> 'paused' and a.removed_at is null`;

// ---- drift

/**
 * Where what is held is not what the grants say. What a movement is still working on is no drift.
 */
export const differences = (tx: Tx, applicationId: string): Promise<Difference[]> => sql<Difference>(tx)`
  with open_step as (
    select person_id, entitlement_id, action from lifecycle.step
     where application_id = ${applicationId} and state in ('wanted', 'sent', 'contradicted', 'unproven', 'action_required')
  ), mine as (
    select a.account_id, a.person_id, a.status, p.status as standing
      from directory.account_card a
      join directory.person_standing p on p.person_id = a.person_id
     where a.application_id = ${applicationId} and a.status <> 'deleted' and a.situation in ('linked', 'collision')
  )
  select 'unexplained_holding' as kind, case when h.risk = 'low' then 'low' else 'high' end as severity, m.person_id, m.account_id, h.entitlement_id
    from mine m
    join directory.holding_card h on h.account_id = m.account_id
   where m.standing = 'active'
     and not exists (select from authz.grant_card g where g.person_id = m.person_id and g.entitlement_id = h.entitlement_id and g.ended_at is null)
     and not exists (select from open_step s where s.person_id = m.person_id and s.entitlement_id = h.entitlement_id)
  union all
  select 'missing_holding', 'low', m.person_id, m.account_id, g.entitlement_id
    from (select distinct on (person_id) account_id, person_id, standing from mine order by person_id, status = 'active' desc, account_id) m
    join authz.grant_card g on g.person_id = m.person_id and g.application_id = ${applicationId} and g.ended_at is null
   where m.standing = 'active'
     and not exists (select from directory.holding_card h join mine o on o.account_id = h.account_id where o.person_id = m.person_id and h.entitlement_id = g.entitlement_id)
     and not exists (select from open_step s where s.person_id = m.person_id and (s.entitlement_id = g.entitlement_id or s.action = 'create_account'))
  union all
  select 'leaver_active', 'high', m.person_id, m.account_id, null
    from mine m
   where m.standing = 'left' and m.status = 'active'
     and not exists (select from open_step s where s.person_id = m.person_id and s.action = 'disable')`;

/** Keeps what is new, closes what is no more. */
export async function saveDifferences(tx: Tx, applicationId: string, found: readonly (Difference & { readonly id: string })[], at: Date): Promise<{ opened: number; closed: number }> {
  const records = JSON.stringify(found.map((one) => ({ id: one.id, kind: one.kind, severity: one.severity, person_id: one.personId, account_id: one.accountId, entitlement_id: one.entitlementId })));
  const closed = await sql<{ id: string }>(tx)`
    update lifecycle.drift d
       set state = 'resolved', decided_at = ${at}
     where d.application_id = ${applicationId} and d.state in ('open', 'reverting')
       and not exists (
         select from jsonb_to_recordset(${records}::jsonb) as r (kind text, account_id uuid, entitlement_id uuid)
          where r.kind = d.kind and r.account_id = d.account_id and r.entitlement_id is not distinct from d.entitlement_id)
    returning id`;
  const opened = await sql<{ id: string }>(tx)`
    insert into lifecycle.drift (id, application_id, kind, severity, person_id, account_id, entitlement_id, found_at)
    select r.id, ${applicationId}, r.kind, r.severity, r.person_id, r.account_id, r.entitlement_id, ${at}
      from jsonb_to_recordset(${records}::jsonb) as r (id uuid, kind text, severity text, person_id uuid, account_id uuid, entitlement_id uuid)
    on conflict do nothing
    returning id`;
  return { opened: opened.length, closed: closed.length };
}

export interface DriftRow {
  readonly id: string;
  readonly kind: DriftKind;
  readonly severity: 'low' | 'high';
  readonly state: 'open' | 'adopted' | 'reverting' | 'resolved';
  readonly applicationId: string;
  readonly applicationName: string;
  readonly personId: string | null;
  readonly personName: string | null;
  readonly accountId: string;
  readonly login: string | null;
  readonly entitlementId: string | null;
  readonly entitlementName: string | null;
  readonly entitlementNativeId: string | null;
  readonly foundAt: Date;
  readonly decidedAt: Date | null;
  readonly decidedBy: string | null;
  readonly movementId: string | null;
}

const driftColumns = fragment`
  d.id, d.kind, d.severity, d.state, d.application_id, ap.name as application_name, d.person_id, p.display_name as person_name, d.account_id, a.login, d.entitlement_id, e.name as entitlement_name,
  e.native_id as entitlement_native_id, d.found_at, d.decided_at, d.decided_by, d.movement_id`;
const driftTables = fragment`
  lifecycle.drift d
    join directory.application_card ap on ap.application_id = d.application_id
    left join directory.person_card p on p.person_id = d.person_id
    left join directory.account_card a on a.account_id = d.account_id
    left join directory.entitlement_card e on e.entitlement_id = d.entitlement_id`;

export async function listDrift(tx: Tx, filter: { applicationId?: string | undefined; personId?: string | undefined; kind?: DriftKind | undefined; state: string; cursor?: string | undefined; limit: number }): Promise<{ items: DriftRow[]; next: string | null }> {
  const after = filter.cursor === undefined ? null : parseTimeCursor(filter.cursor);
  if (filter.cursor !== undefined && !after) throw refuse.cursor_unknown();
  const where = [fragment`d.state = ${filter.state}`];
  if (filter.applicationId !== undefined) where.push(fragment`d.application_id = ${filter.applicationId}`);
  if (filter.personId !== undefined) where.push(fragment`d.person_id = ${filter.personId}`);
  if (filter.kind !== undefined) where.push(fragment`d.kind = ${filter.kind}`);
  if (after !== null) where.push(fragment`(d.found_at, d.id) < (${after.key}::timestamptz, ${after.id}::uuid)`);
  const rows = await sql<DriftRow>(tx)`select ${driftColumns} from ${driftTables} where ${join(where, fragment` and `)} order by d.found_at desc, d.id desc limit ${filter.limit + 1}`;
  const items = rows.slice(0, filter.limit);
  const last = items.at(-1);
  return { items, next: rows.length > filter.limit && last !== undefined ? cursorOf({ key: last.foundAt.toISOString(), id: last.id }) : null };
}

export async function lockDrift(tx: Tx, id: string): Promise<DriftRow | null> {
  await sql(tx)`select from lifecycle.drift where id = ${id} for update`;
  const [row] = await sql<DriftRow>(tx)`select ${driftColumns} from ${driftTables} where d.id = ${id}`;
  return row ?? null;
}

export const openDriftOf = (tx: Tx, applicationId: string, kind: DriftKind, limit: number): Promise<{ id: string }[]> => sql<{ id: string }>(tx)`
  select id from lifecycle.drift where application_id = ${applicationId} and kind = ${kind} and state = 'open' order by found_at, id limit ${limit}`;

export async function decideDrift(tx: Tx, id: string, decision: { state: 'adopted' | 'reverting' | 'resolved'; by: string; at: Date; movementId: string | null }): Promise<void> {
  await sql(tx)`update lifecycle.drift set state = ${decision.state}, decided_by = ${decision.by}, decided_at = ${decision.at}, movement_id = ${decision.movementId} where id = ${id}`;
}

export async function openGrantId(tx: Tx, personId: string, entitlementId: string): Promise<string | null> {
  const [row] = await sql<{ id: string }>(tx)`select grant_id as id from authz.grant_card where person_id = ${personId} and entitlement_id = ${entitlementId} and ended_at is null`;
  return row?.id ?? null;
}

export interface FreshAccount {
  readonly nativeId: string;
  readonly login: string;
  readonly email: string | null;
  readonly displayName: string | null;
  readonly kind: 'person' | 'service' | 'shared' | 'admin' | 'unknown';
  readonly status: 'active' | 'disabled' | 'deleted' | 'unknown';
  readonly lastUsedAt: Date | null;
  readonly isLastUseKnown: boolean;
  readonly mfa: 'enrolled' | 'none' | 'weak' | 'unknown';
  readonly isPrivileged: boolean;
  readonly digest: string;
}

/** Accounts that a read-back saw after the reading began: that is newer than the page. */
export const freshAccounts = (tx: Tx, applicationId: string, since: Date): Promise<FreshAccount[]> => sql<FreshAccount>(tx)`
  select native_id, login, email, display_name, kind, status, last_used_at, is_last_use_known, mfa, is_privileged, digest
    from directory.account_card
   where application_id = ${applicationId} and observed_at >= ${since}`;

export const freshHoldings = (tx: Tx, applicationId: string, since: Date): Promise<{ accountNativeId: string; entitlementNativeId: string }[]> => sql<{ accountNativeId: string; entitlementNativeId: string }>(tx)`
  select h.account_native_id, h.entitlement_native_id
    from directory.holding_card h
    join directory.account_card a on a.account_id = h.account_id
   where a.application_id = ${applicationId} and a.observed_at >= ${since}`;

export const knownNativeIds = (tx: Tx, applicationId: string): Promise<{ nativeId: string }[]> => sql<{ nativeId: string }>(tx)`select native_id from directory.account_card where application_id = ${applicationId}`;

export const forgottenReadings = (tx: Tx, before: Date): Promise<{ applicationId: string }[]> => sql<{ applicationId: string }>(tx)`select application_id from lifecycle.reading where state = 'running' and touched_at < ${before}`;
