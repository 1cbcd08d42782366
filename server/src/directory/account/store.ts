import { newId } from '../../platform/crypto/index.ts';
import { cursorOf, fragment, join, json, parseIdCursor, sql, textArray, type Fragment, type Tx } from '../../platform/db/index.ts';
import type { Scope } from '../../platform/http/index.ts';
import type { ApplicationId } from '../application/application.ts';
import { refuse } from '../errors.ts';
import type { PersonId } from '../person/person.ts';
import { foldedWords, scopeCondition, within } from '../person/store.ts';
import type { Account, AccountId, AccountKind, AccountSeen, AccountsReading, AccountStatus, Holding, HoldingSeen, Situation } from './account.ts';

const columns = fragment`c.account_id as id, c.application_id, c.application_name, c.person_id, c.person_name, c.native_id, c.login, c.email, c.display_name, c.kind, c.status, c.last_used_at, c.is_last_use_known, c.mfa, c.is_privileged, c.situation, c.owner_id, c.owner_name, c.first_seen_at, c.observed_at, c.digest`;

export async function findAccount(tx: Tx, id: AccountId): Promise<Account | null> {
  const [row] = await sql<Account>(tx)`select ${columns} from directory.account_card c where c.account_id = ${id}`;
  return row ?? null;
}

export async function lockAccount(tx: Tx, id: AccountId): Promise<void> {
  await sql(tx)`select from directory.account where id = ${id} for update`;
}

/** Locked in order of id, so that two readings of one system cannot wait for each other. */
export async function findAccountsForUpdate(tx: Tx, ids: readonly AccountId[]): Promise<Account[]> {
  await sql(tx)`select from directory.account where id = any(${textArray(ids)}::uuid[]) order by id for update`;
  return sql<Account>(tx)`select ${columns} from directory.account_card c where c.account_id = any(${textArray(ids)}::uuid[])`;
}

export async function findAccountByNativeId(tx: Tx, applicationId: ApplicationId, nativeId: string): Promise<Account | null> {
  const [row] = await sql<Account>(tx)`select ${columns} from directory.account_card c where c.application_id = ${applicationId} and c.native_id = ${nativeId}`;
  return row ?? null;
}

/** The accounts of these people, everywhere; also those that are deleted. */
export async function accountsOfPeople(tx: Tx, personIds: readonly PersonId[]): Promise<Account[]> {
  return sql<Account>(tx)`select ${columns} from directory.account_card c where c.person_id = any(${textArray(personIds)}::uuid[]) order by c.application_name, c.login`;
}

/** All accounts of an application a page at a time, in order of id; for matching and drift. */
export async function eachAccount(tx: Tx, applicationId: ApplicationId, options: { readonly after?: AccountId | null | undefined; readonly limit?: number | undefined } = {}): Promise<Account[]> {
  return sql<Account>(tx)`
    select ${columns}
      from directory.account_card c
     where c.application_id = ${applicationId} ${options.after ? fragment`and c.account_id > ${options.after}` : fragment``}
     order by c.account_id
     limit ${options.limit ?? 5_000}`;
}

export async function countAccounts(tx: Tx, applicationId: ApplicationId): Promise<number> {
  const [row] = await sql<{ count: number }>(tx)`select coalesce(sum(amount), 0)::bigint as count from directory.tally where name = 'application/accounts' and subject = ${applicationId}`;
  return row?.count ?? 0;
}

export interface AccountFilter {
  readonly search?: string | undefined;
  readonly applicationId?: string | undefined;
  readonly personId?: string | undefined;
  readonly situation?: Situation | undefined;
  readonly kind?: AccountKind | undefined;
  readonly status?: AccountStatus | undefined;
  readonly tiedToNobody?: boolean | undefined;
  readonly scope: Scope;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

interface ListRow extends Account {
  readonly sortLogin: string;
  readonly word: string;
}

/** A page of accounts by login, or, with a search, by the word that was found and then by login. */
export async function listAccounts(tx: Tx, filter: AccountFilter): Promise<{ items: Account[]; next: string | null }> {
  const after = filter.cursor === undefined ? null : parseIdCursor(filter.cursor);
  if (filter.cursor !== undefined && !after) throw refuse.cursor_unknown();
  const words = await foldedWords(tx, filter.search ?? '');
  const where = [
    ...(filter.applicationId ? [fragment`c.application_id = ${filter.applicationId}`] : []),
    ...(filter.personId ? [fragment`c.person_id = ${filter.personId}`] : []),
    ...(filter.situation ? [fragment`c.situation = ${filter.situation}`] : []),
    ...(filter.kind ? [fragment`c.kind = ${filter.kind}`] : []),
    ...(filter.status ? [fragment`c.status = ${filter.status}`] : []),
    ...(filter.tiedToNobody === undefined ? [] : [filter.tiedToNobody ? fragment`(c.person_id is null and c.owner_id is null and c.status <> 'deleted')` : fragment`not (c.person_id is null and c.owner_id is null and c.status <> 'deleted')`]),
    ...(filter.scope.is === 'everything' ? [] : [await scopeCondition(tx, filter.scope, fragment`c.person_id`)]),
  ];
  const rows = await (words.length === 0 ? pageByLogin(tx, where, after, filter.limit + 1) : pageByWord(tx, words, where, after, filter.limit + 1));
  const page = rows.slice(0, filter.limit);
  const last = page.at(-1);
  return {
    items: page,
    next: rows.length > filter.limit && last ? cursorOf({ key: words.length === 0 ? last.sortLogin : `${last.word}\n${last.sortLogin}`, id: last.id }) : null,
  };
}

async function pageByLogin(tx: Tx, filters: readonly Fragment[], after: { key: string; id: string } | null, limit: number): Promise<ListRow[]> {
  const where = [fragment`true`, ...filters, ...(after ? [fragment`(lower(c.login), c.account_id) > (${after.key}, ${after.id}::uuid)`] : [])];
  return sql<ListRow>(tx)`
    select ${columns}, lower(c.login) as sort_login, '' as word
      from directory.account_card c
     where ${join(where, fragment` and `)}
     order by lower(c.login), c.account_id
     limit ${limit}`;
}

/** A walk along the longest word; the others are looked up. Found by two of its own words, an account stands in the list once, at the first. */
async function pageByWord(tx: Tx, [lead = '', ...others]: readonly string[], filters: readonly Fragment[], after: { key: string; id: string } | null, limit: number): Promise<ListRow[]> {
  const [word = '', login = ''] = after?.key.split('\n') ?? [];
  const where = [
    within(fragment`w.word`, lead),
    fragment`not exists (select from directory.account_word earlier where earlier.account_id = w.account_id and earlier.word >= ${lead} and earlier.word < w.word)`,
    ...others.map((other) => fragment`exists (select from directory.account_word also where also.account_id = w.account_id and ${within(fragment`also.word`, other)})`),
    ...filters,
    ...(after ? [fragment`(w.word, w.sort_login, w.account_id) > (${word}, ${login}, ${after.id}::uuid)`] : []),
  ];
  return sql<ListRow>(tx)`
    select ${columns}, w.sort_login, w.word
      from directory.account_word w
      join directory.account_card c on c.account_id = w.account_id
     where ${join(where, fragment` and `)}
     order by w.word, w.sort_login, w.account_id
     limit ${limit}`;
}

/**
 * One reading of an application, in set-based statements. What a person decided (whose, what kind, owner) stays.
 * INVARIANT: an account counts as gone only when the reading was complete; the brake against short answers stands before this call.
 */
export async function recordAccountsSeen(tx: Tx, applicationId: ApplicationId, seen: readonly AccountSeen[], options: { readonly isComplete: boolean; readonly at: Date }): Promise<AccountsReading> {
  const distinct = [...new Map(seen.map((one) => [one.nativeId, one])).values()];
  const records = JSON.stringify(
    distinct.map((one) => ({
      id: newId(),
      native_id: one.nativeId,
      login: one.login,
      email: one.email,
      display_name: one.displayName,
      kind: one.kind,
      status: one.status,
      last_used_at: one.lastUsedAt ?? null,
      is_last_use_known: one.lastUsedAt !== undefined,
      mfa: one.mfa,
      is_privileged: one.isPrivileged,
      digest: one.digest,
    })),
  );
  const [counted] = await sql<{ added: number; changed: number; unchanged: number }>(tx)`
    with r as (
      select * from jsonb_to_recordset(${records}::jsonb) as r (id uuid, native_id text, login text, email text, display_name text, kind text, status text, last_used_at timestamptz, is_last_use_known boolean, mfa text, is_privileged boolean, digest text)
    ), known as (
      select a.id, a.native_id, a.digest, a.status from directory.account a join r on r.native_id = a.native_id where a.application_id = ${applicationId} order by a.id for update of a
    ), updated as (
      update directory.account a
         set login = r.login, email = r.email, display_name = r.display_name,
             kind = case when r.kind = 'unknown' or (a.owner_id is not null and a.kind = 'service') then a.kind else r.kind end,
             status = r.status, last_used_at = r.last_used_at, is_last_use_known = r.is_last_use_known, mfa = r.mfa, is_privileged = r.is_privileged, digest = r.digest, observed_at = ${options.at},
             -- Gone and back again: as it was tied before.
             situation = case when r.status = 'deleted' then 'deleted' when a.situation <> 'deleted' then a.situation when a.person_id is not null then 'linked' else 'unmatched' end
        from r, known
       where known.native_id = r.native_id and a.id = known.id and a.application_id = ${applicationId}
    ), added as (
      insert into directory.account (id, application_id, native_id, login, email, display_name, kind, status, last_used_at, is_last_use_known, mfa, is_privileged, situation, first_seen_at, observed_at, digest)
      select r.id, ${applicationId}, r.native_id, r.login, r.email, r.display_name, r.kind, r.status, r.last_used_at, r.is_last_use_known, r.mfa, r.is_privileged,
             case when r.status = 'deleted' then 'deleted' else 'unmatched' end, ${options.at}, ${options.at}, r.digest
        from r
       where not exists (select from known where known.native_id = r.native_id)
    )
    select (select count(*) from r) - (select count(*) from known) as added,
           (select count(*) from known join r using (native_id) where known.digest <> r.digest or known.status <> r.status) as changed,
           (select count(*) from known join r using (native_id) where known.digest = r.digest and known.status = r.status) as unchanged`;
  let gone = 0;
  if (options.isComplete) {
    const rows = await sql<{ id: AccountId }>(tx)`
      update directory.account
         set status = 'deleted', situation = 'deleted', observed_at = ${options.at}
       where application_id = ${applicationId} and status <> 'deleted' and native_id <> all (${textArray(distinct.map((one) => one.nativeId))})
      returning id`;
    gone = rows.length;
    if (gone > 0) await sql(tx)`delete from directory.holding where account_id = any(${textArray(rows.map((row) => row.id))}::uuid[])`;
  }
  return { added: counted?.added ?? 0, changed: counted?.changed ?? 0, unchanged: counted?.unchanged ?? 0, gone };
}

/** One account as a direct read showed it; answers its id. */
export async function recordAccountSeen(tx: Tx, applicationId: ApplicationId, seen: AccountSeen, at: Date): Promise<AccountId> {
  await recordAccountsSeen(tx, applicationId, [seen], { isComplete: false, at });
  return (await findAccountByNativeId(tx, applicationId, seen.nativeId))!.id;
}

/** What a direct read showed to be gone. */
export async function recordAccountGone(tx: Tx, accountId: AccountId, at: Date): Promise<void> {
  await sql(tx)`update directory.account set status = 'deleted', situation = 'deleted', observed_at = ${at} where id = ${accountId}`;
  await sql(tx)`delete from directory.holding where account_id = ${accountId}`;
}

/**
 * The actual state of who holds what. With `isComplete`, holdings of this application (or, with `accountIds` or `entitlementIds`, of these only)
 * that were not seen are removed. Names that we have never read are left out and counted.
 */
export async function recordHoldingsSeen(tx: Tx, applicationId: ApplicationId, seen: readonly HoldingSeen[], options: { readonly isComplete: boolean; readonly at: Date; readonly entitlementIds?: readonly string[] | undefined; readonly accountIds?: readonly string[] | undefined }): Promise<{ added: number; removed: number; unknown: number }> {
  const records = JSON.stringify(seen.map((one) => ({ account: one.accountNativeId, entitlement: one.entitlementNativeId })));
  const [counted] = await sql<{ added: number; known: number; total: number }>(tx)`
    with r as (
      select distinct account, entitlement from jsonb_to_recordset(${records}::jsonb) as r (account text, entitlement text)
    ), known as (
      select a.id as account_id, e.id as entitlement_id
        from r
        join directory.account a on a.application_id = ${applicationId} and a.native_id = r.account
        join directory.entitlement e on e.application_id = ${applicationId} and e.native_id = r.entitlement
    ), saved as (
      insert into directory.holding (account_id, entitlement_id, seen_at)
      select account_id, entitlement_id, ${options.at} from known order by account_id, entitlement_id
      on conflict (account_id, entitlement_id) do update set seen_at = excluded.seen_at
      returning (xmax = 0) as is_new
    )
    select (select count(*) from saved where is_new) as added, (select count(*) from known) as known, (select count(*) from r) as total`;
  let removed = 0;
  if (options.isComplete) {
    const rows = await sql<{ accountId: string }>(tx)`
      delete from directory.holding h
       using directory.account a
       where a.id = h.account_id and a.application_id = ${applicationId} and h.seen_at < ${options.at}
         ${options.entitlementIds ? fragment`and h.entitlement_id = any(${textArray(options.entitlementIds)}::uuid[])` : fragment``}
         ${options.accountIds ? fragment`and h.account_id = any(${textArray(options.accountIds)}::uuid[])` : fragment``}
      returning h.account_id`;
    removed = rows.length;
  }
  return { added: counted?.added ?? 0, removed, unknown: (counted?.total ?? 0) - (counted?.known ?? 0) };
}

/** One fact by read-back: this account holds this entitlement, or does not. */
export async function recordHolding(tx: Tx, accountId: string, entitlementId: string, isHeld: boolean, at: Date): Promise<void> {
  if (isHeld) await sql(tx)`insert into directory.holding (account_id, entitlement_id, seen_at) values (${accountId}, ${entitlementId}, ${at}) on conflict (account_id, entitlement_id) do update set seen_at = excluded.seen_at`;
  else await sql(tx)`delete from directory.holding where account_id = ${accountId} and entitlement_id = ${entitlementId}`;
}

export async function holdingsOfAccounts(tx: Tx, accountIds: readonly AccountId[]): Promise<Holding[]> {
  return sql<Holding>(tx)`select account_id, entitlement_id, seen_at from directory.holding where account_id = any(${textArray(accountIds)}::uuid[])`;
}

export async function saveTie(tx: Tx, id: AccountId, tie: { readonly personId: PersonId | null; readonly situation: Situation; readonly kind: AccountKind; readonly ownerId: PersonId | null }): Promise<void> {
  await sql(tx)`update directory.account set person_id = ${tie.personId}, situation = ${tie.situation}, kind = ${tie.kind}, owner_id = ${tie.ownerId} where id = ${id}`;
}

export async function saveLinks(tx: Tx, links: readonly { readonly accountId: AccountId; readonly personId: PersonId | null; readonly situation: Situation; readonly kind: AccountKind }[]): Promise<void> {
  if (links.length === 0) return;
  await sql(tx)`
    update directory.account a
       set person_id = r.person_id, situation = r.situation, kind = r.kind
      from jsonb_to_recordset(${json(links.map((link) => ({ id: link.accountId, person_id: link.personId, situation: link.situation, kind: link.kind })))}) as r (id uuid, person_id uuid, situation text, kind text)
     where a.id = r.id`;
}
