import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../testing/database.ts';
import { systemPermit } from '../../testing/permits.ts';
import { sql } from '../platform/db/index.ts';
import { addApplication } from './application/add-application.ts';

let world: TestDatabase;
let applicationId: string;
const now = new Date('2026-03-02T09:00:00Z');

beforeAll(async () => {
  world = await testDatabase();
  const needs = { database: world.database, clock: { now: () => now }, announce: async () => undefined };
  applicationId = (await addApplication(needs, systemPermit('directory.application.add'), { name: 'Wiki', kind: 'scim' })).id;
});
afterAll(() => world.drop());

/** Each is one statement over some of the people or accounts, as readings, files and movements make them; `part` says which. */
const statements = {
  addPeople: (part: number) => world.database.read((tx) => sql(tx)`
    insert into directory.person (id, username, given_name, family_name, display_name, status, source, created_at, updated_at)
    select gen_random_uuid(), 'u' || gen_random_uuid(), 'Véra' || n, 'Orlova', 'Véra Orlova' || n, 'active', case when n = 3 then 'break-glass' else 'manual' end, ${now}, ${now} from generate_series(1, ${part}::integer) as n`),
  movePeople: (part: number) => world.database.read((tx) => sql(tx)`
    update directory.person set department = case when ${part}::integer % 2 = 0 then 'Sales' || ${part}::integer end, title = 'Clerk' where hashtext(id::text) % ${part}::integer = 0`),
  renamePeople: (part: number) => world.database.read((tx) => sql(tx)`
    update directory.person set family_name = 'Quintana ' || ${part}::integer, display_name = given_name || ' Quintana-Ruiz' || ${part}::integer, department = 'Support' where hashtext(id::text) % ${part}::integer = 0`),
  letPeopleGoOrComeBack: (part: number) => world.database.read((tx) => sql(tx)`
    update directory.person set status = case status when 'left' then 'active' else 'left' end, left_at = case status when 'left' then null else ${now}::timestamptz end where hashtext(id::text) % ${part}::integer = 0`),
  addAccounts: (part: number) => world.database.read((tx) => sql(tx)`
    insert into directory.account (id, application_id, person_id, native_id, login, email, display_name, kind, status, is_last_use_known, mfa, is_privileged, situation, first_seen_at, observed_at, digest)
    select gen_random_uuid(), ${applicationId}, p.id, gen_random_uuid(), 'svc-' || n || '@example.com', null, 'Backup ' || n, 'unknown', 'active', false, 'unknown', false, case when p.id is null then 'unmatched' else 'linked' end, ${now}, ${now}, ''
      from generate_series(1, ${part}::integer) as n left join (select id, row_number() over () as place from directory.person) p on p.place = n * 2`),
  readAccounts: (part: number) => world.database.read((tx) => sql(tx)`
    update directory.account set login = 'x' || login, status = case status when 'deleted' then 'active' else status end, situation = case when status = 'deleted' then (case when person_id is null then 'unmatched' else 'linked' end) else situation end, observed_at = ${now} where hashtext(id::text) % ${part}::integer = 0`),
  loseAccounts: (part: number) => world.database.read((tx) => sql(tx)`update directory.account set status = 'deleted', situation = 'deleted' where hashtext(id::text) % ${part}::integer = 0`),
  untieAccounts: (part: number) => world.database.read((tx) => sql(tx)`
    update directory.account set person_id = null, owner_id = (select id from directory.person limit 1), situation = case when situation = 'deleted' then situation else 'unmatched' end where hashtext(id::text) % ${part}::integer = 0`),
  removeAccounts: (part: number) => world.database.read((tx) => sql(tx)`delete from directory.account where hashtext(id::text) % ${part * 2}::integer = 0`),
};

/** What stands in the tables kept by trigger and should not, or should and does not. */
const wrong = () =>
  world.database.read((tx) => sql<{ what: string; which: string }>(tx)`
    with words as (
      select left(word, 120) as word, p.sort_name, p.id as person_id, p.status, p.department from directory.person p, directory.words_of(p.sort_name, p.given_name, p.family_name, p.username, p.work_email, p.employee_number) as word
    ), pairs as (
      select left(a.word, 2) as first_two, left(b.word, 2) as second_two, a.word as first_word, b.word as second_word, a.sort_name, a.person_id
        from words a join words b on b.person_id = a.person_id and b.word <> a.word and a.word !~ '[0-9@.]' and b.word !~ '[0-9@.]'
    ), account_words as (
      select left(word, 120) as word, lower(a.login) as sort_login, a.id as account_id
        from directory.account a left join directory.person p on p.id = a.person_id, directory.words_of_account(a.login, a.email, a.display_name, p.sort_name) as word
    ), tallies as (
      select 'people/' || status as name, '' as subject, count(*) as amount from directory.person where source <> 'break-glass' group by status
      union all
      select t.name, t.subject, count(*) from directory.account a, directory.tallies_of(a.application_id, a.situation, a.status, a.person_id, a.owner_id) as t group by t.name, t.subject
    ), kept_tallies as (select name, subject, sum(amount)::bigint as amount from directory.tally where name like 'people/%' or name like 'accounts/%' or name like 'application/%' group by name, subject having sum(amount) <> 0)
    select 'word', one::text as which from ((table words except select word, sort_name, person_id, status, department from directory.person_word) union all (select word, sort_name, person_id, status, department from directory.person_word except table words)) as one
    union all
    select 'pair', one::text from ((table pairs except select first_two, second_two, first_word, second_word, sort_name, person_id from directory.person_pair) union all (select first_two, second_two, first_word, second_word, sort_name, person_id from directory.person_pair except table pairs)) as one
    union all
    select 'word of an account', one::text from ((table account_words except select word, sort_login, account_id from directory.account_word) union all (select word, sort_login, account_id from directory.account_word except table account_words)) as one
    union all
    select 'tally', one::text from ((table tallies except table kept_tallies) union all (table kept_tallies except table tallies)) as one
    limit 5`);

it('words, pairs and tallies are those of the people and accounts, whatever changes at once', async () => {
  const names = Object.keys(statements) as (keyof typeof statements)[];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom(...names), fc.integer({ min: 1, max: 5 })), { minLength: 3, maxLength: 12 }), async (order) => {
      for (const [name, part] of order) await statements[name](part);
      expect(await wrong()).toEqual([]);
    }),
    // What a run leaves is where the next begins, so a failure is not made smaller.
    { numRuns: 40, endOnFailure: true },
  );
  const [counted] = await world.database.read((tx) => sql<{ people: number; accounts: number }>(tx)`select (select count(*) from directory.person) as people, (select count(*) from directory.account) as accounts`);
  expect(counted!.people).toBeGreaterThan(20);
});
