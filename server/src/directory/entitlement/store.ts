import { newId } from '../../platform/crypto/index.ts';
import { cursorOf, fragment, join, parseIdCursor, sql, textArray, type Tx } from '../../platform/db/index.ts';
import type { ApplicationId } from '../application/application.ts';
import { refuse } from '../errors.ts';
import type { Entitlement, EntitlementId, EntitlementRisk, EntitlementSeen } from './entitlement.ts';

const columns = fragment`e.id, e.application_id, a.name as application_name, e.native_id, e.name, e.purpose, e.risk, e.is_grantable, e.last_seen_at`;
const source = fragment`directory.entitlement e join directory.application a on a.id = e.application_id`;

export interface EntitlementInList extends Entitlement {
  readonly holders: number;
}

export async function findEntitlement(tx: Tx, id: EntitlementId): Promise<Entitlement | null> {
  const [row] = await sql<Entitlement>(tx)`select ${columns} from ${source} where e.id = ${id}`;
  return row ?? null;
}

export async function findEntitlements(tx: Tx, ids: readonly EntitlementId[]): Promise<Map<EntitlementId, Entitlement>> {
  const rows = await sql<Entitlement>(tx)`select ${columns} from ${source} where e.id = any(${textArray(ids)}::uuid[])`;
  return new Map(rows.map((row) => [row.id, row]));
}

export async function entitlementsByNativeId(tx: Tx, applicationId: ApplicationId, nativeIds?: readonly string[]): Promise<Map<string, Entitlement>> {
  const rows = await sql<Entitlement>(tx)`select ${columns} from ${source} where e.application_id = ${applicationId} ${nativeIds ? fragment`and e.native_id = any(${textArray(nativeIds)})` : fragment``}`;
  return new Map(rows.map((row) => [row.nativeId, row]));
}

export async function listEntitlements(tx: Tx, filter: { applicationId?: string | undefined; search?: string | undefined; cursor?: string | undefined; limit: number }): Promise<{ items: EntitlementInList[]; next: string | null }> {
  const after = filter.cursor === undefined ? null : parseIdCursor(filter.cursor);
  if (filter.cursor !== undefined && !after) throw refuse.cursor_unknown();
  const rows = await sql<EntitlementInList & { sortName: string }>(tx)`
    select ${columns}, lower(e.name) as sort_name, (select count(*) from directory.holding h where h.entitlement_id = e.id) as holders
      from ${source}
     where ${join(
       [
         fragment`a.removed_at is null`,
         ...(filter.applicationId ? [fragment`e.application_id = ${filter.applicationId}`] : []),
         ...(filter.search ? [fragment`position(directory.fold(${filter.search}) in directory.fold(e.name)) > 0`] : []),
         ...(after ? [fragment`(lower(e.name), e.id) > (${after.key}, ${after.id}::uuid)`] : []),
       ],
       fragment` and `,
     )}
     order by lower(e.name), e.id
     limit ${filter.limit + 1}`;
  const page = rows.slice(0, filter.limit);
  const last = page.at(-1);
  return { items: page.map(({ sortName, ...one }) => one), next: rows.length > filter.limit && last ? cursorOf({ key: last.sortName, id: last.id }) : null };
}

/** A reading of the target. The risk that an administrator set stays unless the target names one. */
export async function recordEntitlementsSeen(tx: Tx, applicationId: ApplicationId, seen: readonly EntitlementSeen[], options: { readonly at: Date }): Promise<Map<string, EntitlementId>> {
  if (seen.length === 0) return new Map();
  const records = JSON.stringify([...new Map(seen.map((one) => [one.nativeId, one])).values()].map((one) => ({ id: newId(), native_id: one.nativeId, name: one.name, purpose: one.purpose, risk: one.risk ?? null, is_grantable: one.isGrantable })));
  const rows = await sql<{ id: EntitlementId; nativeId: string }>(tx)`
    insert into directory.entitlement as e (id, application_id, native_id, name, purpose, risk, is_grantable, last_seen_at)
    select r.id, ${applicationId}, r.native_id, r.name, r.purpose, coalesce(r.risk, 'low'), r.is_grantable, ${options.at}
      from jsonb_to_recordset(${records}::jsonb) as r (id uuid, native_id text, name text, purpose text, risk text, is_grantable boolean)
     order by r.native_id
    on conflict (application_id, native_id) do update
       set name = excluded.name, purpose = excluded.purpose, last_seen_at = excluded.last_seen_at,
           risk = case when e.risk = 'privileged' then e.risk when excluded.risk = 'low' then e.risk else excluded.risk end
    returning e.id, e.native_id`;
  return new Map(rows.map((row) => [row.nativeId, row.id]));
}

export async function updateEntitlement(tx: Tx, id: EntitlementId, change: { readonly risk: EntitlementRisk; readonly isGrantable: boolean }): Promise<void> {
  await sql(tx)`update directory.entitlement set risk = ${change.risk}, is_grantable = ${change.isGrantable} where id = ${id}`;
}
