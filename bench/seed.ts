import { randomBytes, randomUUID } from 'node:crypto';
import type pg from 'pg';
import { openKeys, openPasswordHashing } from '../server/src/platform/crypto/index.ts';
import path from 'node:path';

/*
 * People by the hundred thousand, written by PostgreSQL itself. The same number gives the same person, so that two
 * runs search for the same names. Everything measured afterwards goes through the server's own doors.
 */

const given = 'Maria Ivan Anna Peter Elena Georgi Sofia Nikolai Laura Martin Olga Viktor Irina Stefan Diana Boris Julia Anton Vera Dimitar Clara Marco Lucia Paolo Emma Lukas Nora Felix Ida Oscar Freya Lars Astrid Björn Zoë André Renée Łukasz Şule Núria'.split(' ');
const familyStems = 'Iva Petr Geo Nik Mar Ste Dim Tod Kol Vas Ang Bor Hri Pav Sim Yan Kra Lju Ras Zla Alb Ber Cas Dor Fer Gar Her Jan Kel Lin Mon Nor Oli Per Ros Sch Tor Urb Wal Zim'.split(' ');
const familyEndings = 'anov anova enko escu ert ier ini ola sen son berg mann witz eau ard ez ova ski ska ak ek ik ov ev in ina ic eva on er el an as is us ow ley ton ham well'.split(' ');

const list = (words: readonly string[]): string => `(array[${words.map((word) => `'${word.replaceAll("'", "''")}'`).join(',')}])`;
const pick = (words: readonly string[], by: string): string => `${list(words)}[1 + (${by})::bigint % ${words.length}]`;
const personId = (n: string): string => `('019c0000-0000-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;
const accountId = (n: string, system: number): string => `('019c0000-0000-7000-9${String(system).padStart(3, '0')}-' || lpad(to_hex(${n}), 12, '0'))::uuid`;

export const departments = ['Engineering', 'Sales', 'Marketing', 'Finance', 'Support', 'Legal', 'Production', 'Research', 'Purchasing', 'Facilities'];

const chunk = 50_000;
const systems = 2;
const entitlementsEach = 10;

/** Adds the people with the numbers `from + 1` to `to`, their accounts, holdings and grants. Returns rows written per second. */
export async function seedPeople(pool: pg.Pool, from: number, to: number): Promise<number> {
  const began = performance.now();
  if (from === 0) await seedSystems(pool);
  for (let start = from + 1; start <= to; start += chunk) {
    const end = Math.min(to, start + chunk - 1);
    await pool.query(`
      insert into directory.person (id, employee_number, username, given_name, family_name, display_name, work_email, title, department, division, location, employment_type, manager_id, start_date, status, left_at, source, created_at, updated_at)
      select ${personId('n')}, 'E' || n, directory.fold(given) || '.' || directory.fold(family) || n, given, family, given || ' ' || family, directory.fold(given) || '.' || directory.fold(family) || n || '@example.com',
             ${pick(['Engineer', 'Manager', 'Analyst', 'Assistant', 'Technician', 'Director', 'Clerk', 'Designer'], 'n / 3')}, ${pick(departments, 'n / 7')}, ${pick(['North', 'South', 'East', 'West'], 'n / 11')},
             ${pick(['Sofia', 'Berlin', 'Paris', 'Madrid', 'Vienna', 'Oslo'], 'n / 13')}, 'employee', case when n > 10 then ${personId('n / 10')} end, date '2020-01-01' + (n % 2000)::integer,
             case when n % 20 = 0 then 'left' else 'active' end, case when n % 20 = 0 then timestamptz '2025-06-01' end, 'hr', timestamptz '2020-01-01', timestamptz '2025-06-01'
        from (select n, ${pick(given, 'n * 7919')} as given, ${pick(familyStems, 'n * 104729 / 13')} || ${pick(familyEndings, 'n * 1299709 / 17')} as family from generate_series(${start}::bigint, ${end}::bigint) as n) as named`);
    for (let system = 1; system <= systems; system += 1) {
      await pool.query(`
        insert into directory.account (id, application_id, person_id, native_id, login, email, display_name, kind, status, last_used_at, is_last_use_known, mfa, is_privileged, situation, owner_id, first_seen_at, observed_at, digest)
        select ${accountId('n', system)}, ${systemId(system)}, case when n % 50 <> 0 then ${personId('n')} end, 'n' || n, 'login' || n, 'login' || n || '@example.com', 'Login ' || n, 'person',
               case when n % 20 = 0 then 'disabled' else 'active' end, null, false, 'unknown', false, case when n % 50 <> 0 then 'linked' else 'unmatched' end, null, timestamptz '2024-01-01', timestamptz '2025-06-01', md5(n::text)
          from generate_series(${start}::bigint, ${end}::bigint) as n`);
      await pool.query(`
        insert into directory.holding (account_id, entitlement_id, seen_at)
        select ${accountId('n', system)}, ${entitlementId(system, `n % ${entitlementsEach}`)}, timestamptz '2025-06-01' from generate_series(${start}::bigint, ${end}::bigint) as n`);
      await pool.query(`
        insert into authz.grant (id, person_id, entitlement_id, source, reason, approved_by, approved_by_name, since)
        select ${accountId('n', system + 500)}, ${personId('n')}, ${entitlementId(system, `n % ${entitlementsEach}`)}, 'direct', 'given for the measurement', 'host:bench', 'bench', timestamptz '2024-01-01' + make_interval(mins => (n % 500000)::integer)
          from generate_series(${start}::bigint, ${end}::bigint) as n where n % 20 <> 0`);
    }
  }
  await settle(pool);
  return ((to - from) * (1 + systems * 3)) / ((performance.now() - began) / 1_000);
}

/** Nothing is measured while PostgreSQL still tidies up after the seeding. */
export async function settle(pool: pg.Pool): Promise<void> {
  await pool.query('vacuum (analyze)');
  await pool.query('checkpoint').catch(() => undefined);
}

const systemId = (system: number): string => `'019c0000-0000-7000-a000-${String(system).padStart(12, '0')}'::uuid`;
const entitlementId = (system: number, number: string): string => `('019c0000-0000-7000-b${String(system).padStart(3, '0')}-' || lpad(to_hex(${number}), 12, '0'))::uuid`;

async function seedSystems(pool: pg.Pool): Promise<void> {
  for (let system = 1; system <= systems; system += 1) {
    await pool.query(`insert into directory.application (id, name, kind, created_at) values (${systemId(system)}, 'Seeded system ${system}', 'manual', timestamptz '2024-01-01')`);
    await pool.query(`
      insert into directory.entitlement (id, application_id, native_id, name, purpose, risk, is_grantable, last_seen_at)
      select ${entitlementId(system, 'n')}, ${systemId(system)}, 'e' || n, 'Entitlement ' || n, 'for the measurement', 'low', true, timestamptz '2025-06-01' from generate_series(0, ${entitlementsEach - 1}) as n`);
  }
}

export const benchPassword = 'heron walks through cold water';

/** Gives `count` people of the seed factors; in the order of their ids, so that it gives each person theirs once. */
export async function seedFactors(pool: pg.Pool, dataFolder: string, count: number): Promise<readonly { username: string; seed: string }[]> {
  const { rows } = await pool.query<{ id: string }>(`
    select id from directory.person p
     where status = 'active' and source = 'hr' and manager_id is not null and not exists (select from authn.password w where w.person_id = p.id)
     order by id limit $1`, [count]);
  return seedFactorsOf(pool, dataFolder, rows.map((row) => row.id));
}

/** A password, an authenticator app and recovery codes, as if they had enrolled. Needs the server's key file: the pepper is not in the database. */
export async function seedFactorsOf(pool: pg.Pool, dataFolder: string, ids: readonly string[]): Promise<readonly { username: string; seed: string }[]> {
  const keys = openKeys(path.join(dataFolder, 'keys.json'), new Date());
  const stored = await openPasswordHashing({ pepper: keys.derive('password pepper') }).hash(benchPassword.normalize('NFC'));
  const { rows } = await pool.query<{ id: string; username: string }>('select id, username from directory.person join unnest($1::uuid[]) with ordinality as given (id, place) using (id) order by place', [ids]);
  const people = rows.map((row) => ({ ...row, totp: randomUUID(), seed: randomBytes(20) }));
  await pool.query('insert into authn.password (person_id, hash, length_in_code_points, set_at) select id, $2, $3, now() from unnest($1::uuid[]) as id', [ids, stored, [...benchPassword].length]);
  await pool.query(`insert into authn.recovery_code (person_id, slot, hash, issued_at) select id, slot, $2, now() from unnest($1::uuid[]) as id, generate_series(0, 9) as slot order by id, slot`, [ids, stored]);
  await pool.query(
    `insert into authn.totp (id, person_id, name, sealed_seed, created_at, confirmed_at) select id, person_id, 'bench', sealed, now(), now() from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as given (id, person_id, sealed)`,
    [people.map((person) => person.totp), ids, people.map((person) => keys.seal(person.seed, `authn.totp/${person.totp}/seed`))],
  );
  await pool.query('analyze authn.password, authn.totp, authn.recovery_code');
  return people.map((person) => ({ username: person.username, seed: person.seed.toString('base64') }));
}

/** Entries of the audit as their writers would leave them in the inbox, `count` at once; the server seals them. */
export async function seedAudit(pool: pg.Pool, count: number): Promise<void> {
  await pool.query(`
    insert into audit.inbox (body)
    select json_build_object('action', 'authentication.sign-in', 'actor', 'person:' || ${personId('n % 1000 + 1')}, 'actorName', 'Maria Ivanova', 'at', to_char(timestamptz '2025-01-01' + make_interval(secs => n), 'YYYY-MM-DD"T"HH24:MI:SS".000Z"'),
             'facts', json_build_object('methods', json_build_array('pwd', 'otp'), 'address', '192.0.2.7'), 'outcome', 'allowed', 'reason', null, 'target', 'person:' || ${personId('n % 1000 + 1')}, 'targetName', 'Maria Ivanova')::text
      from generate_series(1, ${count}) as n`);
}
