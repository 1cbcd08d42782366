import { afterAll, beforeAll, expect, it } from 'vitest';
import { credentialsOf } from '../server/testing/visitor.ts';
import { openWorld, type Actor, type World } from '../server/testing/world.ts';
import { openBrowser, type Somebody } from './browser.ts';

/** Scripts off, as careful people and broken networks have it: signing in works all the same. Only passkeys need one. */
let world: World;
let browser: Awaited<ReturnType<typeof openBrowser>>;
let who: Somebody;
const robin = credentialsOf('robin', 'a clock that counts only rain');

beforeAll(async () => {
  [world, browser] = await Promise.all([openWorld(), openBrowser()]);
  who = await browser.somebody({ hasScript: false });
});
afterAll(async () => {
  await browser?.close();
  await world?.close();
});

const field = (name: string | RegExp) => who.page.getByRole('textbox', { name });
const next = () => who.page.getByRole('button', { name: 'Continue', exact: true }).click();
const way = (name: string | RegExp) => who.page.getByRole('link', { name }).click();
const isSignedIn = async (): Promise<boolean> => (await who.page.request.get(`${world.origin}/api/v1/me`)).status() === 200;

async function enrol(): Promise<void> {
  await way('Use a password and an authenticator app instead');
  await field('New password').fill(robin.password);
  await next();
  robin.totpSecret = (await who.page.locator('#totp-key').innerText()).replaceAll(' ', '');
  await field(/Six-digit code/).fill(await world.newVisitor().codeOf(robin));
  await next();
  robin.recoveryCodes = await who.page.locator('#recovery-codes li').allInnerTexts();
  expect(robin.recoveryCodes).toHaveLength(10);
  await who.page.getByRole('button', { name: 'I have kept them' }).click();
}

async function signOut(): Promise<void> {
  await who.page.goto(`${world.origin}/sign-out`);
  await who.page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await who.page.getByText('You are signed out.').waitFor();
  expect(await isSignedIn()).toBe(false);
}

it('the first administrator sets up a password and an app', async () => {
  await who.page.goto((await world.app.setUpLink())!);
  await field('First name').fill('Robin');
  await field('Last name').fill('Winter');
  await field('Work e-mail').fill('robin@linden.example');
  await field('Username').fill('robin');
  await next();
  await enrol();
  expect(await isSignedIn()).toBe(true);
  await signOut();
});

it('a wrong password is told in words, and the right one goes on', async () => {
  world.clock.forward(60_000);
  await who.page.goto(`${world.origin}/sign-in`);
  await field('Username').fill('robin');
  await next();
  await field('Password').fill('not this one at all');
  await next();
  expect(await who.page.getByRole('alert').innerText()).toMatch(/not right/);
  world.clock.forward(60_000);
  await field('Password').fill(robin.password);
  await next();
  await field(/Six-digit code/).fill(await world.newVisitor().codeOf(robin));
  await next();
  // Administrators are asked for a passkey, and may put it off.
  await who.page.getByRole('button', { name: 'Later' }).click();
  expect(await isSignedIn()).toBe(true);
  await signOut();
});

it('where everything but a recovery code and the password is lost, the way back needs no script either', async () => {
  world.clock.forward(60_000);
  await who.page.goto(`${world.origin}/sign-in`);
  await field('Username').fill('robin');
  await next();
  await field('Password').fill(robin.password);
  await next();
  await way('Use a recovery code');
  await field('Recovery code').fill(robin.recoveryCodes[3]!);
  await next();
  await who.page.getByRole('button', { name: 'I have kept them' }).click();
  await who.page.getByRole('button', { name: 'Later' }).click();
  expect(await isSignedIn()).toBe(true);
});

it('a passkey page says that it needs a script, and offers another way', async () => {
  await signOut();
  const ana: Actor = await world.hire('Ana', 'Silva');
  const script = await world.script();
  const { pass, signInUrl } = await script.api<{ pass: string; signInUrl: string }>('POST', `/api/v1/people/${ana.id}/access-pass`, { reason: 'first day' });
  await who.page.goto(signInUrl);
  await field('Username').fill(ana.credentials.username);
  await next();
  // No way to look for: the printed link leads there.
  await field('Access pass').fill(pass);
  await next();
  await who.page.getByText(/needs scripts/).waitFor();
  expect(await who.page.getByRole('link', { name: 'Use a password and an authenticator app instead' }).isVisible()).toBe(true);
});
