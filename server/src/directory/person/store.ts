import type { DatabaseError } from 'pg';
import { cursorOf, fragment, join, parseIdCursor, sql, textArray, type Fragment, type Tx } from '../../platform/db/index.ts';
import type { Scope } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { mostNamesakes, type Person, type PersonAttributes, type PersonId, type PersonSource, type PersonStatus, type PrincipalSource } from './person.ts';

const columns = fragment`p.id, p.employee_number, p.username, p.given_name, p.family_name, p.display_name, p.work_email, p.private_email, p.title, p.department, p.division, p.location, p.employment_type, p.manager_id, p.start_date, p.end_date, p.status, p.left_at, p.source, p.is_privileged, p.created_at, p.updated_at`;

export interface PersonInList extends Person {
  readonly managerName: string | null;
}

export async function findPerson(tx: Tx, id: PersonId): Promise<Person | null> {
  const [row] = await sql<Person>(tx)`select ${columns} from directory.person p where p.id = ${id}`;
  return row ?? null;
}

/** In order of id, so that two transactions that change the same people wait for one another instead of dying. */
export async function findPeopleForUpdate(tx: Tx, ids: readonly PersonId[]): Promise<Map<PersonId, Person>> {
  const rows = await sql<Person>(tx)`select ${columns} from directory.person p where p.id = any(${textArray(ids)}::uuid[]) order by p.id for update`;
  if (rows.some((row) => row.source === 'break-glass')) throw refuse.person_is_break_glass();
  return new Map(rows.map((row) => [row.id, row]));
}

export async function findPeople(tx: Tx, ids: readonly PersonId[]): Promise<Map<PersonId, Person>> {
  const rows = await sql<Person>(tx)`select ${columns} from directory.person p where p.id = any(${textArray(ids)}::uuid[])`;
  return new Map(rows.map((row) => [row.id, row]));
}

export async function findPersonByEmployeeNumber(tx: Tx, employeeNumber: string): Promise<Person | null> {
  const [row] = await sql<Person>(tx)`select ${columns} from directory.person p where p.employee_number = ${employeeNumber}`;
  return row ?? null;
}

export async function findPersonByUsername(tx: Tx, username: string): Promise<Person | null> {
  const [row] = await sql<Person>(tx)`select ${columns} from directory.person p where lower(p.username) = lower(${username})`;
  return row ?? null;
}

export async function peopleByEmployeeNumber(tx: Tx, employeeNumbers: readonly string[]): Promise<Map<string, Person>> {
  const rows = await sql<Person>(tx)`select ${columns} from directory.person p where p.employee_number = any(${textArray(employeeNumbers)})`;
  return new Map(rows.map((row) => [row.employeeNumber!, row]));
}

/** Everybody, in order of id, a page at a time: for comparisons with a whole HR file and for rules. */
export async function eachPerson(tx: Tx, options: { readonly source?: PersonSource | undefined; readonly isHere?: boolean | undefined; readonly after?: PersonId | null | undefined; readonly limit?: number | undefined } = {}): Promise<Person[]> {
  return sql<Person>(tx)`
    select ${columns}
      from directory.person p
     where ${join(
       [
         fragment`p.source <> 'break-glass'`,
         ...(options.after ? [fragment`p.id > ${options.after}`] : []),
         ...(options.source ? [fragment`p.source = ${options.source}`] : []),
         ...(options.isHere === undefined ? [] : [options.isHere ? fragment`p.status <> 'left'` : fragment`p.status = 'left'`]),
       ],
       fragment` and `,
     )}
     order by p.id
     limit ${options.limit ?? 10_000}`;
}

/** For matching accounts to people: whoever has one of these addresses, user names or numbers. */
export async function peopleByHints(tx: Tx, hints: { readonly emails: readonly string[]; readonly usernames: readonly string[]; readonly employeeNumbers: readonly string[] }): Promise<Person[]> {
  const lower = (values: readonly string[]): Fragment => textArray(values.map((value) => value.toLowerCase()));
  return sql<Person>(tx)`
    select ${columns}
      from directory.person p
     where p.source <> 'break-glass' and p.id in (
       select id from directory.person where lower(work_email) = any(${lower(hints.emails)})
       union select id from directory.person where lower(username) = any(${lower(hints.usernames)})
       union select id from directory.person where employee_number = any(${textArray(hints.employeeNumbers)}))`;
}

/** Of these user names, and of these stems with and without a number, the ones that somebody has. */
export async function takenUsernames(tx: Tx, exact: readonly string[], stems: readonly string[]): Promise<Set<string>> {
  const rows = await sql<{ username: string }>(tx)`
    select lower(p.username) as username
      from directory.person p
     where lower(p.username) in (
       select lower(one) from unnest(${textArray(exact)}) as one
       union select stem from unnest(${textArray(stems)}) as stem
       union select stem || number from unnest(${textArray(stems)}) as stem, generate_series(2, ${mostNamesakes}::integer) as number)`;
  return new Set(rows.map((row) => row.username));
}

/** How many report to this person, directly. */
export async function countReports(tx: Tx, id: PersonId): Promise<number> {
  const [row] = await sql<{ count: number }>(tx)`select count(*) as count from directory.person where manager_id = ${id} and status <> 'left'`;
  return row?.count ?? 0;
}

/** Walks up from `personId`: a few steps, however many people there are below the manager. */
export async function isBelow(tx: Tx, personId: string, managerId: string): Promise<boolean> {
  const [row] = await sql<{ isBelow: boolean }>(tx)`
    with recursive line as (
      select manager_id from directory.person where id = ${personId}
      union
      select p.manager_id from directory.person p join line on p.id = line.manager_id
    )
    select exists (select from line where manager_id = ${managerId}) as is_below`;
  return row?.isBelow ?? false;
}

/** May the holder of this scope see or touch this person? Ask it with the id from the request, before anything else is said about the person. */
export async function isInScope(tx: Tx, scope: Scope, personId: string): Promise<boolean> {
  if (scope.is === 'everything') return true;
  if (scope.is === 'self') return scope.of === personId;
  if (scope.is === 'reports') return isBelow(tx, personId, scope.of);
  const [row] = await sql<{ isPrivileged: boolean }>(tx)`select is_privileged from directory.person_standing where person_id = ${personId}`;
  return row !== undefined && !row.isPrivileged;
}

const mostReportsInMemory = 2_000;

/** As a condition on `person`: small teams as a list of ids; big ones by walking up from each row, so that neither end costs with the size of the company. */
export async function scopeCondition(tx: Tx, scope: Scope, person: Fragment): Promise<Fragment> {
  if (scope.is === 'everything') return fragment`true`;
  if (scope.is === 'self') return fragment`${person} = ${scope.of}::uuid`;
  if (scope.is === 'unprivileged') return fragment`not exists (select from directory.person_standing s where s.person_id = ${person} and s.is_privileged)`;
  const team = await sql<{ id: string }>(tx)`
    with recursive team as (
      select id from directory.person where manager_id = ${scope.of}
      union
      select p.id from directory.person p join team on p.manager_id = team.id
    )
    select id from team limit ${mostReportsInMemory + 1}`;
  if (team.length <= mostReportsInMemory) return fragment`${person} = any(${textArray(team.map((one) => one.id))}::uuid[])`;
  return fragment`exists (
    with recursive line as (
      select manager_id from directory.person where id = ${person}
      union
      select above.manager_id from directory.person above join line on above.id = line.manager_id
    )
    select from line where manager_id = ${scope.of})`;
}

export interface PeopleFilter {
  readonly search?: string | undefined;
  readonly status?: PersonStatus | undefined;
  readonly department?: string | undefined;
  readonly managerId?: string | undefined;
  readonly scope: Scope;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

interface ListRow extends PersonInList {
  readonly sortName: string;
  readonly word: string;
}

/** A page of people by name, or, with a search, by the word that was found and then by name. */
export async function listPeople(tx: Tx, filter: PeopleFilter): Promise<{ items: PersonInList[]; next: string | null }> {
  const after = filter.cursor === undefined ? null : parseIdCursor(filter.cursor);
  if (filter.cursor !== undefined && !after) throw refuse.cursor_unknown();
  const words = await foldedWords(tx, filter.search ?? '');
  const scope = filter.scope.is === 'everything' ? [] : [await scopeCondition(tx, filter.scope, fragment`p.id`)];
  // Status and department are asked of the row that the walk goes along: people and words carry them.
  const filters = (along: Fragment): readonly Fragment[] => [
    fragment`p.source <> 'break-glass'`,
    ...(filter.status === undefined ? [] : [fragment`${along}.status = ${filter.status}`]),
    ...(filter.department === undefined ? [] : [fragment`${along}.department = ${filter.department}`]),
    ...(filter.managerId === undefined ? [] : [fragment`p.manager_id = ${filter.managerId}`]),
    ...scope,
  ];
  const rows = words.length === 0 ? await pageByName(tx, filters(fragment`p`), after, filter.limit + 1) : await pageByWord(tx, words, filters, after, filter.limit + 1);
  const page = rows.slice(0, filter.limit);
  const last = page.at(-1);
  const next = rows.length > filter.limit && last ? cursorOf({ key: words.length === 0 ? last.sortName : `${last.word}\n${last.sortName}`, id: last.id }) : null;
  return { items: page, next };
}


async function pageByName(tx: Tx, filters: readonly Fragment[], after: { key: string; id: string } | null, limit: number): Promise<ListRow[]> {
  const where = [...filters, ...(after ? [fragment`(p.sort_name, p.id) > (${after.key}, ${after.id}::uuid)`] : [])];
  return sql<ListRow>(tx)`
    select ${columns}, p.sort_name, '' as word, m.display_name as manager_name
      from directory.person p
      left join directory.person m on m.id = p.manager_id
     ${where.length > 0 ? fragment`where ${join(where, fragment` and `)}` : fragment``}
     order by p.sort_name, p.id
     limit ${limit}`;
}

/** The words as the index spells them, the longest first. One e-mail address is one word; so is anything else without blanks that holds an @. */
export async function foldedWords(tx: Tx, search: string): Promise<string[]> {
  const trimmed = search.trim();
  if (trimmed === '') return [];
  const [row] = await sql<{ folded: string }>(tx)`select directory.fold(${trimmed}) as folded`;
  const words = (row?.folded ?? '').split(/\s+/).flatMap((part) => (part.includes('@') || /^[a-z]*[-_/]?\d[\d-_/]*$/.test(part) ? [part] : part.split(/[^\p{L}\p{N}]+/u))).filter(Boolean);
  const distinct = [...new Set(words)].filter((word, _, all) => !all.some((other) => other !== word && other.startsWith(word)));
  return distinct.sort((a, b) => b.length - a.length).slice(0, 6);
}

/** The first text after all that begin with `prefix`, in the order of bytes. */
const endOf = (prefix: string): string => prefix + '\u{10ffff}';

/** People of one word that are looked through one by one; beyond, the pairs are quicker. */
const enough = 100;
/** The texts that begin with `word`, as a walk along an index. */
export const within = (column: Fragment, word: string): Fragment => fragment`${column} >= ${word} and ${column} < ${endOf(word)}`;
const hasWord = (word: string): Fragment => fragment`exists (select from directory.person_word other where other.person_id = w.person_id and ${within(fragment`other.word`, word)})`;
/** Found by two of their own words, a person stands in the list once, at the first. */
const isFirst = (column: Fragment, word: string): Fragment => fragment`not exists (select from directory.person_word earlier where earlier.person_id = w.person_id and earlier.word >= ${word} and earlier.word < ${column})`;

/**
 * One word: a walk along it. Several of which one is rare: a walk along that one, and the others are looked up. Several that many people
 * have each: a walk along the pairs, since perhaps nobody has them together, and finding that out must not take longer.
 */
async function pageByWord(tx: Tx, words: readonly string[], filters: (along: Fragment) => readonly Fragment[], after: { key: string; id: string } | null, limit: number): Promise<ListRow[]> {
  const parts = after ? after.key.split('\n') : [];
  if (words.length === 1) return pageAlong(tx, words[0]!, [], filters(fragment`w`), after && { word: parts[0] ?? '', name: parts[1] ?? '', id: after.id }, limit);
  const [counted] = await sql<{ counts: number[] }>(tx)`select array[${join(words.map((word) => fragment`(select count(*) from (select from directory.person_word w where ${within(fragment`w.word`, word)} limit ${enough}) as counted)`))}] as counts`;
  const counts = (counted?.counts ?? []).map(Number);
  const fewest = Math.min(...counts);
  if (fewest === 0) return [];
  // A list goes on the way it began.
  const isByPair = after ? parts.length === 3 : fewest >= enough;
  if (isByPair) return pageAlongPairs(tx, words, filters(fragment`p`), after && { first: parts[0] ?? '', second: parts[1] ?? '', name: parts[2] ?? '', id: after.id }, limit);
  const lead = words[counts.indexOf(fewest)]!;
  return pageAlong(tx, lead, words.filter((word) => word !== lead), filters(fragment`w`), after && { word: parts[0] ?? '', name: parts[1] ?? '', id: after.id }, limit);
}

async function pageAlong(tx: Tx, lead: string, others: readonly string[], filters: readonly Fragment[], after: { word: string; name: string; id: string } | null, limit: number): Promise<ListRow[]> {
  const where = [
    within(fragment`w.word`, lead),
    isFirst(fragment`w.word`, lead),
    ...others.map(hasWord),
    ...(after ? [fragment`(w.word, w.sort_name, w.person_id) > (${after.word}, ${after.name}, ${after.id}::uuid)`] : []),
    ...filters,
  ];
  return sql<ListRow>(tx)`
    select ${columns}, w.sort_name, w.word, m.display_name as manager_name
      from directory.person_word w
      join directory.person p on p.id = w.person_id
      left join directory.person m on m.id = p.manager_id
     where ${join(where, fragment` and `)}
     order by w.word, w.sort_name, w.person_id
     limit ${limit}`;
}

async function pageAlongPairs(tx: Tx, [first = '', second = '', ...others]: readonly string[], filters: readonly Fragment[], after: { first: string; second: string; name: string; id: string } | null, limit: number): Promise<ListRow[]> {
  const twoOf = (word: string): string => [...word].slice(0, 2).join('');
  const two = (column: Fragment, word: string): Fragment => ([...word].length >= 2 ? fragment`${column} = ${twoOf(word)}` : within(column, word));
  const where = [
    two(fragment`w.first_two`, first),
    two(fragment`w.second_two`, second),
    within(fragment`w.first_word`, first),
    within(fragment`w.second_word`, second),
    isFirst(fragment`w.first_word`, first),
    isFirst(fragment`w.second_word`, second),
    ...others.map(hasWord),
    ...(after ? [fragment`(w.first_two, w.second_two, w.first_word, w.second_word, w.sort_name, w.person_id) > (${twoOf(after.first)}, ${twoOf(after.second)}, ${after.first}, ${after.second}, ${after.name}, ${after.id}::uuid)`] : []),
    ...filters,
  ];
  return sql<ListRow>(tx)`
    select ${columns}, w.sort_name, w.first_word || E'\n' || w.second_word as word, m.display_name as manager_name
      from directory.person_pair w
      join directory.person p on p.id = w.person_id
      left join directory.person m on m.id = p.manager_id
     where ${join(where, fragment` and `)}
     order by w.first_two, w.second_two, w.first_word, w.second_word, w.sort_name, w.person_id
     limit ${limit}`;
}

export async function listAttributeValues(tx: Tx): Promise<Record<'department' | 'title' | 'location' | 'division' | 'employmentType', string[]>> {
  // One short look into the index per value, however many people there are.
  const values = async (column: Fragment): Promise<string[]> => {
    const rows = await sql<{ value: string }>(tx)`
      with recursive known as (
        (select ${column} as value from directory.person where ${column} is not null order by 1 limit 1)
        union all
        select (select ${column} from directory.person where ${column} > known.value order by 1 limit 1) from known where known.value is not null
      )
      select value from known where value is not null limit 2000`;
    return rows.map((row) => row.value);
  };
  return {
    department: await values(fragment`department`),
    title: await values(fragment`title`),
    location: await values(fragment`location`),
    division: await values(fragment`division`),
    employmentType: await values(fragment`employment_type`),
  };
}

export interface PersonRow extends PersonAttributes {
  readonly id: PersonId;
  readonly status: PersonStatus;
  readonly source: PrincipalSource;
}

const recordOf = (row: PersonAttributes & { readonly id: PersonId }): Record<string, unknown> => ({
  id: row.id,
  employee_number: row.employeeNumber,
  username: row.username,
  given_name: row.givenName,
  family_name: row.familyName,
  display_name: row.displayName,
  work_email: row.workEmail,
  private_email: row.privateEmail,
  title: row.title,
  department: row.department,
  division: row.division,
  location: row.location,
  employment_type: row.employmentType,
  manager_id: row.managerId,
  start_date: row.startDate,
  end_date: row.endDate,
});

const recordType = fragment`(id uuid, employee_number text, username text, given_name text, family_name text, display_name text, work_email text, private_email text, title text, department text, division text, location text, employment_type text, manager_id uuid, start_date date, end_date date, status text, source text)`;

export async function insertPeople(tx: Tx, rows: readonly PersonRow[], at: Date): Promise<Person[]> {
  const records = JSON.stringify(rows.map((row) => ({ ...recordOf(row), status: row.status, source: row.source })));
  const saved = await saying(rows[0], () => sql<Person>(tx)`
    insert into directory.person as p (id, employee_number, username, given_name, family_name, display_name, work_email, private_email, title, department, division, location, employment_type, manager_id, start_date, end_date, status, source, created_at, updated_at)
    select r.id, r.employee_number, r.username, r.given_name, r.family_name, r.display_name, r.work_email, r.private_email, r.title, r.department, r.division, r.location, r.employment_type, r.manager_id, r.start_date, r.end_date, r.status, r.source, ${at}, ${at}
      from jsonb_to_recordset(${records}::jsonb) as r ${recordType}
    returning ${columns}`);
  const byId = new Map(saved.map((one) => [one.id, one]));
  return rows.map((row) => byId.get(row.id)!);
}

export async function updatePeople(tx: Tx, rows: readonly (PersonAttributes & { readonly id: PersonId })[], at: Date): Promise<void> {
  await saying(rows[0], () => sql(tx)`
    update directory.person p
       set employee_number = r.employee_number, username = r.username, given_name = r.given_name, family_name = r.family_name, display_name = r.display_name,
           work_email = r.work_email, private_email = r.private_email, title = r.title, department = r.department, division = r.division, location = r.location,
           employment_type = r.employment_type, manager_id = r.manager_id, start_date = r.start_date, end_date = r.end_date, updated_at = ${at}
      from jsonb_to_recordset(${JSON.stringify(rows.map(recordOf))}::jsonb) as r ${recordType}
     where p.id = r.id`);
}

export async function setStanding(tx: Tx, changes: readonly { readonly id: PersonId; readonly status: PersonStatus; readonly leftAt: Date | null }[], at: Date): Promise<void> {
  const records = JSON.stringify(changes.map((one) => ({ id: one.id, status: one.status, left_at: one.leftAt })));
  await saying(undefined, () => sql(tx)`
    update directory.person p
       set status = r.status, left_at = r.left_at, updated_at = ${at}
      from jsonb_to_recordset(${records}::jsonb) as r (id uuid, status text, left_at timestamptz)
     where p.id = r.id`);
}

/** A break-glass account ends: nobody signs in with it again. */
export async function endBreakGlass(tx: Tx, id: PersonId, at: Date): Promise<void> {
  await sql(tx)`update directory.person set status = 'left', left_at = ${at}, updated_at = ${at} where id = ${id} and source = 'break-glass' and status = 'active'`;
}

/** Marked by authorization (console roles, privileged grants); the help desk may not touch such a person. */
export async function markPrivileged(tx: Tx, personId: PersonId, isPrivileged: boolean): Promise<void> {
  await sql(tx)`update directory.person set is_privileged = ${isPrivileged} where id = ${personId} and is_privileged <> ${isPrivileged}`;
}

export async function duePeople(tx: Tx, today: string, limit: number): Promise<{ starting: Person[]; ending: Person[] }> {
  return {
    starting: await sql<Person>(tx)`select ${columns} from directory.person p where p.status = 'staged' and (p.start_date is null or p.start_date <= ${today}::date) and (p.end_date is null or p.end_date >= ${today}::date) order by p.id limit ${limit} for update skip locked`,
    ending: await sql<Person>(tx)`select ${columns} from directory.person p where p.status <> 'left' and p.source <> 'break-glass' and p.end_date < ${today}::date order by p.id limit ${limit} for update skip locked`,
  };
}

/** What the database refuses by a named constraint is a refusal of ours, in our words. */
async function saying<T>(first: { readonly employeeNumber: string | null; readonly username: string; readonly managerId: string | null } | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, constraint, message, detail = '' } = error as DatabaseError;
    const value = /=\((.*)\) already exists/.exec(detail)?.[1];
    if (constraint === 'an_employee_number_belongs_to_one_person') throw refuse.employee_number_taken({ employeeNumber: value ?? first?.employeeNumber ?? '' });
    if (constraint === 'a_username_belongs_to_one_person') throw refuse.username_taken({ username: value ?? first?.username ?? '' });
    if (constraint === 'a_manager_is_a_person') throw refuse.manager_not_found({ manager: /=\((.*)\) is not present/.exec(detail)?.[1] ?? first?.managerId ?? '' });
    // A domain further down the ladder holds this change (the last administrator); its text is public.
    if (code === 'BW001') throw refuse.person_is_held({ why: message });
    throw error;
  }
}
