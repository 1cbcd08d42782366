import type { DatabaseError } from 'pg';
import { cursorOf, fragment, join, parseIdCursor, sql, type Tx } from '../../platform/db/index.ts';
import { refuse } from '../errors.ts';
import type { Application, ApplicationId, ApplicationKind } from './application.ts';

const columns = fragment`a.id, a.name, a.kind, a.description, a.url, a.icon, a.owner_id, a.created_at, a.removed_at`;

export interface ApplicationInList extends Application {
  readonly ownerName: string | null;
  readonly accounts: number;
  readonly tiedToNobody: number;
  readonly entitlements: number;
}

const withNumbers = fragment`
  select ${columns}, o.display_name as owner_name,
         coalesce((select sum(t.amount) from directory.tally t where t.name = 'application/accounts' and t.subject = a.id::text), 0)::bigint as accounts,
         coalesce((select sum(t.amount) from directory.tally t where t.name = 'application/tied-to-nobody' and t.subject = a.id::text), 0)::bigint as tied_to_nobody,
         (select count(*) from directory.entitlement e where e.application_id = a.id) as entitlements
    from directory.application a
    left join directory.person o on o.id = a.owner_id`;

export async function findApplication(tx: Tx, id: ApplicationId): Promise<Application | null> {
  const [row] = await sql<Application>(tx)`select ${columns} from directory.application a where a.id = ${id}`;
  return row ?? null;
}

export async function findApplicationForUpdate(tx: Tx, id: ApplicationId): Promise<Application | null> {
  const [row] = await sql<Application>(tx)`select ${columns} from directory.application a where a.id = ${id} for update`;
  return row ?? null;
}

export async function findApplicationWithNumbers(tx: Tx, id: ApplicationId): Promise<ApplicationInList | null> {
  const [row] = await sql<ApplicationInList>(tx)`${withNumbers} where a.id = ${id}`;
  return row ?? null;
}

export async function listApplications(tx: Tx, filter: { search?: string | undefined; kind?: ApplicationKind | undefined; cursor?: string | undefined; limit: number }): Promise<{ items: ApplicationInList[]; next: string | null }> {
  const after = filter.cursor === undefined ? null : parseIdCursor(filter.cursor);
  if (filter.cursor !== undefined && !after) throw refuse.cursor_unknown();
  const rows = await sql<ApplicationInList>(tx)`
    ${withNumbers}
     where ${join(
       [
         fragment`a.removed_at is null`,
         ...(filter.kind ? [fragment`a.kind = ${filter.kind}`] : []),
         ...(filter.search ? [fragment`position(directory.fold(${filter.search}) in directory.fold(a.name)) > 0`] : []),
         ...(after ? [fragment`(lower(a.name), a.id) > (${after.key}, ${after.id}::uuid)`] : []),
       ],
       fragment` and `,
     )}
     order by lower(a.name), a.id
     limit ${filter.limit + 1}`;
  const page = rows.slice(0, filter.limit);
  const last = page.at(-1);
  return { items: page, next: rows.length > filter.limit && last ? cursorOf({ key: last.name.toLowerCase(), id: last.id }) : null };
}

export async function insertApplication(tx: Tx, one: Application): Promise<void> {
  await saying(one, () => sql(tx)`
    insert into directory.application (id, name, kind, description, url, icon, owner_id, created_at)
         values (${one.id}, ${one.name}, ${one.kind}, ${one.description}, ${one.url}, ${one.icon}, ${one.ownerId}, ${one.createdAt})`);
}

export async function updateApplication(tx: Tx, one: Application): Promise<void> {
  await saying(one, () => sql(tx)`
    update directory.application
       set name = ${one.name}, description = ${one.description}, url = ${one.url}, icon = ${one.icon}, owner_id = ${one.ownerId}, removed_at = ${one.removedAt}
     where id = ${one.id}`);
}

async function saying<T>(one: Application, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { constraint } = error as DatabaseError;
    if (constraint === 'an_application_name_is_used_once') throw refuse.application_name_taken({ name: one.name });
    if (constraint === 'an_application_is_owned_by_a_person') throw refuse.owner_not_found({ owner: one.ownerId ?? '' });
    throw error;
  }
}
