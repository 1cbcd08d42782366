import { createRemoteJWKSet, jwtVerify, type JWTPayload } from 'jose';
import express from 'express';
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { federationWorld, freePort, newBrowser, type FederationNode, type FederationWorld, type SignedInPerson } from '../../../testing/federation-world.ts';
import { sql } from '../../platform/db/index.ts';

let world: FederationWorld;
let second: FederationNode;
let shop: RelyingParty;

interface RelyingParty {
  readonly id: string;
  readonly secret: string;
  readonly home: string;
  readonly logouts: JWTPayload[];
  /** What the next requests are answered with. */
  answers: number[];
  readonly server: Server;
}

/** An application of somebody else's making: it verifies the logout token as the specification asks, and believes nothing else. */
async function openRelyingParty(name: string): Promise<RelyingParty> {
  const port = await freePort();
  const home = `http://127.0.0.1:${port}`;
  const made = await world.addClient({ name, redirectUris: [`${home}/callback`], postLogoutRedirectUris: [`${home}/bye`], backchannelLogoutUri: `${home}/backchannel` });
  const app = express();
  const party: RelyingParty = { id: made.client.id, secret: made.secret!, home, logouts: [], answers: [], server: createServer(app) };
  const keys = createRemoteJWKSet(new URL('/oauth2/jwks', world.origin));
  app.post('/backchannel', express.urlencoded({ extended: false }), (request, response) => {
    const status = party.answers.shift();
    if (status) return void response.status(status).end();
    jwtVerify(String((request.body as Record<string, unknown>)['logout_token']), keys, { issuer: world.origin, audience: party.id, typ: 'logout+jwt' }).then(
      ({ payload }) => {
        party.logouts.push(payload);
        response.status(200).end();
      },
      () => response.status(400).end(),
    );
  });
  await new Promise<void>((resolve) => party.server.listen(port, '127.0.0.1', resolve));
  return party;
}

async function signIn(who: SignedInPerson, party: RelyingParty): Promise<{ idToken: string }> {
  const verifier = randomBytes(32).toString('base64url');
  const address = `${world.origin}/oauth2/authorize?${new URLSearchParams({ client_id: party.id, response_type: 'code', redirect_uri: `${party.home}/callback`, scope: 'openid', code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' })}`;
  const { location, text } = await who.browser.walk(address, world.origin);
  const code = location && new URL(location).searchParams.get('code');
  if (!code) throw new Error(location ?? text);
  const answer = await fetch(`${world.origin}/oauth2/token`, { method: 'POST', headers: { authorization: `Basic ${Buffer.from(`${party.id}:${party.secret}`).toString('base64')}` }, body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: `${party.home}/callback`, code_verifier: verifier }) });
  return { idToken: ((await answer.json()) as { id_token: string }).id_token };
}

const sidOfToken = (token: string): string => (JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { sid: string }).sid;

beforeAll(async () => {
  world = await federationWorld();
  second = await world.startSecondNode();
  shop = await openRelyingParty('Shop');
});
afterAll(async () => {
  shop?.server.close();
  await world?.close();
});

test('with its own ID token an application signs the person out at once, and every application is told', async () => {
  const crm = await openRelyingParty('CRM');
  const maria = await world.signIn(await world.join('Maria', 'Keller'));
  const { idToken } = await signIn(maria, shop);
  await signIn(maria, crm);
  const answer = await maria.browser.go(`${world.origin}/oauth2/logout?${new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri: `${shop.home}/bye`, state: 's1' })}`);
  expect(answer.status).toBe(303);
  expect(answer.location).toBe(`${shop.home}/bye?state=s1`);
  expect(maria.browser.cookies.has('bailiwick')).toBe(false);
  await expect.poll(() => [shop.logouts.length, crm.logouts.length], { timeout: 10_000 }).toEqual([1, 1]);
  const [told] = shop.logouts;
  expect(told).toMatchObject({ sub: maria.personId, sid: sidOfToken(idToken), events: { 'http://schemas.openid.net/event/backchannel-logout': {} } });
  expect(told).not.toHaveProperty('nonce');
  expect(told!.jti).toBeTruthy();
  expect(crm.logouts[0]!['sid']).not.toBe(told!['sid']);
  await expect.poll(async () => (await world.audit('federation.application.tell-of-the-end')).filter((entry) => entry.outcome === 'allowed').length).toBe(2);
  crm.server.close();
});

test('without a true hint the person is asked first; an address that is not registered is never gone to', async () => {
  const ivan = await world.signIn(await world.join('Ivan', 'Petrov'));
  const { idToken } = await signIn(ivan, shop);
  const ask = `${world.origin}/oauth2/logout?${new URLSearchParams({ client_id: shop.id, post_logout_redirect_uri: `${shop.home}/bye` })}`;
  const asked = await ivan.browser.go(ask);
  expect(asked.status).toBe(200);
  expect(asked.text).toContain('Sign out?');
  expect(asked.headers.get('content-security-policy')).toContain(`form-action 'self' ${shop.home}`);
  const csrf = /name="csrf" value="([^"]+)"/.exec(asked.text)![1]!;
  // Another person's token is no hint about this one.
  const other = await world.signIn(await world.join('Ana', 'Silva'));
  expect((await other.browser.go(`${world.origin}/oauth2/logout?${new URLSearchParams({ id_token_hint: idToken })}`)).text).toContain('Sign out?');
  expect((await ivan.browser.go(`${world.origin}/oauth2/logout?${new URLSearchParams({ client_id: shop.id, post_logout_redirect_uri: 'https://evil.example.com/' })}`)).status).toBe(400);
  expect((await ivan.browser.go(`${world.origin}/oauth2/logout?post_logout_redirect_uri=https%3A%2F%2Fevil.example.com`)).status).toBe(400);
  expect((await newBrowser().go(`${world.origin}/oauth2/logout/confirm`, { form: { decision: 'sign-out', csrf: 'forged' } })).status).toBe(403);
  const stay = await ivan.browser.go(`${world.origin}/oauth2/logout/confirm`, { form: { decision: 'stay', csrf } });
  expect(stay.location).toBe('/');
  const before = shop.logouts.length;
  const out = await ivan.browser.go(`${world.origin}/oauth2/logout/confirm`, { form: { decision: 'sign-out', csrf, client_id: shop.id, post_logout_redirect_uri: `${shop.home}/bye` } });
  expect(out.location).toBe(`${shop.home}/bye`);
  await expect.poll(() => shop.logouts.length, { timeout: 10_000 }).toBe(before + 1);
});

test('an application that posts its wish to sign out is served too', async () => {
  const posted = await newBrowser().go(`${world.origin}/oauth2/logout`, { form: { client_id: shop.id, post_logout_redirect_uri: `${shop.home}/bye`, state: 'x' }, headers: { origin: 'https://shop.example.com', 'sec-fetch-site': 'cross-site' } });
  expect(posted.status).toBe(303);
  expect(new URL(posted.location!, world.origin).pathname).toBe('/oauth2/logout');
  const end = await newBrowser().go(new URL(posted.location!, world.origin).href);
  expect(end.location).toBe(`${shop.home}/bye?state=x`);
});

// ASVS 7.6.1
test('a leaver: every application that knew a session is told, also when it does not answer the first time', async () => {
  const noor = await world.signIn(await world.join('Noor', 'Haddad'));
  const { idToken } = await signIn(noor, shop);
  const before = shop.logouts.length;
  shop.answers = [503];
  await world.leave(noor.personId);
  await expect.poll(() => shop.logouts.length, { timeout: 20_000 }).toBe(before + 1);
  expect(shop.logouts.at(-1)).toMatchObject({ sub: noor.personId, sid: sidOfToken(idToken) });
  await expect.poll(async () => (await world.database.read((tx) => sql<{ logoutState: string; logoutAttempts: number }>(tx)`select logout_state, logout_attempts from federation.participation where person_id = ${noor.personId}`))[0]).toEqual({ logoutState: 'told', logoutAttempts: 2 });
  expect((await world.audit('federation.application.tell-of-the-end')).some((entry) => entry.outcome === 'refused' && entry.reason === 'answered 503; tried again')).toBe(true);
  expect(second.origin).not.toBe(world.origin);
  expect(await world.database.read((tx) => world.federation.surface.observe(tx, noor.personId))).toMatchObject({ isGone: true, facts: { stored: 0 } });
});
