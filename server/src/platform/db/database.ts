import type { Duplex } from 'node:stream';
import pg from 'pg';
import type { Log } from '../log/index.ts';
import { askClient, askPool, types, type Statement } from './question.ts';
import { closeTx, makeTx, type Connection, type Tx } from './sql.ts';

export type DatabaseConnection = { readonly connectionString: string } | { readonly host: string; readonly port: number; readonly user: string; readonly password: string; readonly database: string };

export interface Database {
  readonly connection: DatabaseConnection;
  /** One transaction, read committed. Rolled back when `work` throws; repeated (at most 3 times) on a serialisation failure or deadlock. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Single questions outside of any transaction; each may use another connection. */
  read<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** One session of its own for as long as `work` runs: for advisory locks that must die with the process. */
  session<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Hears NOTIFY on `channel` until closed; reconnects by itself and calls `heard('')` after each (re)connection, since notices may have been missed. */
  listen(channel: string, heard: (payload: string) => void): Promise<() => Promise<void>>;
  /** The pool itself, for libraries of the platform that bring their own SQL (jobs). */
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

const canRepeat = (error: unknown): boolean => error instanceof pg.DatabaseError && (error.code === '40001' || error.code === '40P01');

export function openDatabase(connection: DatabaseConnection, options: { log: Log; maxConnections?: number; applicationName?: string }): Database {
  const { log } = options;
  // Statements that do not wait for each other leave in one packet: on one connection they still run in their order.
  const clientConfig: pg.ClientConfig & { readonly pipeline: boolean } = { ...connection, types, application_name: options.applicationName ?? 'bailiwick', statement_timeout: 120_000, keepAlive: true, pipeline: true };
  // Kept through what comes in waves: a new connection plans its statements anew, a tenth of a second for whoever is first.
  const pool = new pg.Pool({ ...clientConfig, max: options.maxConnections ?? 12, idleTimeoutMillis: 300_000, connectionTimeoutMillis: 10_000 });
  // Without this a restart of the database would end the process.
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection was lost'));
  // For the whole life of each connection: between the hands of pool and borrower nobody else listens, and an error nobody hears ends the process.
  pool.on('connect', (client) => client.on('error', () => undefined));

  async function borrow<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let broken: Error | undefined;
    const lost = (error: Error) => { broken = error; };
    client.on('error', lost);
    try {
      return await work(client);
    } finally {
      client.off('error', lost);
      client.release(broken);
    }
  }

  /** What was committed stays so, whatever becomes of what hangs on it. */
  function runBeside(work: () => void): void {
    try {
      work();
    } catch (error) {
      log.error({ err: error }, 'something that was to follow a commit failed');
    }
  }

  async function once<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return borrow(async (client) => {
      const connection = inPackets(client);
      const afterwards: (() => void)[] = [];
      const tx = makeTx(connection, afterwards);
      try {
        // Leaves with the first question, and nobody waits for it alone. It is named, as all that we ask is: a pooler that does not
        // keep named statements for their connection cannot stand between us and the database.
        const begun = connection.ask(begin);
        begun.catch(() => undefined);
        const result = await work(tx);
        // From here on nobody asks anything within it, not even whoever is still under way beside an answer that came first.
        closeTx(tx);
        await begun;
        await client.query('commit');
        afterwards.forEach(runBeside);
        return result;
      } catch (error) {
        closeTx(tx);
        await client.query('rollback').catch(() => undefined);
        throw error;
      }
    });
  }

  const direct = makeTx({ ask: (statement) => askPool(pool, statement) });

  return {
    connection,
    pool,
    async transaction(work) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await once(work);
        } catch (error) {
          if (attempt >= 3 || !canRepeat(error)) throw error;
        }
      }
    },
    read: (work) => work(direct),
    session: (work) =>
      borrow(async (client) => {
        const tx = makeTx(inPackets(client));
        try {
          return await work(tx);
        } finally {
          closeTx(tx);
        }
      }),
    listen: (channel, heard) => listen(clientConfig, channel, heard, log),
    close: () => pool.end(),
  };
}

/** Named, so that it takes the same way as the questions after it and leaves in their packet. */
const begin: Statement = { name: 'begin', text: 'begin', values: [] };

/** What is asked within one turn of the event loop leaves in one packet: each write to the socket wakes the database, and costs more than the question. */
function inPackets(client: pg.PoolClient): Connection {
  const { stream } = (client as unknown as { readonly connection: { readonly stream: Duplex } }).connection;
  let isHeld = false;
  return {
    ask(statement) {
      if (!isHeld) {
        isHeld = true;
        stream.cork();
        process.nextTick(() => {
          isHeld = false;
          stream.uncork();
        });
      }
      return askClient(client, statement);
    },
  };
}

async function listen(config: pg.ClientConfig, channel: string, heard: (payload: string) => void, log: Log): Promise<() => Promise<void>> {
  let isClosed = false;
  let client: pg.Client | null = null;

  async function connect(): Promise<void> {
    const next = new pg.Client({ ...config, application_name: `${config.application_name ?? 'bailiwick'} listen` });
    next.on('notification', (message) => heard(message.payload ?? ''));
    next.on('error', (error) => log.warn({ err: error }, 'the listening database connection was lost'));
    next.on('end', () => { if (!isClosed) setTimeout(() => void again(), 500); });
    await next.connect();
    await next.query(`listen ${pg.escapeIdentifier(channel)}`);
    client = next;
    heard('');
  }
  async function again(): Promise<void> {
    if (isClosed) return;
    await connect().catch(() => setTimeout(() => void again(), 1_000));
  }

  await connect();
  return async () => {
    isClosed = true;
    await client?.end().catch(() => undefined);
  };
}
