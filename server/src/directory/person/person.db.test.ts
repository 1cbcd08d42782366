import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../testing/database.ts';
import { permitFor, systemPermit } from '../../../testing/permits.ts';
import { newId } from '../../platform/crypto/index.ts';
import { sql } from '../../platform/db/index.ts';
import type { DomainEvent } from '../../platform/events/index.ts';
import { keepDates } from './activate-person.ts';
import { addPeopleIn, addPerson } from './add-person.ts';
import { changePeopleIn, changePerson } from './change-person.ts';
import { leavePerson } from './leave-person.ts';
import { dayOf, personId, type NewPerson, type Person } from './person.ts';
import { readPeople, readPerson } from './read-people.ts';
import { rehirePerson } from './rehire-person.ts';
import { isInScope, listPeople } from './store.ts';

let world: TestDatabase;
let now = new Date('2026-03-02T09:00:00Z');
const announced: DomainEvent[] = [];
const kinds = () => announced.splice(0).map((event) => event.kind);
const needs = () => ({ database: world.database, clock: { now: () => now }, announce: async (_tx: unknown, events: DomainEvent | readonly DomainEvent[]) => void announced.push(...[events].flat()) });
const add = systemPermit('directory.person.add');
const change = systemPermit('directory.person.change');
const leave = systemPermit('directory.person.leave');
const rehire = systemPermit('directory.person.rehire');
const activate = systemPermit('directory.person.activate');
const calendar = { dayOf, endOf: (day: string) => new Date(Date.parse(`${day}T24:00:00Z`)) };
const join = (givenName: string, familyName: string, more: Partial<NewPerson> = {}): Promise<Person> => addPerson(needs(), add, { givenName, familyName, source: 'manual', ...more });
const audit = () => world.database.read((tx) => sql<{ action: string; target: string; body: string }>(tx)`select action, target, body from audit.everything order by at, seq`);

beforeAll(async () => {
  world = await testDatabase();
});
afterAll(() => world.drop());

describe('people', () => {
  it('a search within a department or a standing follows both when they change', async () => {
    const wnek = await join('Wnek', 'Uhde', { department: 'Legal' });
    const found = async (more: { department?: string; status?: 'active' | 'left' }) => (await world.database.read((tx) => listPeople(tx, { search: 'uhde', scope: { is: 'everything' }, limit: 10, ...more }))).items.map((one) => one.id);
    expect([await found({ department: 'Legal' }), await found({ department: 'Sales' }), await found({ status: 'left' })]).toEqual([[wnek.id], [], []]);
    await changePerson(needs(), change, { personId: wnek.id, change: { department: 'Sales' } });
    await leavePerson(needs(), leave, { personId: wnek.id, reason: 'resigned', source: 'manual' });
    expect([await found({ department: 'Legal' }), await found({ department: 'Sales', status: 'left' }), await found({ status: 'active' })]).toEqual([[], [wnek.id], []]);
    kinds();
  });

  it('a joiner is active from the first day, is on record, and can be found by any word', async () => {
    const maria = await join('Mária', 'Keller-Østby', { employeeNumber: 'AW0007', workEmail: 'maria.keller@example.com', department: 'Sales', startDate: '2026-03-01', source: 'hr' });
    expect(maria).toMatchObject({ status: 'active', username: 'maria.keller@example.com', displayName: 'Mária Keller-Østby', startDate: '2026-03-01' });
    expect(kinds()).toEqual(['person_joined', 'person_started']);
    expect((await audit()).some((entry) => entry.action === 'directory.person.add' && entry.target === `person:${maria.id}`)).toBe(true);
    for (const search of ['maria', 'KELL', 'ostby', 'Østby mar', 'maria.keller@ex', 'aw0007', 'keller maria']) {
      const { items } = await world.database.read((tx) => listPeople(tx, { search, scope: { is: 'everything' }, limit: 10 }));
      expect(items.map((one) => one.id), search).toEqual([maria.id]);
    }
    const nobody = await world.database.read((tx) => listPeople(tx, { search: 'maria zzz', scope: { is: 'everything' }, limit: 10 }));
    expect(nobody.items).toEqual([]);
  });

  it('namesakes get user names of their own, also within one HR file', async () => {
    const people = await world.database.transaction((tx) => addPeopleIn(needs(), tx, add, [1, 2, 3].map(() => ({ givenName: 'Jan', familyName: 'Novák', source: 'manual' as const }))));
    expect(people.map((one) => one.username)).toEqual(['jan.novak', 'jan.novak2', 'jan.novak3']);
    expect((await join('Jan', 'Novak')).username).toBe('jan.novak4');
  });

  it('two people cannot have one employee number, one user name, or a contract without end', async () => {
    await expect(join('Eva', 'Two', { employeeNumber: 'AW0007' })).rejects.toMatchObject({ code: 'directory.employee_number_taken' });
    await expect(join('Eva', 'Two', { username: 'JAN.NOVAK' })).rejects.toMatchObject({ code: 'directory.username_taken' });
    await expect(join('Eva', 'Two', { employmentType: 'Contractor' })).rejects.toMatchObject({ code: 'directory.end_date_missing' });
    await expect(join('Eva', 'Two', { managerId: personId(newId()) })).rejects.toMatchObject({ code: 'directory.manager_not_found' });
    await expect(world.database.read((tx) => sql(tx)`update directory.person set employment_type = 'Partner' where employee_number = 'AW0007'`)).rejects.toMatchObject({ constraint: 'contractors_and_partners_have_an_end_date' });
    await expect(world.database.read((tx) => sql(tx)`update directory.person set status = 'left' where employee_number = 'AW0007'`)).rejects.toMatchObject({ constraint: 'who_left_has_a_moment_of_leaving' });
  });

  it('a move is told with before and after; a private address is not; the same again is nothing', async () => {
    const eva = await join('Eva', 'Lind', { department: 'Sales' });
    kinds();
    await changePerson(needs(), change, { personId: eva.id, change: { department: 'Legal', familyName: 'Lindqvist', privateEmail: 'eva@home.example' } });
    expect(announced.splice(0).map((event) => event.facts)).toEqual([{ changes: { department: ['Sales', 'Legal'], familyName: ['Lind', 'Lindqvist'], displayName: ['Eva Lind', 'Eva Lindqvist'] } }]);
    expect((await audit()).some((entry) => entry.body.includes('eva@home.example'))).toBe(false);
    const before = (await audit()).length;
    await changePerson(needs(), change, { personId: eva.id, change: { department: 'Legal' } });
    expect(kinds()).toEqual([]);
    expect((await audit()).length).toBe(before);
    const { items } = await world.database.read((tx) => listPeople(tx, { search: 'lindqvist', scope: { is: 'everything' }, limit: 10 }));
    expect(items.map((one) => one.id)).toEqual([eva.id]);
  });

  it('managers form no circle, by one change or by two at the same moment; but two people may change places', async () => {
    const ann = await join('Ann', 'Boss');
    const ben = await join('Ben', 'Middle', { managerId: ann.id });
    const cyd = await join('Cyd', 'Below', { managerId: ben.id });
    await expect(changePerson(needs(), change, { personId: ann.id, change: { managerId: cyd.id } })).rejects.toMatchObject({ code: 'directory.manager_circle' });
    await world.database.transaction(async (tx) => {
      await changePeopleIn(needs(), tx, change, [{ personId: ann.id, change: { managerId: ben.id } }]);
      await changePeopleIn(needs(), tx, change, [{ personId: ben.id, change: { managerId: null } }]);
    });
    const [dan, eli] = [await join('Dan', 'One'), await join('Eli', 'Other')];
    const both = await Promise.allSettled([
      world.database.transaction((tx) => changePeopleIn(needs(), tx, change, [{ personId: dan.id, change: { managerId: eli.id } }])),
      world.database.transaction((tx) => changePeopleIn(needs(), tx, change, [{ personId: eli.id, change: { managerId: dan.id } }])),
    ]);
    expect(both.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  });

  it('who leaves is nobody from that commit on, comes back as the same person, and does neither twice', async () => {
    const ivan = await join('Ivan', 'Petrov');
    kinds();
    const happenedAt = new Date('2026-03-02T08:59:00Z');
    expect(await leavePerson(needs(), leave, { personId: ivan.id, reason: 'resigned', happenedAt })).toMatchObject({ status: 'left' });
    expect(announced.splice(0)).toMatchObject([{ kind: 'person_left', subject: `person:${ivan.id}`, facts: { happenedAt: happenedAt.toISOString(), reason: 'resigned' } }]);
    await expect(leavePerson(needs(), leave, { personId: ivan.id, reason: 'again' })).rejects.toMatchObject({ code: 'directory.person_has_left' });
    await expect(changePerson(needs(), change, { personId: ivan.id, change: { title: 'x' } })).rejects.toMatchObject({ code: 'directory.person_has_left' });
    expect(await rehirePerson(needs(), rehire, { personId: ivan.id, startDate: '2026-04-01', reason: 'came back' })).toMatchObject({ status: 'staged', leftAt: null });
    expect(kinds()).toEqual(['person_rehired']);
    await expect(rehirePerson(needs(), rehire, { personId: ivan.id, startDate: '2026-04-01', reason: 'again' })).rejects.toMatchObject({ code: 'directory.person_has_not_left' });
  });

  it('first and last days become true by themselves', async () => {
    const start = await join('Future', 'Starter', { startDate: '2026-03-10' });
    const end = await join('Short', 'Contract', { employmentType: 'Contractor', startDate: '2026-03-01', endDate: '2026-03-09' });
    kinds();
    now = new Date('2026-03-10T00:10:00Z');
    await keepDates(needs(), { activate, leave }, calendar);
    expect(kinds()).toEqual(['person_started', 'person_left']);
    const read = systemPermit('directory.person.read');
    expect((await readPerson(needs(), read, start.id)).status).toBe('active');
    expect((await readPerson(needs(), read, end.id)).status).toBe('left');
    expect(await keepDates(needs(), { activate, leave }, calendar)).toEqual({ started: 0, left: 0 });
  });

  it('threat: a manager sees and changes nobody outside of the people below', async () => {
    const boss = await join('Scope', 'Boss');
    const direct = await join('Scope', 'Direct', { managerId: boss.id });
    const below = await join('Scope', 'Below', { managerId: direct.id });
    const stranger = await join('Scope', 'Stranger');
    const scope = { is: 'reports', of: boss.id } as const;
    const read = await permitFor(boss, 'directory.person.read', scope);
    expect((await readPeople(needs(), read, { search: 'scope', limit: 50 })).items.map((one) => one.displayName)).toEqual(['Scope Below', 'Scope Direct']);
    expect((await readPeople(needs(), read, { limit: 50 })).items).toHaveLength(2);
    expect((await readPerson(needs(), read, below.id)).id).toBe(below.id);
    for (const outside of [stranger, boss]) {
      await expect(readPerson(needs(), read, outside.id)).rejects.toMatchObject({ code: 'directory.person_not_found' });
      await expect(changePerson(needs(), await permitFor(boss, 'directory.person.change', scope), { personId: outside.id, change: { title: 'x' } })).rejects.toMatchObject({ code: 'directory.person_not_found' });
      await expect(leavePerson(needs(), await permitFor(boss, 'directory.person.leave', scope), { personId: outside.id, reason: 'x' })).rejects.toMatchObject({ code: 'directory.person_not_found' });
    }
    expect(await world.database.read((tx) => isInScope(tx, { is: 'self', of: boss.id }, direct.id))).toBe(false);
  });

  it('two names that very many people have are found together, or found to be nobody, page by page', async () => {
    await world.database.read((tx) => sql(tx)`
      insert into directory.person (id, username, given_name, family_name, display_name, status, source, created_at, updated_at)
      select gen_random_uuid(), 'many' || n, given, family, given || ' ' || family, 'active', 'manual', now(), now()
        from (select n, (array['Quirin', 'Quentin', 'Xaver'])[1 + n % 3] as given, (array['Yildiz', 'Yamada', 'Quast', 'Zhou'])[1 + n % 4] as family from generate_series(1, 2400) as n) as named`);
    const all = async (search: string): Promise<string[]> => {
      const names: string[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = await world.database.read((tx) => listPeople(tx, { search, scope: { is: 'everything' }, limit: 90, ...(cursor ? { cursor } : {}) }));
        names.push(...page.items.map((one) => `${one.displayName} ${one.id}`));
        if (page.next === null) break;
        cursor = page.next;
      }
      expect(new Set(names).size).toBe(names.length);
      return names;
    };
    expect(await all('qui yil')).toHaveLength(200);
    expect(await all('yamada quentin')).toHaveLength(200);
    expect(await all('q y')).toHaveLength(800);
    expect(await all('qu z')).toHaveLength(400);
    expect(await all('quirin xaver')).toEqual([]);
    const moved = (await world.database.read((tx) => listPeople(tx, { search: 'quirin yildiz', scope: { is: 'everything' }, limit: 1 }))).items[0]!;
    await changePerson(needs(), change, { personId: moved.id, change: { familyName: 'Zhou' } });
    expect(await all('qui yil')).toHaveLength(199);
    expect((await all('zhou quirin')).filter((one) => one.endsWith(moved.id))).toHaveLength(1);
  });

  it('a list goes on where it stopped, shows everybody once, and its numbers are kept without counting', async () => {
    const read = systemPermit('directory.person.read');
    for (const search of [undefined, 's', 'n']) {
      if (search === undefined) await world.database.read((tx) => sql(tx)`delete from directory.person where username like 'many%'`);
      const seen: string[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = await readPeople(needs(), read, { search, limit: 3, ...(cursor ? { cursor } : {}) });
        seen.push(...page.items.map((one) => one.id));
        if (page.next === null) break;
        cursor = page.next;
      }
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.length).toBe((await readPeople(needs(), read, { search, limit: 200 })).items.length);
    }
    const counted = await world.database.read((tx) => sql<{ status: string; count: number }>(tx)`select status, count(*) as count from directory.person group by status`);
    const { total } = await readPeople(needs(), read, { limit: 1 });
    for (const { status, count } of counted) expect(total[status as keyof typeof total]).toBe(count);
    await expect(readPeople(needs(), read, { limit: 1, cursor: 'nonsense' })).rejects.toMatchObject({ code: 'directory.cursor_unknown' });
  });
});
