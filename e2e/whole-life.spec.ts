import * as openid from 'openid-client';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EntitlementAnswer, PersonAnswer } from '@bailiwick/contract/directory';
import type { Movement, MovementSummary } from '@bailiwick/contract/lifecycle';
import { startExpenses, type Expenses } from '../server/demo/expenses.ts';
import { startScimServer, type ScimApplication, type ScimServer } from '../server/demo/scim-server.ts';
import { testServer } from '../server/testing/database.ts';
import { credentialsOf, type Visitor } from '../server/testing/visitor.ts';
import { openWorld, type World } from '../server/testing/world.ts';
import { giveAuthenticator, openBrowser, picture, type Somebody } from './browser.ts';

/*
 * One person's whole life, at a real browser, on real parts: a real server and database, a SCIM server and an OpenID
 * client that we did not write, a PostgreSQL whose roles are real. Each test is a chapter; a chapter needs those before.
 */

let world: World;
let browser: Awaited<ReturnType<typeof openBrowser>>;
let scim: ScimServer;
let chat: ScimApplication;
let expenses: Expenses;
let warehouse: pg.Client;
let script: Visitor;
let admin: Somebody;
let maria: Somebody;
let mariaId = '';
const group = `analysts_${process.pid}`;
const handGroup = `auditors_${process.pid}`;
const mariaKnows = credentialsOf('maria.ivanova', 'a lantern under nine blue stairs');

const columns = ['Employee ID', 'First Name', 'Last Name', 'Work Email', 'Job Title', 'Department', 'Manager ID', 'Hire Date'];
const company: readonly (readonly string[])[] = [
  ['E001', 'Ana', 'Silva', 'ana.silva@linden.example', 'Chief Executive', 'Management', '', '2019-03-01'],
  ['E002', 'Jonas', 'Lindqvist', 'jonas.lindqvist@linden.example', 'Head of Engineering', 'Engineering', 'E001', '2019-04-15'],
  ['E003', 'Priya', 'Raman', 'priya.raman@linden.example', 'Head of Sales', 'Sales', 'E001', '2020-01-13'],
  ['E004', 'Tomás', 'Novák', 'tomas.novak@linden.example', 'Engineer', 'Engineering', 'E002', '2021-06-28'],
  ['E005', 'Chloé', 'Dubois', 'chloe.dubois@linden.example', 'Account Executive', 'Sales', 'E003', '2022-02-21'],
  ['E006', 'Omar', 'Haddad', 'omar.haddad@linden.example', 'Engineer', 'Engineering', 'E002', '2023-09-30'],
];
const mariaAs = (title: string, department: string, manager: string): readonly string[] => ['E007', 'Maria', 'Ivanova', 'maria.ivanova@linden.example', title, department, manager, '2024-01-15'];
const csv = (rows: readonly (readonly string[])[]): Buffer => Buffer.from(`${[columns, ...rows].map((row) => row.join(',')).join('\n')}\n`);

beforeAll(async () => {
  [world, browser, scim, expenses] = await Promise.all([openWorld(), openBrowser(), startScimServer({ names: ['chat'], token: 'a-token-of-chat' }), startExpenses({ scope: 'openid profile email' })]);
  script = await world.script();
  chat = scim.application('chat');
  for (const name of ['everyone', 'engineering', 'sales']) chat.addGroup(name);
  chat.addAccount({ userName: 'jonas.lindqvist', givenName: 'Jonas', familyName: 'Lindqvist', email: 'jonas.lindqvist@linden.example' });
  chat.addAccount({ userName: 'old-robot' });
  warehouse = new pg.Client(await testServer());
  await warehouse.connect();
  await warehouse.query(`create role ${group} nologin`);
  await warehouse.query(`create role ${handGroup} nologin`);
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([world?.close(), scim?.close(), expenses?.close()]);
  for (const { rolname } of (await warehouse.query<{ rolname: string }>(`select rolname from pg_roles where rolname in ('${group}', '${handGroup}') or rolname ~ '^(ana|jonas|priya|tomas|chloe|omar|maria)[.]'`)).rows) await warehouse.query(`drop role ${pg.escapeIdentifier(rolname)}`);
  await warehouse.end();
});

const go = (who: Somebody, path: string) => who.page.goto(world.origin + path);
const button = (who: Somebody, name: string | RegExp) => who.page.getByRole('button', { name, exact: typeof name === 'string' });
const inDialog = (who: Somebody, name: string | RegExp) => who.page.getByRole('dialog').getByRole('button', { name, exact: typeof name === 'string' });
const field = (who: Somebody, name: string) => who.page.getByRole('textbox', { name, exact: true });
async function seen(who: Somebody, text: string | RegExp): Promise<void> {
  await who.page.getByText(text).first().waitFor().catch(async () => {
    const shown = (await who.page.locator('body').innerText()).replace(/\s+/g, ' ');
    throw new Error(`${String(text)} is not to be seen at ${who.page.url()}, but: ${shown.slice(0, 3_000)}`);
  });
}

async function uploadAndApply(rows: readonly (readonly string[])[], fileName: string, sentence: RegExp): Promise<void> {
  await go(admin, '/admin/hr-feed');
  await button(admin, 'Choose a file').waitFor();
  await admin.page.locator('input[type=file]').setInputFiles({ name: fileName, mimeType: 'text/csv', buffer: csv(rows) });
  await seen(admin, sentence);
  await picture(admin, `hr-preview-${fileName.replace('.csv', '')}`);
  await button(admin, 'Apply').click();
  await inDialog(admin, 'Apply').click();
  await seen(admin, /^Applied:/);
  // Of those who stay as before only the number is kept: there is no list to open.
  expect(await admin.page.getByRole('button', { name: /^Unchanged/ }).count()).toBe(0);
}

async function openMovement(kind: string, name: string): Promise<Movement> {
  return expect
    .poll(async () => (await script.api<{ items: MovementSummary[] }>('GET', `/api/v1/movements?kind=${kind}`)).items.find((one) => one.personName === name), { timeout: 15_000 })
    .toBeTruthy()
    .then(async () => {
      const { items } = await script.api<{ items: MovementSummary[] }>('GET', `/api/v1/movements?kind=${kind}`);
      return script.api<Movement>('GET', `/api/v1/movements/${items.find((one) => one.personName === name)!.id}`);
    });
}

const roleOf = async (name: string): Promise<{ rolcanlogin: boolean; groups: string[] } | undefined> =>
  (await warehouse.query<{ rolcanlogin: boolean; groups: string[] }>(`select rolcanlogin, array(select g.rolname::text from pg_auth_members m join pg_roles g on g.oid = m.roleid where m.member = r.oid order by 1) as groups from pg_roles r where rolname = $1`, [name])).rows[0];

it('the set-up link makes the first administrator, with a passkey, once', async () => {
  const link = (await world.app.setUpLink())!;
  admin = await browser.somebody();
  await giveAuthenticator(admin);
  await admin.page.goto(link);
  await field(admin, 'First name').fill('Robin');
  await field(admin, 'Last name').fill('Winter');
  await field(admin, 'Work e-mail').fill('robin.winter@linden.example');
  await field(admin, 'Username').fill('robin');
  await picture(admin, 'set-up');
  await button(admin, 'Continue').click();
  await button(admin, 'Set up a passkey').click();
  await admin.page.locator('#recovery-codes, #passkey-form[data-passkey=prove]').first().waitFor();
  // One more touch, where the product wants to see that the new passkey works.
  if ((await admin.page.locator('#recovery-codes').count()) === 0) await button(admin, 'Use a passkey').click();
  await admin.page.locator('#recovery-codes').waitFor();
  expect(await admin.page.locator('#recovery-codes li').count()).toBe(10);
  await button(admin, 'I have kept them').click();
  await admin.page.waitForURL(`${world.origin}/`);
  const me = await (await admin.page.request.get(`${world.origin}/api/v1/me`)).json();
  expect(me).toMatchObject({ consoleRoles: ['administrator'], session: { isPhishingResistant: true } });
  const again = await browser.somebody();
  expect((await again.page.goto(link))!.status()).toBeGreaterThanOrEqual(400);
  await again.context.close();
});

it('an HR file is read, shown and applied', async () => {
  await uploadAndApply(company, 'people-1.csv', /This file brings/);
  const { total } = await script.api<{ total: { active: number } }>('GET', '/api/v1/people');
  expect(total.active).toBe(company.length + 1);
  await go(admin, '/admin/people');
  await seen(admin, 'Tomás Novák');
  await picture(admin, 'people');
});

it('a SCIM application, a PostgreSQL and a list are connected, and show their accounts at once', async () => {
  await go(admin, '/admin/applications/connect?kind=scim');
  await field(admin, 'Name').fill('Chat');
  await field(admin, 'SCIM address').fill(chat.address);
  await admin.page.getByLabel('Token or password').fill('a-token-of-chat');
  await picture(admin, 'connect-scim');
  await button(admin, 'Connect and read').click();
  await seen(admin, /tied to nobody/);

  const { host, port, user, password } = await testServer();
  await go(admin, '/admin/applications/connect?kind=postgres');
  await field(admin, 'Name').fill('Warehouse');
  await field(admin, 'Host').fill(host);
  await field(admin, 'Our role').fill(user);
  await admin.page.getByText('More settings').click();
  await admin.page.getByLabel('Port').fill(String(port));
  await admin.page.getByLabel('Encryption').selectOption('off');
  await admin.page.getByLabel('Password', { exact: false }).first().fill(password);
  await button(admin, 'Connect and read').click();
  await admin.page.waitForURL(/\/admin\/applications\/[0-9a-f-]{36}/);

  await go(admin, '/admin/applications/connect?kind=manual');
  await field(admin, 'Name').fill('Door badges');
  await field(admin, 'Name of the system').fill('the badge office');
  await button(admin, 'Connect and read').click();
  await admin.page.waitForURL(/\/admin\/applications\/[0-9a-f-]{36}/);
  const { items } = await script.api<{ items: { name: string; applicationId: string }[] }>('GET', '/api/v1/connections');
  await script.api('PUT', `/api/v1/connections/${items.find((one) => one.name === 'Door badges')!.applicationId}/list`, 'Login,Name,Email,Status,Groups\nana.silva@linden.example,Ana Silva,ana.silva@linden.example,active,Front door\nvisitor-7,Visitor card 7,,active,Front door\n');

  await world.quiet();
  await go(admin, '/admin/inventory');
  await seen(admin, 'old-robot');
  await picture(admin, 'inventory');
  const inventory = await script.api<{ applications: number; tiedToNobody: number }>('GET', '/api/v1/inventory');
  expect(inventory.tiedToNobody).toBeGreaterThanOrEqual(2);
});

async function makeRole(name: string, department: string | null, gives: readonly (readonly [application: string, entitlement: string])[]): Promise<void> {
  await go(admin, '/admin/roles/new');
  await field(admin, 'Name').fill(name);
  if (department !== null) {
    await button(admin, 'Add a condition').click();
    const values = admin.page.getByRole('combobox', { name: 'Values: Department' });
    await values.fill(department);
    await values.press('Enter');
  }
  for (const [application, entitlement] of gives) {
    await admin.page.getByLabel('System').selectOption({ label: application });
    const list = admin.page.getByRole('combobox', { name: 'Entitlement' });
    await list.click();
    await list.fill(entitlement);
    await admin.page.getByRole('option', { name: entitlement, exact: true }).click();
  }
  await button(admin, 'Make the role').click();
  await inDialog(admin, 'Make the role').click();
  await admin.page.waitForURL(/\/admin\/roles\/[0-9a-f-]{36}/);
}

it('birthright roles are made, and the systems go live', async () => {
  await makeRole('Everybody', null, [['Chat', 'everyone']]);
  await makeRole('Engineering', 'Engineering', [['Chat', 'engineering'], ['Warehouse', group]]);
  await picture(admin, 'role');
  await makeRole('Sales', 'Sales', [['Chat', 'sales']]);
  await world.quiet();
  for (const name of ['Chat', 'Warehouse']) {
    await go(admin, '/admin/applications');
    await admin.page.getByRole('link', { name: new RegExp(name) }).first().click();
    await button(admin, /^preview/).click();
    await admin.page.getByRole('menuitem', { name: 'Set live' }).click();
    await inDialog(admin, 'Set live').click();
    await button(admin, /^live/).waitFor();
  }
  await expect.poll(() => chat.groupsOf('tomas.novak@linden.example'), { timeout: 20_000 }).toEqual(['engineering', 'everyone']);
  await expect.poll(async () => (await roleOf('omar.haddad'))?.groups, { timeout: 20_000 }).toEqual([group]);
  await picture(admin, 'application-live');
});

it('a joiner comes with the next file, and every system is read back while one looks', async () => {
  await uploadAndApply([...company, mariaAs('Engineer', 'Engineering', 'E002')], 'people-2.csv', /This file brings/);
  const movement = await openMovement('joiner', 'Maria Ivanova');
  mariaId = movement.personId;
  await go(admin, `/admin/movements/${movement.id}`);
  await seen(admin, /confirmed in/);
  await picture(admin, 'movement-joiner');
  expect(chat.account('maria.ivanova@linden.example')).toMatchObject({ active: true });
  expect(chat.groupsOf('maria.ivanova@linden.example')).toEqual(['engineering', 'everyone']);
  expect(await roleOf('maria.ivanova')).toEqual({ rolcanlogin: true, groups: [group] });
  const done = await script.api<Movement>('GET', `/api/v1/movements/${movement.id}`);
  expect(done.board.flatMap((system) => system.steps).map((step) => step.state)).toEqual(done.board.flatMap((system) => system.steps).map(() => 'proven'));
});

it('the new person signs in with an access pass, enrols, keeps the codes, and lands in the portal', async () => {
  await go(admin, `/admin/people/${mariaId}`);
  await button(admin, 'Issue an access pass').click();
  await field(admin, 'Reason').fill('First day');
  await button(admin, 'Issue the pass').click();
  const pass = await admin.page.getByRole('dialog').locator('code').first().innerText();
  await picture(admin, 'access-pass');
  await button(admin, 'Done').click();

  const person = await script.api<PersonAnswer>('GET', `/api/v1/people/${mariaId}`);
  maria = await browser.somebody();
  await go(maria, '/');
  await maria.page.waitForURL(/\/sign-in/);
  await field(maria, 'Username').fill(person.username);
  await button(maria, 'Continue').click();
  await maria.page.getByRole('link', { name: 'Use an access pass' }).click();
  await field(maria, 'Access pass').fill(pass);
  await button(maria, 'Continue').click();
  await maria.page.getByRole('link', { name: 'Use a password and an authenticator app instead' }).click();
  await field(maria, 'New password').fill(mariaKnows.password);
  await picture(maria, 'enrol-password');
  await button(maria, 'Continue').click();
  mariaKnows.totpSecret = (await maria.page.locator('#totp-key').innerText()).replaceAll(' ', '');
  await picture(maria, 'enrol-app');
  await field(maria, 'Six-digit code from your authenticator app').fill(await script.codeOf(mariaKnows));
  await button(maria, 'Continue').click();
  await maria.page.locator('#recovery-codes').waitFor();
  await button(maria, 'I have kept them').click();
  await maria.page.waitForURL(`${world.origin}/`);
  await seen(maria, /Maria/);
  await go(maria, '/access');
  await seen(maria, /birthright/i);
  await picture(maria, 'portal-access');
});

it('another new person does the same with a passkey', async () => {
  const omar = await browser.somebody();
  await giveAuthenticator(omar);
  const [person] = (await script.api<{ items: PersonAnswer[] }>('GET', '/api/v1/people?search=omar')).items;
  const { pass } = await script.api<{ pass: string }>('POST', `/api/v1/people/${person!.id}/access-pass`, { reason: 'new laptop' });
  await go(omar, '/sign-in');
  await field(omar, 'Username').fill(person!.username);
  await button(omar, 'Continue').click();
  await omar.page.getByRole('link', { name: 'Use an access pass' }).click();
  await field(omar, 'Access pass').fill(pass);
  await button(omar, 'Continue').click();
  await button(omar, 'Set up a passkey').click();
  await omar.page.locator('#recovery-codes, #passkey-form[data-passkey=prove]').first().waitFor();
  if ((await omar.page.locator('#recovery-codes').count()) === 0) await button(omar, 'Use a passkey').click();
  await button(omar, 'I have kept them').click();
  await omar.page.waitForURL(`${world.origin}/`);
  // And once more, by the key alone: no name, no password.
  await go(omar, '/sign-out');
  await button(omar, 'Sign out').click();
  await seen(omar, 'You are signed out.');
  await go(omar, '/sign-in');
  // The browser offers the key in the name field, and this one is touched by itself; a click on the button does the same.
  await button(omar, 'Use a passkey').click({ timeout: 2_000 }).catch(() => undefined);
  await omar.page.waitForURL(`${world.origin}/`);
  expect(omar.problems).toEqual([]);
  await omar.context.close();
});

it('an OpenID Connect application signs the person in through Bailiwick', async () => {
  const client = await script.api<{ clientId: string; clientSecret: string }>('POST', '/api/v1/clients', {
    name: 'Expenses', redirectUris: [expenses.redirectUri], postLogoutRedirectUris: [expenses.signedOutUri], homeUri: `${expenses.origin}/`, initiateLoginUri: expenses.initiateUri, backchannelLogoutUri: expenses.backchannelLogoutUri,
  });
  await expenses.connect({ issuer: world.origin, clientId: client.clientId, clientSecret: client.clientSecret });
  await go(maria, '/');
  await picture(maria, 'portal-launcher');
  await maria.page.getByRole('link', { name: /Expenses/ }).first().waitFor();
  await maria.page.goto(expenses.initiateUri);
  await seen(maria, 'Maria Ivanova');
  await picture(maria, 'expenses');
  const [session] = expenses.sessions();
  expect(session!.claims).toMatchObject({ sub: mariaId, amr: expect.arrayContaining(['pwd', 'otp', 'mfa']) as unknown });
  expect(session!.claims.acr).toBeTruthy();
  expect(session!.claims.auth_time).toBeTypeOf('number');
  expect(session!.userinfo).toMatchObject({ sub: mariaId, email: 'maria.ivanova@linden.example' });
  expect(await openid.tokenIntrospection(expenses.configuration(), session!.accessToken)).toMatchObject({ active: true });
});

it('she moves: old birthright goes, new comes, what was given by hand becomes a carry-over', async () => {
  const { items } = await script.api<{ items: EntitlementAnswer[] }>('GET', `/api/v1/entitlements?search=${handGroup}`);
  await script.api('POST', '/api/v1/grants', { personId: mariaId, entitlementId: items[0]!.id, reason: 'closes the year with Finance' });
  await expect.poll(async () => (await roleOf('maria.ivanova'))?.groups, { timeout: 15_000 }).toEqual([group, handGroup].sort());

  await uploadAndApply([...company, mariaAs('Account Executive', 'Sales', 'E003')], 'people-3.csv', /1 mover/);
  const movement = await openMovement('mover', 'Maria Ivanova');
  await go(admin, `/admin/movements/${movement.id}`);
  await seen(admin, /confirmed in/);
  await picture(admin, 'movement-mover');
  expect(chat.groupsOf('maria.ivanova@linden.example')).toEqual(['everyone', 'sales']);
  expect((await roleOf('maria.ivanova'))?.groups).toEqual([handGroup]);
  const access = await script.api<{ items: { entitlementName: string; source: string; expiresAt: string | null }[] }>('GET', `/api/v1/people/${mariaId}/access`);
  expect(access.items.find((grant) => grant.entitlementName === handGroup)).toMatchObject({ source: 'carry-over', expiresAt: expect.any(String) as unknown });
  await go(admin, `/admin/people/${mariaId}`);
  await seen(admin, /carried over/i);
  await picture(admin, 'person');
});

it('she leaves: everything is gone, everywhere, read back and proven', async () => {
  // She is at work: a connection to the database is open, Expenses is open, the portal is open.
  await warehouse.query(`alter role "maria.ivanova" password 'set by the database administrator'`);
  const { host, port } = await testServer();
  const atWork = new pg.Client({ host, port, database: 'postgres', user: 'maria.ivanova', password: 'set by the database administrator' });
  let isThrownOut = false;
  atWork.on('error', () => { isThrownOut = true; });
  await atWork.connect();
  const before = await maria.page.request.get(`${world.origin}/api/v1/me`);
  expect(before.status()).toBe(200);
  const session = expenses.sessions()[0]!;

  await uploadAndApply(company, 'people-4.csv', /1 leaver/);

  await expect.poll(async () => (await maria.page.request.get(`${world.origin}/api/v1/me`)).status(), { timeout: 10_000 }).toBe(401);
  await expect(openid.refreshTokenGrant(expenses.configuration(), session.refreshToken!)).rejects.toMatchObject({ error: 'invalid_grant' });
  expect(await openid.tokenIntrospection(expenses.configuration(), session.accessToken)).toMatchObject({ active: false });
  await expect.poll(() => expenses.logouts().length, { timeout: 15_000 }).toBeGreaterThan(0);
  expect(expenses.sessions()).toEqual([]);

  const movement = await openMovement('leaver', 'Maria Ivanova');
  await go(admin, `/admin/movements/${movement.id}`);
  await seen(admin, /has access nowhere/);
  await seen(admin, 'Time to zero access');
  await picture(admin, 'movement-leaver');
  expect(chat.account('maria.ivanova@linden.example')).toMatchObject({ active: false });
  expect(chat.groupsOf('maria.ivanova@linden.example')).toEqual([]);
  expect(await roleOf('maria.ivanova')).toEqual({ rolcanlogin: false, groups: [] });
  await expect.poll(() => isThrownOut, { timeout: 10_000 }).toBe(true);
  const again = new pg.Client({ host, port, database: 'postgres', user: 'maria.ivanova', password: 'set by the database administrator' });
  again.on('error', () => undefined);
  await expect(again.connect()).rejects.toThrow(/not permitted to log in|password authentication failed/);

  const done = await script.api<Movement>('GET', `/api/v1/movements/${movement.id}`);
  expect(done.state).toBe('done');
  expect(done.timeToZeroMs).toBeGreaterThan(0);
  const steps = done.board.flatMap((system) => system.steps);
  expect(steps.filter((step) => step.applicationId !== null).every((step) => step.state === 'proven' && step.proof !== null)).toBe(true);
  await go(maria, '/');
  await maria.page.waitForURL(/\/sign-in/);
});

it('the audit shows it, is whole, and finds a row that was changed by hand', async () => {
  await go(admin, '/admin/audit');
  await seen(admin, /Maria Ivanova/);
  await picture(admin, 'audit');
  await go(admin, '/admin');
  await seen(admin, 'Time to zero access');
  await picture(admin, 'today');
  expect(admin.problems).toEqual([]);
  expect(maria.problems).toEqual([]);
  await world.quiet();
  await world.app.domains.audit.awaitSealed();
  expect(await world.verifyAudit()).toMatchObject({ isWhole: true });

  // Somebody with the keys of the database server rewrites history.
  const root = new pg.Client({ ...(await testServer()), database: world.connection.database });
  await root.connect();
  await root.query('set session_replication_role = replica');
  const { rows } = await root.query<{ seq: string }>(`update audit.entry set body = replace(body, 'Maria Ivanova', 'Nobody') where seq = (select max(seq) from audit.entry where target_name = 'Maria Ivanova' and outcome = 'allowed') returning seq`);
  await root.end();
  const found = await world.verifyAudit();
  expect(found.isWhole).toBe(false);
  expect(found.lines.join('\n')).toMatch(new RegExp(`\\b${rows[0]!.seq}\\b`));
});
