import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../testing/database.ts';

let world: TestDatabase;
beforeAll(async () => {
  world = await testDatabase();
});
afterAll(() => world.drop());

const account = '01890a5d-ac96-774b-bcce-b302099a8057';
const rows = <Row>(text: string): Promise<Row[]> => world.database.pool.query(text).then((result) => result.rows as Row[]);

it('every table that counts as a factor refuses a break-glass account, whatever code asks', async () => {
  // What `factorsOf` counts is what a sign-in takes.
  const source = readFileSync(new URL('../factor/store.ts', import.meta.url), 'utf8');
  const question = source.slice(source.indexOf('export const factorsOf'), source.indexOf('export async function enrolledFactors'));
  const counted = [...new Set([...question.matchAll(/authn\.(\w+)/g)].map((found) => found[1]!))].filter((name) => name !== 'passkey');
  expect(counted).toEqual(expect.arrayContaining(['password', 'totp', 'recovery_code']));
  const guarded = await rows<{ name: string }>(`select c.relname as name from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'authn' and t.tgname = 'a_break_glass_account_has_keys_only'`);
  // A table of factors that came later needs the same trigger: see migration 0011.
  expect(counted.filter((name) => !guarded.some((one) => one.name === name))).toEqual([]);
});

it.each<[string, string]>([
  ['a password', `insert into authn.password (person_id, hash, length_in_code_points, set_at) values ('${account}', 'x', 20, now())`],
  ['an app', `insert into authn.totp (id, person_id, name, sealed_seed, created_at) values (gen_random_uuid(), '${account}', 'app', 'x', now())`],
  ['recovery codes', `insert into authn.recovery_code (person_id, slot, hash, issued_at) values ('${account}', 1, 'x', now())`],
  ['an access pass', `insert into authn.access_pass (id, person_id, hash, reason, issued_by, issued_by_name, issued_at, expires_at) values (gen_random_uuid(), '${account}', 'x', 'x', 'x', 'x', now(), now())`],
  ['an API token', `insert into authn.api_token (id, digest, name, permissions, owner_id, created_by, created_at, expires_at) values (gen_random_uuid(), 'x', 'x', '{}', '${account}', 'x', now(), now())`],
  ['a key that can be copied', `insert into authn.passkey (id, person_id, name, credential_id, public_key, sign_count, transports, aaguid, is_user_verified, is_backup_eligible, is_backed_up, attestation_format, attestation_object, created_at) values (gen_random_uuid(), '${account}', 'x', 'x', 'x', 0, '{}', gen_random_uuid(), true, true, true, 'none', 'x', now())`],
  ['a key without a PIN', `insert into authn.passkey (id, person_id, name, credential_id, public_key, sign_count, transports, aaguid, is_user_verified, is_backup_eligible, is_backed_up, attestation_format, attestation_object, created_at) values (gen_random_uuid(), '${account}', 'x', 'y', 'x', 0, '{}', gen_random_uuid(), false, false, false, 'none', 'x', now())`],
])('the database itself refuses it %s', async (_what, statement) => {
  await world.database.pool.query(`insert into directory.person (id, username, given_name, family_name, display_name, status, source, created_at, updated_at) values ('${account}', 'break-glass-1', 'Break-glass', 'account 1', 'Break-glass account 1', 'active', 'break-glass', now(), now()) on conflict do nothing`);
  await expect(world.database.pool.query(statement)).rejects.toMatchObject({ code: 'BW002' });
});
