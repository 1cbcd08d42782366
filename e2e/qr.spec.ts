import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outputOf, whyMissing } from '../server/testing/programs.ts';
import { credentialsOf } from '../server/testing/visitor.ts';
import { openWorld, type World } from '../server/testing/world.ts';
import { openBrowser, type Somebody } from './browser.ts';

/** The picture that a telephone scans, as a real browser draws it, read by a program that knows nothing of us (zbarimg). */
const missing = whyMissing('zbarimg', 'zbar-tools') ?? whyMissing('oathtool', 'oathtool');

describe.skipIf(missing !== null)(missing ?? 'the QR code of an authenticator app', () => {
  let world: World;
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bailiwick-qr-'));
  const robin = credentialsOf('robin', 'a clock that counts only rain');

  beforeAll(async () => {
    [world, browser] = await Promise.all([openWorld(), openBrowser()]);
    const who = world.newVisitor();
    await who.setUp((await world.app.setUpLink())!, { givenName: 'Robin', familyName: 'Winter', email: 'robin@linden.example' }, robin);
  });
  afterAll(async () => {
    await browser?.close();
    await world?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function read({ page }: Somebody, selector: string, name: string): Promise<URL> {
    const file = path.join(folder, `${name}.png`);
    await page.locator(selector).screenshot({ path: file });
    return new URL(outputOf('zbarimg', ['--quiet', '--raw', '-Sdisable', '-Sqrcode.enable', file]));
  }
  const now = (key: string): string => outputOf('oathtool', ['--totp=sha1', '--base32', `--now=${world.clock.now().toISOString().replace('T', ' ').slice(0, 19)} UTC`, key]);
  const expectInvitation = (uri: URL, username: string, key: string): void => {
    expect([uri.protocol, uri.host, decodeURIComponent(uri.pathname)]).toEqual(['otpauth:', 'totp', `/Linden:${username}`]);
    expect(Object.fromEntries(uri.searchParams)).toMatchObject({ secret: key, issuer: 'Linden' });
    // What is not said is what every app takes for granted: SHA-1, six digits, half a minute.
    expect([uri.searchParams.get('algorithm') ?? 'SHA1', uri.searchParams.get('digits') ?? '6', uri.searchParams.get('period') ?? '30']).toEqual(['SHA1', '6', '30']);
  };

  it.each([
    ['light', {}],
    ['dark', { isDark: true }],
    ['on a telephone, in the dark', { isDark: true, isPhone: true }],
  ])('on the page of the first sign-in, %s, holds the key that stands beside it, and its code is taken', async (name, look) => {
    const person = await world.hire('Anna', `Linde${name.length}`);
    const { pass } = await (await world.script()).api<{ pass: string }>('POST', `/api/v1/people/${person.id}/access-pass`, { reason: 'first day' });
    const who = await browser.somebody(look);
    const { page } = who;
    await page.goto(`${world.origin}/sign-in`);
    await page.getByRole('textbox', { name: 'Username' }).fill(person.credentials.username);
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.goto(`${world.origin}/sign-in?with=access-pass`);
    await page.getByRole('textbox', { name: /Access pass/ }).fill(pass);
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.goto(`${world.origin}/enrol?with=new-password`);
    await page.getByRole('textbox', { name: 'New password' }).fill(person.credentials.password);
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.goto(`${world.origin}/enrol?with=new-totp`);
    const shown = (await page.locator('#totp-key').innerText()).replaceAll(' ', '');
    const uri = await read(who, '.qr', `enrol-${name.length}`);
    expectInvitation(uri, person.credentials.username, shown);
    await page.getByRole('textbox', { name: /Six-digit code/ }).fill(now(uri.searchParams.get('secret')!));
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.locator('#recovery-codes').waitFor();
    expect(who.problems).toEqual([]);
    await who.context.close();
  });

  it('in the portal, in the dark, too', async () => {
    world.clock.forward(61_000);
    const visitor = world.newVisitor();
    await visitor.signIn(robin);
    const who = await browser.somebody({ isDark: true });
    await who.context.addCookies([...visitor.cookies].map(([name, value]) => ({ name, value, url: world.origin })));
    await who.page.goto(`${world.origin}/security`);
    await who.page.getByRole('button', { name: 'Connect an app' }).first().click();
    const dialog = who.page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Connect an app' }).click();
    await dialog.getByRole('img', { name: /^Scan this/ }).waitFor();
    const uri = await read(who, 'dialog img, [role=dialog] img', 'portal');
    expectInvitation(uri, 'robin', uri.searchParams.get('secret')!);
    await dialog.getByRole('textbox', { name: 'Six digits' }).fill(now(uri.searchParams.get('secret')!));
    await dialog.getByRole('switch', { name: /End my other sessions/ }).check({ force: true });
    await dialog.getByRole('button', { name: 'Confirm' }).click();
    await who.page.getByText('The app is connected.').first().waitFor();
    await who.context.close();
  });
});
