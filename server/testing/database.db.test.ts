import { afterAll, expect, it } from 'vitest';
import { sql } from '../src/platform/db/index.ts';
import { emptyDatabase, testDatabase, testServer, type TestDatabase } from './database.ts';

const made: TestDatabase[] = [];
afterAll(() => Promise.all(made.map((one) => one.drop())));

const schemas = async (one: TestDatabase): Promise<string[]> =>
  (await one.database.read((tx) => sql<{ name: string }>(tx)`select nspname as name from pg_namespace where nspname !~ '^(pg_|information_schema)' order by 1`)).map((row) => row.name);

it('each test file gets a migrated database of its own', async () => {
  const [one, other, empty] = await Promise.all([testDatabase(), testDatabase(), emptyDatabase()]);
  made.push(one, other, empty);
  expect(one.connection.database).not.toBe(other.connection.database);
  expect(await schemas(one)).toEqual(expect.arrayContaining(['platform', 'graphile_worker']));
  expect(await schemas(other)).toEqual(await schemas(one));
  expect(await schemas(empty)).toEqual(['public']);
  await one.database.read((tx) => sql(tx)`create table only_here ()`);
  await expect(other.database.read((tx) => sql(tx)`select from only_here`)).rejects.toThrow('does not exist');
});

it('a connector finds a PostgreSQL server that it may administer', async () => {
  expect((await testServer()).user).not.toBe('');
});
