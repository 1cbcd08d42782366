import { cursorOf, fragment, join, isMoment, parseCursor, sql, textArray, type Fragment, type Tx } from '../../platform/db/index.ts';
import { refuse } from '../errors.ts';
import { bodyOf, type Entry, type NewEntry, type Outcome } from './entry.ts';

/**
 * Leaves an entry in the inbox, in the writer's own transaction: it is there exactly when the change is.
 * No NOTIFY here on purpose: PostgreSQL takes one lock over all notifying commits, and writers must not wait for one another.
 */
export async function record(tx: Tx, entry: NewEntry): Promise<void> {
  await sql(tx)`${recording(entry, fragment`true`)}`;
}

/** The same as a part of a larger statement, where `when` holds. */
export const recording = (entry: NewEntry, when: Fragment): Fragment => fragment`insert into audit.inbox (body) select ${bodyOf(entry)}::text where ${when}`;

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

const wordsIn = (search: string): string[] =>
  [...new Set(search.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean))].slice(0, 6);

const mostSpellings = 60;
/** From this share of all entries on, a page is found sooner by walking back from the newest than by collecting all that match. */
const common = 0.001;

interface Asked {
  readonly query: string;
  readonly isCommon: boolean;
}

/**
 * The beginnings of words as whole words, `kel mar` as `('kellen' | 'keller') & ('maria' | 'mark')`, and how frequent that is by PostgreSQL's own
 * statistics (none: rare). Null: no entry has such a word.
 */
async function spelledOut(tx: Tx, words: readonly string[]): Promise<Asked | null> {
  const rows = await sql<{ beginning: string; spellings: string[]; share: number }>(tx)`
    with common as (
      select word, share
        from pg_stats, unnest(most_common_elems::text::text[], most_common_elem_freqs) as often (word, share)
       where schemaname = 'audit' and tablename = 'entry' and attname = 'words' and word is not null
    )
    select beginning, array_agg(known.word order by known.word) as spellings, coalesce(sum(common.share), 0)::float8 as share
      from unnest(${textArray(words)}) as beginning,
           lateral (select word from audit.word where word >= beginning collate "C" and word < (beginning || ${'\u{10ffff}'}) collate "C" order by word limit ${mostSpellings}) as known
      left join common on common.word = known.word
     group by beginning`;
  if (rows.length < words.length) return null;
  return {
    query: rows.map(({ spellings }) => `(${spellings.map((word) => `'${word.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`).join(' | ')})`).join(' & '),
    isCommon: rows.reduce((share, row) => share * Math.min(1, row.share), 1) >= common,
  };
}

function conditions(filter: EntryFilter): Fragment[] {
  return [
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
  if (filter.cursor !== undefined && (!after || !isMoment(after.key) || !/^\d{1,16}$/.test(after.id))) throw refuse.cursor_unknown();
  const words = wordsIn(filter.search ?? '');
  const unsealed =
    after !== null
      ? []
      : await sql<Row>(tx)`
          select seq, at, action, actor, actor_name, target, target_name, outcome, reason, body, null as hash
            from (select * from audit.everything where seq is null) as waiting
            ${whereAll([...(words.length === 0 ? [] : [fragment`audit.words_of(body) @@ ${words.map((word) => `${word}:*`).join(' & ')}::tsquery`]), ...conditions(filter)])}
           order by at desc
           limit 20`;
  const asked = words.length === 0 ? undefined : await spelledOut(tx, words);
  const sealed = asked === null ? [] : await pageOf(tx, filter, asked, after);
  const page = sealed.slice(0, filter.limit);
  const last = page.at(-1);
  const next = sealed.length > filter.limit && last ? cursorOf({ key: last.at.toISOString(), id: String(last.seq) }) : null;
  return { items: [...unsealed, ...page].map(present), next };
}

async function pageOf(tx: Tx, filter: EntryFilter, asked: Asked | undefined, after: { key: string; id: string } | null): Promise<Row[]> {
  const where = [...conditions(filter), ...(after ? [fragment`(at, seq) < (${new Date(after.key)}, ${after.id}::bigint)`] : [])];
  const newestFirst = fragment`order by at desc, seq desc limit ${filter.limit + 1}`;
  if (asked === undefined) return sql<Row>(tx)`select ${columns} from audit.entry ${whereAll(where)} ${newestFirst}`;
  // As a function it is a filter for whoever walks; as an operator it is a question to the word index.
  if (asked.isCommon) return sql<Row>(tx)`select ${columns} from audit.entry ${whereAll([fragment`ts_match_vq(words, ${asked.query}::tsquery)`, ...where])} ${newestFirst}`;
  return sql<Row>(tx)`
    with matching as materialized (select seq, at from audit.entry ${whereAll([fragment`words @@ ${asked.query}::tsquery`, ...where])}),
         page as materialized (select seq from matching ${newestFirst})
    select ${columns} from audit.entry where seq = any(array(select seq from page)) order by at desc, seq desc`;
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
