import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../testing/database.ts';
import { permitFor, principalOf, systemPermit } from '../../testing/permits.ts';
import { addApplication, addPerson, eachPerson, findPerson, leavePerson, recordAccountsSeen, recordEntitlementsSeen, recordHolding, linkAccounts, findAccountByNativeId, type ApplicationId, type EntitlementId, type NewPerson, type Person } from '../directory/index.ts';
import { sql } from '../platform/db/index.ts';
import type { DomainEvent } from '../platform/events/index.ts';
import { giveConsoleRole, makeFirstAdministratorIn, takeAllConsoleRolesIn, takeConsoleRole } from './console-role/give-console-role.ts';
import { firstAdministrator, lastAdministrator } from './console-role/store.ts';
import { makeDecider } from './decision/make-decider.ts';
import { endGrant, expireGrants } from './grant/end-grant.ts';
import { giveGrant, giveGrantIn } from './grant/give-grant.ts';
import { proofOf, sayWhy } from './grant/grant.ts';
import { readAccess, readOwnAccess } from './grant/read-access.ts';
import { changeRole, makeRole, readRole, removeRole } from './role/make-role.ts';
import { matches, type BirthrightRule } from './role/role.ts';
import { peopleMatching, previewRole, rolesWithEntitlements } from './role/store.ts';

let world: TestDatabase;
let now = new Date('2026-03-02T09:00:00Z');
const announced: DomainEvent[] = [];
const kinds = () => announced.splice(0).map((event) => event.kind);
const needs = () => ({ database: world.database, clock: { now: () => now }, announce: async (_tx: unknown, events: DomainEvent | readonly DomainEvent[]) => void announced.push(...[events].flat()) });
const give = systemPermit('authorization.grant.give');
const end = systemPermit('authorization.grant.end');
const giveRole = systemPermit('authorization.console-role.give');
const takeRole = systemPermit('authorization.console-role.take');
const leave = systemPermit('directory.person.leave');
const join = (givenName: string, more: Partial<NewPerson> = {}): Promise<Person> => addPerson(needs(), systemPermit('directory.person.add'), { givenName, familyName: 'Test', source: 'manual', ...more });
const inOne = <T>(work: Parameters<TestDatabase['database']['transaction']>[0]) => world.database.transaction(work) as Promise<T>;

let application: ApplicationId;
let entitlements: Map<string, EntitlementId>;

beforeAll(async () => {
  world = await testDatabase();
  application = (await addApplication(needs(), systemPermit('directory.application.add'), { name: 'Shop', kind: 'fake' })).id;
  entitlements = await inOne((tx) =>
    recordEntitlementsSeen(tx, application, [
      { nativeId: 'staff', name: 'Staff', purpose: 'membership', isGrantable: true },
      { nativeId: 'till', name: 'Till', purpose: 'membership', isGrantable: true },
      { nativeId: 'root', name: 'Root', purpose: 'permission', risk: 'privileged', isGrantable: true },
      { nativeId: 'dynamic', name: 'Dynamic', purpose: 'membership', isGrantable: false },
    ], { at: now }));
});
afterAll(() => world.drop());
const of = (nativeId: string): EntitlementId => entitlements.get(nativeId)!;

describe('the last administrator', () => {
  it('is made once by the set-up, however many links are opened at the same moment', async () => {
    const [ann, ben] = [await join('Ann'), await join('Ben')];
    const made = await Promise.allSettled([ann, ben].map((one) => inOne((tx) => makeFirstAdministratorIn(needs(), tx, giveRole, { personId: one.id }))));
    expect(made.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
    expect(made.find((one) => one.status === 'rejected')).toMatchObject({ reason: { code: 'authorization.administrator_exists' } });
  });

  it('threat: cannot lose the role or leave; not even two of them, removed at the same moment', async () => {
    const first = (await world.database.read(firstAdministrator))!;
    await expect(takeConsoleRole(needs(), takeRole, { personId: first, role: 'administrator' })).rejects.toMatchObject({ code: 'authorization.last_administrator' });
    await expect(leavePerson(needs(), leave, { personId: first, reason: 'the HR file says so' })).rejects.toMatchObject({ code: 'directory.person_is_held', message: expect.stringContaining('last administrator') });
    expect(await world.database.read(lastAdministrator)).toBe(first);

    const second = await join('Second');
    await giveConsoleRole(needs(), giveRole, { personId: second.id, role: 'administrator', reason: 'deputy' });
    expect(await world.database.read(lastAdministrator)).toBeNull();
    for (let round = 0; round < 4; round += 1) {
      const both = await Promise.allSettled([
        round % 2 ? takeConsoleRole(needs(), takeRole, { personId: first, role: 'administrator' }) : leavePerson(needs(), leave, { personId: first, reason: 'x' }),
        takeConsoleRole(needs(), takeRole, { personId: second.id, role: 'administrator' }),
      ]);
      expect(both.filter((one) => one.status === 'fulfilled').length).toBeLessThanOrEqual(1);
      expect(await world.database.read(firstAdministrator)).not.toBeNull();
      for (const id of [first, second.id]) {
        const person = (await world.database.read((tx) => findPerson(tx, id)))!;
        if (person.status === 'left') continue;
        await giveConsoleRole(needs(), giveRole, { personId: id, role: 'administrator', reason: 'again' }).catch(() => undefined);
      }
      if ((await world.database.read((tx) => findPerson(tx, first)))!.status === 'left') break;
    }
  });

  it('who leaves runs nothing any more', async () => {
    const helper = await join('Helper');
    await giveConsoleRole(needs(), giveRole, { personId: helper.id, role: 'help_desk', reason: 'desk' });
    expect((await world.database.read((tx) => findPerson(tx, helper.id)))!.isPrivileged).toBe(true);
    await leavePerson(needs(), leave, { personId: helper.id, reason: 'x' });
    await inOne((tx) => takeAllConsoleRolesIn(needs(), tx, takeRole, helper.id));
    expect((await world.database.read((tx) => findPerson(tx, helper.id)))!.isPrivileged).toBe(false);
    await expect(giveConsoleRole(needs(), giveRole, { personId: helper.id, role: 'auditor', reason: 'x' })).rejects.toMatchObject({ code: 'authorization.administrator_not_active' });
  });
});

describe('grants', () => {
  it('a grant by hand has a reason, an approver and perhaps an end; nobody gives to themselves, nobody has one twice', async () => {
    const [maria, ivan] = [await join('Maria'), await join('Ivan')];
    kinds();
    const permit = await permitFor(ivan, 'authorization.grant.give');
    await giveGrant(needs(), permit, { personId: maria.id, entitlementId: of('till'), reason: 'stocktaking', expiresAt: new Date('2026-03-10T00:00:00Z') });
    expect(announced.splice(0)).toMatchObject([{ kind: 'grant_given', subject: `person:${maria.id}`, facts: { source: 'direct', entitlementId: of('till') } }]);
    await expect(giveGrant(needs(), permit, { personId: maria.id, entitlementId: of('till'), reason: 'again' })).rejects.toMatchObject({ code: 'authorization.already_granted' });
    await expect(giveGrant(needs(), permit, { personId: ivan.id, entitlementId: of('till'), reason: 'me' })).rejects.toMatchObject({ code: 'authorization.own_access' });
    await expect(giveGrant(needs(), permit, { personId: maria.id, entitlementId: of('dynamic'), reason: 'x' })).rejects.toMatchObject({ code: 'authorization.entitlement_not_grantable' });
    await expect(giveGrant(needs(), permit, { personId: maria.id, entitlementId: of('staff'), reason: 'x', expiresAt: now })).rejects.toMatchObject({ code: 'authorization.expiry_passed' });

    const read = systemPermit('authorization.grant.read');
    const { items } = await readAccess(needs(), read, maria.id);
    expect(items.map(sayWhy)).toEqual(['given by hand by Ivan Test, until 2026-03-10: stocktaking']);
    expect(items.map(proofOf)).toEqual(['unknown']);

    now = new Date('2026-03-10T00:00:01Z');
    expect(await expireGrants(needs(), end)).toBe(1);
    expect(kinds()).toEqual(['grant_ended']);
    expect((await readAccess(needs(), read, maria.id)).items).toEqual([]);
  });

  it('shows what the target shows: seen, or not there', async () => {
    const eva = await join('Eva');
    const own = await permitFor(eva, 'authorization.own.read', { is: 'self', of: eva.id });
    const seenAt = new Date(now.getTime() + 1_000);
    await inOne(async (tx) => {
      await giveGrantIn(needs(), tx, give, { personId: eva.id, entitlementId: of('staff'), source: 'found', reason: 'seen in the first reading' });
      await recordAccountsSeen(tx, application, [{ nativeId: 'u1', login: 'eva', email: null, displayName: null, kind: 'unknown', status: 'active', lastUsedAt: null, mfa: 'unknown', isPrivileged: false, digest: 'd' }], { isComplete: false, at: seenAt });
      await linkAccounts(tx, needs(), systemPermit('directory.account.change'), [{ accountId: (await findAccountByNativeId(tx, application, 'u1'))!.id, personId: eva.id, situation: 'linked' }]);
    });
    expect((await readOwnAccess(needs(), own)).items.map(proofOf)).toEqual(['not_seen']);
    await inOne(async (tx) => recordHolding(tx, (await findAccountByNativeId(tx, application, 'u1'))!.id, of('staff'), true, seenAt));
    const access = await readOwnAccess(needs(), own);
    expect(access.items.map(proofOf)).toEqual(['seen']);
    expect(access.accounts.map((one) => one.login)).toEqual(['eva']);
  });

  it('given twice at the same moment is one grant; ended twice is ended once', async () => {
    const olga = await join('Olga');
    const given = await Promise.all([1, 2, 3].map(() => inOne<{ is: string; grantId: never }>((tx) => giveGrantIn(needs(), tx, give, { personId: olga.id, entitlementId: of('root'), source: 'direct', reason: 'x', approvedBy: 'person:a', approvedByName: 'A' }))));
    expect(given.map((one) => one.is).sort()).toEqual(['already', 'already', 'given']);
    expect((await world.database.read((tx) => findPerson(tx, olga.id)))!.isPrivileged).toBe(true);
    await endGrant(needs(), end, { grantId: given[0]!.grantId, reason: 'done' });
    await expect(endGrant(needs(), end, { grantId: given[0]!.grantId, reason: 'again' })).rejects.toMatchObject({ code: 'authorization.grant_has_ended' });
    expect((await world.database.read((tx) => findPerson(tx, olga.id)))!.isPrivileged).toBe(false);
  });

  it('the database itself holds no grant without a reason, no carry-over without an end, no birthright without a role', async () => {
    const nora = await join('Nora');
    const insert = (source: string, reason: string) => world.database.read((tx) => sql(tx)`insert into authz.grant (id, person_id, entitlement_id, source, reason, since) values (gen_random_uuid(), ${nora.id}, ${of('till')}, ${source}, ${reason}, now())`);
    await expect(insert('found', '')).rejects.toMatchObject({ constraint: 'no_grant_without_a_reason' });
    await expect(insert('carry-over', 'x')).rejects.toMatchObject({ constraint: 'a_carry_over_has_an_end' });
    await expect(insert('birthright', 'x')).rejects.toMatchObject({ constraint: 'birthright_comes_from_a_role' });
    await expect(insert('direct', 'x')).rejects.toMatchObject({ constraint: 'a_direct_grant_has_an_approver' });
  });
});

describe('roles', () => {
  it('a rule finds the same people in SQL as it does in words', async () => {
    await join('Sales1', { department: 'Sales', title: 'Buyer' });
    await join('Sales2', { department: 'Sales', title: "Bo'ss" });
    await join('Legal1', { department: 'Legal', location: 'Bern' });
    const rules: BirthrightRule[] = [
      { all: [] },
      { all: [{ attribute: 'department', isOneOf: ['Sales', 'Legal'] }] },
      { all: [{ attribute: 'department', isOneOf: ['Sales'] }, { attribute: 'title', isOneOf: ["Bo'ss", 'x'] }] },
      { all: [{ attribute: 'location', isOneOf: ['Bern'] }, { attribute: 'division', isOneOf: ['x'] }] },
    ];
    const everybody = await world.database.read((tx) => eachPerson(tx, { isHere: true }));
    for (const rule of rules) {
      const inSql = await world.database.read((tx) => peopleMatching(tx, rule));
      expect([...inSql].sort()).toEqual(everybody.filter((person) => matches(rule, person)).map((person) => person.id).sort());
    }
  });

  it('a preview says who would gain and who would lose, before anything is changed', async () => {
    const rule: BirthrightRule = { all: [{ attribute: 'department', isOneOf: ['Sales'] }] };
    kinds();
    const id = await makeRole(needs(), systemPermit('authorization.role.make'), { name: 'Sales staff', rule, entitlementIds: [of('staff')] });
    expect(kinds()).toEqual(['role_made']);
    await expect(makeRole(needs(), systemPermit('authorization.role.make'), { name: 'SALES staff' })).rejects.toMatchObject({ code: 'authorization.role_name_taken' });
    expect((await world.database.read((tx) => previewRole(tx, { roleId: id, rule, entitlementIds: [of('staff')] }))).gains).toMatchObject([{ entitlementName: 'Staff', people: 2 }]);
    for (const personId of await world.database.read((tx) => peopleMatching(tx, rule))) await inOne((tx) => giveGrantIn(needs(), tx, give, { personId, entitlementId: of('staff'), source: 'birthright', roleId: id, reason: 'birthright' }));
    expect((await readRole(needs(), systemPermit('authorization.role.read'), id)).people).toBe(2);
    const without = await world.database.read((tx) => previewRole(tx, { roleId: id, rule: null, entitlementIds: [] }));
    expect(without).toMatchObject({ peopleMatching: 0, gains: [], losses: [{ entitlementName: 'Staff', people: 2 }] });
    // Another role gives it as well: nobody loses.
    const other = await makeRole(needs(), systemPermit('authorization.role.make'), { name: 'Everybody', rule: { all: [] }, entitlementIds: [of('staff')] });
    expect((await world.database.read((tx) => previewRole(tx, { roleId: id, rule: null, entitlementIds: [] }))).losses).toEqual([]);

    const [person] = await world.database.read((tx) => peopleMatching(tx, rule));
    const { items } = await readAccess(needs(), systemPermit('authorization.grant.read'), person!);
    expect(items.map(sayWhy)).toEqual(['birthright: the role Sales staff gives it to department Sales']);
    await expect(endGrant(needs(), end, { grantId: items[0]!.id, reason: 'x' })).rejects.toMatchObject({ code: 'authorization.birthright_stays' });
    await changeRole(needs(), systemPermit('authorization.role.change'), { roleId: other, change: { entitlementIds: [of('till')] } });
    await removeRole(needs(), systemPermit('authorization.role.remove'), { roleId: id });
    expect((await world.database.read(rolesWithEntitlements)).map((role) => [role.name, role.entitlementIds])).toEqual([['Everybody', [of('till')]]]);
  });
});

describe('the decider', () => {
  it('knows at once what was given and taken, on every node', async () => {
    const decider = makeDecider(world);
    const peter = await join('Peter');
    const asking = principalOf(peter);
    expect((await decider.decide(asking, 'audit.entry.read', now)).is).toBe('refused');
    await giveConsoleRole(needs(), giveRole, { personId: peter.id, role: 'auditor', reason: 'x' });
    expect((await decider.decide(asking, 'audit.entry.read', now)).is).toBe('allowed');
    await join('Report', { managerId: peter.id });
    expect(await decider.held(asking, ['directory.own.read', 'directory.person.read', 'directory.person.leave', 'authentication.access-pass.issue'])).toEqual(['directory.own.read', 'directory.person.read', 'authentication.access-pass.issue']);
    await leavePerson(needs(), leave, { personId: peter.id, reason: 'x' });
    expect((await decider.decide(asking, 'directory.own.read', now)).is).toBe('refused');
  });
});
