import pg from 'pg';

/** A statement with its values. Named: parsed and planned once per connection. */
export interface Statement {
  readonly name: string | undefined;
  readonly text: string;
  readonly values: unknown[];
}

const slowDate = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ) as (text: string) => unknown;

/** `2026-03-02 09:00:00.123+00`, as PostgreSQL writes moments in UTC: a list of fifty rows holds hundreds of them. Anything else goes the way of the driver. */
const moment = (text: string): unknown => (text.length <= 29 && text.charCodeAt(4) === 45 && text.endsWith('+00') ? new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`) : slowDate(text));

const parsers: Record<number, (text: string) => unknown> = {
  [pg.types.builtins.TIMESTAMPTZ]: moment,
  [pg.types.builtins.INT8]: (text) => Number(text),
  [pg.types.builtins.DATE]: (text) => text,
};

export const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => (format !== 'binary' && parsers[oid]) || pg.types.getTypeParser(oid, format as 'text')) as pg.CustomTypesConfig['getTypeParser'],
};

/** Rows in the order of the database, their columns in camelCase. Over any connection of the pool. */
export const askPool = (pool: pg.Pool, statement: Statement): Promise<unknown[]> => pool.query(new Question(statement) as never) as Promise<never>;

export async function askClient(client: pg.ClientBase, statement: Statement): Promise<unknown[]> {
  try {
    return await new Promise((resolve, reject) => void client.query(new Question(statement) as never, ((error: Error | null, rows: unknown[]) => (error ? reject(error) : resolve(rows))) as never));
  } catch (error) {
    // It was made where the answer was read from the socket; from here on it says who asked.
    if (error instanceof Error) Error.captureStackTrace(error);
    throw error;
  }
}

/** How the rows of a statement look: it stays so for as long as the statement is prepared, or the database refuses to run it. */
interface Shape {
  readonly columns: readonly string[];
  readonly parsers: readonly ((text: string) => unknown)[];
}
const noColumns: Shape = { columns: [], parsers: [] };

/** A connection of the driver, of which its queries are told everything. */
interface Wire {
  describe(): void;
}

interface Known {
  readonly shapes: Map<string, Shape>;
  /** The same connection, over which a question goes without asking how the answer will look. */
  readonly tacit: Wire;
}
const known = new WeakMap<Wire, Known>();

function knownOf(wire: Wire): Known {
  let one = known.get(wire);
  if (!one) {
    one = { shapes: new Map(), tacit: Object.create(wire, { describe: { value: () => undefined } }) as Wire };
    known.set(wire, one);
  }
  return one;
}

/** What the driver calls on each of its queries (node-postgres, "Submittable"); its types show less. */
const DriverQuery = pg.Query as unknown as new (text: string, values: unknown[]) => {
  name: string | undefined;
  callback(error: Error | null, rows?: unknown[]): void;
  submit(wire: Wire): Error | null;
};

/**
 * The driver's query, which asks the database with every execution of a prepared statement how its columns are called and of which
 * types they are. Here that is asked once per statement and connection.
 */
class Question extends DriverQuery {
  readonly #rows: unknown[] = [];
  #known: Known | null = null;
  #shape: Shape | null = null;
  #failed: Error | null = null;

  constructor({ name, text, values }: Statement) {
    super(text, values);
    this.name = name;
  }

  override submit(wire: Wire): Error | null {
    this.#known = knownOf(wire);
    this.#shape = (this.name !== undefined && this.#known.shapes.get(this.name)) || null;
    return super.submit(this.#shape ? this.#known.tacit : wire);
  }

  handleRowDescription({ fields }: { readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[] }): void {
    this.#shape = { columns: fields.map((field) => camel(field.name)), parsers: fields.map((field) => types.getTypeParser(field.dataTypeID, 'text') as (text: string) => unknown) };
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    const { columns, parsers } = this.#shape!;
    const row: Record<string, unknown> = {};
    try {
      for (let index = 0; index < columns.length; index += 1) {
        const text = fields[index]!;
        row[columns[index]!] = text === null ? null : parsers[index]!(text);
      }
    } catch (error) {
      this.#failed ??= error as Error;
    }
    this.#rows.push(row);
  }

  handleCommandComplete(): void {
    if (this.name !== undefined) this.#known!.shapes.set(this.name, this.#shape ?? noColumns);
  }

  handleError(error: Error): void {
    this.callback(this.#failed ?? error);
  }

  handleReadyForQuery(): void {
    if (this.#failed) this.callback(this.#failed);
    else this.callback(null, this.#rows);
  }
}

const camelNames = new Map<string, string>();

function camel(name: string): string {
  let found = camelNames.get(name);
  if (found === undefined) {
    found = name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
    camelNames.set(name, found);
  }
  return found;
}
