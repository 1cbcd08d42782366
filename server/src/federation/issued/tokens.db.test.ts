import { generateKeyPair, exportJWK, SignJWT, decodeJwt, decodeProtectedHeader, createRemoteJWKSet, jwtVerify } from 'jose';
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { federationWorld, type FederationNode, type FederationWorld, type SignedInPerson } from '../../../testing/federation-world.ts';
import { systemClock } from '../../platform/clock/index.ts';
import { sql } from '../../platform/db/index.ts';
import { changeClient } from '../client/change-client.ts';
import { removeClient } from '../client/remove-client.ts';
import { rotateSecret } from '../client/rotate-secret.ts';
import { keepKeys } from '../signing-key/keep-keys.ts';
import { readKeys } from '../signing-key/store.ts';

interface Application {
  readonly id: string;
  readonly secret: string | null;
  readonly callback: string;
}
interface Tokens {
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly id_token?: string;
  readonly expires_in: number;
  readonly scope?: string;
}

let world: FederationWorld;
let second: FederationNode;
let web: Application;
let phone: Application;
let machine: Application;
let aheadMs = 0;
const clock = { now: () => new Date(systemClock.now().getTime() + aheadMs) };

const callback = 'https://web.example.com/callback';

async function post(path: string, application: Application, body: Record<string, string>, origin = world.origin): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(origin + path, {
    method: 'POST',
    headers: application.secret ? { authorization: `Basic ${Buffer.from(`${application.id}:${application.secret}`).toString('base64')}` } : {},
    body: new URLSearchParams(application.secret ? body : { client_id: application.id, ...body }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

async function signIn(who: SignedInPerson, application: Application, scope = 'openid profile'): Promise<Tokens> {
  const verifier = randomBytes(32).toString('base64url');
  const address = new URL('/oauth2/authorize', world.origin);
  address.search = new URLSearchParams({ client_id: application.id, response_type: 'code', redirect_uri: application.callback, scope, nonce: 'n', code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256', ...(scope.includes('offline_access') ? { prompt: 'consent' } : {}) }).toString();
  const { location, text } = await who.browser.walk(address.href, world.origin);
  const code = location && new URL(location).searchParams.get('code');
  if (!code) throw new Error(location ?? text);
  const answer = await post('/oauth2/token', application, { grant_type: 'authorization_code', code, redirect_uri: application.callback, code_verifier: verifier });
  expect(answer.status).toBe(200);
  return answer.body as unknown as Tokens;
}

const refresh = (application: Application, token: string, origin?: string) => post('/oauth2/token', application, { grant_type: 'refresh_token', refresh_token: token }, origin);
const introspect = async (token: string, origin?: string) => (await post('/oauth2/introspect', web, { token }, origin)).body;
const userinfo = async (token: string, origin = world.origin) => (await fetch(`${origin}/oauth2/userinfo`, { headers: { authorization: `Bearer ${token}` } })).status;

beforeAll(async () => {
  world = await federationWorld({ clock });
  second = await world.startSecondNode();
  const one = await world.addClient({ name: 'Web', redirectUris: [callback] });
  web = { id: one.client.id, secret: one.secret, callback };
  const two = await world.addClient({ name: 'Phone', kind: 'native', redirectUris: ['http://127.0.0.1/callback'] });
  phone = { id: two.client.id, secret: null, callback: 'http://127.0.0.1:5123/callback' };
  const three = await world.addClient({ name: 'Machine', kind: 'machine', scopes: ['orders.read', 'orders.write'], audiences: ['https://orders.example.com'] });
  machine = { id: three.client.id, secret: three.secret, callback };
});
afterAll(() => world?.close());

describe('refresh tokens', () => {
  test('of a public application are replaced at each use; the one before is forgiven for ten seconds, a thief ends the family', async () => {
    const maria = await world.signIn(await world.join('Maria', 'Rot'));
    const first = await signIn(maria, phone);
    const next = await refresh(phone, first.refresh_token!);
    expect(next.status).toBe(200);
    expect(next.body['refresh_token']).not.toBe(first.refresh_token);
    // The other tab, a moment later.
    const tab = await refresh(phone, first.refresh_token!, second.origin);
    expect(tab.status).toBe(200);
    const third = await refresh(phone, next.body['refresh_token'] as string);
    expect(third.status).toBe(200);
    // Its successor was used: whoever shows the first one now is not the application.
    const stolen = await refresh(phone, first.refresh_token!);
    expect(stolen).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect((await refresh(phone, third.body['refresh_token'] as string)).status).toBe(400);
    expect((await refresh(phone, tab.body['refresh_token'] as string)).status).toBe(400);
    expect(await userinfo(third.body['access_token'] as string)).toBe(401);
    expect((await world.audit('federation.token-family.end')).some((entry) => entry.outcome === 'refused' && entry.reason?.includes('shown again') && entry.target === `person:${maria.personId}`)).toBe(true);
  });

  test('a token that comes back after the ten seconds ends the family too', async () => {
    const maria = await world.signIn(await world.join('Maria', 'Spät'));
    const first = await signIn(maria, phone);
    const next = await refresh(phone, first.refresh_token!);
    aheadMs += 11_000;
    expect((await refresh(phone, first.refresh_token!)).status).toBe(400);
    expect((await refresh(phone, next.body['refresh_token'] as string)).status).toBe(400);
  });

  test('of a confidential application stay the same, and belong to that application alone', async () => {
    const ivan = await world.signIn(await world.join('Ivan', 'Fest'));
    const first = await signIn(ivan, web);
    const next = await refresh(web, first.refresh_token!);
    expect(next.status).toBe(200);
    expect(next.body['refresh_token']).toBe(first.refresh_token);
    const again = decodeJwt(next.body['id_token'] as string);
    expect(again).toMatchObject({ sub: ivan.personId, acr: 'urn:bailiwick:aal2', auth_time: decodeJwt(first.id_token!)['auth_time'] });
    expect((await refresh(phone, first.refresh_token!)).status).toBe(400);
    expect((await refresh(web, first.refresh_token!)).status).toBe(200);
  });

  test('end with the sign-in session they belong to, unless the person agreed to offline access', async () => {
    const ana = await world.signIn(await world.join('Ana', 'Bunden'));
    const bound = await signIn(ana, web);
    const offline = await signIn(ana, web, 'openid offline_access');
    expect((await refresh(web, offline.refresh_token!)).status).toBe(200);
    await world.endSession(ana);
    // At once: nobody waits for an event here, on neither server.
    expect((await refresh(web, bound.refresh_token!, second.origin)).status).toBe(400);
    expect(await introspect(bound.access_token, second.origin)).toEqual({ active: false });
    expect(await userinfo(bound.access_token)).toBe(401);
    expect((await refresh(web, offline.refresh_token!)).status).toBe(200);
  });
});

test('"this was not me" ends tokens with offline access too: a thief keeps nothing for 90 days', async () => {
  const vera = await world.signIn(await world.join('Vera', 'Holm'));
  const stolen = await signIn(vera, web, 'openid offline_access');
  expect((await refresh(web, stolen.refresh_token!)).status).toBe(200);
  await world.database.transaction((tx) => world.events.announce(tx, { kind: 'sign_in_disavowed', subject: `person:${vera.personId}`, at: clock.now(), facts: { about: 'factor_added' } }));
  await expect.poll(async () => (await refresh(web, stolen.refresh_token!)).status, { timeout: 5_000 }).toBe(400);
});

test('after "this was not me" the very next refresh and introspection are refused, on every server, before any event has arrived', async () => {
  const stein = await world.join('Wilma', 'Stein');
  const wilma = await world.signIn(stein);
  const offline = await signIn(wilma, web, 'openid offline_access');
  expect(await introspect(offline.access_token)).toMatchObject({ active: true });
  await world.disavow(wilma.personId);
  for (const origin of [world.origin, second.origin]) {
    expect((await refresh(web, offline.refresh_token!, origin)).status).toBe(400);
    expect(await introspect(offline.access_token, origin)).toEqual({ active: false });
  }
  expect(await userinfo(offline.access_token)).toBe(401);
  // Whoever signs in afterwards begins anew, and keeps it.
  const fresh = await signIn(await world.signIn(stein), web, 'openid offline_access');
  expect((await refresh(web, fresh.refresh_token!)).status).toBe(200);
});

test('INVARIANT: of a person who left nothing works any more, on every server, at every endpoint, at once', async () => {
  const noor = await world.signIn(await world.join('Noor', 'Weg'));
  const mine = await signIn(noor, web);
  const mobile = await signIn(noor, phone, 'openid offline_access');
  const verifier = randomBytes(32).toString('base64url');
  const address = `${world.origin}/oauth2/authorize?${new URLSearchParams({ client_id: web.id, response_type: 'code', redirect_uri: callback, scope: 'openid', code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' })}`;
  const pending = new URL((await noor.browser.walk(address, world.origin)).location!).searchParams.get('code')!;
  expect(await introspect(mine.access_token)).toMatchObject({ active: true, sub: noor.personId, client_id: web.id });

  // Only the fact, and nobody told: no event is delivered here.
  await world.database.read((tx) => sql(tx)`update directory.person set status = 'left', left_at = now() where id = ${noor.personId}`);

  for (const origin of [second.origin, world.origin]) {
    expect(await userinfo(mine.access_token, origin)).toBe(401);
    expect(await introspect(mine.access_token, origin)).toEqual({ active: false });
    expect(await introspect(mine.refresh_token!, origin)).toEqual({ active: false });
    expect(await refresh(web, mine.refresh_token!, origin)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(await refresh(phone, mobile.refresh_token!, origin)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect((await post('/oauth2/token', web, { grant_type: 'authorization_code', code: pending, redirect_uri: callback, code_verifier: verifier }, origin)).status).toBe(400);
  }
  const again = await noor.browser.walk(address, world.origin);
  expect(new URL(again.location!).pathname).toBe('/sign-in');
});

test('the surface of this domain ends everything a person has here, and sees that it is gone', async () => {
  const gus = await world.signIn(await world.join('Gus', 'Ende'));
  const tokens = await signIn(gus, web, 'openid offline_access');
  const { surface } = world.federation;
  expect(await world.database.read((tx) => surface.observe(tx, gus.personId))).toMatchObject({ isGone: false });
  await world.database.transaction((tx) => surface.endFor(tx, gus.personId));
  expect(await world.database.read((tx) => surface.observe(tx, gus.personId))).toMatchObject({ isGone: true, facts: { stored: 0 } });
  expect((await refresh(web, tokens.refresh_token!)).status).toBe(400);
});

test('what could be presented is nowhere in the database', async () => {
  const eve = await world.signIn(await world.join('Eve', 'Leser'));
  const tokens = await signIn(eve, phone);
  const rows = await world.database.read((tx) => sql<{ payload: string }>(tx)`select payload::text as payload from federation.payload`);
  const everything = rows.map((row) => row.payload).join('\n');
  expect(everything.length).toBeGreaterThan(200);
  for (const secret of [tokens.access_token, tokens.refresh_token!]) expect(everything).not.toContain(secret);
});

describe('revocation', () => {
  test('of a refresh token ends its family; of an access token only that one; of somebody else\'s nothing', async () => {
    const lea = await world.signIn(await world.join('Lea', 'Zurück'));
    const tokens = await signIn(lea, web);
    expect((await post('/oauth2/revoke', machine, { token: tokens.refresh_token! })).status).toBe(400);
    expect((await post('/oauth2/revoke', web, { token: tokens.access_token })).status).toBe(200);
    expect(await userinfo(tokens.access_token)).toBe(401);
    const next = await refresh(web, tokens.refresh_token!);
    expect(next.status).toBe(200);
    expect((await post('/oauth2/revoke', web, { token: tokens.refresh_token! })).status).toBe(200);
    expect((await refresh(web, tokens.refresh_token!)).status).toBe(400);
    expect(await userinfo(next.body['access_token'] as string)).toBe(401);
    expect((await post('/oauth2/revoke', web, { token: 'nothing at all' })).status).toBe(200);
  });
});

describe('machines', () => {
  test('get a signed token for their audience, verifiable with the published keys, and nothing is stored', async () => {
    const before = await world.database.read((tx) => sql<{ n: number }>(tx)`select count(*)::integer as n from federation.payload`);
    const answer = await post('/oauth2/token', machine, { grant_type: 'client_credentials', scope: 'orders.read' });
    expect(answer).toMatchObject({ status: 200, body: { token_type: 'Bearer', expires_in: 300, scope: 'orders.read' } });
    const token = answer.body['access_token'] as string;
    const verified = await jwtVerify(token, createRemoteJWKSet(new URL('/oauth2/jwks', world.origin)), { issuer: world.origin, audience: 'https://orders.example.com', typ: 'at+jwt', currentDate: clock.now() });
    expect(verified.payload).toMatchObject({ sub: machine.id, client_id: machine.id, scope: 'orders.read' });
    const other = await post('/oauth2/token', machine, { grant_type: 'client_credentials' });
    expect(decodeJwt(other.body['access_token'] as string).jti).not.toBe(verified.payload.jti);
    expect(await world.database.read((tx) => sql<{ n: number }>(tx)`select count(*)::integer as n from federation.payload`)).toEqual(before);
    expect((await post('/oauth2/token', machine, { grant_type: 'client_credentials', scope: 'orders.delete' })).body).toMatchObject({ error: 'invalid_scope' });
    expect((await post('/oauth2/token', machine, { grant_type: 'client_credentials', resource: 'https://bank.example.com' })).body).toMatchObject({ error: 'invalid_target' });
  });

  test('may prove themselves with a key, once per proof', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const { client } = await world.addClient({ name: 'Keyed', kind: 'machine', authentication: 'private_key_jwt', jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' }] }, scopes: [] });
    const proof = await new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).setIssuer(client.id).setSubject(client.id).setAudience(world.origin).setJti(randomBytes(16).toString('hex')).setIssuedAt().setExpirationTime('1m').sign(privateKey);
    const body = { grant_type: 'client_credentials', client_id: client.id, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: proof };
    const send = (origin: string) => fetch(`${origin}/oauth2/token`, { method: 'POST', body: new URLSearchParams(body) }).then((response) => response.status);
    const both = await Promise.all([send(world.origin), send(second.origin)]);
    expect(both.filter((status) => status === 200)).toHaveLength(1);
    expect(await send(second.origin)).toBeGreaterThanOrEqual(400);
  });

  test('a secret that was rotated, changed or removed is so on every server within milliseconds', async () => {
    const made = await world.addClient({ name: 'Rotating', kind: 'machine', scopes: [] });
    const application = (secret: string | null): Application => ({ id: made.client.id, secret, callback });
    const ask = (secret: string | null, origin?: string) => post('/oauth2/token', application(secret), { grant_type: 'client_credentials' }, origin).then((answer) => answer.status);
    const needs = { ...world, announce: world.events.announce };
    expect(await ask(made.secret)).toBe(200);
    expect(await ask(made.secret, second.origin)).toBe(200);
    const soft = await rotateSecret(needs, world.gate.system('test', 'federation.client.rotate-secret'), { clientId: made.client.id, previousWorksForHours: 1 });
    await expect.poll(() => Promise.all([ask(made.secret, second.origin), ask(soft.secret, second.origin), ask(soft.secret)]), { interval: 10, timeout: 800 }).toEqual([200, 200, 200]);
    const hard = await rotateSecret(needs, world.gate.system('test', 'federation.client.rotate-secret'), { clientId: made.client.id, previousWorksForHours: 0 });
    await expect.poll(() => Promise.all([ask(made.secret, second.origin), ask(soft.secret, second.origin), ask(hard.secret, second.origin), ask(soft.secret), ask(hard.secret)]), { interval: 10, timeout: 800 }).toEqual([401, 401, 200, 401, 200]);
    await changeClient(needs, world.gate.system('test', 'federation.client.change'), { clientId: made.client.id, change: { audiences: ['https://new.example.com'] } });
    await expect.poll(async () => ((await post('/oauth2/token', application(hard.secret), { grant_type: 'client_credentials' }, second.origin)).body['access_token'] as string).split('.').length, { interval: 10, timeout: 800 }).toBe(3);
    await removeClient(needs, world.gate.system('test', 'federation.client.remove'), { clientId: made.client.id });
    await expect.poll(() => Promise.all([ask(hard.secret, second.origin), ask(hard.secret)]), { interval: 10, timeout: 800 }).toEqual([401, 401]);
  });
});

describe('signing keys', () => {
  test('two servers that start at once agree; the private halves are sealed', async () => {
    const keys = await world.database.read(readKeys);
    expect(keys).toHaveLength(4);
    expect(JSON.stringify(keys.map((key) => key.publicJwk))).not.toMatch(/"d":/);
    const [here, there] = await Promise.all([world.origin, second.origin].map(async (origin) => ((await (await fetch(`${origin}/oauth2/jwks`)).json()) as { keys: { kid: string }[] }).keys.map((key) => key.kid)));
    expect(here).toEqual(there);
  });

  test('a new key is published before it signs, on every server, and what the old one signed stays verifiable', async () => {
    const needs = { clock, database: world.database, keys: world.keys };
    const permit = world.gate.system('test', 'federation.signing-key.rotate');
    const ask = async (origin?: string) => (await post('/oauth2/token', machine, { grant_type: 'client_credentials' }, origin)).body['access_token'] as string;
    const old = await ask();
    aheadMs += 84 * 86_400_000;
    const made = await Promise.all([keepKeys(needs, permit), keepKeys(needs, permit)]);
    expect(made.map((one) => one.made).sort()).toEqual([0, 4]);
    const announced = async (origin: string) => ((await (await fetch(`${origin}/oauth2/jwks`)).json()) as { keys: unknown[] }).keys.length;
    await expect.poll(() => Promise.all([announced(second.origin), announced(world.origin)]), { interval: 10, timeout: 800 }).toEqual([8, 8]);
    expect(decodeProtectedHeader(await ask(second.origin)).kid).toBe(decodeProtectedHeader(old).kid);
    aheadMs += 7.5 * 86_400_000;
    const fresh = await ask(second.origin);
    expect(decodeProtectedHeader(fresh).kid).not.toBe(decodeProtectedHeader(old).kid);
    expect(decodeProtectedHeader(await ask()).kid).toBe(decodeProtectedHeader(fresh).kid);
    await jwtVerify(fresh, createRemoteJWKSet(new URL('/oauth2/jwks', world.origin)), { currentDate: new Date(decodeJwt(fresh).iat! * 1_000) });
    await jwtVerify(old, createRemoteJWKSet(new URL('/oauth2/jwks', world.origin)), { currentDate: new Date(decodeJwt(old).iat! * 1_000) });
    aheadMs += 8 * 86_400_000;
    expect(await keepKeys(needs, permit)).toEqual({ made: 0, dropped: 4 });
  });
});
