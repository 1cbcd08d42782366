import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BreakGlass } from '@bailiwick/contract/break-glass';
import type { Visitor } from '../server/testing/visitor.ts';
import { runJob } from '../server/testing/break-glass.ts';
import { openWorld, type World } from '../server/testing/world.ts';
import { giveAuthenticator, openBrowser, picture, type Somebody } from './browser.ts';

/*
 * Two envelopes, from making them to the day on which one is opened, at a real browser with keys that can be pulled out of one
 * computer and put into another. Each test is a chapter; a chapter needs those before.
 */

type Cdp = Awaited<ReturnType<Somebody['context']['newCDPSession']>>;

/** A USB key with a PIN: what lies on it goes with it. */
interface UsbKey {
  credentials: readonly unknown[];
}

let world: World;
let browser: Awaited<ReturnType<typeof openBrowser>>;
let admin: Somebody;
let script: Visitor;
let adminPort: Cdp;
const keys: readonly UsbKey[] = [{ credentials: [] }, { credentials: [] }];

beforeAll(async () => {
  [world, browser] = await Promise.all([openWorld(), openBrowser()]);
  script = await world.script();
});
afterAll(async () => {
  await browser?.close();
  await world?.close();
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

async function plugIn(port: Cdp, key: UsbKey): Promise<string> {
  const { authenticatorId } = await port.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'usb', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
  for (const credential of key.credentials) await port.send('WebAuthn.addCredential', { authenticatorId, credential: credential as never });
  return authenticatorId;
}
async function pullOut(port: Cdp, key: UsbKey, authenticatorId: string): Promise<void> {
  key.credentials = (await port.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
  await port.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
}

/** At another computer, with the key from the envelope. */
async function signInWithKey(username: string, key: UsbKey): Promise<Somebody> {
  const somebody = await browser.somebody();
  const port = await somebody.context.newCDPSession(somebody.page);
  await port.send('WebAuthn.enable', { enableUI: false });
  const plugged = await plugIn(port, key);
  await go(somebody, '/sign-in?return_to=/admin');
  await field(somebody, 'Username').fill(username);
  await button(somebody, 'Continue').click();
  await button(somebody, 'Use a passkey').click();
  await somebody.page.waitForURL(/\/admin/);
  await pullOut(port, key, plugged);
  return somebody;
}

it('the first administrator finds the page empty, and why it matters', async () => {
  admin = await browser.somebody();
  await giveAuthenticator(admin);
  adminPort = await admin.context.newCDPSession(admin.page);
  await adminPort.send('WebAuthn.enable', { enableUI: false });
  await admin.page.goto((await world.app.setUpLink())!);
  await field(admin, 'First name').fill('Robin');
  await field(admin, 'Last name').fill('Winter');
  await field(admin, 'Work e-mail').fill('robin.winter@linden.example');
  await field(admin, 'Username').fill('robin');
  await button(admin, 'Continue').click();
  await button(admin, 'Set up a passkey').click();
  await admin.page.locator('#recovery-codes, #passkey-form[data-passkey=prove]').first().waitFor();
  if ((await admin.page.locator('#recovery-codes').count()) === 0) await button(admin, 'Use a passkey').click();
  await admin.page.locator('#recovery-codes').waitFor();
  await button(admin, 'I have kept them').click();
  await admin.page.waitForURL(`${world.origin}/`);

  await go(admin, '/admin');
  await admin.page.getByRole('link', { name: 'Break-glass' }).first().click();
  await seen(admin, 'Nobody is locked out for ever');
  await picture(admin, 'break-glass-empty');
});

it('two accounts are made, each with a hardware key that is tested and sealed', async () => {
  const places = [['E-0417', 'safe in the Lisbon office', 'Ana Silva'], ['E-0418', 'bank deposit box in Porto', 'Jonas Lindqvist']] as const;
  for (const [index, [envelope, place, keeper]] of places.entries()) {
    const name = `Break-glass account ${index + 1}`;
    await button(admin, 'Make an account').first().click();
    await inDialog(admin, 'Make an account').click();
    await seen(admin, name);
    const plugged = await plugIn(adminPort, keys[index]!);
    await button(admin, `Register a key: ${name}`).click();
    await field(admin, 'Name on the key').fill(index === 0 ? 'Blue key' : 'Red key');
    await inDialog(admin, 'Register a key').click();
    await button(admin, `Test the key: ${name}`).click();
    await inDialog(admin, 'Test the key').click();
    await button(admin, `Seal it: ${name}`).click();
    await field(admin, 'Number of the envelope').fill(envelope);
    await field(admin, 'Kept at').fill(place);
    await field(admin, 'Kept by').fill(keeper);
    if (index === 0) await picture(admin, 'break-glass-seal');
    await inDialog(admin, 'Seal it').click();
    await button(admin, `Start a drill: ${name}`).waitFor();
    await pullOut(adminPort, keys[index]!, plugged);
    expect(keys[index]!.credentials).toHaveLength(1);
  }
  // This house has no mail server: said, with what to do, and nothing else is found.
  await seen(admin, /2 sealed accounts, no drill yet, 1 thing to put right/);
  await seen(admin, /the alarm would reach nobody by mail/i);
  await picture(admin, 'break-glass-sealed');
});

it('a drill: the key from the envelope signs in at another computer, the page notices, and it is told as a drill', async () => {
  await button(admin, 'Start a drill: Break-glass account 1').click();
  await inDialog(admin, 'Start a drill').click();
  await seen(admin, /Fetch envelope E-0417/);
  await picture(admin, 'break-glass-drill');
  const driller = await signInWithKey('break-glass-1', keys[0]!);
  await seen(admin, /drill, .* from start to sign-in/);
  await expect.poll(async () => (await driller.page.request.get(`${world.origin}/api/v1/me`)).status()).toBe(401);
  await seen(driller, 'The key works. This was a drill');
  await picture(driller, 'break-glass-drill-done');
  await driller.context.close();
  await button(admin, 'Seal it: Break-glass account 1').click();
  await field(admin, 'Number of the envelope').fill('E-0419');
  await inDialog(admin, 'Seal it').click();
  await seen(admin, /2 sealed accounts, last drill/);
  const { items } = await script.api<{ items: { recipient: string; subject: string }[] }>('GET', '/api/v1/mail');
  expect(items.filter((mail) => mail.subject.includes('Drill')).map((mail) => mail.recipient)).toEqual(['robin.winter@linden.example']);
});

it('a use: red on Today at once, a sign over every page, a mail, and gone only when somebody says why', async () => {
  await go(admin, '/admin');
  await seen(admin, 'What needs a person now');
  const emergency = await signInWithKey('break-glass-2', keys[1]!);
  await seen(emergency, 'You are signed in with a break-glass account.');
  await picture(emergency, 'break-glass-in-use');
  // It has its keys and nothing else, and is offered nothing else.
  await go(emergency, '/security');
  await seen(emergency, 'A break-glass account signs in by the key from its envelope, and by nothing else.');
  for (const name of ['Set a password', 'Connect an app', 'Make new codes', 'Add a passkey']) expect(await button(emergency, name).count(), name).toBe(0);
  expect(await emergency.page.title()).toMatch(/^My security · (?!Bailiwick)/);
  await seen(admin, 'A break-glass account was used, and nobody has said why');
  await picture(admin, 'break-glass-today');
  await admin.page.getByRole('link', { name: /Settle it: A break-glass account was used/ }).click();
  await seen(admin, 'A break-glass account was used, and nobody has said why.');
  await picture(admin, 'break-glass-used');
  await button(admin, 'Say why: Break-glass account 2').click();
  await field(admin, 'Reason').fill('Passkeys were refused after the update');
  await inDialog(admin, 'Say why').click();
  await seen(admin, 'Passkeys were refused after the update (Robin Winter)');
  const state = await (await admin.page.request.get(`${world.origin}/api/v1/break-glass`)).json() as BreakGlass;
  expect(state.accounts.map((account) => account.state)).toEqual(['sealed', 'opened']);
  const { items } = await script.api<{ items: { recipient: string; subject: string }[] }>('GET', '/api/v1/mail');
  expect(items.filter((mail) => mail.subject.includes('ALARM')).map((mail) => mail.recipient)).toEqual(['robin.winter@linden.example']);
  await go(admin, '/admin');
  await seen(admin, 'break-glass account lies open');
  expect(await admin.page.getByText('nobody has said why').count()).toBe(0);
  expect([...admin.problems, ...emergency.problems]).toEqual([]);
  await emergency.context.close();
});

it('HR lets the last administrator go: the departure is held, and the page of the person says so', async () => {
  const { person } = (await (await admin.page.request.get(`${world.origin}/api/v1/me`)).json()) as { person: { id: string } };
  await script.api('PATCH', `/api/v1/people/${person.id}`, { endDate: '2020-01-01', startDate: '2019-01-01' });
  await runJob(world, 'lifecycle.follow-calendar');
  await go(admin, `/admin/people/${person.id}`);
  await seen(admin, 'Robin Winter is the last administrator who can sign in, so this departure waits.');
  await picture(admin, 'person-departure-held');
  expect(admin.problems).toEqual([]);
});
