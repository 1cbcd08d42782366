import type { EnrolmentPolicyAnswer } from '@bailiwick/contract/enrolment';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWorld, type Actor, type World } from '../server/testing/world.ts';
import { giveAuthenticator, openBrowser, picture, type Somebody } from './browser.ts';

/** A drive from both sides: an administrator makes the rule and watches it; somebody is asked, puts it off, has to, and is through. Each test is a chapter. */
let world: World;
let browser: Awaited<ReturnType<typeof openBrowser>>;
let admin: Somebody;
let maria: Actor;
let ivan: Actor;
let policyId = '';

beforeAll(async () => {
  [world, browser] = await Promise.all([openWorld(), openBrowser()]);
  const rita = await world.setUp('rita', 'Rita', 'Boss');
  maria = await world.hire('Maria', 'Silva', { department: 'Engineering', title: 'Engineer' });
  ivan = await world.hire('Ivan', 'Aside', { department: 'Engineering' });
  await world.hire('Nora', 'New', { department: 'Engineering' });
  await world.hire('Olga', 'Elsewhere', { department: 'Sales' });
  for (const who of [maria, ivan]) await world.signIn(who);
  admin = await as(rita);
});
afterAll(async () => {
  await browser?.close();
  await world?.close();
});

async function as(actor: Actor): Promise<Somebody> {
  const who = await browser.somebody();
  await who.context.addCookies([...actor.browser.cookies].map(([name, value]) => ({ name, value, url: world.origin })));
  return who;
}

const heading = ({ page }: Somebody): Promise<string> => page.getByRole('heading', { level: 1 }).innerText();

/** At the sign-in pages, with password and app, up to what comes then. */
async function signIn(who: Somebody, actor: Actor): Promise<void> {
  const { page } = who;
  world.clock.forward(60_000);
  await page.goto(`${world.origin}/sign-in?again=1`);
  await page.getByRole('textbox', { name: 'Username' }).fill(actor.credentials.username);
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
  await page.getByRole('textbox', { name: 'Password' }).fill(actor.credentials.password);
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
  await page.getByRole('textbox', { name: /Six-digit code/ }).fill(await actor.browser.codeOf(actor.credentials));
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
}
async function signOut({ page }: Somebody): Promise<void> {
  await page.goto(`${world.origin}/sign-out`);
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.getByText('You are signed out.').waitFor();
}

it('an administrator makes a rule and sees whom it will ask before it is made', async () => {
  const { page } = admin;
  await page.goto(`${world.origin}/admin/enrolment`);
  // The one that is shipped: administrators first.
  await page.getByRole('link', { name: 'Administrators: phishing-resistant' }).waitFor();
  await picture(admin, 'enrolment-1-list');
  await page.getByRole('link', { name: 'Make a rule' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Engineers: passkeys');
  await page.getByRole('button', { name: 'Add a condition' }).click();
  const values = page.getByRole('combobox', { name: 'Values: Department' }).or(page.getByRole('textbox', { name: 'Values: Department' }));
  await values.fill('Engineering');
  await values.press('Enter');
  const effect = page.getByRole('region', { name: 'What will happen' });
  await effect.getByText('The rule is for 3 people, 0 are ready.').waitFor();
  await effect.getByText('Maria Silva').waitFor();
  expect(await effect.getByText('Olga Elsewhere').count()).toBe(0);
  await picture(admin, 'enrolment-2-editor');
  await page.getByRole('button', { name: 'Make it and switch it on' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('1 person has never signed in and needs an access pass.').waitFor();
  await dialog.getByRole('button', { name: 'Make it and switch it on' }).click();
  await page.getByText('0 of 3', { exact: false }).first().waitFor();
  await page.waitForURL(/\/admin\/enrolment\/[0-9a-f-]{36}$/);
  policyId = new URL(page.url()).pathname.split('/').at(-1)!;
  expect(await heading(admin)).toMatch(/^0 of 3 people in Engineering are ready; it is too early for a forecast; the deadline is /);
  expect(admin.problems).toEqual([]);
});

it('somebody is asked at sign-in, puts it off three times, then has to, sets up a passkey and is through', async () => {
  const who = await browser.somebody();
  const { page } = who;
  for (const said of [/you can put it off 3 more times/, /you can put it off 2 more times/, /you can put it off once more/]) {
    await signIn(who, maria);
    await page.getByText(said).waitFor();
    if (said.source.includes('3')) await picture(who, 'enrolment-3-offer');
    await page.getByRole('button', { name: 'Later' }).click();
    await page.waitForURL(`${world.origin}/`);
    await signOut(who);
  }
  await giveAuthenticator(who);
  await signIn(who, maria);
  await page.getByText(/asks for this at every sign-in now/).waitFor();
  expect(await page.getByRole('button', { name: 'Later' }).count()).toBe(0);
  await picture(who, 'enrolment-4-must');
  await page.getByRole('link', { name: 'I cannot do this here' }).click();
  await page.getByText(/ask your manager or the help desk/).waitFor();
  await picture(who, 'enrolment-5-help');
  await page.getByRole('link', { name: 'Back to setting up' }).click();
  await page.getByRole('button', { name: 'Set up a passkey' }).click();
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await page.waitForURL(`${world.origin}/`);
  await page.goto(`${world.origin}/security`);
  await page.getByRole('heading', { name: 'Passkeys' }).waitFor();
  expect(await page.getByText(/signing in here takes/i).count()).toBe(0);
  expect(who.problems).toEqual([]);
});

it('who is asked and has not done it sees so in My security', async () => {
  await ivan.browser.signOut();
  await ivan.browser.signIn(ivan.credentials);
  const who = await as(ivan);
  await who.page.goto(`${world.origin}/security`);
  await who.page.getByText(/From .* on, signing in here takes a passkey or security key/).waitFor();
  await picture(who, 'enrolment-6-my-security');
  expect(who.problems).toEqual([]);
});

it('the page of the rule names who is ready, what the others lack, and whom an access pass helps', async () => {
  const { page } = admin;
  await page.goto(`${world.origin}/admin/enrolment/${policyId}`);
  await page.getByText('1 of 3', { exact: false }).first().waitFor();
  expect(await heading(admin)).toContain('1 of 3 people in Engineering are ready');
  const row = (name: string) => page.getByRole('row').filter({ hasText: name });
  await row('Maria Silva').getByText('ready', { exact: true }).waitFor();
  await row('Ivan Aside').getByText('a passkey').waitFor();
  expect(await row('Ivan Aside').innerText()).toMatch(/1 \/ 3/);
  await row('Nora New').getByRole('button', { name: 'Issue an access pass' }).waitFor();
  await picture(admin, 'enrolment-7-policy');
  await page.getByRole('textbox', { name: 'Name' }).or(page.getByRole('searchbox', { name: 'Name' })).fill('nora');
  await expect.poll(() => page.getByRole('row').count()).toBe(2);
  await row('Nora New').getByRole('button', { name: 'Issue an access pass' }).click();
  await page.getByRole('dialog').getByRole('textbox').first().waitFor();
  await page.keyboard.press('Escape');
  expect(admin.problems).toEqual([]);
  const { items } = await (await world.script()).api<{ items: EnrolmentPolicyAnswer[] }>('GET', '/api/v1/enrolment-policies');
  expect(items.find((one) => one.id === policyId)!.counts).toMatchObject({ whole: 3, ready: 1, notReady: 1, neverSignedIn: 1 });
});
