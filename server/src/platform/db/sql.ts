import template, { join as joined, raw, type Sql } from 'sql-template-tag';
import type { Statement } from './question.ts';

declare const open: unique symbol;

/** An open transaction (or, inside `read`, a place to ask single questions). It has no methods on purpose: only `sql` can use it, and only stores may import `sql`. */
export interface Tx {
  readonly [open]: true;
}

/** A piece of SQL with its values; composes inside `sql` and other fragments. Values become parameters, never text. */
export type Fragment = Sql;

/** The pool, or one connection. Rows come with their columns in camelCase. */
export interface Connection {
  ask(statement: Statement): Promise<unknown[]>;
}

const connections = new WeakMap<Tx, Connection>();
const afterwards = new WeakMap<Tx, (() => void)[]>();

/** Only platform/db makes a Tx. `waiting`: where a transaction collects what is to run once it is committed. */
export function makeTx(connection: Connection, waiting?: (() => void)[]): Tx {
  const tx = Object.freeze({}) as Tx;
  connections.set(tx, connection);
  if (waiting) afterwards.set(tx, waiting);
  return tx;
}

/** `work` runs when what this transaction did is committed, and never when it is not. Outside of a transaction each question commits by itself: at once. */
export function afterCommit(tx: Tx, work: () => void): void {
  const waiting = afterwards.get(tx);
  if (waiting) waiting.push(work);
  else work();
}

function connectionOf(tx: Tx): Connection {
  const connection = connections.get(tx);
  if (!connection) throw new Error('this transaction is closed');
  return connection;
}

export const closeTx = (tx: Tx): void => void connections.delete(tx);

/** sql(tx)`select ... where id = ${id}`. Columns come back in camelCase; values become parameters. */
export function sql<Row = never>(tx: Tx): (text: TemplateStringsArray, ...values: unknown[]) => Promise<Row[]> {
  return async (text, ...values) => (await connectionOf(tx).ask(prepared(template(text, ...values)))) as Row[];
}

export function fragment(text: TemplateStringsArray, ...values: unknown[]): Fragment {
  return template(text, ...values);
}

/** Fragments side by side: join([fragment`a = ${1}`, fragment`b = ${2}`], fragment` and `). */
export const join = (parts: readonly unknown[], separator: Fragment = raw(', ')): Fragment => (parts.length === 0 ? raw('') : joined(parts as unknown[], separator.text));

/** A table or column name out of our own code. INVARIANT: never with text that came from outside. */
export const identifier = (...path: string[]): Fragment => raw(path.map((name) => `"${name.replaceAll('"', '""')}"`).join('.'));

/** A value for a jsonb column. Arrays need it too, since the driver writes JavaScript arrays as SQL arrays. */
export const json = (value: unknown): Fragment => template`${storable(JSON.stringify(value))}::jsonb`;

/**
 * What systems outside say may hold NUL and halves of surrogate pairs, which jsonb refuses: one such name would stop the
 * reading of a whole system. They become the replacement character, as a text column would have it.
 */
function storable(text: string): string {
  if (!/\\u(?:0000|d[89a-f])/i.test(text)) return text;
  const clean = (one: string): string => one.toWellFormed().replaceAll('\u0000', '\ufffd');
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return clean(value);
    if (Array.isArray(value)) return value.map(walk);
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([name, each]) => [clean(name), walk(each)])) : value;
  };
  return JSON.stringify(walk(JSON.parse(text)));
}

/**
 * True, for a statement that is a transaction by itself: what it writes need not be on disk before it answers. A crash of the
 * database may lose the last fraction of a second of it, so only for what is counted, never for what was promised.
 */
export const isLeftToTheDisk: Fragment = template`set_config('synchronous_commit', 'off', true) = 'off'`;

export const textArray = (values: readonly string[]): Fragment => template`${[...values]}::text[]`;

const names = new Map<string, string>();

/** The same text is parsed and planned once per connection; the bound keeps server memory flat when texts are built from many fragments. */
function prepared({ text, values: given }: Sql): Statement {
  const values = given.map(asText);
  let name = names.get(text);
  if (name === undefined && names.size < 600) {
    name = `b${names.size}`;
    names.set(text, name);
  }
  return { name, text, values };
}

/** The driver would write moments in the local time zone, digit by digit. */
const asText = (value: unknown): unknown => (value instanceof Date && value.getTime() >= 0 && value.getTime() < lastMoment ? value.toISOString() : value);
const lastMoment = Date.UTC(10_000, 0);
