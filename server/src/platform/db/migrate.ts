import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Log } from '../log/index.ts';
import type { Database } from './database.ts';

export interface Migration {
  readonly domain: string;
  readonly name: string;
  readonly text: string;
}

/** The `*.sql` files of one domain's `migrations/` folder, in order of name. */
export function readMigrations(domain: string, folder: URL): readonly Migration[] {
  const directory = fileURLToPath(folder);
  return readdirSync(directory)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => ({ domain, name: name.slice(0, -4), text: readFileSync(path.join(directory, name), 'utf8') }));
}

const lockKey = 7_205_759_403_792_793;

/**
 * Applies what is missing, one transaction each. Two nodes starting at once: the second waits for the advisory lock
 * and finds nothing to do. A file that was applied and then changed refuses the start, since nobody can know what the database holds.
 */
export async function migrate(database: Database, migrations: readonly Migration[], log: Log): Promise<number> {
  const client = await database.pool.connect();
  let applied = 0;
  try {
    await client.query('select pg_advisory_lock($1)', [lockKey]);
    await client.query(`
      create schema if not exists platform;
      create table if not exists platform.migration (
        domain text not null,
        name text not null,
        digest text not null,
        applied_at timestamptz not null default now(),
        constraint a_migration_is_applied_once primary key (domain, name)
      );
      comment on table platform.migration is 'which migration files this database has seen, and their digests';`);
    const { rows } = await client.query<{ domain: string; name: string; digest: string }>('select domain, name, digest from platform.migration');
    const seen = new Map(rows.map((row) => [`${row.domain}/${row.name}`, row.digest]));
    for (const migration of migrations) {
      const key = `${migration.domain}/${migration.name}`;
      const digest = createHash('sha256').update(migration.text).digest('hex');
      const known = seen.get(key);
      if (known === digest) continue;
      if (known !== undefined) throw new Error(`migration ${key} was applied to this database with other text; restore the file as it was and add a new one`);
      await client.query('begin');
      try {
        await client.query(migration.text);
        await client.query('insert into platform.migration (domain, name, digest) values ($1, $2, $3)', [migration.domain, migration.name, digest]);
        await client.query('commit');
      } catch (error) {
        await client.query('rollback');
        throw new Error(`migration ${key} failed`, { cause: error });
      }
      applied += 1;
      log.debug({ migration: key }, 'migrated');
    }
    return applied;
  } finally {
    await client.query('select pg_advisory_unlock($1)', [lockKey]).catch(() => undefined);
    client.release();
  }
}
