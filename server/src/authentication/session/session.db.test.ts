import { afterAll, beforeAll, expect, it } from 'vitest';
import { authenticationWorld, type AuthenticationWorld } from '../../../testing/authentication-world.ts';

let world: AuthenticationWorld;
beforeAll(async () => { world = await authenticationWorld(); });
afterAll(() => world.close());

const minutes = 60_000;
type Json = Record<string, never> & { items: { id: string; isCurrent: boolean; endedAt: string | null; device: string }[]; token: string; id: string; code: string; codes: string[] };
const json = ({ text }: { text: string }): Json => JSON.parse(text) as Json;

// ASVS 7.4.2
it('a leaver loses every session and token at the next request, before any event is delivered', async () => {
  const lea = await world.settled('Lea', 'Winter', 'bronze kettle river');
  await world.makeAdministrator(lea.person.id);
  const root = await world.settled('Root', 'Keeper', 'narrow pepper cloud');
  await world.makeAdministrator(root.person.id);
  const token = json(await lea.browser.api('POST', '/api/v1/tokens', { name: 'ci', permissions: ['authentication.policy.read'], expiresInDays: 30 })).token;
  const asToken = () => world.browser().send('GET', '/api/v1/sign-in-policy', { headers: { authorization: `Bearer ${token}` } });
  expect([(await lea.browser.me()).status, (await asToken()).status]).toEqual([200, 200]);

  await world.leave(lea.person.id);
  expect([(await lea.browser.me()).status, (await asToken()).status]).toEqual([401, 401]);

  await world.events.drain();
  expect((await world.audit('authentication.session.end')).some((entry) => entry.target === `person:${lea.person.id}` && entry.reason === 'the person left')).toBe(true);
});

// ASVS 7.5.2
it('a person sees their sessions with device and ends any of them', async () => {
  const ana = await world.settled('Ana', 'Silva', 'purple ferries count');
  const phone = world.browser('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1');
  await phone.signIn('ana', ana.password, ana.totp);
  const { items } = json(await ana.browser.send('GET', '/api/v1/me/sessions'));
  expect(items.map((session) => session.device).sort()).toEqual(['Firefox on Linux', 'Safari on iOS']);
  const other = items.find((session) => !session.isCurrent)!;
  expect((await ana.browser.api('DELETE', `/api/v1/me/sessions/${other.id}`)).status).toBe(204);
  expect((await phone.me()).status).toBe(401);
  expect((await ana.browser.me()).status).toBe(200);
});

// ASVS 7.3.1, 7.3.2
it('a session of level 2 ends after an hour without use and after a day in any case', async () => {
  const ben = await world.settled('Ben', 'Ode', 'gentle copper ladder');
  for (let half = 0; half < 46; half += 1) {
    world.wait(30 * minutes);
    expect((await ben.browser.me()).status).toBe(200);
  }
  world.wait(61 * minutes);
  expect((await ben.browser.me()).status, '23 hours old, but unused for an hour').toBe(401);

  await ben.browser.signIn('ben', ben.password, ben.totp);
  for (let half = 0; half < 47; half += 1) {
    world.wait(30 * minutes);
    await ben.browser.me();
  }
  expect((await ben.browser.me()).status).toBe(200);
  world.wait(31 * minutes);
  expect((await ben.browser.me()).status, 'used all the time, but a day old').toBe(401);
});

// ASVS 6.5.6, 7.5.1
it('changing factors asks for a fresh proof, and never takes away the last way in', async () => {
  const cam = await world.settled('Cam', 'Price', 'velvet tractor moon');
  const { totps } = JSON.parse((await cam.browser.send('GET', '/api/v1/me/factors')).text) as { totps: { id: string }[] };
  const last = await cam.browser.api('DELETE', `/api/v1/me/factors/${totps[0]!.id}`);
  expect([last.status, json(last).code]).toEqual([409, 'authentication.last_factor']);

  world.wait(16 * minutes);
  const stale = await cam.browser.api('POST', '/api/v1/me/factors/recovery-codes');
  expect(JSON.parse(stale.text)).toMatchObject({ status: 403, code: 'platform.stronger_sign_in_needed', maxAgeSeconds: 900 });
  await cam.browser.get('/sign-in?step_up=2&return_to=/security');
  await cam.browser.get('/sign-in?with=password');
  await cam.browser.submit('/sign-in', { step: 'password', password: cam.password });
  expect((await cam.browser.submit('/sign-in', { step: 'totp', code: cam.totp.code() })).location).toBe('/security');
  expect(json(await cam.browser.api('POST', '/api/v1/me/factors/recovery-codes')).codes).toHaveLength(10);
});

// ASVS 6.2.2, 7.4.3
it('a new password ends the other sessions', async () => {
  const dee = await world.settled('Dee', 'Marsh', 'candle orchard three');
  const other = world.browser();
  await other.signIn('dee', dee.password, dee.totp);
  expect((await dee.browser.api('PUT', '/api/v1/me/factors/password', { password: 'candle orchard four' })).status).toBe(204);
  expect((await other.me()).status).toBe(401);
  expect((await dee.browser.me()).status).toBe(200);
});

it('"this was not me" in a notice ends every session and API token at once, and works once', async () => {
  const eve = await world.settled('Eve', 'Stone', 'paper lantern glacier');
  await world.makeAdministrator(eve.person.id);
  const planted = json(await eve.browser.api('POST', '/api/v1/tokens', { name: 'planted by a thief', permissions: ['authentication.policy.read'], expiresInDays: 365 })).token;
  const mail = (await world.mailer.outbox(200)).find((one) => one.recipient === 'eve@adventure-works.com')!;
  const link = /https:\/\/id\.example\.com(\/not-me\?token=\S+)/.exec(mail.textBody)![1]!;
  const anywhere = world.browser();
  await anywhere.get(link);
  expect((await eve.browser.me()).status, 'opening the link changes nothing').toBe(200);
  const token = link.split('token=')[1]!;
  expect((await anywhere.submit('/not-me', { token })).status).toBe(200);
  expect((await eve.browser.me()).status).toBe(401);
  expect((await world.browser().send('GET', '/api/v1/sign-in-policy', { headers: { authorization: `Bearer ${planted}` } })).status).toBe(401);
  expect((await anywhere.submit('/not-me', { token })).status).toBe(404);
});

it('an API token does what it names and nothing else, and ends when it is ended', async () => {
  const fay = await world.settled('Fay', 'Root', 'indigo hammer field');
  await world.makeAdministrator(fay.person.id);
  const made = json(await fay.browser.api('POST', '/api/v1/tokens', { name: 'report', permissions: ['authentication.policy.read'], expiresInDays: 1 }));
  const call = (url: string) => world.browser().send('GET', url, { headers: { authorization: `Bearer ${made.token}` } });
  expect(made.token).toMatch(/^bw_[A-Za-z0-9_-]{43}$/);
  expect((await call('/api/v1/sign-in-policy')).status).toBe(200);
  expect((await call('/api/v1/tokens')).status).toBe(403);
  expect((await fay.browser.api('DELETE', `/api/v1/tokens/${made.id}`)).status).toBe(204);
  expect((await call('/api/v1/sign-in-policy')).status).toBe(401);
  expect((await fay.browser.api('POST', '/api/v1/tokens', { name: 'too much', permissions: ['directory.nothing.here'], expiresInDays: 1 })).status).toBe(403);
});
