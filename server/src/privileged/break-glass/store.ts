import { breakGlassKeysOf, hasMoreThanKeys } from '../../authentication/index.ts';
import { fragment, json, sql, textArray, type Fragment, type Tx } from '../../platform/db/index.ts';
import type { Account, Finding } from './account.ts';

interface Row extends Omit<Account, 'seal' | 'keys' | 'hasMoreThanKeys'> {
  readonly envelope: string | null;
  readonly place: string | null;
  readonly keeper: string | null;
  readonly sealedAt: Date | null;
  readonly sealedByName: string | null;
  readonly sealedKeys: readonly string[] | null;
}

const accountRows = (tx: Tx, where: Fragment): Promise<Row[]> => sql<Row>(tx)`
  select a.person_id, a.number, c.display_name as name, c.username, s.is_active,
         exists (select from authz.console_role_card r where r.person_id = a.person_id and r.role = 'administrator') as is_administrator,
         a.made_at, a.made_by_name, a.tested_at, a.sealed_at, a.sealed_by_name, a.envelope, a.place, a.keeper, a.sealed_keys, a.opened_at, a.drilled_at
    from privileged.break_glass_account a
    join directory.person_card c on c.person_id = a.person_id
    join directory.person_standing s on s.person_id = a.person_id
   where a.retired_at is null and ${where}
   order by a.number`;

async function whole(tx: Tx, { envelope, place, keeper, sealedAt, sealedByName, sealedKeys, ...row }: Row): Promise<Account> {
  return {
    ...row,
    seal: sealedAt && { envelope: envelope!, place: place!, keeper: keeper!, sealedAt, sealedByName: sealedByName!, keys: sealedKeys! },
    keys: await breakGlassKeysOf(tx, row.personId),
    hasMoreThanKeys: await hasMoreThanKeys(tx, row.personId),
  };
}

/** All that are not retired, by number. */
export async function findAccounts(tx: Tx): Promise<Account[]> {
  const accounts: Account[] = [];
  for (const row of await accountRows(tx, fragment`true`)) accounts.push(await whole(tx, row));
  return accounts;
}

export async function findAccount(tx: Tx, personId: string): Promise<Account | null> {
  const [row] = await accountRows(tx, fragment`a.person_id = ${personId}`);
  return row ? whole(tx, row) : null;
}

/** Changes of one account take turns. */
export async function lockAccount(tx: Tx, personId: string): Promise<Account | null> {
  await sql(tx)`select person_id from privileged.break_glass_account where person_id = ${personId} for update`;
  return findAccount(tx, personId);
}

export async function nextNumber(tx: Tx): Promise<{ readonly number: number; readonly existing: number }> {
  await sql(tx)`lock table privileged.break_glass_account in share row exclusive mode`;
  const [row] = await sql<{ number: number; existing: number }>(tx)`
    select coalesce(max(number), 0)::integer + 1 as number, (count(*) filter (where retired_at is null))::integer as existing from privileged.break_glass_account`;
  return row!;
}

export async function insertAccount(tx: Tx, one: { readonly personId: string; readonly number: number; readonly madeAt: Date; readonly madeBy: string; readonly madeByName: string }): Promise<void> {
  await sql(tx)`insert into privileged.break_glass_account (person_id, number, made_at, made_by, made_by_name) values (${one.personId}, ${one.number}, ${one.madeAt}, ${one.madeBy}, ${one.madeByName})`;
}

/** Other keys: what was tested says nothing about them. */
export async function forgetTest(tx: Tx, personId: string): Promise<void> {
  await sql(tx)`update privileged.break_glass_account set tested_at = null, sealed_at = null, sealed_by = null, sealed_by_name = null, envelope = null, place = null, keeper = null, sealed_keys = null where person_id = ${personId}`;
}

export async function markTested(tx: Tx, personId: string, at: Date): Promise<void> {
  await sql(tx)`update privileged.break_glass_account set tested_at = ${at} where person_id = ${personId}`;
}

export async function sealAccount(tx: Tx, one: { readonly personId: string; readonly envelope: string; readonly place: string; readonly keeper: string; readonly keys: readonly string[]; readonly at: Date; readonly by: string; readonly byName: string }): Promise<void> {
  await sql(tx)`
    update privileged.break_glass_account
       set sealed_at = ${one.at}, sealed_by = ${one.by}, sealed_by_name = ${one.byName}, envelope = ${one.envelope}, place = ${one.place}, keeper = ${one.keeper},
           sealed_keys = ${textArray(one.keys)}, opened_at = null
     where person_id = ${one.personId}`;
}

/** The key is out of its envelope. A drill is also a test; a use is none, since nobody knows who holds the key now. */
export async function openEnvelope(tx: Tx, personId: string, at: Date, isDrill: boolean): Promise<void> {
  await sql(tx)`
    update privileged.break_glass_account
       set opened_at = coalesce(opened_at, ${at}), tested_at = ${isDrill ? at : null}, drilled_at = ${isDrill ? fragment`${at}::timestamptz` : fragment`drilled_at`}
     where person_id = ${personId}`;
}

export async function retireAccount(tx: Tx, personId: string, at: Date, byName: string, reason: string): Promise<void> {
  await sql(tx)`update privileged.break_glass_account set retired_at = ${at}, retired_by_name = ${byName}, retire_reason = ${reason} where person_id = ${personId}`;
}

export interface Drill {
  readonly id: string;
  readonly personId: string;
  readonly startedAt: Date;
  readonly startedByName: string;
  readonly expiresAt: Date;
}

export const openDrills = (tx: Tx, now: Date): Promise<Drill[]> =>
  sql<Drill>(tx)`select id, person_id, started_at, started_by_name, expires_at from privileged.break_glass_drill where proven_at is null and cancelled_at is null and expires_at > ${now}`;

export async function startDrill(tx: Tx, one: Drill & { readonly startedBy: string }): Promise<boolean> {
  await sql(tx)`update privileged.break_glass_drill set cancelled_at = expires_at where person_id = ${one.personId} and proven_at is null and cancelled_at is null and expires_at <= ${one.startedAt}`;
  const rows = await sql<{ id: string }>(tx)`
    insert into privileged.break_glass_drill (id, person_id, started_at, started_by, started_by_name, expires_at)
         values (${one.id}, ${one.personId}, ${one.startedAt}, ${one.startedBy}, ${one.startedByName}, ${one.expiresAt})
    on conflict (person_id) where proven_at is null and cancelled_at is null do nothing
      returning id`;
  return rows.length > 0;
}

export async function cancelDrill(tx: Tx, personId: string, at: Date): Promise<boolean> {
  return (await sql<{ id: string }>(tx)`update privileged.break_glass_drill set cancelled_at = ${at} where person_id = ${personId} and proven_at is null and cancelled_at is null returning id`).length > 0;
}

/** The drill that this sign-in proves; null: nobody announced it. */
export async function proveDrill(tx: Tx, personId: string, at: Date): Promise<Drill | null> {
  const [row] = await sql<Drill>(tx)`
    update privileged.break_glass_drill set proven_at = ${at}
     where person_id = ${personId} and proven_at is null and cancelled_at is null and started_at <= ${at} and expires_at > ${at}
    returning id, person_id, started_at, started_by_name, expires_at`;
  return row ?? null;
}

export interface Use {
  readonly id: string;
  readonly personId: string;
  readonly name: string;
  readonly sessionId: string;
  readonly drillId: string | null;
  readonly drillStartedAt: Date | null;
  readonly at: Date;
  readonly address: string;
  readonly device: string;
  readonly told: number;
  readonly acknowledgedAt: Date | null;
  readonly acknowledgedByName: string | null;
  readonly acknowledgeReason: string | null;
}

/** False: this session has raised its alarm already (an event may come twice). */
export async function insertUse(tx: Tx, one: Pick<Use, 'id' | 'personId' | 'sessionId' | 'drillId' | 'at' | 'address' | 'device' | 'told'>): Promise<boolean> {
  const rows = await sql<{ id: string }>(tx)`
    insert into privileged.break_glass_use (id, person_id, session_id, drill_id, at, address, device, told)
         values (${one.id}, ${one.personId}, ${one.sessionId}, ${one.drillId}, ${one.at}, ${one.address}, ${one.device}, ${one.told})
    on conflict (session_id) do nothing
      returning id`;
  return rows.length > 0;
}

export async function hasUse(tx: Tx, sessionId: string): Promise<boolean> {
  return (await sql<{ id: string }>(tx)`select id from privileged.break_glass_use where session_id = ${sessionId}`).length > 0;
}

export const newestUses = (tx: Tx, limit: number): Promise<Use[]> => sql<Use>(tx)`
  select u.id, u.person_id, c.display_name as name, u.session_id, u.drill_id, d.started_at as drill_started_at, u.at, u.address, u.device, u.told, u.acknowledged_at, u.acknowledged_by_name, u.acknowledge_reason
    from privileged.break_glass_use u
    join directory.person_card c on c.person_id = u.person_id
    left join privileged.break_glass_drill d on d.id = u.drill_id
   order by (u.acknowledged_at is null and u.drill_id is null) desc, u.at desc
   limit ${limit}`;

export async function acknowledgeUse(tx: Tx, one: { readonly id: string; readonly at: Date; readonly by: string; readonly byName: string; readonly reason: string }): Promise<{ readonly personId: string; readonly name: string } | null> {
  const [row] = await sql<{ personId: string; name: string }>(tx)`
    update privileged.break_glass_use u
       set acknowledged_at = ${one.at}, acknowledged_by = ${one.by}, acknowledged_by_name = ${one.byName}, acknowledge_reason = ${one.reason}
      from directory.person_card c
     where u.id = ${one.id} and u.acknowledged_at is null and u.drill_id is null and c.person_id = u.person_id
    returning u.person_id, c.display_name as name`;
  return row ?? null;
}

/** Administrators who work here, and who else hears of each use. */
export async function alarmRecipients(tx: Tx): Promise<readonly string[]> {
  const rows = await sql<{ address: string }>(tx)`
    select distinct lower(address) as address from (
      select c.work_email as address
        from authz.console_role_card r
        join directory.person_card c on c.person_id = r.person_id
       where r.role = 'administrator' and c.status = 'active' and c.work_email is not null
      union all
      select unnest(addresses) from privileged.break_glass_alarm) as everybody
     order by 1`;
  return rows.map((row) => row.address);
}

export async function alarmAddresses(tx: Tx): Promise<readonly string[]> {
  const [row] = await sql<{ addresses: string[] }>(tx)`select addresses from privileged.break_glass_alarm`;
  return row?.addresses ?? [];
}

export async function saveAlarmAddresses(tx: Tx, addresses: readonly string[]): Promise<void> {
  await sql(tx)`update privileged.break_glass_alarm set addresses = ${textArray(addresses)}`;
}

export interface SelfTest {
  readonly at: Date;
  readonly byName: string;
  readonly hostProblem: string | null;
  readonly mailProblem: string | null;
  readonly findings: readonly Finding[];
}

export async function insertSelfTest(tx: Tx, id: string, one: SelfTest): Promise<void> {
  await sql(tx)`insert into privileged.break_glass_self_test (id, at, by_name, host_problem, mail_problem, findings) values (${id}, ${one.at}, ${one.byName}, ${one.hostProblem}, ${one.mailProblem}, ${json(one.findings)})`;
}

export async function lastSelfTest(tx: Tx): Promise<SelfTest | null> {
  const [row] = await sql<SelfTest>(tx)`select at, by_name, host_problem, mail_problem, findings from privileged.break_glass_self_test order by at desc limit 1`;
  return row ?? null;
}

/** Whom the command on the host would help: the longest-serving administrator who is a person. */
export async function someAdministrator(tx: Tx): Promise<string | null> {
  const [row] = await sql<{ username: string }>(tx)`
    select r.username from authz.console_role_card r join directory.person_standing s on s.person_id = r.person_id
     where r.role = 'administrator' and s.is_active and not s.is_break_glass order by r.since, r.person_id limit 1`;
  return row?.username ?? null;
}

export const unacknowledgedUses = async (tx: Tx): Promise<number> => {
  const [row] = await sql<{ count: number }>(tx)`select count(*)::integer as count from privileged.break_glass_use where acknowledged_at is null and drill_id is null`;
  return row?.count ?? 0;
};
