import { afterAll, beforeAll, expect, it } from 'vitest';
import { mailBox, type MailBox } from '../server/testing/mail-box.ts';
import { credentialsOf } from '../server/testing/visitor.ts';
import { openWorld, type Actor, type World } from '../server/testing/world.ts';
import { openBrowser, picture, type Look, type Somebody } from './browser.ts';

/*
 * Somebody names an address, practises, loses everything, and comes back with a saved and a mailed code; an administrator sees
 * who could and who stalled; the help desk resets somebody else, and it takes two. Each test is a chapter.
 */
let world: World;
let browser: Awaited<ReturnType<typeof openBrowser>>;
let mails: MailBox;
let rita: Actor;
let olga: Actor;
let ivan: Actor;
let hugo: Actor;
let helga: Actor;

beforeAll(async () => {
  [world, browser] = await Promise.all([openWorld(), openBrowser()]);
  mails = mailBox(world);
  rita = await world.setUp('rita', 'Rita', 'Boss');
  [olga, ivan, hugo, helga] = [await world.hire('Olga', 'Lindqvist', { department: 'Sales', privateEmail: 'olga@private.example' }), await world.hire('Ivan', 'Petrov', { department: 'Sales' }), await world.hire('Hugo', 'Helper'), await world.hire('Helga', 'Helper')];
  for (const actor of [olga, ivan, hugo, helga]) await world.signIn(actor);
  const script = await world.script();
  for (const helper of [hugo, helga]) await script.api('POST', '/api/v1/console-roles', { personId: helper.id, role: 'help_desk', reason: 'for the test' });
});
afterAll(async () => {
  await browser?.close();
  await world?.close();
});

/** A browser that holds the session of somebody who signed in through the forms. */
async function as(actor: Actor | null, look: Look = {}): Promise<Somebody> {
  const who = await browser.somebody(look);
  if (actor) await who.context.addCookies([...actor.browser.cookies].map(([name, value]) => ({ name, value, url: world.origin })));
  return who;
}
const go = (who: Somebody, path: string) => who.page.goto(world.origin + path);
const button = (who: Somebody, name: string | RegExp) => who.page.getByRole('button', { name, exact: typeof name === 'string' });
const inDialog = (who: Somebody, name: string | RegExp) => who.page.getByRole('dialog').getByRole('button', { name, exact: typeof name === 'string' });
/** The page asks for it only once it is on its way. */
async function enterMailedCode(who: Somebody, address: string): Promise<void> {
  const field = who.page.getByRole('textbox', { name: 'Code from the mail' });
  await field.waitFor();
  await field.fill(await mails.codeTo(address));
}
const seen = (who: Somebody, text: string | RegExp) => who.page.getByText(text).first().waitFor();

it('My security says whether one could get back in, and a named address is confirmed by the code that is mailed there', async () => {
  const who = await as(olga);
  await go(who, '/security');
  await seen(who, 'with a saved code and your password');
  await picture(who, 'recovery-card-before');
  await button(who, 'Add an address').click();
  await who.page.getByRole('textbox', { name: 'E-mail address' }).fill('olga@home.example');
  await picture(who, 'recovery-add-address');
  await inDialog(who, 'Mail the code').click();
  // A refusal and then the right code: what said no is taken away again, and the page stands.
  await who.page.getByRole('textbox', { name: 'Code from the mail' }).fill('00000000');
  await inDialog(who, 'Confirm').click();
  await who.page.getByRole('alert').getByText('The code is not right or too old').waitFor();
  await enterMailedCode(who, 'olga@home.example');
  await inDialog(who, 'Confirm').click();
  await seen(who, 'with a saved code and a mailed code');
  await seen(who, /named by you · confirmed/);
  await picture(who, 'recovery-card-after');
  expect(who.problems).toEqual([]);
  await who.context.close();
  for (const [name, look] of [['dark', { isDark: true }], ['phone', { isPhone: true }]] as const) {
    const other = await as(olga, look);
    await go(other, '/security');
    await seen(other, 'with a saved code and a mailed code');
    await picture(other, `recovery-card-${name}`);
    await other.context.close();
  }
});

it('an administrator has a department practise, and people find the task in their portal', async () => {
  const who = await as(rita);
  await go(who, '/admin/recovery?tab=drills');
  await seen(who, 'No drill yet');
  await picture(who, 'drills-empty');
  await button(who, 'Start a drill').click();
  await who.page.getByRole('textbox', { name: 'Name' }).fill('Spring drill');
  await who.page.getByRole('combobox', { name: 'Or a whole department' }).selectOption('Sales');
  await seen(who, '2 people chosen');
  await picture(who, 'drill-start');
  await inDialog(who, 'Start a drill').click();
  await who.page.getByRole('link', { name: 'Spring drill' }).waitFor();
  expect(who.problems).toEqual([]);
  await who.context.close();
  const portal = await as(olga);
  await go(portal, '/');
  await portal.page.getByRole('link', { name: 'Begin' }).waitFor();
  await picture(portal, 'drill-task');
  await portal.context.close();
});

it('practising needs no script, shows what works, and uses nothing up', async () => {
  const who = await as(olga, { hasScript: false });
  await go(who, '/recover/practise');
  await picture(who, 'practise-begin');
  await button(who, 'Begin').click();
  await who.page.getByRole('textbox', { name: 'Recovery code' }).fill(olga.credentials.recoveryCodes[4]!);
  await picture(who, 'practise-saved');
  await button(who, 'Continue').click();
  await button(who, 'Mail me a code').click();
  await enterMailedCode(who, 'olga@home.example');
  await picture(who, 'practise-mailed');
  await button(who, 'Continue').click();
  await button(who, 'I have signed in there').click();
  await seen(who, /No new sign-in on another device/);
  await picture(who, 'practise-device');
  await button(who, 'I have no other device').click();
  await seen(who, 'You could get back in by yourself.');
  await picture(who, 'practise-end');
  await who.context.close();
  const ivans = await as(ivan, { hasScript: false, isPhone: true, isDark: true });
  await go(ivans, '/recover/practise');
  await button(ivans, 'Begin').click();
  await picture(ivans, 'practise-saved-phone-dark');
  await ivans.context.close();
});

it('the drill page shows who is able, and where the others stall', async () => {
  world.clock.forward(11 * 60_000);
  for (const [name, look] of [['light', {}], ['dark', { isDark: true }], ['phone', { isPhone: true }]] as const) {
    const who = await as(rita, look);
    await go(who, '/admin/recovery?tab=drills');
    await seen(who, 'Spring drill');
    await picture(who, `drills-${name}`);
    if (name === 'light') await who.page.getByRole('link', { name: 'Spring drill' }).click();
    else await go(who, `/admin/recovery/drills/${(await rita.browser.api<{ items: { id: string }[] }>('GET', '/api/v1/recovery-drills')).items[0]!.id}`);
    await who.page.getByRole('heading', { level: 1, name: /^1 of 2 people could get back in, 1 has trouble/ }).waitFor();
    await seen(who, /saved code: open/);
    await picture(who, `drill-${name}`);
    expect(who.problems).toEqual([]);
    await who.context.close();
  }
});

it('everything is lost: with a saved code and a mailed code the person binds a new password and app, and is in', async () => {
  const who = await as(null, { hasScript: false });
  await go(who, '/sign-in');
  await who.page.getByRole('link', { name: 'Lost your way in?' }).click();
  await who.page.getByRole('textbox', { name: 'Username' }).fill(olga.credentials.username);
  await button(who, 'Continue').click();
  await picture(who, 'recover-first');
  await who.page.getByRole('textbox', { name: 'Recovery code' }).fill(olga.credentials.recoveryCodes[4]!);
  await button(who, 'Continue').click();
  await who.page.getByRole('link', { name: 'Have a code mailed' }).click();
  await picture(who, 'recover-mail');
  await button(who, 'Mail me a code').click();
  await seen(who, /If there is a confirmed address, a code is on its way/);
  await enterMailedCode(who, 'olga@home.example');
  await picture(who, 'recover-mailed');
  await button(who, 'Continue').click();
  await who.page.getByRole('link', { name: 'Use a password and an authenticator app instead' }).click();
  await who.page.getByRole('textbox', { name: 'New password' }).fill('nine paper boats at noon');
  await button(who, 'Continue').click();
  const fresh = credentialsOf(olga.credentials.username, 'nine paper boats at noon', (await who.page.locator('#totp-key').innerText()).replaceAll(' ', ''));
  await who.page.getByRole('textbox', { name: /Six-digit code/ }).fill(await world.newVisitor().codeOf(fresh));
  await button(who, 'Continue').click();
  expect(await who.page.locator('#recovery-codes li').allInnerTexts(), 'the used one is replaced').toEqual([expect.stringMatching(/^4-/)]);
  await button(who, 'I have kept them').click();
  await who.page.waitForURL(`${world.origin}/`);
  expect(await (await who.page.request.get(`${world.origin}/api/v1/me`)).json()).toMatchObject({ session: { assuranceLevel: 2 } });
  for (const to of ['olga.lindqvist@linden.example', 'olga@private.example', 'olga@home.example']) expect(await mails.subjectsTo(to)).toContain('Linden: Your account was recovered');
  await who.context.close();
});

it('the help desk resets somebody else: one asks, another approves, the first is shown the pass', async () => {
  for (const helper of [hugo, helga]) {
    helper.browser.cookies.clear();
    await world.signIn(helper);
  }
  const first = await as(hugo);
  await go(first, `/admin/people/${ivan.id}`);
  await button(first, 'Reset sign-in').click();
  await first.page.getByRole('textbox', { name: 'Why' }).fill('Lost the telephone and the saved codes');
  await first.page.getByRole('textbox', { name: 'How you made sure that it is this person' }).fill('Called back on the number that HR has');
  await picture(first, 'reset-ask');
  await inDialog(first, 'Ask for the reset').click();
  await seen(first, /^Asked\./);
  await go(first, '/admin/recovery');
  await button(first, 'Take back').waitFor();
  expect(await button(first, 'Approve').count(), 'not one\'s own').toBe(0);

  const second = await as(helga);
  await go(second, '/admin/recovery');
  await second.page.getByRole('heading', { level: 1, name: /1 reset waits/ }).waitFor();
  await picture(second, 'resets');
  await button(second, 'Approve').click();
  await picture(second, 'reset-approve');
  await inDialog(second, 'Approve').click();
  await seen(second, /can take the pass now/);
  await go(first, '/admin/recovery');
  await button(first, 'Take the pass').click();
  await inDialog(first, 'Take the pass').click();
  await seen(first, 'The pass is shown this one time.');
  await picture(first, 'reset-pass');
  await inDialog(first, 'Done').click();
  await seen(first, 'No request');
  for (const who of [first, second]) expect(who.problems).toEqual([]);
  const phone = await as(helga, { isPhone: true, isDark: true });
  await go(phone, '/admin/recovery?state=all');
  await seen(phone, 'Ivan Petrov');
  await picture(phone, 'resets-phone-dark');
  const rules = await as(rita);
  await go(rules, '/admin/recovery?tab=settings');
  await seen(rules, 'A help desk needs a second person to reset somebody');
  await picture(rules, 'recovery-rules');
});
