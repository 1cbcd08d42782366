import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PersonAnswer } from '@bailiwick/contract/directory';
import type { MovementSummary } from '@bailiwick/contract/lifecycle';
import { startScimServer, type ScimServer } from '../server/demo/scim-server.ts';
import { openWorld, type Actor, type World } from '../server/testing/world.ts';
import { openBrowser, picture, type Look, type Somebody } from './browser.ts';

/*
 * Every page, as people with different eyes, hands and screens meet it: axe-core finds nothing, nothing breaks the content
 * security policy, the keyboard gets to the content, and 390 pixels are enough.
 */

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let world: World;
let scim: ScimServer;
let browser: Awaited<ReturnType<typeof openBrowser>>;
let admin: Actor;
let manager: Actor;
let leaverMovement = '';
let chatId = '';
let roleId = '';
let importId = '';
let policyId = '';
let drillId = '';

beforeAll(async () => {
  [world, browser, scim] = await Promise.all([openWorld(), openBrowser(), startScimServer({ names: ['chat'], token: 'a-token-of-chat' })]);
  const chat = scim.application('chat');
  chat.addGroup('everyone');
  chat.addAccount({ userName: 'old-robot' });
  chat.addAccount({ userName: 'priya.raman@linden.example', email: 'priya.raman@linden.example' });
  admin = await world.setUp();
  const { api } = admin.browser;
  const rows = ['Employee ID,First Name,Last Name,Work Email,Job Title,Department,Manager ID,Hire Date', 'E1,Jonas,Lindqvist,jonas.lindqvist@linden.example,Head of Sales,Sales,,2019-04-15', 'E2,Priya,Raman,priya.raman@linden.example,Assistant,Sales,E1,2021-02-28', 'E3,Omar,Haddad,omar.haddad@linden.example,Assistant,Sales,E1,2022-02-28'];
  const { id } = await api<{ id: string }>('POST', '/api/v1/hr-imports?fileName=people.csv', rows.join('\n'));
  importId = id;
  await api('POST', `/api/v1/hr-imports/${id}/apply`, {});
  const made = await api<{ applicationId: string }>('POST', '/api/v1/connections', { name: 'Chat', kind: 'scim', settings: { address: chat.address }, secrets: { token: 'a-token-of-chat' }, loginFrom: 'email' });
  chatId = made.applicationId;
  await world.quiet();
  const { items } = await api<{ items: { id: string; name: string }[] }>('GET', `/api/v1/applications/${chatId}/entitlements`);
  roleId = (await api<{ id: string }>('POST', '/api/v1/roles', { name: 'Everybody', rule: { all: [] }, entitlementIds: items.map((one) => one.id) })).id;
  await api('PATCH', `/api/v1/connections/${chatId}`, { mode: 'live' });
  await world.quiet();
  const omar = await world.person('omar');
  await api('POST', `/api/v1/people/${omar.id}/leave`, { reason: 'left' });
  await world.quiet();
  leaverMovement = (await api<{ items: MovementSummary[] }>('GET', '/api/v1/movements?kind=leaver')).items[0]!.id;
  policyId = (await api<{ items: { id: string }[] }>('GET', '/api/v1/enrolment-policies')).items[0]!.id;
  manager = await world.person('jonas');
  drillId = (await api<{ id: string }>('POST', '/api/v1/recovery-drills', { name: 'Spring drill', personIds: [manager.id], endsAt: new Date(world.clock.now().getTime() + 5 * 86_400_000).toISOString() })).id;
  await world.signIn(manager);
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([world?.close(), scim?.close()]);
});

/** A browser that holds the session of somebody who signed in through the forms. */
async function as(actor: Actor | null, look: Look = {}): Promise<Somebody> {
  const who = await browser.somebody(look);
  if (actor) await who.context.addCookies([...actor.browser.cookies].map(([name, value]) => ({ name, value, url: world.origin })));
  return who;
}

async function faultsOf({ page }: Somebody): Promise<string[]> {
  // Through the debugger: the page's own policy lets no script in, and must not.
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: { run(context: unknown, options: unknown): Promise<{ violations: { id: string; help: string; nodes: { html: string; any: { message: string }[] }[] }[] }> } }).axe.run(document, { resultTypes: ['violations'] });
    return violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} (${node.any[0]?.message ?? ''})`).join(' | ')}`);
  });
}

/** Loaded: the heading is there and nothing is on its way. */
async function open({ page }: Somebody, path: string): Promise<void> {
  await page.goto(world.origin + path);
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page.waitForFunction(() => document.querySelector('[aria-busy=true]') === null, undefined, { timeout: 10_000 }).catch(() => undefined);
  await page.waitForTimeout(150);
}

const adminPages = (): readonly string[] => ['/admin', '/admin/people', `/admin/people/${manager.id}`, '/admin/movements', `/admin/movements/${leaverMovement}`, '/admin/inventory', '/admin/applications', '/admin/applications/connect', '/admin/applications/connect?kind=postgres', `/admin/applications/${chatId}`, '/admin/roles', '/admin/roles/new', `/admin/roles/${roleId}`, '/admin/enrolment', `/admin/enrolment/${policyId}`, '/admin/enrolment/new/change', '/admin/recovery', '/admin/recovery?tab=drills', '/admin/recovery?tab=settings', `/admin/recovery/drills/${drillId}`, '/admin/hr-feed', `/admin/hr-feed/${importId}`, '/admin/audit', '/admin/settings', '/admin/settings?tab=security-keys'];
const portalPages = ['/', '/access', '/security', '/sessions', '/team', '/recover/practise'];

async function examine(who: Somebody, paths: readonly string[], look: string): Promise<string[]> {
  const faults: string[] = [];
  for (const path of paths) {
    await open(who, path);
    faults.push(...(await faultsOf(who)).map((fault) => `${path} (${look}): ${fault}`));
    // At 390 pixels nothing may need sideways scrolling (WCAG 1.4.10).
    const overflow = await who.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (overflow > 1) faults.push(`${path} (${look}): ${overflow} px wider than the screen`);
    if (who.problems.length > 0) faults.push(...who.problems.splice(0).map((problem) => `${path} (${look}): ${problem}`));
    await picture(who, `page-${look}${path.replace(/[/?=]+/g, '-').replace(/[0-9a-f-]{36}/, 'one')}`);
  }
  return faults;
}

const looks: readonly (readonly [string, Look])[] = [['light', {}], ['dark', { isDark: true }], ['phone', { isPhone: true }]];

it('the examination itself sees what is wrong', async () => {
  const who = await as(null);
  await open(who, '/sign-in');
  await who.page.evaluate(() => {
    document.body.insertAdjacentHTML('beforeend', '<button></button><p style="width:3000px">wide</p>');
  });
  expect((await faultsOf(who)).join()).toContain('button-name');
  expect(who.problems.join()).toMatch(/Content Security Policy/i);
  await who.context.close();
});

describe.each(looks)('in the look "%s"', (name, look) => {
  it('the pages before signing in', async () => {
    const who = await as(null, look);
    expect(await examine(who, ['/sign-in', '/recover', '/set-up?token=none', '/nowhere'], name)).toEqual([]);
    await who.context.close();
  });
  it('the console', async () => {
    const who = await as(admin, look);
    expect(await examine(who, adminPages(), name)).toEqual([]);
    await who.context.close();
  }, 120_000);
  it('the portal', async () => {
    const who = await as(manager, look);
    expect(await examine(who, portalPages, name)).toEqual([]);
    await who.context.close();
  });
});

it('on a small laptop a list has room for what stands in it, or becomes cards', async () => {
  const who = await as(admin, { width: 1024 });
  const cut: string[] = [];
  for (const path of ['/admin/people', '/admin/movements', '/admin/inventory', '/admin/applications', '/admin/roles', '/admin/hr-feed', '/admin/audit']) {
    await open(who, path);
    const texts = await who.page.evaluate(() => [...document.querySelectorAll('[role=cell], [role=cell] *')].filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).textOverflow === 'ellipsis').map((one) => (one as HTMLElement).innerText));
    cut.push(...texts.map((text) => `${path}: ${text}`));
  }
  expect(cut).toEqual([]);
  await who.context.close();
});

// On the narrowest screen, where a long word shows; German has the longest.
describe.each([['de-DE', true], ['fr-FR', false], ['es-ES', false]] as const)('in the language "%s", on a telephone', (locale, hasConsole) => {
  it('what the person sees, and nothing of it in English', async () => {
    const who = await as(manager, { locale, isPhone: true });
    const { page } = who;
    expect(await examine(who, portalPages, locale)).toEqual([]);
    for (const path of portalPages) {
      await open(who, path);
      expect(await page.locator('html').getAttribute('lang')).toBe(locale.slice(0, 2));
      expect(await page.locator('body').innerText(), path).not.toMatch(/\b(the|your|you|and|of|with|on)\b/i);
    }
    await who.context.close();
  });
  it.runIf(hasConsole)('the console', async () => {
    const who = await as(admin, { locale, isPhone: true });
    expect(await examine(who, adminPages(), locale)).toEqual([]);
    await who.context.close();
  }, 120_000);
});

it('the language is chosen in the menu of one\'s own name, and stays', async () => {
  const who = await as(manager);
  const { page } = who;
  await open(who, '/sessions');
  await page.getByRole('button', { name: /Signed in as/ }).click();
  await page.getByRole('menuitem', { name: 'Français' }).click();
  await page.locator('html[lang=fr]').waitFor();
  expect(new URL(page.url()).pathname).toBe('/sessions');
  await open(who, '/access');
  expect(await page.locator('html').getAttribute('lang')).toBe('fr');
  await who.context.close();
});

it('behind the tabs', async () => {
  const who = await as(admin);
  const tabs = (path: string, ...names: string[]): string[] => names.map((name) => `${path}?tab=${name}`);
  const paths = [
    ...tabs(`/admin/people/${manager.id}`, 'accounts', 'signIns', 'movements', 'details', 'audit'),
    ...tabs(`/admin/applications/${chatId}`, 'accounts', 'entitlements', 'signIn', 'settings'),
    ...tabs('/admin/settings', 'administrators', 'sign-in', 'certificates', 'look', 'movements', 'hr-feed', 'tokens', 'clients', 'mail', 'about'),
    ...tabs(`/admin/hr-feed/${importId}`, 'problems', 'mapping'),
    ...tabs('/admin/inventory', 'all', 'drift'),
  ];
  expect(await examine(who, paths, 'tab')).toEqual([]);
  await who.context.close();
}, 120_000);

describe('the settings, by question', () => {
  const parts = ['administrators', 'sign-in', 'security-keys', 'certificates', 'look', 'hr-feed', 'movements', 'tokens', 'clients', 'mail', 'about'];

  it('on a phone every part is readable, and the list of parts opens, leads and closes', async () => {
    const who = await as(admin, { isPhone: true });
    expect(await examine(who, parts.map((part) => `/admin/settings?tab=${part}`), 'phone')).toEqual([]);
    await open(who, '/admin/settings?tab=sign-in');
    const button = who.page.getByRole('button', { name: 'Settings: What holds for everybody' });
    const link = who.page.getByRole('navigation', { name: 'Settings', exact: true }).getByRole('link', { name: 'Certificates' });
    expect([await button.getAttribute('aria-expanded'), await link.isVisible()]).toEqual(['false', false]);
    await button.press('Enter');
    await link.waitFor();
    expect(await faultsOf(who)).toEqual([]);
    await picture(who, 'settings-list-phone');
    await who.page.keyboard.press('Escape');
    expect([await link.isVisible(), await button.evaluate((one) => one === document.activeElement)]).toEqual([false, true]);
    await button.press('Enter');
    await link.click();
    await who.page.waitForURL(/tab=certificates$/);
    const after = who.page.getByRole('button', { name: 'Settings: Certificates' });
    await after.waitFor();
    expect(await after.evaluate((one) => one === document.activeElement), 'the focus is not lost with the list').toBe(true);
    expect(who.problems).toEqual([]);
    await who.context.close();
  }, 120_000);

  it('on a wide screen the list stands beside; old addresses lead, going back goes back, and what nobody knows opens the first', async () => {
    const who = await as(admin);
    const current = async (): Promise<string> => (await who.page.getByRole('navigation', { name: 'Settings', exact: true }).locator('[aria-current=page]').allInnerTexts()).join();
    for (const [path, part] of [['/admin/settings', 'Who may use this console'], ['/admin/settings?tab=tokens', 'API tokens'], ['/admin/settings?tab=nonsense', 'Who may use this console']] as const) {
      await open(who, path);
      expect(await current(), path).toBe(part);
    }
    await who.page.getByRole('link', { name: 'Security keys' }).press('Enter');
    await who.page.getByRole('heading', { level: 1, name: 'How do people sign in?' }).waitFor();
    expect([await current(), await who.page.title()]).toEqual(['Security keys', 'Security keys · Bailiwick']);
    await who.page.goBack();
    await expect.poll(current).toBe('Who may use this console');
    await who.context.close();
  });

  it('each part is found by its name and by its question', async () => {
    const who = await as(admin);
    await open(who, '/admin');
    await who.page.keyboard.press('Control+k');
    await who.page.getByRole('dialog').waitFor();
    await who.page.keyboard.type('people sign in');
    for (const name of [/^What holds for everybody/, /^Certificates/, /^Look of the sign-in pages/]) await who.page.getByRole('option', { name }).waitFor();
    await picture(who, 'settings-palette');
    await who.page.getByRole('option', { name: /^Security keys/ }).click();
    await who.page.waitForURL(/settings\?tab=security-keys$/);
    expect(who.problems).toEqual([]);
    await who.context.close();
  });
});

it('in the dialogs', async () => {
  const who = await as(admin, { isDark: true });
  const [priya] = (await admin.browser.api<{ items: PersonAnswer[] }>('GET', '/api/v1/people?search=priya')).items;
  const dialogs: readonly (readonly [path: string, button: string])[] = [
    [`/admin/people/${priya!.id}`, 'Issue an access pass'],
    [`/admin/people/${priya!.id}`, 'Has left'],
    [`/admin/people/${priya!.id}`, 'Give access'],
    ['/admin/people', 'Add a person'],
    [`/admin/applications/${chatId}`, 'Test it now'],
    [`/admin/roles/${roleId}`, 'Remove the role'],
    ['/security', 'Change the password'],
    ['/security', 'Make new codes'],
  ];
  const faults: string[] = [];
  for (const [path, name] of dialogs) {
    await open(who, path);
    await who.page.getByRole('button', { name, exact: true }).first().click();
    await who.page.getByRole('dialog').waitFor();
    await who.page.waitForTimeout(300);
    faults.push(...(await faultsOf(who)).map((fault) => `${path}, ${name}: ${fault}`), ...who.problems.splice(0).map((problem) => `${path}, ${name}: ${problem}`));
    await picture(who, `dialog-${name.replaceAll(' ', '-')}`);
  }
  expect(faults).toEqual([]);
  await who.context.close();
}, 120_000);

describe('with the keyboard alone', () => {
  const focused = ({ page }: Somebody): Promise<string> =>
    page.evaluate(() => {
      const one = document.activeElement as HTMLElement | null;
      return one === null || one === document.body ? 'nothing' : `${one.tagName.toLowerCase()} ${one.getAttribute('aria-label') ?? one.innerText.trim()}`.trim();
    });

  it('the first Tab offers to skip to the content, and Enter does it', async () => {
    const who = await as(admin);
    await open(who, '/admin/people');
    await who.page.keyboard.press('Tab');
    expect(await focused(who)).toBe('a Skip to the content');
    await who.page.keyboard.press('Enter');
    await who.page.keyboard.press('Tab');
    expect(await who.page.evaluate(() => document.querySelector('main')?.contains(document.activeElement))).toBe(true);
    await who.context.close();
  });

  it('somebody is found, opened, and the main action is reached', async () => {
    const who = await as(admin);
    await open(who, '/admin');
    await who.page.keyboard.press('Control+k');
    await who.page.getByRole('dialog').waitFor();
    await who.page.keyboard.type('priya');
    await who.page.getByRole('option', { name: /Priya Raman/ }).first().waitFor();
    // Down to the person, past whatever else fits.
    for (let presses = 0; presses < 8; presses += 1) {
      if (await who.page.getByRole('option', { selected: true, name: /Priya Raman/ }).count()) break;
      await who.page.keyboard.press('ArrowDown');
    }
    await who.page.keyboard.press('Enter');
    await who.page.getByRole('heading', { level: 1, name: /Priya Raman/ }).waitFor();
    for (let presses = 0; presses < 40 && !(await focused(who)).includes('Issue an access pass'); presses += 1) await who.page.keyboard.press('Tab');
    expect(await focused(who)).toContain('Issue an access pass');
    await who.page.keyboard.press('Enter');
    await who.page.getByRole('dialog').waitFor();
    await who.page.keyboard.press('Escape');
    await who.page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect.poll(() => focused(who)).toContain('Issue an access pass');
    expect(who.problems).toEqual([]);
    await who.context.close();
  });

  it('a sign-in needs no mouse', async () => {
    const who = await as(null);
    const [person] = (await admin.browser.api<{ items: PersonAnswer[] }>('GET', '/api/v1/people?search=jonas')).items;
    await who.page.goto(`${world.origin}/sign-in`);
    await expect.poll(() => focused(who)).toContain('input');
    await who.page.keyboard.type(person!.username);
    await who.page.keyboard.press('Enter');
    await who.page.getByRole('textbox', { name: 'Password' }).waitFor();
    await who.page.keyboard.type(manager.credentials.password);
    await who.page.keyboard.press('Enter');
    await who.page.getByRole('textbox', { name: /code/i }).waitFor();
    await who.page.keyboard.type(await manager.browser.codeOf(manager.credentials));
    await who.page.keyboard.press('Enter');
    await who.page.waitForURL(`${world.origin}/`);
    await who.context.close();
  });
});

it('what a page loads from elsewhere: nothing', async () => {
  const who = await as(admin);
  const strangers: string[] = [];
  who.page.on('request', (request) => {
    if (!request.url().startsWith(world.origin) && !request.url().startsWith('data:')) strangers.push(request.url());
  });
  for (const path of ['/admin', '/', '/admin/audit']) await open(who, path);
  expect(strangers).toEqual([]);
  await who.context.close();
});
