import { sql, textArray, type Tx } from '../../platform/db/index.ts';
import type { Head, Signed } from './chain.ts';

/** One sealer at a time, over all nodes, for as long as the transaction lasts. False: another one is at it. */
export async function takeTurn(tx: Tx): Promise<boolean> {
  const [row] = await sql<{ isMine: boolean }>(tx)`select pg_try_advisory_xact_lock(hashtextextended('audit.sealer', 0)) as is_mine`;
  return row?.isMine ?? false;
}

/** Waits for its turn instead. */
export async function awaitTurn(tx: Tx): Promise<void> {
  await sql(tx)`select pg_advisory_xact_lock(hashtextextended('audit.sealer', 0))`;
}

export async function readHead(tx: Tx): Promise<Head> {
  const [row] = await sql<Head>(tx)`select seq, encode(hash, 'hex') as hash, sealed_at, checkpoint_seq, checkpoint_at from audit.head`;
  return row!;
}

export interface Waiting {
  readonly hasAny: boolean;
  readonly head: Head;
}

/** The question asked every 150 ms: one index look-up and one row. */
export async function peek(tx: Tx): Promise<Waiting> {
  const [row] = await sql<Head & { hasAny: boolean }>(tx)`
    select (select id from audit.inbox order by id limit 1) is not null as has_any, seq, encode(hash, 'hex') as hash, sealed_at, checkpoint_seq, checkpoint_at from audit.head`;
  return { hasAny: row!.hasAny, head: row! };
}

/** The oldest in the inbox, in order. What another transaction has not committed yet comes with a later batch. */
export async function readOldest(tx: Tx, limit: number): Promise<{ id: number; body: string }[]> {
  return sql<{ id: number; body: string }>(tx)`select id, body from audit.inbox order by id limit ${limit}`;
}

/** Moves them to the end of the chain; bodies do not travel back. Answers how many were moved. */
export async function append(tx: Tx, after: number, ids: readonly number[], hashes: readonly string[], at: Date): Promise<number> {
  const move = sql<{ count: number }>(tx)`
    with given as (
      select id, hash, place from unnest(${textArray(ids.map(String))}::bigint[], ${textArray(hashes)}) with ordinality as given (id, hash, place)
    ), taken as (
      delete from audit.inbox i using given where i.id = given.id returning given.place, i.body, given.hash
    ), sealed as (
      insert into audit.entry (seq, body, hash)
      select ${after}::bigint + place, body, decode(hash, 'hex') from taken order by place
      returning words
    ), learned as (
      insert into audit.word (word)
      select distinct word from sealed, unnest(tsvector_to_array(words)) as word order by word
      on conflict do nothing
    )
    select count(*) as count from sealed`;
  const [moved] = await Promise.all([move, sql(tx)`update audit.head set seq = ${after + ids.length}, hash = decode(${hashes.at(-1)}, 'hex'), sealed_at = ${at}`]);
  return moved[0]?.count ?? 0;
}

/** Rows that were moved leave holes that every look into the inbox would walk over. Outside of any transaction. */
export async function tidyInbox(tx: Tx): Promise<void> {
  await sql(tx)`vacuum (skip_locked) audit.inbox`;
}

export async function addCheckpoint(tx: Tx, seq: number, signed: Signed, at: Date): Promise<void> {
  await sql(tx)`insert into audit.checkpoint (statement, signature) values (${signed.statement}, decode(${signed.signature}, 'base64')) on conflict (seq) do nothing`;
  await sql(tx)`update audit.head set checkpoint_seq = ${seq}, checkpoint_at = ${at}`;
}

export async function readChain(tx: Tx): Promise<{ head: Head; waiting: number; oldestWrittenAt: Date | null; prunedUntil: number | null }> {
  const head = await readHead(tx);
  const [inbox] = await sql<{ waiting: number; oldestWrittenAt: Date | null }>(tx)`select count(*) as waiting, min(written_at) as oldest_written_at from audit.inbox`;
  const [pruned] = await sql<{ untilSeq: number }>(tx)`select until_seq from audit.pruning order by until_seq desc limit 1`;
  return { head, waiting: inbox?.waiting ?? 0, oldestWrittenAt: inbox?.oldestWrittenAt ?? null, prunedUntil: pruned?.untilSeq ?? null };
}

/** A walk over the whole chain. */
export interface Walk {
  readonly at: Date;
  readonly entries: number;
  readonly lastSeq: number;
  readonly seconds: number;
  /** In the order of the chain; none when it is whole. */
  readonly findings: readonly string[];
}

/** The last hundred walks stay. */
export async function saveVerification(tx: Tx, { at, entries, lastSeq: last, seconds, findings }: Walk): Promise<void> {
  await sql(tx)`insert into audit.verification (at, entries, last_seq, seconds, findings) values (${at}, ${entries}, ${last}, ${seconds}, ${textArray(findings)}) on conflict (at) do nothing`;
  await sql(tx)`delete from audit.verification where at < (select at from audit.verification order by at desc offset 99 limit 1)`;
}

export async function readVerification(tx: Tx): Promise<Walk | null> {
  const [row] = await sql<Walk>(tx)`select at, entries, last_seq, seconds, findings from audit.verification order by at desc limit 1`;
  return row ?? null;
}

/** The database's own clock, by which `written_at` was noted. */
export async function databaseNow(tx: Tx): Promise<Date> {
  const [row] = await sql<{ now: Date }>(tx)`select clock_timestamp() as now`;
  return row!.now;
}

/**
 * The entries of (after, until] as one text: body, line feed, hash in hex, the next body …; a canonical body holds no line feed.
 * In this order "hash before, body" stands side by side, which is what is hashed, and one row for thousands is what makes a fast scan.
 */
export async function pageText(tx: Tx, after: number, until: number): Promise<{ count: number; text: string }> {
  const [row] = await sql<{ count: number; text: string | null }>(tx)`
    select count(*) as count, string_agg(body || E'\n' || encode(hash, 'hex'), '') as text
      from (select body, hash from audit.entry where seq > ${after} and seq <= ${until} order by seq) as page`;
  return { count: row?.count ?? 0, text: row?.text ?? '' };
}

/** The same one by one, to name what is wrong. */
export async function pageRows(tx: Tx, after: number, until: number): Promise<{ seq: number; body: string; hash: string }[]> {
  return sql<{ seq: number; body: string; hash: string }>(tx)`select seq, body, encode(hash, 'hex') as hash from audit.entry where seq > ${after} and seq <= ${until} order by seq`;
}

export async function lastSeq(tx: Tx): Promise<number> {
  const [row] = await sql<{ seq: number | null }>(tx)`select max(seq) as seq from audit.entry`;
  return row?.seq ?? 0;
}

export async function hashAt(tx: Tx, seq: number): Promise<string | null> {
  const [row] = await sql<{ hash: string }>(tx)`select encode(hash, 'hex') as hash from audit.entry where seq = ${seq}`;
  return row?.hash ?? null;
}

export async function readCheckpoints(tx: Tx, after: number, limit: number): Promise<(Signed & { seq: number })[]> {
  return sql<Signed & { seq: number }>(tx)`select seq, statement, translate(encode(signature, 'base64'), E'\n', '') as signature from audit.checkpoint where seq > ${after} order by seq limit ${limit}`;
}

export async function lastPruning(tx: Tx): Promise<Signed | null> {
  const [row] = await sql<Signed>(tx)`select statement, translate(encode(signature, 'base64'), E'\n', '') as signature from audit.pruning order by until_seq desc limit 1`;
  return row ?? null;
}

/** Columns of audit.entry that can be set by hand although they must be computed. */
export async function freeColumns(tx: Tx): Promise<string[]> {
  const rows = await sql<{ name: string }>(tx)`
    select wanted.name
      from unnest(array['at', 'action', 'actor', 'actor_name', 'target', 'target_name', 'outcome', 'reason', 'words']) as wanted (name)
      left join pg_attribute a on a.attrelid = 'audit.entry'::regclass and a.attname = wanted.name and not a.attisdropped
     where a.attgenerated is distinct from 's'`;
  return rows.map((row) => row.name);
}

/** The last checkpoint before which every entry happened earlier than `before`. */
export async function checkpointBefore(tx: Tx, before: Date): Promise<(Signed & { seq: number }) | null> {
  const [row] = await sql<Signed & { seq: number }>(tx)`
    select c.seq, c.statement, translate(encode(c.signature, 'base64'), E'\n', '') as signature
      from audit.checkpoint c
     where c.seq < coalesce((select min(seq) from audit.entry where at >= ${before}), (select seq + 1 from audit.head))
       and exists (select from audit.entry e where e.seq = c.seq)
     order by c.seq desc
     limit 1`;
  return row ?? null;
}

export async function addPruning(tx: Tx, signed: Signed): Promise<void> {
  await sql(tx)`insert into audit.pruning (statement, signature) values (${signed.statement}, decode(${signed.signature}, 'base64'))`;
}

export async function removePruned(tx: Tx, until: number, limit: number): Promise<number> {
  const rows = await sql<{ seq: number }>(tx)`delete from audit.entry where seq = any(array(select seq from audit.entry where seq <= ${until} order by seq limit ${limit})) returning seq`;
  if (rows.length === 0) await sql(tx)`delete from audit.checkpoint where seq < ${until}`;
  return rows.length;
}
