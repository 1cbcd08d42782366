import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mayImport } from '../architecture.mjs';
import { actionsWithWords } from '../src/audit/index.ts';
import { testDatabase, type TestDatabase } from './database.ts';

const server = fileURLToPath(new URL('..', import.meta.url));

/** Schemas are named as their domain, but for the two whose names SQL or people keep for something else. */
const schemaOf = (domain: string): string => ({ authorization: 'authz', authentication: 'authn' })[domain] ?? domain;
const domainOf = new Map(Object.keys(mayImport).map((domain) => [schemaOf(domain), domain]));

describe('the floor plan', () => {
  it('imports follow the ladder, and the check really looked', () => {
    const cruiser = path.join(server, '../node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
    const report = JSON.parse(execFileSync(process.execPath, [cruiser, '--config', '.dependency-cruiser.mjs', '--output-type', 'json', 'src'], { cwd: server, maxBuffer: 64 * 1024 * 1024, encoding: 'utf8' })) as {
      summary: { totalCruised: number; violations: { rule: { name: string }; from: string; to: string }[] };
    };
    // With the wrong TypeScript the tool sees no module and reports no violation.
    expect(report.summary.totalCruised).toBeGreaterThan(100);
    expect(report.summary.violations.map((one) => `${one.rule.name}: ${one.from} -> ${one.to}`)).toEqual([]);
  }, 60_000);

  it('a line that names something not above it cannot be written', async () => {
    for (const [domain, imports] of Object.entries(mayImport)) {
      const above = Object.keys(mayImport).slice(0, Object.keys(mayImport).indexOf(domain));
      expect(above, domain).toEqual(expect.arrayContaining([...imports]));
    }
  });
});

describe('words', () => {
  it('every action that is recorded has a sentence for people', () => {
    const files = readdirSync(path.join(server, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
    const recorded = files.flatMap((name) => [...readFileSync(path.join(server, 'src', name), 'utf8').matchAll(/action: '([a-z-]+(?:\.[a-z-]+)+)'/g)].map((found) => found[1]!));
    expect(recorded.length).toBeGreaterThan(40);
    expect([...new Set(recorded)].filter((action) => !actionsWithWords.includes(action))).toEqual([]);
  });
});

describe('the database follows the ladder', () => {
  let world: TestDatabase;
  beforeAll(async () => { world = await testDatabase(); });
  afterAll(() => world.drop());
  const ask = async <Row extends object>(text: string): Promise<Row[]> => (await world.database.pool.query<Row>(text)).rows;
  const ours = `nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'public', 'graphile_worker') and nspname not like 'pg_%'`;

  it('every schema belongs to a domain', async () => {
    const schemas = await ask<{ nspname: string }>(`select nspname from pg_namespace where ${ours}`);
    for (const { nspname } of schemas) expect([...domainOf.keys()], nspname).toContain(nspname);
  });

  it('a foreign key points only where imports may point', async () => {
    const keys = await ask<{ conname: string; from_schema: string; to_schema: string }>(`
      select con.conname, f.nspname as from_schema, t.nspname as to_schema
        from pg_constraint con
        join pg_class fc on fc.oid = con.conrelid join pg_namespace f on f.oid = fc.relnamespace
        join pg_class tc on tc.oid = con.confrelid join pg_namespace t on t.oid = tc.relnamespace
       where con.contype = 'f' and f.nspname <> 'graphile_worker'`);
    expect(keys.length).toBeGreaterThan(5);
    const wrong = keys.filter((key) => {
      const from = domainOf.get(key.from_schema)!;
      const to = domainOf.get(key.to_schema)!;
      return from !== to && to !== 'platform' && !(mayImport as Record<string, readonly string[]>)[from]!.includes(to);
    });
    expect(wrong).toEqual([]);
  });

  it('every table says what it is for', async () => {
    const silent = await ask<{ name: string }>(`
      select nspname || '.' || relname as name from pg_class join pg_namespace on pg_namespace.oid = relnamespace
       where relkind in ('r', 'p') and not relispartition and ${ours} and obj_description(pg_class.oid, 'pg_class') is null`);
    expect(silent).toEqual([]);
  });

  it('every foreign key has an index to walk it backwards', async () => {
    const bare = await ask<{ name: string }>(`
      select conrelid::regclass || ': ' || conname as name from pg_constraint con
        join pg_class on pg_class.oid = conrelid join pg_namespace on pg_namespace.oid = relnamespace
       where contype = 'f' and ${ours}
         and not exists (select from pg_index i where i.indrelid = con.conrelid and (i.indkey::smallint[])[0] = con.conkey[1])`);
    expect(bare).toEqual([]);
  });

  it('every rule has a name that says the rule', async () => {
    const unnamed = await ask<{ name: string }>(`
      select conrelid::regclass || ': ' || conname as name from pg_constraint con
        join pg_class on pg_class.oid = conrelid join pg_namespace on pg_namespace.oid = relnamespace
       where contype in ('c', 'u', 'p', 'f') and ${ours} and conname ~ ('^' || relname || '.*_(pkey|key|fkey|check)[0-9]*$')`);
    expect(unnamed).toEqual([]);
  });

  it('nothing is stored as text that a database can read back as a secret in the clear', async () => {
    const suspicious = await ask<{ name: string }>(`
      select table_schema || '.' || table_name || '.' || column_name as name from information_schema.columns
       where table_schema in (${[...domainOf.keys()].map((name) => `'${name}'`).join(', ')})
         and column_name ~ '(^|_)(password|secret|seed|private_key|token)$' and data_type not in ('bytea', 'boolean')`);
    // Where the listing of a system goes on: it opens nothing.
    expect(suspicious.filter(({ name }) => name !== 'lifecycle.reading.token')).toEqual([]);
  });
});
