import type { KnownDevice, StrangeTries } from '@bailiwick/contract/sessions';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { visitor, type Visitor } from '../../../testing/visitor.ts';
import { openWorld, type Actor, type World } from '../../../testing/world.ts';

let world: World;
let rita: Actor;
beforeAll(async () => {
  world = await openWorld({ settings: { BAILIWICK_TRUSTED_PROXIES: '127.0.0.1' } });
  rita = await world.setUp('rita', 'Rita', 'Boss');
  await rita.browser.api('POST', '/api/v1/places', { name: 'Office Zürich', networks: ['198.51.100.0/24'] });
}, 120_000);
afterAll(() => world.close());

const from = (address: string, userAgent?: string): Visitor => visitor(world.address, world.clock, { wait: async (ms) => world.clock.forward(ms), headers: { 'x-forwarded-for': address }, ...(userAgent === undefined ? {} : { userAgent }) });
const chrome = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36';
/** Signs in with a code that no other browser has used: a code works once. */
const signIn = async (who: Visitor, actor: Actor): Promise<void> => {
  world.clock.forward(61_000);
  await who.signIn(actor.credentials);
};
const mailTo = async (who: Actor, subject: RegExp): Promise<readonly { subject: string; text: string }[]> => {
  const { items } = await (await world.script()).api<{ items: { recipient: string; subject: string; text: string }[] }>('GET', '/api/v1/mail?limit=200');
  return items.filter((one) => one.recipient.startsWith(who.credentials.username) && subject.test(one.subject));
};
const runJob = async (name: string): Promise<void> => {
  await world.app.domains.modules.flatMap((one) => one.jobs ?? []).find((one) => one.name === name)!.run({}, { signal: new AbortController().signal, attempt: 1 } as never);
};
const devicesOf = async (who: Visitor): Promise<readonly KnownDevice[]> => (await who.api<{ items: KnownDevice[] }>('GET', '/api/v1/me/devices')).items;

it('a sign-in from a browser never seen before is told, with the way to say that it was somebody else; the very first is not (ASVS 6.3.5)', async () => {
  const ana = await world.hire('Ana', 'Silva');
  await world.signIn(ana);
  await ana.browser.go('/sign-out');
  await ana.browser.post('/sign-out', {});
  await signIn(ana.browser, ana);
  expect(await mailTo(ana, /new browser/), 'the first browser, and the same once more').toEqual([]);

  const other = from('198.51.100.23', chrome);
  await signIn(other, ana);
  const [mail, ...more] = await mailTo(ana, /new browser/);
  expect(more).toEqual([]);
  expect(mail!.text).toContain('Chrome on Windows, from Office Zürich (198.51.100.23)');
  const link = /\/not-me\?token=\S+/.exec(mail!.text)![0];
  const anywhere = world.newVisitor();
  await anywhere.go(link);
  await anywhere.post('/not-me', { token: link.split('token=')[1]! });
  await expect(other.api('GET', '/api/v1/me')).rejects.toMatchObject({ status: 401 });
});

it('whoever clears cookies every day is told three times a day and no more, and fifty browsers are remembered', async () => {
  const ben = await world.hire('Ben', 'Ode');
  await world.signIn(ben);
  for (let day = 0; day < 5; day += 1) await signIn(world.newVisitor(), ben);
  expect(await mailTo(ben, /new browser/)).toHaveLength(3);
  await world.database.pool.query(`insert into authn.device (person_id, device_id, first_seen_at, last_seen_at) select $1, gen_random_uuid(), now() - interval '1 year', now() - interval '1 year' from generate_series(1, 60)`, [ben.id]);
  const next = world.newVisitor();
  await signIn(next, ben);
  expect(await devicesOf(next)).toHaveLength(50);
});

it('a person sees the browsers, this one marked, and forgets one or all; an administrator sees them and forgets none', async () => {
  const cam = await world.hire('Cam', 'Price');
  await world.signIn(cam);
  const other = from('198.51.100.40', chrome);
  await signIn(other, cam);
  const [current, first] = await devicesOf(other);
  expect(current).toMatchObject({ device: 'Chrome on Windows', isCurrent: true, address: '198.51.100.40', where: { place: 'Office Zürich' } });
  expect(first).toMatchObject({ device: 'Firefox on Linux', isCurrent: false });
  expect((await rita.browser.api<{ items: KnownDevice[] }>('GET', `/api/v1/people/${cam.id}/devices`)).items.map((one) => one.device)).toEqual(['Chrome on Windows', 'Firefox on Linux']);
  await expect(rita.browser.api('DELETE', `/api/v1/me/devices/${first!.id}`), 'of somebody else').rejects.toMatchObject({ code: 'authentication.device_not_found' });
  await other.api('DELETE', `/api/v1/me/devices/${first!.id}`);
  expect(await devicesOf(other)).toHaveLength(1);
  expect(await other.api('POST', '/api/v1/me/devices/forget-all')).toEqual({ forgotten: 1 });
  expect(await other.api('POST', '/api/v1/me/devices/forget-all')).toEqual({ forgotten: 0 });
  await cam.browser.api('GET', '/api/v1/me');
  await signIn(other, cam);
  await other.go('/sign-out');
  await other.post('/sign-out', {});
  await signIn(other, cam);
  expect(await mailTo(cam, /new browser/), 'a forgotten browser is a stranger again').toHaveLength(2);
});

it('a browser that calls itself a link does not get it into the mail', async () => {
  const dee = await world.hire('Dee', 'Marsh');
  await world.signIn(dee);
  await signIn(from('192.0.2.7', 'https://evil.example/login 1.0 call +41-44-000 now'), dee);
  const [mail] = await mailTo(dee, /new browser/);
  expect(mail!.text).toContain('Unknown browser, from 192.0.2.7');
  expect(mail!.text).not.toContain('evil');
});

it('a person learns in the portal and by one mail a day that somebody tries, from where, and how long strangers wait', async () => {
  const eve = await world.hire('Eve', 'Stone');
  await world.signIn(eve);
  // Noon: the day must not change under the count.
  world.clock.set(new Date(`${new Date(world.clock.now().getTime() + 86_400_000).toISOString().slice(0, 10)}T12:00:00Z`));
  await signIn(eve.browser, eve);
  await signIn(rita.browser, rita);
  const none = await eve.browser.api<StrangeTries>('GET', '/api/v1/me/strange-tries');
  expect(none).toEqual({ days: [], waitsUntil: null });
  for (let guess = 0; guess < 14; guess += 1) {
    const stranger = from(`203.0.113.${guess}`);
    await stranger.go('/sign-in');
    await stranger.post('/sign-in', { step: 'username', username: eve.credentials.username });
    await stranger.post('/sign-in', { step: 'password', password: `guess ${guess}` });
  }
  const { days, waitsUntil } = await eve.browser.api<StrangeTries>('GET', '/api/v1/me/strange-tries');
  expect(days).toMatchObject([{ tries: 14, lastAddress: '203.0.113.13' }]);
  expect(new Date(waitsUntil!).getTime()).toBeGreaterThan(world.clock.now().getTime());
  expect((await rita.browser.api<StrangeTries>('GET', `/api/v1/people/${eve.id}/strange-tries`)).days).toEqual(days);
  for (let run = 0; run < 2; run += 1) {
    await runJob('authentication.tell-of-tries');
  }
  const mails = await mailTo(eve, /tries to sign in as you/);
  expect(mails).toHaveLength(1);
  expect(mails[0]!.text).toMatch(/14 wrong tries[\s\S]+203\.0\.113\.13[\s\S]+\/not-me\?token=/);

  // Her own slip of the finger, in her own browser, is nobody else's.
  await eve.browser.go('/sign-in?again=1');
  await eve.browser.go('/sign-out');
  await eve.browser.post('/sign-out', {});
  await eve.browser.go('/sign-in');
  await eve.browser.post('/sign-in', { step: 'username', username: eve.credentials.username });
  await eve.browser.post('/sign-in', { step: 'password', password: 'a slip of the finger' });
  await signIn(eve.browser, eve);
  expect((await eve.browser.api<StrangeTries>('GET', '/api/v1/me/strange-tries')).days).toEqual(days);
});
