import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorld, type Actor, type World } from '../server/testing/world.ts';
import { openBrowser, picture, type Look, type Somebody } from './browser.ts';

/*
 * The face of the house: every screen before one is in, in each language, light and dark, wide and narrow, with script and
 * without. On none of them does axe find anything, break the policy, or need sideways scrolling.
 */

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const looks: readonly (readonly [language: string, hasScript: boolean, look: Look])[] = [
  ['en', true, { locale: 'en-GB', width: 1440 }],
  ['de', false, { locale: 'de-DE', isPhone: true, isDark: true }],
  ['fr', true, { locale: 'fr-FR', isPhone: true }],
  ['es', false, { locale: 'es-ES', width: 1440, isDark: true }],
];

let world: World;
let browser: Awaited<ReturnType<typeof openBrowser>>;
let admin: Actor;
const faults: string[] = [];

beforeAll(async () => {
  [world, browser] = await Promise.all([openWorld(), openBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await world?.close();
});

async function examine(who: Somebody, language: string, name: string): Promise<void> {
  const { page } = who;
  await page.locator('h1').first().waitFor();
  await page.evaluate(axe);
  const found = await page.evaluate(() => ({ language: document.documentElement.lang, overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth }));
  const here = `${name} (${language})`;
  if (found.language !== language) faults.push(`${here}: speaks ${found.language}`);
  if (found.overflow > 1) faults.push(`${here}: ${found.overflow} px wider than the screen`);
  const violations = await page.evaluate(async () => {
    const { violations: all } = await (globalThis as unknown as { axe: { run(context: unknown, options: unknown): Promise<{ violations: { id: string; help: string; nodes: { html: string; any: { message: string }[] }[] }[] }> } }).axe.run(document, { resultTypes: ['violations'] });
    return all.map((one) => `${one.id}: ${one.help}: ${one.nodes.slice(0, 2).map((node) => `${node.html.slice(0, 120)} (${node.any[0]?.message ?? ''})`).join(' | ')}`);
  });
  faults.push(...violations.map((one) => `${here}: ${one}`), ...who.problems.splice(0).map((one) => `${here}: ${one}`));
  await picture(who, `face-${language}-${name}`);
}

describe.each(looks)('in the language "%s" (with our script: %s)', (language, hasScript, look) => {
  it('every screen', async () => {
    const who = await browser.somebody(look);
    // The examiner is a script itself, so where there is to be none only ours is taken away; without-script.spec.ts switches off all.
    if (!hasScript) await who.context.route('**/assets/sign-in-*.js', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
    const { page } = who;
    const go = (path: string) => page.goto(world.origin + path);
    const look_ = (name: string) => examine(who, language, name);
    const send = async (fields: Readonly<Record<string, string>>): Promise<void> => {
      for (const [name, value] of Object.entries(fields)) await page.locator(`input[name="${name}"]:not([type=hidden]):not([hidden])`).fill(value);
      await page.locator('form:not([hidden]) button[type=submit]').first().click();
      await page.waitForLoadState();
    };

    // Before there is an administrator; the first of the languages makes one.
    const link = await world.app.setUpLink();
    if (link) {
      await page.goto(link);
      await look_('set-up');
      await send({ given_name: '', email: 'not an address' });
      await look_('set-up-errors');
      admin = await world.setUp('rita', 'Rita', 'Boss');
    }
    await go('/set-up?token=used');
    await look_('set-up-used');

    const person = await world.hire('Maria', `Silva-${language}`);
    const { username } = person.credentials;
    const script = await world.script();
    const { pass } = await script.api<{ pass: string }>('POST', `/api/v1/people/${person.id}/access-pass`, { reason: 'first day' });

    await go('/sign-in');
    await look_('sign-in');
    await send({ username: '' });
    await look_('sign-in-missing');
    await send({ username });
    await look_('password');
    await send({ password: 'not this one' });
    await look_('password-wrong');
    await go('/sign-in?with=passkey');
    await look_('passkey');
    await go('/sign-in?with=access-pass');
    await look_('access-pass');
    await send({ code: 'AAAAA-AAAAA' });
    await look_('access-pass-wrong');
    await send({ code: pass });
    await look_('enrol-passkey');
    await go('/enrol?with=new-password');
    await look_('enrol-password');
    await send({ password: 'short' });
    await look_('enrol-password-short');
    await send({ password: person.credentials.password });
    await go('/enrol?with=new-totp');
    await look_('enrol-app');
    await send({ code: '000000' });
    await look_('enrol-app-wrong');
    person.credentials.totpSecret = (await page.locator('#totp-key').innerText()).replaceAll(' ', '');
    await send({ code: await world.newVisitor().codeOf(person.credentials) });
    await page.locator('#recovery-codes').waitFor();
    await look_('codes');
    expect(await page.locator('.languages').count(), 'no link leads back to what is shown once').toBe(0);
    await send({});
    await page.waitForURL(world.origin + '/');

    await go('/sign-in?step_up=phishing_resistant');
    await look_('step-up');
    await go('/sign-out');
    await look_('sign-out');
    await send({});
    await look_('signed-out');

    await go('/sign-in');
    await send({ username });
    await send({ password: person.credentials.password });
    await look_('code');
    await send({ code: '111111' });
    await look_('code-wrong');
    await go('/sign-in?with=recovery-code');
    await look_('recovery-code');

    await go('/recover');
    await look_('recover');
    await send({ username });
    await look_('recover-code');
    await send({ code: '3-AAAA-AAAA-AAAA-AAAA' });
    await look_('recover-code-wrong');

    await go('/not-me?token=none');
    await look_('not-me');
    await send({});
    await look_('not-me-used');
    await go('/nowhere');
    await look_('nowhere');

    expect(faults.splice(0)).toEqual([]);
    await who.context.close();
  });
});

it('without script the language can be switched on the way, the way goes on, and the browser remembers', async () => {
  const who = await browser.somebody({ hasScript: false });
  const { page } = who;
  await page.goto(`${world.origin}/sign-in?return_to=/security`);
  await page.getByRole('link', { name: 'Deutsch' }).click();
  expect(page.url()).toBe(`${world.origin}/sign-in?return_to=/security`);
  await page.getByRole('textbox', { name: 'Benutzername' }).fill('rita');
  await page.getByRole('button', { name: 'Weiter' }).click();
  await page.getByRole('link', { name: 'Français' }).click();
  await page.getByText('Connexion en tant que rita').waitFor();
  await page.getByRole('link', { name: 'Utiliser un laissez-passer' }).click();
  await page.getByRole('link', { name: 'Español' }).click();
  expect(page.url()).toContain('with=access-pass');
  await page.getByRole('heading', { name: 'Usar un pase de acceso' }).waitFor();
  expect((await who.context.cookies()).filter((one) => one.name.includes('language')).map((one) => [one.value, one.httpOnly])).toEqual([['es', true]]);
  await page.goto(`${world.origin}/nowhere`);
  expect(await page.locator('html').getAttribute('lang')).toBe('es');
  expect(who.problems).toEqual([]);
  await who.context.close();
});

it('a link from elsewhere does not change the language, and leads nowhere else (open redirect)', async () => {
  const asked = (path: string, headers: Record<string, string>) => fetch(world.address + path, { redirect: 'manual', headers });
  expect((await asked('/language/de', { 'sec-fetch-site': 'cross-site' })).status).toBe(404);
  expect((await asked('/language/xx', {})).status).toBe(404);
  expect((await asked('/language/__proto__', {})).status).toBe(404);
  for (const referer of ['https://evil.example/', `${world.origin}//evil.example/`, `${world.origin}.evil.example/`, 'nonsense', `${world.origin}/language/de`]) expect((await asked('/language/de', { referer })).headers.get('location'), referer).toBe('/sign-in');
});

// ASVS 6.2.6, 6.2.7
it('a password is hidden until one asks to see it, can be pasted, and stores know what the fields are for', async () => {
  const who = await browser.somebody();
  const { page } = who;
  await page.goto(`${world.origin}/sign-in`);
  const name = page.getByRole('textbox', { name: 'Username' });
  expect(await name.getAttribute('autocomplete')).toBe('username webauthn');
  await name.fill('rita');
  await page.keyboard.press('Enter');
  const password = page.locator('#password');
  await password.waitFor();
  expect([await password.getAttribute('type'), await password.getAttribute('autocomplete')]).toEqual(['password', 'current-password']);
  expect(await page.locator('input[name=username]').getAttribute('autocomplete')).toBe('username');
  await page.evaluate(() => {
    const field = document.getElementById('password') as HTMLInputElement;
    field.focus();
    document.execCommand('insertText', false, 'from a password store');
  });
  expect(await password.inputValue()).toBe('from a password store');
  await page.getByRole('button', { name: 'Show' }).click();
  expect(await password.getAttribute('type')).toBe('text');
  await page.getByRole('button', { name: 'Hide' }).click();
  expect(await password.getAttribute('type')).toBe('password');
  await who.context.close();
});

it('an administrator sees a colour before others do, and then everybody does', async () => {
  const who = await browser.somebody({ width: 1440 });
  const { page } = who;
  await who.context.addCookies([...admin.browser.cookies].map(([name, value]) => ({ name, value, url: world.origin })));
  await page.goto(`${world.origin}/admin/settings?tab=look`);
  await page.getByRole('textbox', { name: 'Colour', exact: true }).fill('#ffd400');
  await expect.poll(() => page.locator('figure span').first().evaluate((one) => getComputedStyle(one).backgroundColor), { timeout: 20_000 }).toBe('rgb(255, 212, 0)');
  await page.setInputFiles('input[type=file]', { name: 'logo.svg', mimeType: 'image/svg+xml', buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40"><circle cx="20" cy="20" r="16" fill="#ffd400"/><path d="M44 8h72v24h-72z" fill="#222"/></svg>') });
  await page.getByRole('button', { name: 'Show the name instead' }).waitFor();
  await page.getByRole('button', { name: 'Use this colour' }).click();
  await expect.poll(() => page.getByRole('button', { name: 'Use this colour' }).isDisabled(), { timeout: 20_000 }).toBe(true);
  await picture(who, 'face-look');
  expect(who.problems).toEqual([]);

  for (const isDark of [false, true]) {
    const stranger = await browser.somebody({ isDark });
    await stranger.page.goto(`${world.origin}/sign-in`);
    expect(await stranger.page.getByRole('button', { name: 'Continue' }).evaluate((one) => getComputedStyle(one).backgroundColor)).toBe('rgb(255, 212, 0)');
    expect(await stranger.page.getByRole('img', { name: 'Linden' }).evaluate((one: HTMLImageElement) => one.complete && one.naturalWidth > 0)).toBe(true);
    await examine(stranger, 'en', `branded-${isDark ? 'dark' : 'light'}`);
    await stranger.context.close();
  }

  // Inside, the same logo and the name stand at the head of the portal.
  for (const [look, options] of [['light', { width: 1440, isDark: false }], ['dark', { isDark: true }], ['phone', { isPhone: true, isDark: false }], ['phone-dark', { isPhone: true, isDark: true }]] as const) {
    const inside = await browser.somebody(options);
    await inside.context.addCookies([...admin.browser.cookies].map(([name, value]) => ({ name, value, url: world.origin })));
    await inside.page.goto(world.origin);
    const home = inside.page.getByRole('banner').getByRole('link', { name: 'Linden', exact: true });
    await home.waitFor();
    expect(await home.getByText('Linden').isVisible(), look).toBe(true);
    await expect.poll(() => home.locator('img').evaluate((one: HTMLImageElement) => one.complete && one.naturalWidth > 0), { message: look }).toBe(true);
    // A logo is made for paper: in the dark it keeps some white around it.
    if (options.isDark) expect(await home.locator('img').evaluate((one) => getComputedStyle(one).backgroundColor), look).toBe('rgb(255, 255, 255)');
    await examine(inside, 'en', `branded-portal-${look}`);
    expect(inside.problems, look).toEqual([]);
    await inside.context.close();
  }
  expect(faults.splice(0)).toEqual([]);
  await who.context.close();
});

it('how long signing in takes is shown by what people sign in with', async () => {
  const who = await browser.somebody({ width: 1440 });
  await who.context.addCookies([...admin.browser.cookies].map(([name, value]) => ({ name, value, url: world.origin })));
  await admin.browser.signOut();
  world.clock.forward(60_000);
  await admin.browser.signIn(admin.credentials);
  await who.context.addCookies([...admin.browser.cookies].map(([name, value]) => ({ name, value, url: world.origin })));
  await who.page.goto(`${world.origin}/admin/settings?tab=sign-in`);
  const line = who.page.getByRole('listitem').filter({ hasText: 'password + app' });
  await line.waitFor();
  expect(await line.innerText()).toMatch(/\d s[\s\S]*1 sign-in, nine of ten within/);
  await picture(who, 'face-times');
  expect(who.problems).toEqual([]);
  await who.context.close();
});
