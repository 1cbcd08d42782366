import type { SessionCard } from '@bailiwick/contract/authentication';
import type { SessionLimit } from '@bailiwick/contract/sessions';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addApplication } from '../../../testing/application.ts';
import { softwareAuthenticator, type CreationOptions } from '../../../testing/software-authenticator.ts';
import { visitor, type Visitor } from '../../../testing/visitor.ts';
import { openWorld, type Actor, type World } from '../../../testing/world.ts';

const minutes = 60_000;
const hours = 60 * minutes;

let world: World;
let rita: Actor;
let wiki: Awaited<ReturnType<typeof addApplication>>;
beforeAll(async () => {
  world = await openWorld({ settings: { BAILIWICK_TRUSTED_PROXIES: '127.0.0.1', BAILIWICK_GEOIP_FILE: fileURLToPath(new URL('../../../testing/geoip/GeoIP2-City-Test.mmdb', import.meta.url)) } });
  rita = await world.setUp('rita', 'Rita', 'Boss');
  wiki = await addApplication(rita.browser, 'Wiki');
}, 120_000);
afterAll(() => world.close());

/** A browser of its own, as the proxy says it comes. */
const from = (address: string, userAgent?: string): Visitor => visitor(world.address, world.clock, { wait: async (ms) => world.clock.forward(ms), headers: { 'x-forwarded-for': address }, ...(userAgent === undefined ? {} : { userAgent }) });
/** Signs in with a code that no other browser has used: a code works once. */
const signIn = async (who: Visitor, actor: Actor): Promise<void> => {
  world.clock.forward(61_000);
  await who.signIn(actor.credentials);
};
const ritaAgain = async (): Promise<void> => {
  rita.browser.cookies.clear();
  await signIn(rita.browser, rita);
};
const sessionsOf = async (who: Visitor): Promise<readonly SessionCard[]> => (await who.api<{ items: SessionCard[] }>('GET', '/api/v1/me/sessions')).items;
const open = (sessions: readonly SessionCard[]): readonly SessionCard[] => sessions.filter((one) => one.endedAt === null);
const everything = { refresh: true, introspection: true, userinfo: true };
const nothing = { refresh: false, introspection: false, userinfo: false };
const status = (who: Visitor): Promise<number> => who.api('GET', '/api/v1/me').then(() => 200, (error: { status: number }) => error.status);

it('a session says where it is: the named office for certain, elsewhere the city as probable, and which applications were entered', async () => {
  const ana = await world.hire('Ana', 'Silva');
  await world.signIn(ana);
  await rita.browser.api('POST', '/api/v1/places', { name: 'Office Zürich', networks: ['198.51.100.77/24', '2001:db8::/32'] });
  const office = from('198.51.100.9');
  await signIn(office, ana);
  const away = from('81.2.69.142');
  await signIn(away, ana);
  await wiki.enter(office);
  const seen = await sessionsOf(away);
  expect(seen.map(({ address, where, applications }) => [address, where, applications.map((one) => one.name)])).toEqual([
    ['81.2.69.142', { place: null, probably: 'London, United Kingdom' }, []],
    ['198.51.100.9', { place: 'Office Zürich', probably: null }, ['Wiki']],
    ['127.0.0.1', { place: null, probably: null }, []],
  ]);
  expect((await rita.browser.api<{ items: SessionCard[] }>('GET', `/api/v1/people/${ana.id}/sessions`)).items[1]).toMatchObject({ where: { place: 'Office Zürich' }, applications: [{ name: 'Wiki' }] });
});

it('a place must be a network, not everything, and has one name', async () => {
  const add = (name: string, ...networks: string[]): Promise<string> => rita.browser.api('POST', '/api/v1/places', { name, networks }).then(() => 'done', (error: { code: string }) => error.code);
  expect(await add('Everywhere', '0.0.0.0/0')).toBe('authentication.network_too_wide');
  expect(await add('Nowhere', 'the office')).toBe('authentication.network_unreadable');
  expect(await add('Plant Brno', '203.0.113.5')).toBe('done');
  expect(await add('PLANT brno', '203.0.113.6')).toBe('authentication.place_exists');
  const { items } = await rita.browser.api<{ items: { id: string; name: string; networks: string[] }[] }>('GET', '/api/v1/places');
  const plant = items.find((one) => one.name === 'Plant Brno')!;
  expect(plant.networks).toEqual(['203.0.113.5/32']);
  expect(await rita.browser.api('PUT', `/api/v1/places/${plant.id}`, { name: 'Plant Ostrava', networks: ['203.0.113.0/28'] })).toMatchObject({ name: 'Plant Ostrava', networks: ['203.0.113.0/28'] });
  await rita.browser.api('DELETE', `/api/v1/places/${plant.id}`);
  await expect(rita.browser.api('DELETE', `/api/v1/places/${plant.id}`)).rejects.toMatchObject({ code: 'authentication.place_not_found' });
});

describe('what rests on a session ends with it', () => {
  it('an unused session takes the tokens bound to it along to the second: refresh, introspection and userinfo judge it when they read (63B-4 5.2)', async () => {
    const ben = await world.hire('Ben', 'Ode');
    await world.signIn(ben);
    const bound = await wiki.enter(ben.browser);
    const offline = await wiki.enter(ben.browser, 'openid offline_access');
    const [session] = open(await sessionsOf(ben.browser));
    const idleEnd = new Date(session!.idleExpiresAt!).getTime();
    // Nothing but reading between here and there: no sweep runs, nobody tells anybody.
    world.clock.forward(idleEnd - world.clock.now().getTime() - 60_000);
    const last = await wiki.works({ ...bound, access_token: (await wiki.post('/oauth2/token', { grant_type: 'refresh_token', refresh_token: bound.refresh_token! })).body['access_token'] as string });
    expect(last).toEqual(everything);
    const fresh = { ...bound, access_token: (await wiki.post('/oauth2/token', { grant_type: 'refresh_token', refresh_token: bound.refresh_token! })).body['access_token'] as string };
    world.clock.forward(61_000);
    expect(await wiki.works(fresh), 'the access token itself would live on').toEqual(nothing);
    expect((await wiki.works(offline)).refresh, 'offline access is for being away').toBe(true);
  });

  it('a sign-out leaves offline access standing; "end all others" takes what rests on any other session, and this one keeps its own', async () => {
    const cam = await world.hire('Cam', 'Price');
    await world.signIn(cam);
    const other = world.newVisitor();
    await signIn(other, cam);
    const ofOther = await wiki.enter(other, 'openid offline_access');
    await other.go('/sign-out');
    await other.post('/sign-out', {});
    expect(await status(other)).toBe(401);
    expect((await wiki.works(ofOther)).refresh).toBe(true);

    const third = world.newVisitor();
    await signIn(third, cam);
    const ofThird = await wiki.enter(third, 'openid offline_access');
    await signIn(cam.browser, cam);
    const mine = await wiki.enter(cam.browser, 'openid offline_access');
    expect(await cam.browser.api('POST', '/api/v1/me/sessions/end-others')).toEqual({ ended: 1 });
    expect([await wiki.works(ofOther), await wiki.works(ofThird)]).toEqual([nothing, nothing]);
    expect(await wiki.works(mine)).toEqual(everything);
    await world.quiet();
    const { rows } = await world.database.pool.query<{ count: number }>('select count(*)::integer as count from federation.payload where account_id = $1 and session_id is not null and kind = $2', [cam.id, 'RefreshToken']);
    expect(rows[0]!.count, 'and it is tidied away').toBe(1);
  });

  it('an administrator who ends all sessions ends offline access too, whichever session it came from, at once (ASVS 7.4.5)', async () => {
    const dee = await world.hire('Dee', 'Marsh');
    await world.signIn(dee);
    const tokens = await wiki.enter(dee.browser, 'openid offline_access');
    await dee.browser.go('/sign-out');
    await dee.browser.post('/sign-out', {});
    expect((await wiki.works(tokens)).refresh).toBe(true);
    await ritaAgain();
    await rita.browser.api('POST', `/api/v1/people/${dee.id}/sessions/end-all`);
    expect(await wiki.works(tokens)).toEqual(nothing);
  });

  it('an administrator signs everybody out after a fresh proof: sessions and offline access of all, at once, but for the session that asks; one entry says why (ASVS 7.4.5)', async () => {
    const [ida, jon] = [await world.hire('Ida', 'Reed'), await world.hire('Jon', 'Brook')];
    await world.signIn(ida);
    await world.signIn(jon);
    const tokens = await wiki.enter(jon.browser, 'openid offline_access');
    await jon.browser.go('/sign-out');
    await jon.browser.post('/sign-out', {});
    await ritaAgain();
    world.clock.forward(20 * minutes);
    await expect(rita.browser.api('POST', '/api/v1/sessions/end-everybody', { reason: 'a laptop of the house was stolen' })).rejects.toMatchObject({ code: 'platform.stronger_sign_in_needed' });
    expect(await status(ida.browser)).toBe(200);
    await ritaAgain();
    await rita.browser.api('POST', '/api/v1/sessions/end-everybody', { reason: 'a laptop of the house was stolen' });
    expect([await status(ida.browser), await status(rita.browser)]).toEqual([401, 200]);
    expect(await wiki.works(tokens)).toEqual(nothing);
    expect((await world.auditOf('authentication.session.end-everybody', null)).at(-1)).toMatchObject({ actor: `person:${rita.id}`, reason: 'a laptop of the house was stolen', facts: { people: expect.any(Number) as number } });
    await expect(ida.browser.api('POST', '/api/v1/sessions/end-everybody', { reason: 'not mine to do' })).rejects.toThrow();
  });

  it('one session ended from the list takes its own offline access and no other', async () => {
    const eve = await world.hire('Eve', 'Stone');
    await world.signIn(eve);
    const other = world.newVisitor();
    await signIn(other, eve);
    const [mine, theirs] = [await wiki.enter(eve.browser, 'openid offline_access'), await wiki.enter(other, 'openid offline_access')];
    const lost = open(await sessionsOf(eve.browser)).find((one) => !one.isCurrent)!;
    await eve.browser.api('DELETE', `/api/v1/me/sessions/${lost.id}`);
    expect([await wiki.works(mine), await wiki.works(theirs)]).toEqual([everything, nothing]);
  });
});

describe('ending sessions', () => {
  it('asks for a fresh proof, or a stolen cookie would throw its owner out; one\'s own ends at any time (ASVS 7.5.2)', async () => {
    const fay = await world.hire('Fay', 'Root');
    await world.signIn(fay);
    const thief = world.newVisitor();
    await signIn(thief, fay);
    world.clock.forward(20 * minutes);
    const sessions = open(await sessionsOf(thief));
    const mine = sessions.find((one) => one.isCurrent)!;
    const theirs = sessions.find((one) => !one.isCurrent)!;
    await expect(thief.api('DELETE', `/api/v1/me/sessions/${theirs.id}`)).rejects.toMatchObject({ code: 'platform.stronger_sign_in_needed' });
    await expect(thief.api('POST', '/api/v1/me/sessions/end-others')).rejects.toMatchObject({ code: 'platform.stronger_sign_in_needed' });
    await thief.api('DELETE', `/api/v1/me/sessions/${mine.id}`);
    expect([await status(thief), await status(fay.browser)]).toEqual([401, 200]);
  });

  it('is offered after every change of factors: an app or a passkey added, a factor removed (ASVS 7.4.3)', async () => {
    const gil = await world.hire('Gil', 'Post');
    await world.signIn(gil);
    const other = world.newVisitor();
    await signIn(other, gil);
    const { id, secret } = await gil.browser.api<{ id: string; secret: string }>('POST', '/api/v1/me/factors/totp', { name: 'Tablet' });
    await gil.browser.api('POST', `/api/v1/me/factors/totp/${id}/confirm`, { code: await gil.browser.codeOf({ ...gil.credentials, totpSecret: secret }) });
    expect(await status(other), 'only when asked for').toBe(200);
    const more = await gil.browser.api<{ id: string; secret: string }>('POST', '/api/v1/me/factors/totp', { name: 'Watch' });
    await gil.browser.api('POST', `/api/v1/me/factors/totp/${more.id}/confirm`, { code: await gil.browser.codeOf({ ...gil.credentials, totpSecret: more.secret }), endOtherSessions: true });
    expect([await status(other), await status(gil.browser)]).toEqual([401, 200]);

    await signIn(other, gil);
    await gil.browser.api('DELETE', `/api/v1/me/factors/${id}?endOtherSessions=true`);
    expect([await status(other), await status(gil.browser)]).toEqual([401, 200]);

    await signIn(other, gil);
    const key = softwareAuthenticator({ origin: world.origin });
    const { options } = await gil.browser.api<{ options: CreationOptions }>('POST', '/api/v1/me/factors/passkey-options');
    await gil.browser.api('POST', '/api/v1/me/factors/passkeys', { name: 'Key', response: key.create(options), endOtherSessions: true });
    expect([await status(other), await status(gil.browser)]).toEqual([401, 200]);
  });

  it('happens by itself to the one unused for longest when somebody keeps more than fifty open (ASVS 7.1.2)', async () => {
    const hal = await world.hire('Hal', 'Open');
    await world.signIn(hal);
    const first = open(await sessionsOf(hal.browser))[0]!;
    await world.database.pool.query(
      `insert into authn.session (id, digest, person_id, assurance_level, methods, is_phishing_resistant, device, address, created_at, authenticated_at, last_seen_at, idle_expires_at, expires_at)
       select gen_random_uuid(), sha256(n::text::bytea), person_id, assurance_level, methods, is_phishing_resistant, device, address, created_at, authenticated_at, last_seen_at + interval '1 second', idle_expires_at, expires_at
         from authn.session, generate_series(1, 49) n where id = $1`,
      [first.id],
    );
    const newest = world.newVisitor();
    await signIn(newest, hal);
    expect(open(await sessionsOf(newest))).toHaveLength(50);
    expect([await status(hal.browser), await status(newest)]).toEqual([401, 200]);
  });
});

describe('how long sessions last', () => {
  const limit = async (level: 1 | 2 | 3): Promise<SessionLimit> => (await rita.browser.api<{ sessionLimits: SessionLimit[] }>('GET', '/api/v1/sign-in-policy')).sessionLimits.find((one) => one.assuranceLevel === level)!;
  const set = (level: number, overallSeconds: number, idleSeconds: number | null, justification?: string): Promise<string> =>
    rita.browser.api('PUT', `/api/v1/sign-in-policy/session-limits/${level}`, { overallSeconds, idleSeconds, ...(justification === undefined ? {} : { justification }) }).then(() => 'done', (error: { code: string }) => error.code);

  it('is set by an administrator after a fresh proof, within the ceilings, longer than the norm only with a reason, and documented (63B-4 5.2, ASVS 7.1.1)', async () => {
    await ritaAgain();
    world.clock.forward(20 * minutes);
    expect(await set(2, 8 * 3_600, 1_800)).toBe('platform.stronger_sign_in_needed');
    await ritaAgain();
    expect(await set(3, 13 * 3_600, 900, 'the night shift is long')).toBe('authentication.session_limit_too_long');
    expect(await set(3, 12 * 3_600, null, 'the night shift is long')).toBe('authentication.session_limit_too_long');
    expect(await set(2, 48 * 3_600, 3_600)).toBe('authentication.session_limit_needs_reason');
    expect(await limit(2)).toMatchObject({ overallSeconds: 86_400, idleSeconds: 3_600, isDefault: true, isBeyondNorm: false });
    expect(await set(2, 48 * 3_600, 3_600, 'nurses keep a station through two shifts')).toBe('done');
    expect(await limit(2)).toMatchObject({ overallSeconds: 172_800, isDefault: false, isBeyondNorm: true, justification: 'nurses keep a station through two shifts', setByName: 'Rita Boss' });
    expect(await set(2, 24 * 3_600, 3_600)).toBe('done');
    expect(await limit(2)).toMatchObject({ isDefault: true, justification: null, setByName: null });
  });

  it('holds for the next sign-in, and a shorter limit for open sessions at once', async () => {
    const ivy = await world.hire('Ivy', 'Short');
    await world.signIn(ivy);
    const [before] = open(await sessionsOf(ivy.browser));
    expect(await set(2, 4 * 3_600, 600)).toBe('done');
    const [after] = open(await sessionsOf(ivy.browser));
    expect(new Date(after!.expiresAt).getTime() - new Date(after!.authenticatedAt).getTime()).toBe(4 * hours);
    expect(new Date(before!.expiresAt).getTime() - new Date(before!.authenticatedAt).getTime()).toBe(24 * hours);
    for (let use = 0; use < 3; use += 1) {
      world.clock.forward(9 * minutes);
      expect(await status(ivy.browser), 'used every nine minutes').toBe(200);
    }
    world.clock.forward(11 * minutes);
    expect(await status(ivy.browser)).toBe(401);
    await signIn(ivy.browser, ivy);
    expect(new Date(open(await sessionsOf(ivy.browser))[0]!.expiresAt).getTime() - world.clock.now().getTime()).toBeLessThanOrEqual(4 * hours);
    await ritaAgain();
    expect(await set(2, 24 * 3_600, 3_600)).toBe('done');
  });
});
