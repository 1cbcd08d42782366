import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startExpenses, type Expenses } from '../server/demo/expenses.ts';
import { openWorld, type Actor, type World } from '../server/testing/world.ts';
import { openBrowser, picture, type Look, type Somebody } from './browser.ts';

/*
 * Push approval with two real browsers: one is the laptop, the other the telephone, and between them are only Maria's eyes and
 * her fingers. The telephone never has a session.
 */

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let world: World;
let browser: Awaited<ReturnType<typeof openBrowser>>;
let expenses: Expenses;
let maria: Actor;
let laptop: Somebody;
let phone: Somebody;

beforeAll(async () => {
  [world, browser, expenses] = await Promise.all([openWorld(), openBrowser(), startExpenses({ scope: 'openid profile email' })]);
  maria = await world.setUp();
  // This is about the telephone: nobody is asked for a passkey after it.
  for (const policy of (await maria.browser.api<{ items: { id: string }[] }>('GET', '/api/v1/enrolment-policies')).items) await maria.browser.api('POST', `/api/v1/enrolment-policies/${policy.id}/turn`, { state: 'draft' });
  const client = await maria.browser.api<{ clientId: string; clientSecret: string }>('POST', '/api/v1/clients', { name: 'Expenses', redirectUris: [expenses.redirectUri], postLogoutRedirectUris: [expenses.signedOutUri], homeUri: `${expenses.origin}/`, initiateLoginUri: expenses.initiateUri, backchannelLogoutUri: expenses.backchannelLogoutUri });
  await expenses.connect({ issuer: world.origin, clientId: client.clientId, clientSecret: client.clientSecret });
  laptop = await browser.somebody();
  phone = await browser.somebody({ isPhone: true });
  await laptop.context.addCookies([...maria.browser.cookies].map(([name, value]) => ({ name, value, url: world.origin })));
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([world?.close(), expenses?.close()]);
});

const button = (who: Somebody, name: string) => who.page.getByRole('button', { name, exact: true });
async function faultsOf(who: Somebody): Promise<string[]> {
  await who.page.evaluate(axe);
  return who.page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: { run(context: unknown, options: unknown): Promise<{ violations: { id: string; help: string; nodes: { html: string }[] }[] }> } }).axe.run(document, { resultTypes: ['violations'] });
    const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    return [...violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`), ...(wide > 1 ? [`${wide} px wider than the screen`] : [])];
  });
}

async function upToThePassword(who: Somebody, path = '/sign-in'): Promise<void> {
  await who.page.goto(path.startsWith('http') ? path : world.origin + path);
  await who.page.getByRole('textbox', { name: 'Username' }).fill(maria.credentials.username);
  await button(who, 'Continue').click();
  await who.page.getByRole('textbox', { name: 'Password' }).fill(maria.credentials.password);
  await button(who, 'Continue').click();
}
async function upToTheDigits(who: Somebody, path = '/sign-in'): Promise<string> {
  await upToThePassword(who, path);
  await button(who, 'Ask my telephone').click();
  await who.page.locator('#push-digits').waitFor();
  return (await who.page.locator('#push-digits').innerText()).replace(/\s/g, '');
}
const prompt = () => phone.page.locator('.push-prompt');
async function typeOnThePhone(digits: string): Promise<void> {
  await prompt().first().waitFor();
  await phone.page.getByRole('textbox', { name: /six digits/ }).first().fill(digits);
  await button(phone, 'Approve').first().click();
}
const meOf = async (who: Somebody): Promise<{ status: number; session?: { assuranceLevel: number; methods: string[] } }> => {
  const reply = await who.page.request.get(`${world.origin}/api/v1/me`);
  return { status: reply.status(), ...(reply.ok() ? ((await reply.json()) as object) : {}) };
};

it('Maria pairs her telephone by the link that My security shows', async () => {
  await laptop.page.goto(`${world.origin}/security`);
  await button(laptop, 'Pair a telephone').click();
  const link = await laptop.page.getByRole('dialog').locator('code').innerText();
  expect(link).toMatch(/\/push\/pair#[\w-]{43}$/);
  expect(await faultsOf(laptop)).toEqual([]);
  await picture(laptop, 'push-pairing');
  await phone.page.goto(link);
  await phone.page.getByText('Maria Silva').waitFor();
  await picture(phone, 'push-pair');
  expect(await faultsOf(phone)).toEqual([]);
  await phone.page.getByRole('textbox', { name: /call this device/ }).fill('Pocket telephone');
  await button(phone, 'Pair').click();
  await phone.page.getByText('This device is paired.').waitFor();
  expect(new URL(phone.page.url()).hash, 'the link does not stay in the history').toBe('');
  await laptop.page.getByRole('dialog').waitFor({ state: 'detached' });
  await laptop.page.getByText('Pocket telephone', { exact: true }).waitFor();
  await picture(laptop, 'push-paired');
  await phone.page.getByRole('link', { name: 'Open the app' }).click();
  await phone.page.getByText('Nothing waits.').waitFor();
  await picture(phone, 'push-idle');
  expect(await faultsOf(phone)).toEqual([]);
});

it('the key cannot be taken out of the telephone\'s browser', async () => {
  const taken = await phone.page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve) => {
      const asked = indexedDB.open('bailiwick-push', 1);
      asked.onsuccess = () => resolve(asked.result);
    });
    const [pairing, ...more] = await new Promise<{ key: CryptoKey }[]>((resolve) => {
      const asked = database.transaction('pairing').objectStore('pairing').getAll() as IDBRequest<{ key: CryptoKey }[]>;
      asked.onsuccess = () => resolve(asked.result);
    });
    database.close();
    const out = await Promise.all((['pkcs8', 'jwk', 'raw'] as const).map((format) => crypto.subtle.exportKey(format as 'jwk', pairing!.key).then(() => 'exported', (error: Error) => error.name)));
    return { isExtractable: pairing!.key.extractable, out, more: more.length };
  });
  expect(taken).toEqual({ isExtractable: false, out: ['InvalidAccessError', 'InvalidAccessError', 'InvalidAccessError'], more: 0 });
  expect(await phone.context.cookies(world.origin).then((cookies) => cookies.map((one) => one.name).filter((name) => name !== 'bailiwick-form'))).toEqual([]);
});

it('password and six digits on the telephone end in level 2 with `mca`; the telephone says which application asks, and the application hears the same', async () => {
  await laptop.context.clearCookies();
  const digits = await upToTheDigits(laptop, expenses.initiateUri);
  expect(await faultsOf(laptop)).toEqual([]);
  await picture(laptop, 'push-digits');
  await prompt().getByText('Expenses').waitFor();
  expect(await prompt().innerText()).not.toContain(digits);
  await picture(phone, 'push-prompt');
  expect(await faultsOf(phone)).toEqual([]);
  await typeOnThePhone(digits);
  await phone.page.getByText('Approved.').waitFor();
  // The laptop goes on by itself, through the consent to the application.
  await laptop.page.waitForURL((url) => url.origin === expenses.origin || url.pathname.startsWith('/oauth2/interaction'));
  const agree = laptop.page.getByRole('button', { name: /agree|allow|continue/i });
  if (!laptop.page.url().startsWith(expenses.origin)) await agree.first().click();
  await expect.poll(() => expenses.sessions()[0]?.claims, { timeout: 20_000 }).toMatchObject({ acr: 'urn:bailiwick:aal2', amr: ['pwd', 'mca', 'mfa'] });
  expect(await meOf(laptop)).toMatchObject({ status: 200, session: { assuranceLevel: 2, methods: ['pwd', 'mca', 'mfa'], isPhishingResistant: false } });
});

it('wrong digits are told in words, on the telephone; the right ones still count', async () => {
  const other = await browser.somebody();
  const digits = await upToTheDigits(other);
  await prompt().first().waitFor();
  await typeOnThePhone(digits === '000000' ? '000001' : '000000');
  await phone.page.getByText('These are not the digits.').waitFor();
  await typeOnThePhone(digits);
  await other.page.waitForURL(`${world.origin}/`);
  await other.context.close();
});

it('without script on the laptop, the button goes on', async () => {
  const other = await browser.somebody({ hasScript: false });
  const digits = await upToTheDigits(other);
  await button(other, 'I have typed them').click();
  await other.page.getByText('Not answered yet.').waitFor();
  await picture(other, 'push-not-yet');
  await typeOnThePhone(digits);
  await phone.page.getByText('Approved.').waitFor();
  await button(other, 'I have typed them').click();
  expect(await meOf(other)).toMatchObject({ status: 200, session: { methods: ['pwd', 'mca', 'mfa'] } });
  await other.context.close();
});

it('"this was not me" on the telephone throws the stranger out, and Maria\'s own sessions with it', async () => {
  const stranger = await browser.somebody();
  await upToTheDigits(stranger);
  await prompt().first().waitFor();
  await button(phone, 'This was not me').click();
  await picture(phone, 'push-not-me');
  expect(await faultsOf(phone)).toEqual([]);
  await button(phone, 'End everything').click();
  await phone.page.getByText('Every session of your account has ended.').waitFor();
  expect((await meOf(laptop)).status).toBe(401);
  await stranger.page.getByText(/took too long|Username/).first().waitFor();
  expect((await meOf(stranger)).status).toBe(401);
  await stranger.context.close();
});

it('three that she does not allow switch it off; My security says why, and switches it on again after a sign-in with the app', async () => {
  const stranger = await browser.somebody();
  // The one of just before, that was not her, counts too.
  for (let asked = 0; asked < 2; asked += 1) {
    await stranger.context.clearCookies();
    await upToTheDigits(stranger);
    await prompt().first().waitFor();
    await button(phone, 'Do not allow').first().click();
    await phone.page.getByText('Not allowed.').waitFor();
    if (asked === 0) await stranger.page.getByText('It was not allowed on the telephone.').waitFor();
  }
  await stranger.page.getByText('Your telephone is asked no more').waitFor();
  await picture(stranger, 'push-off-sign-in');
  expect(await faultsOf(stranger)).toEqual([]);
  await stranger.context.clearCookies();
  await upToThePassword(stranger);
  await stranger.page.getByRole('textbox', { name: /code/i }).waitFor();
  await stranger.context.close();
  await phone.page.getByText(/Switched off after three questions/).waitFor();
  await picture(phone, 'push-off-phone');
  expect(await faultsOf(phone)).toEqual([]);
  await maria.browser.signIn(maria.credentials);
  await laptop.context.clearCookies();
  await laptop.context.addCookies([...maria.browser.cookies].map(([name, value]) => ({ name, value, url: world.origin })));
  await laptop.page.goto(`${world.origin}/security`);
  await laptop.page.getByText('Switched off: three questions in a row').waitFor();
  await picture(laptop, 'push-off');
  expect(await faultsOf(laptop)).toEqual([]);
  await laptop.page.goto(`${world.origin}/admin/people/${maria.id}?tab=signIns`);
  await laptop.page.getByText('1 telephone, switched off', { exact: true }).waitFor();
  await picture(laptop, 'push-person');
  await laptop.page.goto(`${world.origin}/security`);
  await button(laptop, 'Switch on again').click();
  await laptop.page.getByRole('dialog').getByRole('button', { name: 'Switch on again' }).click();
  await laptop.page.getByText('Push approval is on again.').waitFor();
  await phone.page.getByText('Nothing waits.').waitFor();
  await phone.page.getByText(/Switched off after three questions/).waitFor({ state: 'hidden' });
});

it('a device that is not paired says what to do; so does a link that is used', async () => {
  for (const look of [{}, { isDark: true }, { isPhone: true }] satisfies Look[]) {
    const nobody = await browser.somebody(look);
    await nobody.page.goto(`${world.origin}/push`);
    await nobody.page.getByText('This device is not paired yet.').waitFor();
    await picture(nobody, `push-unpaired-${JSON.stringify(look).replace(/\W/g, '')}`);
    expect(await faultsOf(nobody)).toEqual([]);
    await nobody.page.getByRole('textbox').fill('https://elsewhere.example/');
    await button(nobody, 'Continue').click();
    await nobody.page.getByText('This is not a pairing link.').waitFor();
    await nobody.page.getByRole('textbox').fill(`${world.origin}/push/pair#${'A'.repeat(43)}`);
    await button(nobody, 'Continue').click();
    await nobody.page.getByText('This link is used or too old.').waitFor();
    expect(await faultsOf(nobody)).toEqual([]);
    expect(nobody.problems).toEqual([]);
    await nobody.context.close();
  }
});

it('nothing of it broke the content security policy or threw', () => {
  expect([...laptop.problems, ...phone.problems]).toEqual([]);
});
