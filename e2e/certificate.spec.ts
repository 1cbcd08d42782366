import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeList, makeParty, makeRequest, type Party } from '../server/testing/certificate-chain.ts';
import { freePort, openWorld, type Actor, type World } from '../server/testing/world.ts';
import { openBrowser, picture, type Look, type Somebody } from './browser.ts';

/* With a card: a real browser that holds a client certificate, the real TLS listener at its own port, and back. */

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let world: World;
let browser: Awaited<ReturnType<typeof openBrowser>>;
let folder: string;
let door: string;
let root: Party;
let admin: Actor;
let priya: Actor;

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'bailiwick-card-'));
  const port = await freePort();
  door = `https://localhost:${port}`;
  const server = await makeParty({ name: 'localhost', by: null, extendedUsages: ['1.3.6.1.5.5.7.3.1'] });
  writeFileSync(path.join(folder, 'key.pem'), server.keyPem);
  writeFileSync(path.join(folder, 'certificate.pem'), server.pem);
  [world, browser, root] = await Promise.all([
    openWorld({ settings: { BAILIWICK_CERTIFICATE_PORT: String(port), BAILIWICK_CERTIFICATE_TLS_KEY_FILE: path.join(folder, 'key.pem'), BAILIWICK_CERTIFICATE_TLS_CERTIFICATE_FILE: path.join(folder, 'certificate.pem') } }),
    openBrowser(),
    makeParty({ name: 'Linden Card Root', by: null, isAuthority: true }),
  ]);
  admin = await world.setUp();
  priya = await world.hire('Priya', 'Raman');
  await world.hire('Omar', 'Haddad');
  await world.signIn(priya);
  await admin.browser.api('POST', '/api/v1/certificate-issuers', { name: 'Staff cards', certificate: root.pem, namesBy: 'email', isUserVerified: true, isHardwareBound: true, revocation: 'crl' });
  const { items } = await admin.browser.api<{ items: { id: string }[] }>('GET', '/api/v1/certificate-issuers');
  await admin.browser.api('PUT', `/api/v1/certificate-issuers/${items[0]!.id}/revocation-list`, new Uint8Array(await makeList(root, [])));
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await world?.close();
  rmSync(folder, { recursive: true, force: true });
});

const withCard = async (wish: Partial<Parameters<typeof makeParty>[0]> = {}, look: Look = {}): Promise<Somebody> => {
  const card = await makeParty({ name: 'Priya Raman', by: root, email: 'priya.raman@linden.example', ...wish });
  return browser.somebody({ ...look, certificate: { origin: door, cert: Buffer.from(card.pem), key: Buffer.from(card.keyPem) } });
};
const sessionOf = ({ page }: Somebody) => page.evaluate(async () => ((await (await fetch('/api/v1/me')).json()) as { session: object; person: { displayName: string } }));

it('Priya puts her card in and presses one button: level 3, sc, phr', async () => {
  const somebody = await withCard();
  const { page } = somebody;
  await page.goto(`${world.origin}/sign-in`);
  await picture(somebody, 'certificate-sign-in');
  await page.getByRole('button', { name: 'Use a certificate' }).click();
  await page.waitForURL(`${world.origin}/`);
  expect(await sessionOf(somebody)).toMatchObject({ person: { displayName: 'Priya Raman' }, session: { assuranceLevel: 3, methods: ['sc', 'user', 'mfa', 'phr'], isPhishingResistant: true } });
  await page.goto(`${world.origin}/security`);
  await page.getByText('Staff cards').waitFor();
  await picture(somebody, 'certificate-my-security');
  expect(somebody.problems).toEqual([]);
  await somebody.context.close();
});

it('the same without script; and a card that expired is told so, with the other ways beside it', async () => {
  const plain = await withCard({}, { hasScript: false });
  await plain.page.goto(`${world.origin}/sign-in`);
  await plain.page.getByRole('button', { name: 'Use a certificate' }).click();
  await plain.page.waitForURL(`${world.origin}/`);
  expect((await plain.context.cookies()).some((cookie) => cookie.name === 'bailiwick')).toBe(true);
  await plain.context.close();
  const old = await withCard({ notBefore: new Date(Date.now() - 9e6), notAfter: new Date(Date.now() - 60_000) }, { isPhone: true });
  await old.page.goto(`${world.origin}/sign-in`);
  await old.page.getByRole('button', { name: 'Use a certificate' }).click();
  await old.page.getByText('This certificate has expired.').waitFor();
  expect(await old.page.getByLabel('Username').isVisible()).toBe(true);
  await picture(old, 'certificate-expired-phone');
  await old.context.close();
});

it('an administrator makes an authority, issues from a request, and revokes: the pages hold in every look', async () => {
  const somebody = await browser.somebody();
  const { page } = somebody;
  await somebody.context.addCookies([...admin.browser.cookies].map(([name, value]) => ({ name, value, url: world.origin })));
  await page.goto(`${world.origin}/admin/settings?tab=certificates`);
  await page.getByRole('button', { name: 'Make an authority' }).click();
  await page.getByLabel('Its name').fill('Linden devices');
  await page.getByRole('dialog').getByRole('button', { name: 'Make an authority' }).click();
  await page.getByText('Linden devices is made.').waitFor();
  await page.getByRole('button', { name: 'Issue a certificate' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Person').fill('Omar');
  await page.getByRole('option', { name: /Omar Haddad/ }).click();
  await dialog.getByLabel('What it is for').fill('Laptop 17');
  await dialog.getByLabel('Certificate request').fill((await makeRequest('laptop')).pem);
  await picture(somebody, 'certificate-issue');
  await dialog.getByRole('button', { name: 'Issue a certificate' }).click();
  await page.getByText('-----BEGIN CERTIFICATE-----').waitFor();
  await picture(somebody, 'certificate-issued');
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
  await page.getByText('Laptop 17').waitFor();
  await page.getByRole('button', { name: 'More: Laptop 17' }).click();
  await page.getByRole('menuitem', { name: 'Renew' }).click();
  await page.getByRole('switch', { name: 'The device cannot make a request' }).click();
  await picture(somebody, 'certificate-renew');
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    (async () => {
      await page.getByRole('dialog').getByRole('button', { name: 'Renew' }).click();
      await page.getByText('Password of the file').waitFor();
      await picture(somebody, 'certificate-key-store');
      await page.getByRole('button', { name: 'Download the file' }).click();
    })(),
  ]);
  expect(file.suggestedFilename()).toBe('certificate.p12');
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
  await page.getByRole('button', { name: 'More: Laptop 17' }).last().click();
  await page.getByRole('menuitem', { name: 'Revoke' }).click();
  await picture(somebody, 'certificate-revoke');
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByText('ended: lost, stolen or copied').waitFor();
  await page.getByRole('button', { name: 'List an authority' }).click();
  await page.getByLabel('Certificate of the authority').fill((await makeParty({ name: 'Partner cards', by: null, isAuthority: true })).pem);
  await page.getByRole('button', { name: 'Look at it' }).click();
  await page.getByLabel('What you call it').waitFor();
  await picture(somebody, 'certificate-add-issuer');
  expect(await page.getByLabel('What you call it').inputValue()).toBe('Partner cards');
  await page.getByRole('dialog').getByRole('button', { name: 'List an authority' }).click();
  await page.getByText('Partner cards is listed.').waitFor();
  expect(somebody.problems).toEqual([]);
  await somebody.context.close();

  const faults: string[] = [];
  for (const [look, options] of [['light', {}], ['dark', { isDark: true }], ['phone', { isPhone: true }], ['phone-dark', { isPhone: true, isDark: true }]] as const) {
    for (const [who, where] of [[admin, '/admin/settings?tab=certificates'], [priya, '/security'], [null, '/sign-in']] as const) {
      const visitor = await browser.somebody(options);
      if (who) await visitor.context.addCookies([...who.browser.cookies].map(([name, value]) => ({ name, value, url: world.origin })));
      await visitor.page.goto(world.origin + where);
      await visitor.page.getByRole('heading', { level: 1 }).first().waitFor();
      if (who === admin) await visitor.page.getByText('Partner cards').first().waitFor();
      if (who === priya) await visitor.page.getByText('Staff cards').first().waitFor();
      await visitor.page.evaluate(axe);
      const { violations } = await visitor.page.evaluate(() => (globalThis as unknown as { axe: { run(context: unknown, options: unknown): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }).axe.run(document, { resultTypes: ['violations'] }));
      faults.push(...violations.map((one) => `${where} (${look}): ${one.id} ${one.nodes[0]!.html.slice(0, 200)}`));
      const overflow = await visitor.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (overflow > 1) faults.push(`${where} (${look}): ${overflow} px too wide`);
      await picture(visitor, `certificate-${look}${where.replace(/[/?=]+/g, '-')}`);
      await visitor.context.close();
    }
  }
  expect(faults).toEqual([]);
});
