import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { raiseSessionIn, startSessionIn } from '../../src/authentication/session/start-session.ts';
import type { Proof } from '../../src/authentication/sign-in/strength.ts';
import { addApplication } from '../application.ts';
import { softwareAuthenticator, type CreationOptions, type RequestOptions } from '../software-authenticator.ts';
import { visitor, type Visitor } from '../visitor.ts';
import { openWorld, type Actor, type World } from '../world.ts';
import { operationsOf, type ApiDescription, type Operation } from './api-description.ts';
import { send, type RawReply } from './raw-door.ts';

/**
 * What is done to sessions and to the browsers that hold them, each test named after its threat, over the real HTTP door of a house
 * whose public address is https (so that cookies are as in production).
 */
const publicOrigin = 'https://id.linden.example';
const session = '__Host-bailiwick';
const underway = '__Host-bailiwick-sign-in';

let world: World;
let rita: Actor;
let anna: Actor;
let wiki: Awaited<ReturnType<typeof addApplication>>;
let operations: readonly Operation[];

beforeAll(async () => {
  world = await openWorld({ url: publicOrigin });
  rita = await world.setUp('rita', 'Rita', 'Boss');
  anna = await world.hire('Anna', 'Linde');
  await world.signIn(anna);
  wiki = await addApplication(rita.browser, 'Wiki');
  operations = operationsOf(JSON.parse((await send(world.address, { method: 'GET', path: '/api/openapi.json' })).text) as ApiDescription);
}, 120_000);
afterAll(() => world.close());

const newBrowser = (headers: Readonly<Record<string, string>> = {}): Visitor => visitor(world.address, world.clock, { wait: async (ms) => world.clock.forward(ms), headers });
const signIn = async (who: Visitor, actor: Actor, returnTo?: string) => {
  world.clock.forward(61_000);
  return who.signIn(actor.credentials, returnTo);
};
const cookieHeader = (cookies: Iterable<readonly [string, string]>): string => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
const ask = (method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<RawReply> => send(world.address, { method, path, headers: { accept: path.startsWith('/api/') ? 'application/json' : 'text/html', ...headers }, body });
const meBy = async (secret: string): Promise<number> => (await ask('GET', '/api/v1/me', { cookie: `${session}=${secret}` })).status;
const csrfOf = async (who: Visitor): Promise<string> => (await who.api<{ csrfToken: string }>('GET', '/api/v1/me')).csrfToken;
const idOf = async (who: Visitor): Promise<string> => (await who.api<{ session: { id: string } }>('GET', '/api/v1/me')).session.id;
const codeOf = (reply: RawReply): string => (JSON.parse(reply.text) as { code: string }).code;
const fill = (path: string): string => path.replace(/\{(\w+)\}/g, (_, name: string) => (name === 'assuranceLevel' ? '2' : name === 'personId' ? anna.id : '01890a5d-ac96-774b-bcce-b302099a8057'));

describe('session fixation: a secret that somebody planted or saw earlier is worth nothing after', () => {
  const planted = 'A'.repeat(43);
  /** Every secret that the browser held on the way must be dead, and none may be the planted one. */
  async function walk(name: string, steps: (who: Visitor) => Promise<readonly (() => Promise<unknown>)[]>): Promise<void> {
    const who = newBrowser();
    who.cookies.set(session, planted);
    who.cookies.set(underway, planted);
    const held = new Set<string>();
    const note = (): void => {
      for (const cookie of [session, underway]) {
        const value = who.cookies.get(cookie);
        if (value !== undefined) held.add(`${cookie}=${value}`);
      }
    };
    note();
    for (const step of await steps(who)) {
      await step();
      note();
    }
    const last = who.cookies.get(session)!;
    expect(last, name).not.toBe(planted);
    expect(Buffer.from(last, 'base64url'), 'ASVS 7.2.3').toHaveLength(32);
    expect(who.cookies.has(underway), 'nothing is left under way').toBe(false);
    expect(await meBy(last), name).toBe(200);
    held.delete(`${session}=${last}`);
    expect(held.size, name).toBeGreaterThan(2);
    for (const old of held) {
      expect((await ask('GET', '/api/v1/me', { cookie: old })).status, `${name}: ${old.slice(0, 30)}`).toBe(401);
      const page = await ask('GET', '/sign-in', { cookie: old });
      expect(page.text, `${name}: an earlier step`).toContain('autocomplete="username webauthn"');
    }
  }

  it('at a sign-in', () =>
    walk('sign-in', async (who) => [
      () => who.go('/sign-in'),
      () => who.post('/sign-in', { step: 'username', username: anna.credentials.username }),
      () => who.post('/sign-in', { step: 'password', password: anna.credentials.password }),
      async () => {
        world.clock.forward(61_000);
        await who.post('/sign-in', { step: 'totp', code: await who.codeOf(anna.credentials) });
      },
    ]));

  it('at the first sign-in with an access pass, through every step of enrolling', async () => {
    const bea = await world.hire('Bea', 'Linde');
    const { pass } = await (await world.script()).api<{ pass: string }>('POST', `/api/v1/people/${bea.id}/access-pass`, { reason: 'first day' });
    await walk('access pass', async (who) => [
      () => who.go('/sign-in'),
      () => who.post('/sign-in', { step: 'username', username: bea.credentials.username }),
      () => who.go('/sign-in?with=access-pass'),
      () => who.post('/sign-in', { step: 'access-pass', code: pass }),
      () => who.enrol(bea.credentials),
    ]);
  });

  it('at a recovery', async () => {
    const cam = await world.hire('Cam', 'Linde');
    await world.signIn(cam);
    await walk('recovery', async (who) => [
      () => who.go('/recover'),
      () => who.post('/recover', { step: 'username', username: cam.credentials.username }),
      () => who.post('/recover', { step: 'recovery-code', code: cam.credentials.recoveryCodes[0]! }),
      async () => {
        world.clock.forward(61_000);
        const shown = await who.go('/recover?with=totp');
        expect(shown.text).toContain('name="code"');
        const next = await who.post('/recover', { step: 'totp', code: await who.codeOf(cam.credentials) });
        expect(next.at).toContain('/enrol');
      },
      async () => {
        await who.go('/enrol?with=new-password');
        await who.post('/enrol', { step: 'new-password', password: 'a river walks over eight hats' });
      },
      () => who.post('/enrol', { step: 'codes' }),
    ]);
  });

  it('at a step-up: the session stays, its secret does not (ASVS 7.2.4), and the old one opens no door at all (replay after raise)', async () => {
    const who = newBrowser();
    await signIn(who, anna);
    const [before, id] = [who.cookies.get(session)!, await idOf(who)];
    world.clock.forward(61_000);
    await who.go('/sign-in?step_up=2&return_to=/security');
    await who.go('/sign-in?with=password');
    await who.post('/sign-in', { step: 'password', password: anna.credentials.password });
    const raised = await who.post('/sign-in', { step: 'totp', code: await who.codeOf(anna.credentials) });
    expect(raised.at).toBe('/security');
    expect(await idOf(who)).toBe(id);
    expect(who.cookies.get(session)).not.toBe(before);
    await deadEverywhere(before);
  });
});

async function deadEverywhere(secret: string): Promise<void> {
  const cookie = `${session}=${secret}`;
  expect((await ask('GET', '/api/v1/me', { cookie })).status).toBe(401);
  expect((await ask('GET', '/api/v1/live', { cookie, accept: 'text/event-stream' })).status).toBe(401);
  expect((await ask('POST', '/api/v1/me/sessions/end-others', { cookie, 'x-csrf-token': 'x' })).status).toBe(401);
  const silent = await ask('GET', `/oauth2/authorize?${new URLSearchParams({ client_id: wiki.clientId, response_type: 'code', redirect_uri: 'https://wiki.linden.example/callback', scope: 'openid', prompt: 'none', code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' })}`, { cookie });
  expect(new URL(silent.headers.location!).searchParams.get('error')).toBe('login_required');
  expect((await ask('GET', '/sign-in?step_up=2', { cookie })).text, 'no step-up begins from it').not.toContain(anna.credentials.username);
}

it('session cookie replay: copied before the sign-out it opens no door after it (ASVS 7.4.1)', async () => {
  const who = newBrowser();
  await signIn(who, anna);
  const copied = who.cookies.get(session)!;
  expect(await meBy(copied)).toBe(200);
  await who.go('/sign-out');
  await who.post('/sign-out', {});
  expect(who.cookies.has(session)).toBe(false);
  await deadEverywhere(copied);
});

describe('step-up downgrade', () => {
  it('a session of a passkey is never made one of password and code, and the weaker proof does not freshen it', async () => {
    const dee = await world.hire('Dee', 'Linde');
    await world.signIn(dee);
    const key = softwareAuthenticator({ origin: publicOrigin });
    const { options } = await dee.browser.api<{ options: CreationOptions }>('POST', '/api/v1/me/factors/passkey-options');
    await dee.browser.api('POST', '/api/v1/me/factors/passkeys', { name: 'Key', response: key.create(options) });
    const who = newBrowser();
    await who.go('/sign-in');
    const asked = JSON.parse(await (await fetch(`${world.address}/sign-in/passkey-options`, { method: 'POST', headers: { cookie: cookieHeader(who.cookies) } })).text()) as { options: RequestOptions };
    expect((await who.post('/sign-in', { step: 'passkey', response: JSON.stringify(key.get(asked.options)) })).at).toBe('/');
    const state = async () => (await who.api<{ session: { authenticatedAt: string; isPhishingResistant: boolean; methods: string[] } }>('GET', '/api/v1/me')).session;
    const before = await state();
    expect(before.isPhishingResistant).toBe(true);
    world.clock.forward(16 * 60_000);
    const shown = await who.go('/sign-in?step_up=2&return_to=/security');
    expect(shown.text, 'only what is as strong is offered').not.toContain('name="password"');
    for (const [step, fields] of [['password', { password: dee.credentials.password }], ['totp', { code: await who.codeOf(dee.credentials) }], ['codes', {}], ['skip', {}]] as const) await who.post('/sign-in', { step, ...fields });
    const after = await state();
    expect(after).toMatchObject({ authenticatedAt: before.authenticatedAt, methods: before.methods, isPhishingResistant: true });
    await expect(who.api('POST', '/api/v1/me/factors/recovery-codes')).rejects.toMatchObject({ code: 'platform.stronger_sign_in_needed' });
  });

  it('a session of level 3 is never lowered by a weaker proof, whatever was asked for on the way there', async () => {
    const needs = { clock: world.clock, announce: async () => undefined };
    const who = { personId: anna.id, personName: anna.name, address: '127.0.0.1', deviceId: null };
    const listed: Proof = { method: 'passkey', at: '', isUserVerified: true, isSynced: false, isListed: true };
    const weaker: readonly (readonly Proof[])[] = [[{ ...listed, isSynced: true }], [{ ...listed, isUserVerified: false }], [{ method: 'password', at: '' }, { method: 'totp', at: '' }]];
    const { session: strong, secret } = await world.database.transaction((tx) => startSessionIn(tx, needs, { ...who, proofs: [listed], userAgent: '', replaces: null }));
    expect(strong.assuranceLevel).toBe(3);
    for (const proofs of weaker) expect(await world.database.transaction((tx) => raiseSessionIn(tx, needs, { ...who, proofs, sessionId: strong.id }))).toBeNull();
    const { session: still } = JSON.parse((await ask('GET', '/api/v1/me', { cookie: `${session}=${secret}` })).text) as { session: { assuranceLevel: number } };
    expect(still.assuranceLevel, 'and its secret is still the one').toBe(3);
  });

  it('half a proof freshens nothing, and what was proven in another sign-in is not counted again', async () => {
    const who = newBrowser();
    await signIn(who, anna);
    const { session: before } = await who.api<{ session: { authenticatedAt: string } }>('GET', '/api/v1/me');
    world.clock.forward(16 * 60_000);
    await who.go('/sign-in?step_up=2&return_to=/security');
    await who.go('/sign-in?with=password');
    expect((await who.post('/sign-in', { step: 'password', password: anna.credentials.password })).text).toContain('name="code"');
    expect((await who.api<{ session: { authenticatedAt: string } }>('GET', '/api/v1/me')).session.authenticatedAt).toBe(before.authenticatedAt);
    // Begun anew: the password of the first try is gone.
    await who.go('/sign-in?step_up=2&return_to=/security');
    const again = await who.go('/sign-in?with=totp');
    expect(again.text).toContain('name="code"');
    world.clock.forward(61_000);
    await who.post('/sign-in', { step: 'totp', code: await who.codeOf(anna.credentials) });
    expect((await who.api<{ session: { authenticatedAt: string } }>('GET', '/api/v1/me')).session.authenticatedAt, 'a code alone is one factor').toBe(before.authenticatedAt);
  });

  it('nobody raises the session of somebody else by proving who they are themselves', async () => {
    const kim = await world.hire('Kim', 'Linde');
    await world.signIn(kim);
    const who = newBrowser();
    await signIn(who, anna);
    await who.go('/sign-in?step_up=2&return_to=/security');
    const thief = newBrowser();
    await thief.go('/sign-in');
    await thief.post('/sign-in', { step: 'username', username: kim.credentials.username });
    await thief.post('/sign-in', { step: 'password', password: kim.credentials.password });
    // Half of Kim's sign-in in Anna's browser.
    who.cookies.set(underway, thief.cookies.get(underway)!);
    world.clock.forward(61_000);
    await who.go('/sign-in');
    await who.post('/sign-in', { step: 'totp', code: await who.codeOf(kim.credentials) });
    const { person } = await who.api<{ person: { username: string } }>('GET', '/api/v1/me');
    // Whoever finishes Kim's sign-in is Kim, in a session of her own; Anna's was not raised.
    expect(person.username).toBe(kim.credentials.username);
    expect((await anna.browser.api<{ items: { endReason: string | null }[] }>('GET', '/api/v1/me/sessions')).items.some((one) => one.endReason === 'signed in again in the same browser')).toBe(true);
  });
});

describe('CSRF', () => {
  const changing = (): readonly Operation[] => operations.filter(({ method, isPublic }) => method !== 'GET' && !isPublic);

  it('every door that changes something refuses a request that lacks the token of this session, brings that of another, or comes from elsewhere', async () => {
    const who = newBrowser();
    await signIn(who, rita);
    const mine = await csrfOf(who);
    const foreign = await csrfOf(anna.browser);
    const cookie = cookieHeader(who.cookies);
    expect(changing().length).toBeGreaterThan(40);
    const got: string[] = [];
    for (const { name, method, path, body, bodyType } of changing()) {
      const attacks: readonly (readonly [string, Record<string, string>, string | undefined])[] = [
        ['without a token', body ? { 'content-type': bodyType! } : {}, body ? '{}' : undefined],
        ['with the token of another session', { 'x-csrf-token': foreign, ...(body ? { 'content-type': bodyType! } : {}) }, body ? '{}' : undefined],
        ['from another site, token and all', { 'x-csrf-token': mine, 'sec-fetch-site': 'cross-site', ...(body ? { 'content-type': bodyType! } : {}) }, body ? '{}' : undefined],
        ['with a foreign origin, token and all', { 'x-csrf-token': mine, origin: 'https://evil.example', ...(body ? { 'content-type': bodyType! } : {}) }, body ? '{}' : undefined],
        ['with no origin of its own (a sandboxed frame), token and all', { 'x-csrf-token': mine, origin: 'null', ...(body ? { 'content-type': bodyType! } : {}) }, body ? '{}' : undefined],
        ['as a form of another site', { 'content-type': 'application/x-www-form-urlencoded' }, 'a=b'],
        ['as JSON in a form (text/plain)', { 'content-type': 'text/plain' }, '{"reason":"x","ignore":"="}'],
      ];
      for (const [how, headers, sent] of attacks) {
        const reply = await ask(method, fill(path), { cookie, ...headers }, sent);
        if (reply.status !== 403 || codeOf(reply) !== 'platform.forged_request') got.push(`${name} ${how}: ${reply.status} ${reply.text.slice(0, 80)}`);
      }
    }
    expect(got).toEqual([]);
  }, 120_000);

  it('with the right token a body that is no JSON does not pass as one (text/plain, forms)', async () => {
    const who = newBrowser();
    await signIn(who, rita);
    const headers = { cookie: cookieHeader(who.cookies), 'x-csrf-token': await csrfOf(who) };
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain; application/json', 'application/jsonp']) {
      const reply = await ask('POST', '/api/v1/places', { ...headers, 'content-type': type }, JSON.stringify({ name: 'Forged', networks: ['10.0.0.0/8'] }));
      expect([type, reply.status]).toEqual([type, 400]);
    }
    expect((await who.api<{ items: unknown[] }>('GET', '/api/v1/places')).items).toEqual([]);
  });

  it('every form of ours refuses what did not come out of it: no token, a made-up one, one of another browser, another site', async () => {
    const forms = world.app.domains.modules.flatMap((module) => module.routes ?? []).filter((route) => route.accepts === 'form').map((route) => route.path.replace(/:\w+/g, 'x'));
    expect(forms).toEqual(expect.arrayContaining(['/sign-in', '/enrol', '/recover', '/sign-out', '/set-up', '/not-me', '/oauth2/logout/confirm']));
    const who = newBrowser();
    await signIn(who, anna);
    const page = await who.go('/sign-out');
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)![1]!;
    const other = newBrowser();
    const foreign = /name="csrf" value="([^"]+)"/.exec((await other.go('/sign-in')).text)![1]!;
    const type = { 'content-type': 'application/x-www-form-urlencoded', cookie: cookieHeader(who.cookies) };
    for (const form of forms) {
      const attacks: readonly (readonly [string, Record<string, string>, string])[] = [
        ['no token', type, 'step=username&username=x'],
        ['a made-up token', type, 'csrf=made-up&step=username&username=x'],
        ['the token of another browser', type, `csrf=${foreign}&step=username&username=x`],
        ['two tokens, the right one among them', type, `csrf=${csrf}&csrf=x`],
        ['another site', { ...type, 'sec-fetch-site': 'cross-site' }, `csrf=${csrf}`],
        ['a foreign origin', { ...type, origin: 'https://evil.example' }, `csrf=${csrf}`],
        ['JSON', { ...type, 'content-type': 'application/json' }, JSON.stringify({ csrf })],
        ['plain text', { ...type, 'content-type': 'text/plain' }, `csrf=${csrf}`],
      ];
      for (const [how, headers, body] of attacks) {
        const reply = await ask('POST', form, headers, body);
        expect([form, how, reply.status === 403 || reply.status === 400], reply.text.slice(0, 200)).toEqual([form, how, true]);
      }
    }
    expect(await meBy(who.cookies.get(session)!), 'nothing of it signed anybody out').toBe(200);
  });

  it('a link changes nothing: no GET of ours signs out, enrols or ends anything', async () => {
    const who = newBrowser();
    await signIn(who, anna);
    const cookie = cookieHeader(who.cookies);
    for (const path of ['/sign-out', '/sign-out?done=1', '/oauth2/logout', `/oauth2/logout?client_id=${wiki.clientId}`, '/api/v1/me/sessions/end-others', '/not-me?token=x']) await ask('GET', path, { cookie });
    expect(await meBy(who.cookies.get(session)!)).toBe(200);
  });
});

describe('clickjacking and foreign frames', () => {
  it('no page of ours is shown in a frame, errors and redirects included, and none may use passkeys, camera or place of a visitor from inside one', async () => {
    const signedIn = newBrowser();
    await signIn(signedIn, rita);
    const cookie = cookieHeader(signedIn.cookies);
    const pages: readonly (readonly [string, string, Record<string, string>, string?])[] = [
      ['GET', '/sign-in', {}], ['GET', '/sign-in?with=passkey', {}], ['GET', '/recover', {}], ['GET', '/enrol', {}], ['GET', '/sign-out', { cookie }], ['GET', '/set-up?token=x', {}], ['GET', '/not-me?token=x', {}],
      ['GET', '/', { cookie }], ['GET', '/admin', { cookie }], ['GET', '/security', {}], ['GET', '/nothing/here', {}], ['GET', '/%c0%ae', {}], ['GET', `/${'a'.repeat(3_000)}`, {}],
      ['POST', '/sign-in', { 'content-type': 'application/x-www-form-urlencoded' }, 'csrf=x'], ['POST', '/sign-in', { 'content-type': 'application/x-www-form-urlencoded' }, 'a='.concat('x'.repeat(70_000))], ['PUT', '/sign-in', {}],
      ['GET', '/oauth2/authorize', {}], ['GET', '/oauth2/authorize?client_id=nobody&redirect_uri=https://evil.example', {}], ['GET', `/oauth2/authorize?client_id=${wiki.clientId}&redirect_uri=https://evil.example`, {}], ['GET', '/oauth2/interaction/x', {}], ['GET', '/oauth2/logout', { cookie }], ['GET', '/oauth2/logout?client_id=nobody', {}],
      ['GET', '/api/v1/me', {}], ['GET', '/api/v1/me', { cookie }], ['GET', '/api/openapi.json', {}], ['GET', '/sign-in?return_to=/x', { cookie }],
    ];
    for (const [method, path, headers, body] of pages) {
      const reply = await ask(method, path, headers, body);
      const name = `${method} ${path.slice(0, 60)} ${reply.status}`;
      expect(String(reply.headers['content-security-policy']), name).toContain("frame-ancestors 'none'");
      expect(String(reply.headers['content-security-policy']), name).not.toContain('unsafe-');
      const permissions = String(reply.headers['permissions-policy']);
      for (const power of ['camera=()', 'microphone=()', 'geolocation=()', 'publickey-credentials-get=(self)', 'publickey-credentials-create=(self)']) expect(permissions, name).toContain(power);
      expect([reply.headers['cross-origin-opener-policy'], reply.headers['cross-origin-resource-policy'], reply.headers['x-content-type-options']], name).toEqual(['same-origin', 'same-origin', 'nosniff']);
      expect(String(reply.headers['strict-transport-security']), name).toMatch(/max-age=63072000; includeSubDomains/);
      expect(String(reply.headers['access-control-allow-origin'] ?? ''), name).toBe('');
    }
  });

  it('no page of ours draws a frame, so none can be handed a power from outside', async () => {
    for (const path of ['/sign-in', '/recover', '/sign-out', '/nothing/here']) expect((await ask('GET', path)).text).not.toMatch(/<(iframe|frame|object|embed)\b/i);
  });
});

const zoo = [
  '//evil.example', '///evil.example', '////evil.example', '/\\evil.example', '\\\\evil.example', '/\\/evil.example', '\\/evil.example', '/%5cevil.example', '/%2f%2fevil.example', '/%2fevil.example', '/.//evil.example', '/./\\evil.example', '/..//evil.example', '/x/..//evil.example', '/./..//evil.example',
  'https://evil.example', 'https:evil.example', 'https:/evil.example', 'https:///evil.example', 'HTTPS://evil.example', 'http://id.linden.example@evil.example', 'https://id.linden.example.evil.example', 'https://id.linden.example:443@evil.example/', '//id.linden.example@evil.example', '/@evil.example', '//evil.example/%2e%2e',
  'javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'java\nscript:alert(1)', 'data:text/html,x', 'vbscript:x', 'blob:https://evil.example/x', 'ftp://evil.example', '\tjavascript:alert(1)', '/\t/evil.example', '/\n/evil.example', '/\r/evil.example', '\u0000//evil.example', ' //evil.example', '/ /evil.example', '/\u00a0/evil.example', '/\u2028/evil.example',
  '//evil%E3%80%82example', '/／evil.example', '/\u2215\u2215evil.example', '。。/evil.example', '/%00//evil.example', '/%0d%0aLocation:%20https://evil.example', '/\r\nset-cookie: a=b', '/;@evil.example', '?//evil.example', '#//evil.example', '.evil.example', 'evil.example', `/${'a'.repeat(5_000)}`, '//[::1]', '//0x7f000001', '//evil.example:443', '/https://evil.example/..', 'x'.repeat(60_000),
];

describe('open redirect', () => {
  const isOurs = (location: string): boolean => {
    // As a browser resolves it, and as a careless library does.
    const url = URL.parse(location, publicOrigin);
    return url !== null && url.origin === publicOrigin && /^\/(?![/\\])/.test(location) && !/[\u0000-\u0020\u007f-\uffff\\]/.test(location);
  };

  it('who is signed in is never sent elsewhere, whatever the link says', async () => {
    const who = newBrowser();
    await signIn(who, anna);
    const cookie = cookieHeader(who.cookies);
    for (const to of zoo) {
      const reply = await ask('GET', `/sign-in?${new URLSearchParams({ return_to: to })}`, { cookie });
      if (reply.status === 400 || reply.status === 431) continue;
      expect([to.slice(0, 60), reply.status, isOurs(reply.headers.location ?? 'missing')], reply.headers.location).toEqual([to.slice(0, 60), 303, true]);
      expect(reply.headers['set-cookie'] ?? [], to).toEqual([]);
    }
  });

  it('nor is who signs in, by the link or by the field of the form', async () => {
    const hostile = zoo.filter((to) => to.length < 4_000);
    for (const to of hostile.filter((_, index) => index % 9 === 0)) {
      const who = newBrowser();
      world.clock.forward(61_000);
      await who.go(`/sign-in?${new URLSearchParams({ return_to: to })}`);
      await who.post('/sign-in', { step: 'username', username: anna.credentials.username, return_to: to });
      await who.post('/sign-in', { step: 'password', password: anna.credentials.password, return_to: to });
      const page = await ask('GET', '/sign-in', { cookie: cookieHeader(who.cookies) });
      const reply = await ask('POST', '/sign-in', { cookie: cookieHeader(who.cookies), 'content-type': 'application/x-www-form-urlencoded' }, new URLSearchParams({ csrf: /name="csrf" value="([^"]+)"/.exec(page.text)![1]!, step: 'totp', code: await who.codeOf(anna.credentials), return_to: to }).toString());
      expect([to, reply.status, isOurs(reply.headers.location!)], reply.headers.location).toEqual([to, 303, true]);
    }
  }, 60_000);

  it('after signing out one goes to a registered address or nowhere (post_logout_redirect_uri), and the same for the callback of an application', async () => {
    for (const to of zoo.filter((one) => one.length < 2_000)) {
      const out = await ask('GET', `/oauth2/logout?${new URLSearchParams({ client_id: wiki.clientId, post_logout_redirect_uri: to })}`);
      expect([to, out.status, out.headers.location]).toEqual([to, 400, undefined]);
      const authorize = await ask('GET', `/oauth2/authorize?${new URLSearchParams({ client_id: wiki.clientId, response_type: 'code', redirect_uri: to, scope: 'openid' })}`);
      expect([to, authorize.status, authorize.headers.location]).toEqual([to, 400, undefined]);
    }
    for (const near of ['https://wiki.linden.example/callback/', 'https://wiki.linden.example/callback?x=1', 'https://wiki.linden.example/callback/../evil', 'https://wiki.linden.example:8443/callback', 'https://wiki.linden.example/Callback', 'http://wiki.linden.example/callback', 'https://wiki.linden.example/callback#x', 'https://user@wiki.linden.example/callback']) {
      const authorize = await ask('GET', `/oauth2/authorize?${new URLSearchParams({ client_id: wiki.clientId, response_type: 'code', redirect_uri: near, scope: 'openid' })}`);
      expect([near, authorize.status, authorize.headers.location]).toEqual([near, 400, undefined]);
    }
  });
});

describe('cookies', () => {
  it('of ours are __Host-, Secure, HttpOnly, SameSite=Lax and without a domain; what signs in is gone with the browser (63B-4 5.1.1)', async () => {
    const lines: string[] = [];
    const jar = new Map<string, string>();
    const go = async (method: string, path: string, form?: Record<string, string>): Promise<RawReply> => {
      const reply = await ask(method, path, { cookie: cookieHeader(jar), ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}) }, form && new URLSearchParams(form).toString());
      for (const line of reply.headers['set-cookie'] ?? []) {
        lines.push(line);
        jar.set(line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1, line.indexOf(';')));
      }
      return reply;
    };
    const csrf = (reply: RawReply): string => /name="csrf" value="([^"]+)"/.exec(reply.text)![1]!;
    world.clock.forward(61_000);
    const first = await go('GET', '/sign-in');
    await go('POST', '/sign-in', { csrf: csrf(first), step: 'username', username: anna.credentials.username });
    await go('POST', '/sign-in', { csrf: csrf(first), step: 'password', password: anna.credentials.password });
    await go('POST', '/sign-in', { csrf: csrf(first), step: 'totp', code: await anna.browser.codeOf(anna.credentials) });
    await go('GET', '/sign-in?step_up=2');
    await go('POST', '/sign-out', { csrf: csrf(first) });
    await go('GET', `/oauth2/authorize?${new URLSearchParams({ client_id: wiki.clientId, response_type: 'code', redirect_uri: 'https://wiki.linden.example/callback', scope: 'openid', code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' })}`);
    const names = new Set(lines.map((line) => line.split('=')[0]!));
    expect([...names].filter((name) => name.startsWith('__Host-')).sort()).toEqual(['__Host-bailiwick', '__Host-bailiwick-device', '__Host-bailiwick-form', '__Host-bailiwick-sign-in']);
    for (const line of lines) {
      const [name, ...attributes] = line.split('; ').map((part, index) => (index === 0 ? part.split('=')[0]! : part.toLowerCase()));
      expect(attributes, line).toEqual(expect.arrayContaining(['httponly', 'secure', 'samesite=lax']));
      expect(attributes.some((one) => one.startsWith('domain')), line).toBe(false);
      if (name!.startsWith('__Host-')) expect(attributes, line).toContain('path=/');
      // Those of the protocol belong to one half-done sign-in, and reach no other path.
      else expect(attributes.find((one) => one.startsWith('path=')), line).toMatch(/^path=\/oauth2\//);
      const isGone = /=;/.test(line.split('; ')[0]! + ';');
      if (!isGone && [session, underway, '__Host-bailiwick-form'].includes(name!)) expect(attributes.some((one) => one.startsWith('expires') || one.startsWith('max-age')), line).toBe(false);
    }
  });

  it('without the prefix are not read, and of two with one name the answer is the same at every door: no session is half of one and half of another (cookie tossing)', async () => {
    const [one, two] = [newBrowser(), newBrowser()];
    await signIn(one, anna);
    await signIn(two, rita);
    const [annas, ritas] = [one.cookies.get(session)!, two.cookies.get(session)!];
    expect((await ask('GET', '/api/v1/me', { cookie: `bailiwick=${annas}; Bailiwick=${annas}; __Secure-bailiwick=${annas}; __host-bailiwick=${annas}` })).status).toBe(401);
    for (const cookie of [`${session}=${annas}; ${session}=${ritas}`, `${session}=${ritas}; ${session}=${annas}`]) {
      const me = JSON.parse((await ask('GET', '/api/v1/me', { cookie })).text) as { person: { id: string }; csrfToken: string };
      const list = JSON.parse((await ask('GET', '/api/v1/me/sessions', { cookie })).text) as { items: { isCurrent: boolean }[] };
      expect(list.items.some((item) => item.isCurrent)).toBe(true);
      const code = await ask('GET', `/oauth2/authorize?${new URLSearchParams({ client_id: wiki.clientId, response_type: 'code', redirect_uri: 'https://wiki.linden.example/callback', scope: 'openid', prompt: 'none', code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' })}`, { cookie });
      expect(new URL(code.headers.location!).searchParams.has('code')).toBe(true);
      const { rows } = await world.database.pool.query<{ personId: string }>(`select person_id as "personId" from federation.participation order by last_at desc limit 1`);
      expect(rows[0]!.personId, 'the protocol sees the same person as the API').toBe(me.person.id);
      const otherToken = me.person.id === anna.id ? await csrfOf(two) : await csrfOf(one);
      expect((await ask('POST', '/api/v1/me/devices/forget-all', { cookie, 'x-csrf-token': otherToken })).status, 'the token of the other session does not fit').toBe(403);
    }
  });

  it('that are oversized, malformed or nonsense sign nobody in and break nothing', async () => {
    const values = ['%', '%zz', '%c0%ae', '"', '"quoted"', '=', ';', ',', 'a b', '\u00e9', '__proto__', 'null', 'undefined', '[object Object]', '{}', "' or 1=1 --", 'x'.repeat(4_096), '-'.repeat(43), 'A'.repeat(43), '../../etc/passwd', '\t'];
    for (const value of values) {
      for (const name of [session, underway, '__Host-bailiwick-device', '__Host-bailiwick-form']) {
        const cookie = Buffer.from(`${name}=${value}`, 'utf8').toString('latin1');
        const page = await ask('GET', '/sign-in', { cookie });
        expect([name, value.slice(0, 20), page.status]).toEqual([name, value.slice(0, 20), 200]);
        expect((await ask('GET', '/api/v1/me', { cookie })).status).toBe(401);
      }
    }
    expect((await ask('GET', '/api/v1/me', { cookie: `${session}=${'x'.repeat(20_000)}` })).status).toBe(431);
    expect((await ask('GET', '/sign-in', { cookie: Array.from({ length: 500 }, (_, index) => `c${index}=1`).join('; ') })).status).toBe(200);
  });

  it('a device cookie that is forged, or of another house, makes nobody familiar', async () => {
    const id = '01890a5d-ac96-774b-bcce-b302099a8057';
    const real = anna.browser.cookies.get('__Host-bailiwick-device')!;
    for (const forged of [id, `${id}.`, `${id}.AAAA`, `${id}.${real.split('.')[1]}`, real.split('.')[0]!, `${real}x`, real.toUpperCase()]) {
      const who = newBrowser();
      who.cookies.set('__Host-bailiwick-device', forged);
      await signIn(who, anna);
      expect([id, real.split('.')[0]], forged).not.toContain(who.cookies.get('__Host-bailiwick-device')!.split('.')[0]);
    }
  }, 60_000);
});

it('pages that show a secret are kept by no cache, nor by the back button of the next person', async () => {
  const eve = await world.hire('Eve', 'Linde');
  const { pass } = await (await world.script()).api<{ pass: string }>('POST', `/api/v1/people/${eve.id}/access-pass`, { reason: 'first day' });
  const who = newBrowser();
  await who.go('/sign-in');
  await who.post('/sign-in', { step: 'username', username: eve.credentials.username });
  await who.go('/sign-in?with=access-pass');
  await who.post('/sign-in', { step: 'access-pass', code: pass });
  await who.go('/enrol?with=new-password');
  await who.post('/enrol', { step: 'new-password', password: eve.credentials.password });
  const key = await who.go('/enrol?with=new-totp');
  expect(key.text).toContain('id="totp-key"');
  eve.credentials.totpSecret = /id="totp-key">([A-Z2-7 ]+)</.exec(key.text)![1]!.replaceAll(' ', '');
  const codes = await who.post('/enrol', { step: 'new-totp', code: await who.codeOf(eve.credentials) });
  expect(codes.text).toContain('id="recovery-codes"');
  await who.post('/enrol', { step: 'codes' });
  const cookie = cookieHeader(who.cookies);
  const answers = [await ask('GET', '/api/v1/me', { cookie }), await ask('POST', '/api/v1/me/factors/recovery-codes', { cookie, 'x-csrf-token': await csrfOf(who) }), await ask('POST', '/api/v1/me/factors/totp', { cookie, 'x-csrf-token': await csrfOf(who), 'content-type': 'application/json' }, '{}')];
  expect(answers.map((one) => one.status)).toEqual([200, 200, 200]);
  for (const headers of [Object.fromEntries(key.headers), Object.fromEntries(codes.headers), ...answers.map((one) => one.headers)]) expect(headers['cache-control']).toBe('no-store');
});

it('the secret of a session is in no address, no page and no answer, and neither is its digest', async () => {
  const who = newBrowser();
  const seen: string[] = [];
  await signIn(who, anna, '/security');
  const secret = who.cookies.get(session)!;
  const id = await idOf(who);
  for (const path of ['/', '/sign-in', '/sign-out', '/security', '/api/v1/me', '/api/v1/me/sessions', '/api/v1/me/devices', '/api/v1/me/factors', '/api/openapi.json', '/nothing']) {
    const { status, headers, text } = await ask('GET', path, { cookie: cookieHeader(who.cookies) });
    seen.push(`${status} ${JSON.stringify({ ...headers, 'set-cookie': undefined })} ${text}`);
    if (!path.startsWith('/api/v1/me')) expect(text, path).not.toContain(id);
  }
  const { rows } = await world.database.pool.query<{ digest: Buffer }>('select digest from authn.session where id = $1', [id]);
  const digest = rows[0]!.digest;
  for (const text of seen) for (const spelling of [secret, digest.toString('hex'), digest.toString('base64url')]) expect(text).not.toContain(spelling);
});

it('two tabs that sign in at once end in one session or a page that says what to do, never in a broken one', async () => {
  const jar = new Map<string, string>();
  const tab = (): Visitor => visitor(world.address, world.clock, { cookies: jar, wait: async (ms) => world.clock.forward(ms) });
  const [left, right] = [tab(), tab()];
  world.clock.forward(61_000);
  await left.go('/sign-in');
  await right.go('/sign-in');
  await left.post('/sign-in', { step: 'username', username: anna.credentials.username });
  await right.post('/sign-in', { step: 'username', username: anna.credentials.username });
  // Both go on with what the other left in the jar, and at the same moment.
  const passwords = await Promise.all([left, right].map((one) => one.post('/sign-in', { step: 'password', password: anna.credentials.password })));
  for (const reply of passwords) expect(reply.status).toBeLessThan(400);
  await left.go('/sign-in');
  await right.go('/sign-in');
  const code = await left.codeOf(anna.credentials);
  const ends = await Promise.all([left, right].map((one) => one.post('/sign-in', { step: 'totp', code })));
  for (const reply of ends) expect([200, 303, 401]).toContain(reply.status);
  // Whoever came second finds the door open.
  const again = await right.go('/sign-in');
  expect([again.at, await left.api<{ person: { id: string } }>('GET', '/api/v1/me').then((me) => me.person.id)]).toEqual(['/', anna.id]);
});

describe('what a browser may say about itself', () => {
  it('a language that is an injection is one we do not speak: nothing of it comes back (header injection)', async () => {
    for (const language of ['<script>alert(1)</script>', 'de"><img src=x>', '__proto__', 'constructor', 'toString', '../../etc/passwd', "en';drop table", 'de;q=NaN', 'x'.repeat(8_000), 'fr;q=1e309, de;q=-1', '*', ',,,,;q=']) {
      const page = await ask('GET', '/sign-in', { 'accept-language': language });
      expect([language.slice(0, 30), page.status]).toEqual([language.slice(0, 30), 200]);
      expect(/<html[^>]* lang="(\w+)"/.exec(page.text)![1]).toMatch(/^(en|de|fr|es)$/);
      expect(page.text).not.toMatch(/alert\(1\)|<img src=x|drop table|passwd|\[native code\]/);
    }
  });

  it('a name of the browser with markup in it is shown as words we know', async () => {
    const who = newBrowser();
    const named = visitor(world.address, world.clock, { userAgent: '<script>alert(1)</script>/1.0 (evil)', wait: async (ms) => world.clock.forward(ms) });
    await signIn(named, anna);
    await signIn(who, anna);
    const { items } = await who.api<{ items: { device: string }[] }>('GET', '/api/v1/me/sessions');
    expect(items.map((one) => one.device)).toContain('Unknown browser');
    expect(JSON.stringify(items)).not.toContain('alert');
  });
});

it('HTTP parameter pollution: a field that comes twice is no field, and foreign ones change nothing', async () => {
  const who = newBrowser();
  const csrf = /name="csrf" value="([^"]+)"/.exec((await who.go('/sign-in')).text)![1]!;
  const cookie = (): string => cookieHeader(who.cookies);
  const post = (body: string): Promise<RawReply> => ask('POST', '/sign-in', { cookie: cookie(), 'content-type': 'application/x-www-form-urlencoded' }, body);
  for (const body of [`csrf=${csrf}&step=username&username=anna&username=rita`, `csrf=${csrf}&step=username&step=codes&username=anna`, `csrf=${csrf}&step[]=username&username=anna`, `csrf=${csrf}&step=username&username[$ne]=x`, `csrf=${csrf}&step=username&username=anna&return_to=/a&return_to=//evil.example`, `csrf=${csrf}&__proto__[step]=username&username=anna`, `csrf=${csrf}&step=username&username=anna%00`]) {
    const reply = await post(body);
    expect([body.replace(csrf, ''), reply.status]).toEqual([body.replace(csrf, ''), 400]);
  }
  for (const query of ['return_to=/a&return_to=//evil.example', 'step_up=2&step_up=3', 'with=password&with=codes']) expect((await ask('GET', `/sign-in?${query}`)).status, query).toBe(400);
  await who.post('/sign-in', { step: 'username', username: anna.credentials.username });
  const smuggled = await post(new URLSearchParams({ csrf, step: 'password', password: 'wrong', personId: rita.id, person_id: rita.id, assuranceLevel: '3', proofs: '[{"method":"passkey"}]', isAdmin: 'true', enrolled: '[]' }).toString());
  expect(smuggled.status).toBe(401);
  expect((await ask('GET', '/api/v1/me', { cookie: cookie() })).status).toBe(401);
});
