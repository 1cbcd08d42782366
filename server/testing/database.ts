import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { expect, inject } from 'vitest';
import { migrate, openDatabase, readMigrations, startEmbeddedPostgres, type Database, type DatabaseConnection, type Migration } from '../src/platform/db/index.ts';
import { silentLog } from '../src/platform/log/index.ts';

export interface TestDatabase {
  /** For `openDatabase`, a pg.Client, or a second process: each sees the same migrated database, which is this file's own. */
  readonly connection: Exclude<DatabaseConnection, { connectionString: string }>;
  /** Already open on it. */
  readonly database: Database;
  /** Closes `database` and removes it, whoever is still connected. */
  drop(): Promise<void>;
}

/**
 * A database of its own for one test file, migrated and empty: a copy of the run's template, made in about 50 ms.
 * The first call of a run starts PostgreSQL (real, embedded; or the server of TEST_DATABASE_URL) and makes the template.
 *
 *     const world = await testDatabase();
 *     afterAll(() => world.drop());
 */
export async function testDatabase(): Promise<TestDatabase> {
  const template = await templateDatabase();
  return copyOf(template);
}

/** As `testDatabase`, but with nothing in it: for tests of migrations, and for systems that are not ours. */
export async function emptyDatabase(): Promise<TestDatabase> {
  return copyOf('template0');
}

/**
 * The server of the run as its own administrator: for connectors to PostgreSQL, which make roles and end connections.
 * Roles belong to the whole server: give them names of your own and drop them.
 */
export async function testServer(): Promise<Exclude<DatabaseConnection, { connectionString: string }>> {
  const { databaseUrl, superuserPassword } = inject('testRun');
  const connection = await serverConnection();
  return databaseUrl ? connection : { ...connection, user: 'postgres', password: superuserPassword, database: 'postgres' };
}

let server: Promise<TestDatabase['connection']> | null = null;

const serverConnection = (): Promise<TestDatabase['connection']> => (server ??= findServer());

async function findServer(): Promise<TestDatabase['connection']> {
  const { databaseUrl, folder, superuserPassword } = inject('testRun');
  if (databaseUrl) {
    const { host, port, user, password, database } = new pg.Client({ connectionString: databaseUrl });
    return { host, port, user: user ?? '', password: password ?? '', database: database ?? 'postgres' };
  }
  const embedded = await startEmbeddedPostgres({ folder, superuserPassword, isDurable: false, log: () => undefined });
  return embedded.connection;
}

async function asAdministrator<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(await serverConnection());
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const lockKey = 7_205_759_403_792_795n;

/**
 * The template of the whole house. While one domain's migrations are broken, that domain's test files fail, and those of
 * domains that may import it; every other file goes on with the schemas that the ladder lets it see.
 */
async function templateDatabase(): Promise<string> {
  try {
    return await makeOnce('whole', async () => (await import('../src/migrations.ts')).allMigrations());
  } catch (error) {
    const domain = /\/server\/src\/([^/]+)\//.exec(expect.getState().testPath ?? '')?.[1];
    if (domain === undefined || domain === 'platform') throw error;
    const visible = await domainsVisibleFrom(domain);
    console.warn(`the migrations of the whole house fail (${(error as Error).message}); ${domain} is tested with those of ${visible.join(', ')}`);
    return makeOnce(domain.replaceAll('-', '_'), async () => visible.flatMap((one) => readMigrations(one, new URL(`../src/${one}/migrations/`, import.meta.url))));
  }
}

async function domainsVisibleFrom(domain: string): Promise<readonly string[]> {
  const ladder = '../architecture.mjs';
  const { mayImport } = (await import(ladder)) as { mayImport: Record<string, string[]> };
  const visible = new Set(['platform']);
  const add = (one: string): void => {
    for (const above of mayImport[one] ?? []) add(above);
    visible.add(one);
  };
  add(domain);
  return Object.keys(mayImport).filter((one) => visible.has(one) && existsSync(new URL(`../src/${one}/migrations/`, import.meta.url)));
}

/** By whichever file comes first; the others wait. */
async function makeOnce(kind: string, migrations: () => Promise<readonly Migration[]>): Promise<string> {
  const name = `template_${inject('testRun').id.replace('-', '_')}_${kind}`;
  const making = `${name}_making`;
  await asAdministrator(async (client) => {
    await client.query(`select pg_advisory_lock(${lockKey})`);
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount) return;
    await client.query(`drop database if exists ${making} with (force)`);
    await client.query(`create database ${making} template template0 encoding 'UTF8'`);
    await fill({ ...(await serverConnection()), database: making }, await migrations());
    await whenNobodyIsConnected(() => client.query(`alter database ${making} rename to ${name}`));
  });
  return name;
}

/** Imported here, since one process per run makes the template and the whole house would be loaded into every other one. */
async function fill(connection: DatabaseConnection, migrations: readonly Migration[]): Promise<void> {
  const [{ openJobs }, { systemClock }] = await Promise.all([import('../src/platform/jobs/index.ts'), import('../src/platform/clock/index.ts')]);
  const database = openDatabase(connection, { log: silentLog, maxConnections: 2 });
  try {
    await migrate(database, migrations, silentLog);
    const jobs = openJobs({ database, clock: systemClock, log: silentLog });
    await jobs.prepare();
    await jobs.stop();
  } finally {
    await database.close();
  }
}

async function copyOf(template: string): Promise<TestDatabase> {
  const name = `test_${inject('testRun').id.replace('-', '_')}_${randomBytes(4).toString('hex')}`;
  await asAdministrator((client) => whenNobodyIsConnected(() => client.query(`create database ${name} template ${template} encoding 'UTF8'`)));
  const connection = { ...(await serverConnection()), database: name };
  const database = openDatabase(connection, { log: silentLog, maxConnections: 8, applicationName: 'bailiwick test' });
  return {
    connection,
    database,
    async drop() {
      await database.close().catch(() => undefined);
      // An autovacuum at work there belongs to the superuser and cannot be ended by us: it is soon done.
      await asAdministrator((client) => patiently(['42501', '55006'], () => client.query(`drop database if exists ${name} with (force)`)));
    },
  };
}

/** A template can be copied or renamed only while nobody uses it; a connection that was just closed takes a moment to end. */
const whenNobodyIsConnected = (work: () => Promise<unknown>): Promise<void> => patiently(['55006'], work);

async function patiently(codes: readonly string[], work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return void (await work());
    } catch (error) {
      if (!codes.includes((error as { code?: string }).code ?? '') || attempt >= 200) throw error;
      await pause(50);
    }
  }
}
