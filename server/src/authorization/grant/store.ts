import type { DatabaseError } from 'pg';
import type { AccountId, EntitlementId, PersonId } from '../../directory/index.ts';
import { findEntitlements, scopeCondition, type Entitlement } from '../../directory/index.ts';
import { cursorOf, fragment, join, parseTimeCursor, sql, textArray, type Fragment, type Tx } from '../../platform/db/index.ts';
import type { Scope } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Grant, GrantId, GrantSource } from './grant.ts';

const columns = fragment`g.grant_id as id, g.person_id, g.person_name, g.entitlement_id, g.entitlement_name, g.entitlement_native_id, g.application_id, g.application_name, g.account_id, g.risk, g.source, g.role_id, g.role_name, g.role_rule, g.reason, g.approved_by, g.approved_by_name, g.since, g.expires_at, g.ended_at, g.end_reason, g.last_reviewed_at, g.last_used_at`;

/** The target's side of a grant, where it was read: when it was last seen, and whether there is a live account and a reading to see it by. */
const proof = fragment`
  seen.seen_at,
  exists (select from directory.account_card a where a.person_id = g.person_id and a.application_id = g.application_id and a.status <> 'deleted') as has_live_account,
  exists (select from directory.account_card a where a.person_id = g.person_id and a.application_id = g.application_id and a.status <> 'deleted' and a.observed_at >= g.since) as is_read`;
const proofJoin = fragment`
  left join lateral (
    select max(h.seen_at) as seen_at from directory.holding_card h where h.person_id = g.person_id and h.entitlement_id = g.entitlement_id and h.account_status <> 'deleted'
  ) as seen on true`;

export interface GrantWithProof extends Grant {
  readonly seenAt: Date | null;
  readonly hasLiveAccount: boolean;
  readonly isRead: boolean;
}

export async function findGrant(tx: Tx, id: GrantId): Promise<Grant | null> {
  const [row] = await sql<Grant>(tx)`select ${columns} from authz.grant_card g where g.grant_id = ${id}`;
  return row ?? null;
}

export async function findGrantWithProof(tx: Tx, id: GrantId): Promise<GrantWithProof | null> {
  const [row] = await sql<GrantWithProof>(tx)`select ${columns}, ${proof} from authz.grant_card g ${proofJoin} where g.grant_id = ${id}`;
  return row ?? null;
}

export async function lockGrant(tx: Tx, id: GrantId): Promise<void> {
  await sql(tx)`select from authz.grant where id = ${id} for update`;
}

export async function openGrantsOf(tx: Tx, personIds: readonly PersonId[]): Promise<Grant[]> {
  return sql<Grant>(tx)`select ${columns} from authz.grant_card g where g.person_id = any(${textArray(personIds)}::uuid[]) and g.ended_at is null order by g.person_id, g.application_name, g.entitlement_name`;
}

export async function findOpenGrant(tx: Tx, personId: PersonId, entitlementId: EntitlementId): Promise<Grant | null> {
  const [row] = await sql<Grant>(tx)`select ${columns} from authz.grant_card g where g.person_id = ${personId} and g.entitlement_id = ${entitlementId} and g.ended_at is null`;
  return row ?? null;
}

export const entitlementsById = (tx: Tx, ids: readonly EntitlementId[]): Promise<Map<EntitlementId, Entitlement>> => findEntitlements(tx, ids);

export interface GrantFilter {
  readonly personId?: string | undefined;
  readonly applicationId?: string | undefined;
  readonly entitlementId?: string | undefined;
  readonly source?: GrantSource | undefined;
  readonly isOpen?: boolean | undefined;
  readonly scope: Scope;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** The latest first. */
export async function listGrants(tx: Tx, filter: GrantFilter): Promise<{ items: GrantWithProof[]; next: string | null }> {
  const after = filter.cursor === undefined ? null : parseTimeCursor(filter.cursor);
  if (filter.cursor !== undefined && !after) throw refuse.cursor_unknown();
  const where: Fragment[] = [
    fragment`true`,
    ...(filter.personId ? [fragment`g.person_id = ${filter.personId}`] : []),
    ...(filter.applicationId ? [fragment`g.application_id = ${filter.applicationId}`] : []),
    ...(filter.entitlementId ? [fragment`g.entitlement_id = ${filter.entitlementId}`] : []),
    ...(filter.source ? [fragment`g.source = ${filter.source}`] : []),
    ...(filter.isOpen === undefined ? [] : [filter.isOpen ? fragment`g.ended_at is null` : fragment`g.ended_at is not null`]),
    ...(filter.scope.is === 'everything' ? [] : [await scopeCondition(tx, filter.scope, fragment`g.person_id`)]),
    ...(after ? [fragment`(g.since, g.grant_id) < (${new Date(after.key)}, ${after.id}::uuid)`] : []),
  ];
  const rows = await sql<GrantWithProof>(tx)`
    select ${columns}, ${proof}
      from (select * from authz.grant_card g where ${join(where, fragment` and `)} order by g.since desc, g.grant_id desc limit ${filter.limit + 1}) as g
      ${proofJoin}
     order by g.since desc, g.grant_id desc`;
  const page = rows.slice(0, filter.limit);
  const last = page.at(-1);
  return { items: page, next: rows.length > filter.limit && last ? cursorOf({ key: last.since.toISOString(), id: last.id }) : null };
}

export async function accessOf(tx: Tx, personId: PersonId): Promise<GrantWithProof[]> {
  return sql<GrantWithProof>(tx)`
    select ${columns}, ${proof}
      from authz.grant_card g
      ${proofJoin}
     where g.person_id = ${personId} and g.ended_at is null
     order by g.application_name, g.entitlement_name`;
}

export interface GrantRow {
  readonly id: GrantId;
  readonly personId: PersonId;
  readonly entitlementId: EntitlementId;
  readonly accountId: AccountId | null;
  readonly source: GrantSource;
  readonly roleId: string | null;
  readonly reason: string;
  readonly approvedBy: string | null;
  readonly approvedByName: string | null;
  readonly since: Date;
  readonly expiresAt: Date | null;
}

/** False: there is an open grant of the same already (perhaps by somebody who was quicker). */
export async function insertGrant(tx: Tx, one: GrantRow): Promise<boolean> {
  try {
    const rows = await sql<{ id: string }>(tx)`
      insert into authz.grant (id, person_id, entitlement_id, account_id, source, role_id, reason, approved_by, approved_by_name, since, expires_at)
           values (${one.id}, ${one.personId}, ${one.entitlementId}, ${one.accountId}, ${one.source}, ${one.roleId}, ${one.reason}, ${one.approvedBy}, ${one.approvedByName}, ${one.since}, ${one.expiresAt})
      on conflict (person_id, entitlement_id) where ended_at is null do nothing
      returning id`;
    return rows.length > 0;
  } catch (error) {
    const { constraint } = error as DatabaseError;
    if (constraint === 'a_grant_is_of_a_person') throw refuse.person_not_found({ person: one.personId });
    if (constraint === 'a_grant_is_of_an_entitlement') throw refuse.entitlement_not_found({ entitlement: one.entitlementId });
    if (constraint === 'a_grant_comes_from_a_role') throw refuse.role_not_found({ role: one.roleId ?? '' });
    throw error;
  }
}

export async function endGrantRow(tx: Tx, id: GrantId, ended: { readonly at: Date; readonly reason: string; readonly by: string }): Promise<void> {
  // A clock that went back a little must not make a grant that ends before it began.
  await sql(tx)`update authz.grant set ended_at = greatest(since, ${ended.at}::timestamptz), end_reason = ${ended.reason}, ended_by = ${ended.by} where id = ${id}`;
}

export async function expiredGrants(tx: Tx, now: Date, limit: number): Promise<GrantId[]> {
  const rows = await sql<{ id: GrantId }>(tx)`select id from authz.grant where ended_at is null and expires_at <= ${now} order by expires_at limit ${limit} for update skip locked`;
  return rows.map((row) => row.id);
}

export async function holdsPrivilege(tx: Tx, personId: PersonId): Promise<boolean> {
  const [row] = await sql<{ isPrivileged: boolean }>(tx)`
    select exists (select from authz.console_role where person_id = ${personId})
        or exists (select from authz.grant_card where person_id = ${personId} and ended_at is null and risk = 'privileged') as is_privileged`;
  return row?.isPrivileged ?? false;
}

/** After an entitlement became privileged, or stopped being so: the mark of everybody who has it. */
export async function holdersOf(tx: Tx, entitlementId: EntitlementId): Promise<PersonId[]> {
  const rows = await sql<{ personId: PersonId }>(tx)`select person_id from authz.grant where entitlement_id = ${entitlementId} and ended_at is null order by person_id`;
  return rows.map((row) => row.personId);
}
