import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWorld, type Actor, type World } from './world.ts';

let world: World;
let admin: Actor;
beforeAll(async () => {
  world = await openWorld();
  admin = await world.setUp();
});
afterAll(() => world.close());

it('the first administrator is made by the link, once', async () => {
  const me = await admin.browser.api<{ consoleRoles: string[]; session: { assuranceLevel: number } }>('GET', '/api/v1/me');
  expect(me.consoleRoles).toEqual(['administrator']);
  expect(me.session.assuranceLevel).toBe(2);
  expect(admin.credentials.recoveryCodes).toHaveLength(10);
  expect(await world.app.setUpLink()).toBeNull();
});

it('people come in by an access pass, and later by password and code', async () => {
  const ivan = await world.hire('Ivan', 'Petrov');
  await world.signIn(ivan);
  await ivan.browser.signOut();
  await expect(ivan.browser.api('GET', '/api/v1/me')).rejects.toThrow('401');
  await world.signIn(ivan);
  expect(await ivan.browser.api('GET', '/api/v1/me')).toMatchObject({ person: { displayName: 'Ivan Petrov' }, consoleRoles: [] });
});

it('an API token can do what it was made for and nothing else', async () => {
  const reader = await world.script(['directory.person.read']);
  await expect(reader.api('GET', '/api/v1/people')).resolves.toMatchObject({ total: { active: 2 } });
  await expect(reader.api('GET', '/api/v1/applications')).rejects.toMatchObject({ status: 403 });
});

it('what was done is in the audit, and the chain is whole', async () => {
  await world.quiet();
  const { items } = await admin.browser.api<{ items: { action: string }[] }>('GET', '/api/v1/audit/entries');
  expect(items.map((entry) => entry.action)).toContain('authentication.setup-link.use');
  expect((await world.verifyAudit()).isWhole).toBe(true);
});
