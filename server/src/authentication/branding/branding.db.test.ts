import { afterAll, beforeAll, expect, it } from 'vitest';
import { authenticationWorld, type AuthenticationWorld } from '../../../testing/authentication-world.ts';
import { openFaces } from './face.ts';

let world: AuthenticationWorld;
let ada: Awaited<ReturnType<AuthenticationWorld['settled']>>;
let bob: Awaited<ReturnType<AuthenticationWorld['settled']>>;
beforeAll(async () => {
  world = await authenticationWorld();
  ada = await world.settled('Ada', 'Admin', 'seven copper kettles');
  bob = await world.settled('Bob', 'Builder', 'nine paper lanterns');
  await world.makeAdministrator(ada.person.id);
});
afterAll(() => world.close());

interface Answer {
  readonly colour: string | null;
  readonly logo: { readonly path: string } | null;
  readonly contrasts: readonly { readonly light: number; readonly dark: number; readonly least: number }[];
}
const json = (reply: { text: string }): Answer => JSON.parse(reply.text) as Answer;
const logo = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 20"><rect width="60" height="20" fill="#e2001a"/></svg>';
const upload = async (content: string | Buffer) => ada.browser.send('PUT', '/api/v1/branding/logo', { raw: content, headers: { 'content-type': 'application/octet-stream', 'x-csrf-token': await ada.browser.csrfToken() } });
const linked = (page: string, kind: string): string => new RegExp(`"(/assets/brand/[0-9a-f]{16}\\.${kind})"`).exec(page)?.[1] ?? '';

it('without a choice the pages look as the product does, and ask for nothing more', async () => {
  const page = await world.browser().get('/sign-in');
  expect(page.text).not.toContain('/assets/brand/');
  const answer = json(await ada.browser.send('GET', '/api/v1/branding'));
  expect(answer).toMatchObject({ colour: null, logo: null });
  expect(answer.contrasts.every((one) => one.light >= one.least && one.dark >= one.least)).toBe(true);
});

it('a colour is on the next page as a stylesheet of its own, under the same strict policy, and every process has it', async () => {
  const elsewhere = openFaces({ database: world.database });
  await elsewhere.refresh();
  expect(json(await ada.browser.api('PUT', '/api/v1/branding', { colour: '#FFD400' }))).toMatchObject({ colour: '#ffd400' });
  const page = await world.browser().get('/sign-in');
  const style = linked(page.text, 'css');
  expect(String(page.headers['content-security-policy'])).not.toContain('unsafe');
  const sheet = await world.browser().send('GET', style, { headers: { accept: 'text/css' } });
  expect(sheet.headers).toMatchObject({ 'content-type': 'text/css; charset=utf-8', 'cache-control': 'public, max-age=31536000, immutable' });
  expect(sheet.text).toContain('--button:#ffd400;--on-button:#000000');
  expect((await elsewhere.refresh()).style?.path).toBe(style);

  await ada.browser.api('PUT', '/api/v1/branding', { colour: '#0d5b5b' });
  const next = linked((await world.browser().get('/nowhere')).text, 'css');
  expect(next, 'error pages have it too').not.toBe(style);
  expect((await elsewhere.refresh()).style?.path).toBe(next);
  // A page that was drawn before the change is not left without a style, and keeps nothing.
  expect((await world.browser().send('GET', style, { headers: { accept: 'text/css' } })).headers['cache-control']).toBe('no-cache');
});

it('many pages at once share the question, and none misses what was changed before it came', async () => {
  let asked = 0;
  const faces = openFaces({ database: { read: async (work) => ((asked += 1), world.database.read(work)) } });
  await faces.refresh();
  asked = 0;
  await ada.browser.api('PUT', '/api/v1/branding', { colour: '#123456' });
  const all = await Promise.all(Array.from({ length: 50 }, () => faces.refresh()));
  expect(new Set(all.map((face) => face.style?.text.includes('#123456')))).toEqual(new Set([true]));
  expect(asked).toBeLessThanOrEqual(4);
});

it('a logo is shown from our own address as a picture that runs nothing and belongs to no origin', async () => {
  const answer = json(await upload(logo));
  const page = await world.browser().get('/sign-in');
  expect(page.text).toContain(`<img src="${answer.logo!.path}" alt="Adventure Works">`);
  const picture = await world.browser().send('GET', answer.logo!.path, { headers: { accept: 'image/svg+xml' } });
  expect(picture.headers).toMatchObject({ 'content-type': 'image/svg+xml', 'x-content-type-options': 'nosniff', 'cross-origin-resource-policy': 'same-origin' });
  expect(String(picture.headers['content-security-policy'])).toMatch(/default-src 'none'.*sandbox$/);
  expect(picture.text).toContain('<rect width="60" height="20" fill="#e2001a"/>');

  await ada.browser.api('DELETE', '/api/v1/branding/logo');
  expect((await world.browser().get('/sign-in')).text).not.toContain('<img');
  expect((await world.browser().send('GET', answer.logo!.path, { headers: { accept: 'image/svg+xml' } })).status).toBe(404);
});

it('whoever is signed in learns name and logo for the portal, at the address that needs no permission', async () => {
  const me = async (): Promise<unknown> => (JSON.parse((await bob.browser.send('GET', '/api/v1/me')).text) as { organisation: unknown }).organisation;
  expect(await me()).toEqual({ name: 'Adventure Works', logo: null });
  const { path } = json(await upload(logo)).logo!;
  expect(await me()).toEqual({ name: 'Adventure Works', logo: path });
  expect((await bob.browser.send('GET', path, { headers: { accept: 'image/svg+xml' } })).status).toBe(200);
  await ada.browser.api('DELETE', '/api/v1/branding/logo');
  expect(await me(), 'what was taken away is not named any more').toEqual({ name: 'Adventure Works', logo: null });
});

it('a hostile or oversized logo changes nothing and says why (script in an uploaded picture)', async () => {
  for (const [content, why] of [[logo.replace('<rect', '<script>alert(1)</script><rect'), /<script>/], [logo.replace('<rect', '<rect onload="alert(1)"'), /onload/], ['GIF89a', /neither a PNG nor an SVG/], [Buffer.alloc(70_000, 'a'), /./]] as const) {
    const reply = await upload(content);
    expect(reply.status).toBe(400);
    expect(reply.text).toMatch(why);
  }
  expect(json(await ada.browser.send('GET', '/api/v1/branding')).logo).toBeNull();
  expect((await ada.browser.api('PUT', '/api/v1/branding', { colour: 'red;}body{display:none' })).status).toBe(400);
});

it('only administrators change it, with a fresh proof, and the audit says what it was before', async () => {
  expect((await bob.browser.api('PUT', '/api/v1/branding', { colour: '#ff0000' })).status).toBe(403);
  const [entry] = (await world.audit('authentication.branding.change')).filter((one) => one.outcome === 'allowed').slice(-1);
  expect(entry).toMatchObject({ outcome: 'allowed', target: 'branding', facts: { before: { logo: { type: 'image/svg+xml' } }, after: { logo: null } } });
  world.wait(16 * 60_000);
  const stale = await ada.browser.api('PUT', '/api/v1/branding', { colour: '#ff0000' });
  expect([stale.status, (JSON.parse(stale.text) as { code: string }).code]).toEqual([403, 'platform.stronger_sign_in_needed']);
});
