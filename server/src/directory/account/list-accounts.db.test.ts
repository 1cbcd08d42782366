import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../testing/database.ts';
import { systemPermit } from '../../../testing/permits.ts';
import { addApplication } from '../application/add-application.ts';
import { addPerson } from '../person/add-person.ts';
import { changePerson } from '../person/change-person.ts';
import type { AccountSeen } from './account.ts';
import { linkAccounts } from './change-account.ts';
import { eachAccount, listAccounts, recordAccountsSeen, type AccountFilter } from './store.ts';

let world: TestDatabase;
const now = new Date('2026-03-02T09:00:00Z');
const needs = () => ({ database: world.database, clock: { now: () => now }, announce: async () => undefined });
const seen = (login: string, more: Partial<AccountSeen> = {}): AccountSeen => ({ nativeId: `n-${login}`, login, email: null, displayName: null, kind: 'person', status: 'active', mfa: 'unknown', isPrivileged: false, digest: 'd', ...more });
const found = async (filter: Partial<AccountFilter>): Promise<string[]> => {
  const logins: string[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await world.database.read((tx) => listAccounts(tx, { scope: { is: 'everything' }, limit: 2, ...filter, cursor }));
    logins.push(...page.items.map((one) => one.login));
    if (page.next === null) return logins;
    cursor = page.next;
  }
};
const change = systemPermit('directory.person.change');
let vera: Awaited<ReturnType<typeof addPerson>>;

beforeAll(async () => {
  world = await testDatabase();
  const wiki = await addApplication(needs(), systemPermit('directory.application.add'), { name: 'Wiki', kind: 'scim' });
  await world.database.transaction((tx) => recordAccountsSeen(tx, wiki.id, [
    seen('zora.keller', { email: 'zora.keller@example.com', displayName: 'Zora Keller' }), seen('Keller.Anna', { displayName: 'Anna Keller' }), seen('vo17', { status: 'disabled' }), seen('svc-backup', { kind: 'service' }), seen('keller.z', { displayName: 'Keller' }),
  ], { isComplete: true, at: now }));
  vera = await addPerson(needs(), systemPermit('directory.person.add'), { givenName: 'Véra', familyName: 'Orlova', source: 'manual' });
  const short = (await world.database.read((tx) => eachAccount(tx, wiki.id))).find((one) => one.login === 'vo17')!;
  await world.database.transaction((tx) => linkAccounts(tx, needs(), systemPermit('directory.account.change'), [{ accountId: short.id, personId: vera.id, situation: 'linked' }]));
});
afterAll(() => world.drop());

it('an account is found by login, address, the name there, and the name of its person, once each and page after page', async () => {
  expect(await found({})).toEqual(['Keller.Anna', 'keller.z', 'svc-backup', 'vo17', 'zora.keller']);
  expect(await found({ search: 'kell' })).toEqual(['Keller.Anna', 'keller.z', 'zora.keller']);
  expect(await found({ search: 'zora.keller@ex' })).toEqual(['zora.keller']);
  expect(await found({ search: 'keller an' })).toEqual(['Keller.Anna']);
  expect(await found({ search: 'svc' })).toEqual(['svc-backup']);
  expect(await found({ search: 'orl' })).toEqual(['vo17']);
  expect(await found({ search: 'orl', status: 'active' })).toEqual([]);
  expect(await found({ search: 'kell', tiedToNobody: true, kind: 'service' })).toEqual([]);
});

it('a person with a new name is found by it, and no longer by the old one', async () => {
  await changePerson(needs(), change, { personId: vera.id, change: { familyName: 'Quintana', displayName: 'Véra Quintana' } });
  expect(await found({ search: 'quint' })).toEqual(['vo17']);
  expect(await found({ search: 'orlova' })).toEqual([]);
});
