import { cursorOf, fragment, join, parseCursor, sql, textArray, type Fragment, type Tx } from '../../platform/db/index.ts';
import { refuse } from '../errors.ts';
import { bodyOf, type Entry, type NewEntry, type Outcome } from './entry.ts';

/**
 * Leaves an entry in the inbox, in the writer's own transaction: it is there exactly when the change is.
 * No NOTIFY here on purpose: PostgreSQL takes one lock over all notifying commits, and writers must not wait for one another.
 */
export async function record(tx: Tx, entry: NewEntry): Promise<void> {
  await sql(tx)`insert into audit.inbox (body) values (${bodyOf(entry)})`;
}

/** As `record`, for many at once, in this order. */
export async function recordAll(tx: Tx, entries: readonly NewEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await sql(tx)`insert into audit.inbox (body) select body from unnest(${textArray(entries.map(bodyOf))}) with ordinality as given (body, place) order by place`;
}

export interface EntryFilter {
  readonly search?: string | undefined;
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
  readonly outcome?: Outcome | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

interface Row extends Omit<Entry, 'facts'> {
  readonly body: string;
}

const present = ({ body, ...row }: Row): Entry => ({ ...row, facts: (JSON.parse(body) as { facts: Record<string, unknown> }).facts });

const columns = fragment`seq, at, action, actor, actor_name, target, target_name, outcome, reason, body, encode(hash, 'hex') as hash`;

/** Words as prefixes, all of which must occur; the same splitting as in the column. */
const wordsOf = (search: string): string =>
  search
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .slice(0, 8)
    .map((word) => `${word}:*`)
    .join(' & ');

function conditions(filter: EntryFilter, words: Fragment): Fragment[] {
  const asked = filter.search === undefined ? '' : wordsOf(filter.search);
  return [
    ...(asked === '' ? [] : [fragment`${words} @@ ${asked}::tsquery`]),
    ...(filter.actor === undefined ? [] : [fragment`actor = ${filter.actor}`]),
    ...(filter.action === undefined ? [] : [fragment`action = ${filter.action}`]),
    ...(filter.target === undefined ? [] : [fragment`target = ${filter.target}`]),
    // Written out, not as a parameter: the index of refused entries is a partial one.
    ...(filter.outcome === undefined ? [] : [filter.outcome === 'refused' ? fragment`outcome = 'refused'` : fragment`outcome = 'allowed'`]),
    ...(filter.from === undefined ? [] : [fragment`at >= ${filter.from}`]),
    ...(filter.to === undefined ? [] : [fragment`at <= ${filter.to}`]),
  ];
}

const whereAll = (parts: readonly Fragment[]): Fragment => (parts.length === 0 ? fragment`` : fragment`where ${join(parts, fragment` and `)}`);

/** Newest first. The first page also shows what waits to be sealed. */
export async function listEntries(tx: Tx, filter: EntryFilter): Promise<{ items: Entry[]; next: string | null }> {
  const after = filter.cursor === undefined ? null : parseCursor(filter.cursor);
  if (filter.cursor !== undefined && (!after || Number.isNaN(Date.parse(after.key)) || !/^\d{1,16}$/.test(after.id))) throw refuse.cursor_unknown();
  const unsealed =
    after !== null
      ? []
      : await sql<Row>(tx)`
          select seq, at, action, actor, actor_name, target, target_name, outcome, reason, body, null as hash
            from (select * from audit.everything where seq is null) as waiting
            ${whereAll(conditions(filter, fragment`to_tsvector('simple', translate(action || ' ' || actor_name || ' ' || coalesce(target_name, '') || ' ' || coalesce(reason, ''), '.,;:@_-/\\''"()', '              '))`))}
           order by at desc
           limit 20`;
  const sealed = await sql<Row>(tx)`
    select ${columns}
      from audit.entry
      ${whereAll([...conditions(filter, fragment`words`), ...(after ? [fragment`(at, seq) < (${new Date(after.key)}, ${after.id}::bigint)`] : [])])}
     order by at desc, seq desc
     limit ${filter.limit + 1}`;
  const page = sealed.slice(0, filter.limit);
  const last = page.at(-1);
  const next = sealed.length > filter.limit && last ? cursorOf({ key: last.at.toISOString(), id: String(last.seq) }) : null;
  return { items: [...unsealed, ...page].map(present), next };
}

export async function findEntry(tx: Tx, seq: number): Promise<Entry | null> {
  const [row] = await sql<Row>(tx)`select ${columns} from audit.entry where seq = ${seq}`;
  return row ? present(row) : null;
}

/** In the order of the chain, for exports: one page after `after`. */
export async function listInOrder(tx: Tx, range: { after: number; until?: number | undefined; from?: Date | undefined; to?: Date | undefined; limit: number }): Promise<Entry[]> {
  const rows = await sql<Row>(tx)`
    select ${columns}
      from audit.entry
     where ${join([fragment`seq > ${range.after}`, ...(range.until === undefined ? [] : [fragment`seq <= ${range.until}`]), ...(range.from ? [fragment`at >= ${range.from}`] : []), ...(range.to ? [fragment`at <= ${range.to}`] : [])], fragment` and `)}
     order by seq
     limit ${range.limit}`;
  return rows.map(present);
}

/** The actions that occur; one short look into the index for each, however many entries there are. */
export async function listActions(tx: Tx): Promise<string[]> {
  const rows = await sql<{ action: string }>(tx)`
    with recursive known as (
      (select action from audit.entry order by action limit 1)
      union all
      select (select e.action from audit.entry e where e.action > known.action order by e.action limit 1) from known where known.action is not null
    )
    select action from known where action is not null`;
  return rows.map((row) => row.action);
}
