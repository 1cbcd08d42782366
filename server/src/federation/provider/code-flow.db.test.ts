import * as openid from 'openid-client';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { federationWorld, newBrowser, proofs, type FederationWorld, type SignedInPerson } from '../../../testing/federation-world.ts';
import { hmac } from '../../platform/crypto/index.ts';
import type { NamedClient } from '../client/client.ts';

let world: FederationWorld;
let maria: SignedInPerson;
let wiki: { client: NamedClient; secret: string | null };
const callback = 'https://wiki.example.com/callback';

const discover = (client: NamedClient, secret: string | null, origin = world.origin): Promise<openid.Configuration> =>
  openid.discovery(new URL(origin), client.id, {}, secret ? openid.ClientSecretBasic(secret) : openid.None(), { execute: [openid.allowInsecureRequests] });

interface Begun {
  readonly config: openid.Configuration;
  readonly verifier: string;
  readonly nonce: string;
  readonly state: string;
  readonly address: URL;
}

async function begin(client: NamedClient, secret: string | null, extra: Record<string, string> = {}, redirectUri = callback): Promise<Begun> {
  const config = await discover(client, secret);
  const verifier = openid.randomPKCECodeVerifier();
  const nonce = openid.randomNonce();
  const state = openid.randomState();
  const address = openid.buildAuthorizationUrl(config, { redirect_uri: redirectUri, scope: 'openid profile email', code_challenge: await openid.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', nonce, state, ...extra });
  return { config, verifier, nonce, state, address };
}

async function signInTo(client: NamedClient, secret: string | null, who: SignedInPerson, extra: Record<string, string> = {}, redirectUri = callback) {
  const begun = await begin(client, secret, extra, redirectUri);
  const { location, text } = await who.browser.walk(begun.address.href, world.origin);
  if (!location) throw new Error(text);
  const tokens = await openid.authorizationCodeGrant(begun.config, new URL(location), { pkceCodeVerifier: begun.verifier, expectedNonce: begun.nonce, expectedState: begun.state, idTokenExpected: true });
  return { tokens, config: begun.config, location, begun };
}

const post = (path: string, client: NamedClient, secret: string | null, body: Record<string, string>, origin = world.origin) =>
  fetch(origin + path, { method: 'POST', headers: secret ? { authorization: `Basic ${Buffer.from(`${client.id}:${secret}`).toString('base64')}` } : {}, body: new URLSearchParams(secret ? body : { client_id: client.id, ...body }) });

beforeAll(async () => {
  world = await federationWorld();
  maria = await world.signIn(await world.join('Maria', 'Keller', { department: 'Finance', title: 'Controller' }));
  wiki = await world.addClient({ name: 'Wiki', redirectUris: [callback], audiences: ['https://api.example.com'], scopes: ['openid', 'profile', 'email', 'groups', 'offline_access', 'pages.read'] });
});
afterAll(() => world?.close());

test('discovery names every endpoint under the issuer, and nothing old', async () => {
  const config = await (await fetch(`${world.origin}/.well-known/openid-configuration`, { headers: { host: 'evil.example.com' } })).json() as Record<string, unknown>;
  expect(config).toMatchObject({
    issuer: world.origin,
    authorization_endpoint: `${world.origin}/oauth2/authorize`,
    token_endpoint: `${world.origin}/oauth2/token`,
    userinfo_endpoint: `${world.origin}/oauth2/userinfo`,
    jwks_uri: `${world.origin}/oauth2/jwks`,
    introspection_endpoint: `${world.origin}/oauth2/introspect`,
    revocation_endpoint: `${world.origin}/oauth2/revoke`,
    pushed_authorization_request_endpoint: `${world.origin}/oauth2/par`,
    end_session_endpoint: `${world.origin}/oauth2/logout`,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    backchannel_logout_supported: true,
    response_types_supported: ['code'],
  });
  expect(config['grant_types_supported']).toEqual(expect.arrayContaining(['authorization_code', 'refresh_token', 'client_credentials']));
  expect(config['grant_types_supported']).not.toContain('implicit');
  expect(config['id_token_signing_alg_values_supported']).toEqual(expect.arrayContaining(['ES256', 'RS256']));
  const other = await (await fetch(`${world.origin}/.well-known/oauth-authorization-server`)).json() as Record<string, unknown>;
  expect(other['issuer']).toBe(world.origin);
  const { keys } = await (await fetch(`${world.origin}/oauth2/jwks`)).json() as { keys: Record<string, unknown>[] };
  expect(keys).toHaveLength(4);
  expect(keys.every((key) => key['d'] === undefined && key['p'] === undefined)).toBe(true);
});

test('who is not signed in is sent to the sign-in page, and comes back to the application afterwards', async () => {
  const browser = newBrowser();
  const begun = await begin(wiki.client, wiki.secret);
  const away = await browser.walk(begun.address.href, world.origin);
  const signIn = new URL(away.location!);
  expect(signIn.pathname).toBe('/sign-in');
  const returnTo = signIn.searchParams.get('return_to')!;
  expect(returnTo).toMatch(/^\/oauth2\/interaction\/[\w-]+$/);
  expect(await world.federation.formTargetsOf(returnTo)).toEqual(['https://wiki.example.com']);

  const fresh = await world.signIn(maria.personId);
  for (const [name, cookie] of fresh.browser.cookies) browser.cookies.set(name, cookie);
  const { location } = await browser.walk(world.origin + returnTo, world.origin);
  const tokens = await openid.authorizationCodeGrant(begun.config, new URL(location!), { pkceCodeVerifier: begun.verifier, expectedNonce: begun.nonce, expectedState: begun.state });
  expect(tokens.claims()?.sub).toBe(maria.personId);
});

// ASVS 7.6.2
test('a half-done sign-in begun by somebody else signs nobody in: the browser that ends it must be the one that began it', async () => {
  const attacker = newBrowser();
  const begun = await begin(wiki.client, wiki.secret);
  const away = await attacker.walk(begun.address.href, world.origin);
  const returnTo = new URL(away.location!).searchParams.get('return_to')!;
  // Maria, signed in, is lured to the attacker's half-done sign-in.
  const lured = await maria.browser.walk(world.origin + returnTo, world.origin);
  expect(lured.location).toBeNull();
  expect(lured.text).toContain('not possible');
  // The attacker goes on with it: still nobody.
  const resumed = await attacker.walk(`${world.origin}/oauth2/authorize/${returnTo.split('/').at(-1)}`, world.origin);
  expect(new URL(resumed.location ?? 'http://x/sign-in').pathname).toBe('/sign-in');
});

test('the ID token says who, how strongly and when; userinfo says the same person', async () => {
  const { tokens, config, location } = await signInTo(wiki.client, wiki.secret, maria);
  expect(new URL(location).searchParams.get('iss')).toBe(world.origin);
  const claims = tokens.claims()!;
  expect(claims).toMatchObject({ iss: world.origin, aud: wiki.client.id, sub: maria.personId, acr: 'urn:bailiwick:aal2', amr: ['pwd', 'otp', 'mfa'], name: 'Maria Keller', given_name: 'Maria', family_name: 'Keller', email: 'maria.keller@example.com', email_verified: true, department: 'Finance', title: 'Controller' });
  expect(claims.exp - claims.iat).toBe(300);
  expect(claims.auth_time).toBeGreaterThan(claims.iat - 3_600);
  expect(decodeProtectedHeader(tokens.id_token!).alg).toBe('ES256');
  expect(tokens.expires_in).toBe(300);
  expect(tokens.access_token.split('.')).toHaveLength(1);
  const person = await openid.fetchUserInfo(config, tokens.access_token, maria.personId);
  expect(person).toMatchObject({ sub: maria.personId, preferred_username: 'maria.keller@example.com' });
  const [entry] = (await world.audit('federation.application.sign-in')).filter((one) => one.outcome === 'allowed');
  expect(entry).toMatchObject({ target: `application:${wiki.client.applicationId}`, facts: { clientId: wiki.client.id } });
});

test('an access token for an API is a signed at+jwt for that one audience', async () => {
  const { tokens } = await signInTo(wiki.client, wiki.secret, maria, { resource: 'https://api.example.com', scope: 'openid pages.read' });
  expect(decodeProtectedHeader(tokens.access_token)).toMatchObject({ typ: 'at+jwt', alg: 'ES256' });
  expect(decodeProtectedHeader(tokens.access_token).kid).not.toBe(decodeProtectedHeader(tokens.id_token!).kid);
  const claims = decodeJwt(tokens.access_token);
  expect(claims).toMatchObject({ iss: world.origin, aud: 'https://api.example.com', sub: maria.personId, client_id: wiki.client.id, scope: 'pages.read', acr: 'urn:bailiwick:aal2' });
  expect(claims.exp! - claims.iat!).toBe(300);
  expect(claims['auth_time']).toBeTypeOf('number');
  const refused = await maria.browser.walk((await begin(wiki.client, wiki.secret, { resource: 'https://other.example.com' })).address.href, world.origin);
  expect(new URL(refused.location!).searchParams.get('error')).toBe('invalid_target');
});

test('RS256 is there for applications that need it', async () => {
  const old = await world.addClient({ name: 'Old', redirectUris: [callback], idTokenAlgorithm: 'RS256' });
  const config = await openid.discovery(new URL(world.origin), old.client.id, { id_token_signed_response_alg: 'RS256' }, openid.ClientSecretPost(old.secret!), { execute: [openid.allowInsecureRequests, openid.enableNonRepudiationChecks] });
  const verifier = openid.randomPKCECodeVerifier();
  const address = openid.buildAuthorizationUrl(config, { redirect_uri: callback, scope: 'openid', code_challenge: await openid.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' });
  const { location } = await maria.browser.walk(address.href, world.origin);
  const tokens = await openid.authorizationCodeGrant(config, new URL(location!), { pkceCodeVerifier: verifier });
  expect(decodeProtectedHeader(tokens.id_token!).alg).toBe('RS256');
});

describe('asking for more', () => {
  test('prompt=none answers without a page: login_required for nobody, a code for who is signed in', async () => {
    const { address } = await begin(wiki.client, wiki.secret, { prompt: 'none' });
    expect(new URL((await newBrowser().walk(address.href, world.origin)).location!).searchParams.get('error')).toBe('login_required');
    expect(new URL((await maria.browser.walk(address.href, world.origin)).location!).searchParams.get('code')).toBeTruthy();
  });

  // ASVS 7.6.1
  test('prompt=login wants a sign-in after the request, max_age a recent one, and asks only once', async () => {
    const ivan = await world.signIn(await world.join('Ivan', 'Petrov'));
    const begun = await begin(wiki.client, wiki.secret, { prompt: 'login' });
    const away = new URL((await ivan.browser.walk(begun.address.href, world.origin)).location!);
    expect(away.pathname).toBe('/sign-in');
    const returnTo = away.searchParams.get('return_to')!;
    const again = await ivan.browser.walk(world.origin + returnTo, world.origin);
    expect(again).toMatchObject({ location: null, status: 403 });
    expect(again.text).toContain('needs a stronger sign-in');
    await world.raise(ivan, [proofs.password, proofs.totp]);
    const { location } = await ivan.browser.walk(world.origin + returnTo, world.origin);
    const tokens = await openid.authorizationCodeGrant(begun.config, new URL(location!), { pkceCodeVerifier: begun.verifier, expectedNonce: begun.nonce, expectedState: begun.state, maxAge: 30 });
    expect(tokens.claims()?.auth_time).toBeTypeOf('number');
  });

  test('acr_values asks for a phishing-resistant sign-in, and the ID token shows it', async () => {
    const ana = await world.signIn(await world.join('Ana', 'Silva'));
    const begun = await begin(wiki.client, wiki.secret, { acr_values: 'phr' });
    const away = new URL((await ana.browser.walk(begun.address.href, world.origin)).location!);
    expect(away.searchParams.get('step_up')).toBe('phishing_resistant');
    await world.raise(ana, [proofs.passkey]);
    const { location } = await ana.browser.walk(world.origin + away.searchParams.get('return_to')!, world.origin);
    const tokens = await openid.authorizationCodeGrant(begun.config, new URL(location!), { pkceCodeVerifier: begun.verifier, expectedNonce: begun.nonce, expectedState: begun.state });
    expect(tokens.claims()?.['amr']).toContain('phr');
  });

  test('level 3 is asked for by acr_values or by the application, and the ID token shows it; nothing less is taken for it', async () => {
    const ulf = await world.signIn(await world.join('Ulf', 'Sand'));
    const begun = await begin(wiki.client, wiki.secret, { acr_values: 'urn:bailiwick:aal3' });
    const away = new URL((await ulf.browser.walk(begun.address.href, world.origin)).location!);
    expect(away.searchParams.get('step_up')).toBe('3');
    const returnTo = world.origin + away.searchParams.get('return_to')!;
    await world.raise(ulf, [proofs.passkey]);
    expect(await ulf.browser.walk(returnTo, world.origin), 'a synced passkey is level 2').toMatchObject({ location: null, status: 403 });
    await world.raise(ulf, [proofs.listedKey]);
    const { location } = await ulf.browser.walk(returnTo, world.origin);
    const tokens = await openid.authorizationCodeGrant(begun.config, new URL(location!), { pkceCodeVerifier: begun.verifier, expectedNonce: begun.nonce, expectedState: begun.state });
    expect(tokens.claims()).toMatchObject({ acr: 'urn:bailiwick:aal3', amr: ['hwk', 'user', 'mfa', 'phr'] });

    const vault = await world.addClient({ name: 'Vault', redirectUris: [callback], leastAssuranceLevel: 3 });
    const wanted = await begin(vault.client, vault.secret, { acr_values: 'phr' });
    const weak = await world.signIn(await world.join('Rune', 'Sand'));
    const asked = new URL((await weak.browser.walk(wanted.address.href, world.origin)).location!);
    expect(asked.searchParams.get('step_up'), 'the stricter of both').toBe('3');
    expect((await signInTo(vault.client, vault.secret, ulf)).tokens.claims()?.acr).toBe('urn:bailiwick:aal3');
  });

  test('an application that demands a grant keeps out who has none, in words, and tells the application', async () => {
    const payroll = await world.addClient({ name: 'Payroll', redirectUris: [callback], requiresGrant: true });
    const begun = await begin(payroll.client, payroll.secret);
    const answer = await maria.browser.walk(begun.address.href, world.origin);
    expect(answer).toMatchObject({ status: 403, location: null });
    expect(answer.text).toContain('You have no access to Payroll');
    const back = await maria.browser.go(answer.trail.at(-1)!, { form: { decision: 'deny', csrf: /name="csrf" value="([^"]+)"/.exec(answer.text)![1]! } });
    const end = await maria.browser.walk(new URL(back.location!, world.origin).href, world.origin);
    expect(new URL(end.location!).searchParams.get('error')).toBe('access_denied');
    expect((await world.audit('federation.application.sign-in')).some((entry) => entry.outcome === 'refused' && entry.facts['clientId'] === payroll.client.id)).toBe(true);
  });

  test('somebody else\'s application asks for consent once, and loses everything when it is taken back', async () => {
    const survey = await world.addClient({ name: 'Survey', redirectUris: [callback], isFirstParty: false });
    const begun = await begin(survey.client, survey.secret);
    const asked = await maria.browser.walk(begun.address.href, world.origin);
    expect(asked.status).toBe(200);
    expect(asked.text).toContain('Survey wants to know who you are');
    const agreed = await maria.browser.go(asked.trail.at(-1)!, { form: { decision: 'agree', csrf: /name="csrf" value="([^"]+)"/.exec(asked.text)![1]! } });
    const { location } = await maria.browser.walk(new URL(agreed.location!, world.origin).href, world.origin);
    const tokens = await openid.authorizationCodeGrant(begun.config, new URL(location!), { pkceCodeVerifier: begun.verifier, expectedNonce: begun.nonce, expectedState: begun.state });
    const second = await signInTo(survey.client, survey.secret, maria);
    expect(second.tokens.claims()?.sub).toBe(maria.personId);

    const cookie = [...maria.browser.cookies].map(([name, one]) => `${name}=${one.value}`).join('; ');
    const mine = await (await fetch(`${world.origin}/api/v1/me/consents`, { headers: { cookie } })).json() as { items: { clientId: string }[] };
    expect(mine.items.map((item) => item.clientId)).toContain(survey.client.id);
    const csrf = hmac(world.keys.derive('session csrf'), maria.browser.cookies.get('bailiwick')!.value).toString('base64url');
    const gone = await fetch(`${world.origin}/api/v1/me/consents/${survey.client.id}`, { method: 'DELETE', headers: { cookie, 'x-csrf-token': csrf } });
    expect(gone.status).toBe(204);
    const info = await fetch(`${world.origin}/oauth2/userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
    expect(info.status).toBe(401);
  });

  test('a pushed request works, and an application that must push may not come without', async () => {
    const strict = await world.addClient({ name: 'Strict', redirectUris: [callback], requiresPushedRequests: true });
    const begun = await begin(strict.client, strict.secret);
    const direct = await maria.browser.walk(begun.address.href, world.origin);
    expect(new URL(direct.location!).searchParams.get('error')).toBe('invalid_request');
    const pushed = await openid.buildAuthorizationUrlWithPAR(begun.config, { redirect_uri: callback, scope: 'openid', state: begun.state, nonce: begun.nonce, code_challenge: await openid.calculatePKCECodeChallenge(begun.verifier), code_challenge_method: 'S256' });
    const { location } = await maria.browser.walk(pushed.href, world.origin);
    const tokens = await openid.authorizationCodeGrant(begun.config, new URL(location!), { pkceCodeVerifier: begun.verifier, expectedNonce: begun.nonce, expectedState: begun.state });
    expect(tokens.claims()?.sub).toBe(maria.personId);
    const twice = await maria.browser.walk(pushed.href, world.origin);
    expect(new URL(twice.location ?? 'http://x/?error=page').searchParams.get('code')).toBeNull();
  });

  test('form_post answers with a page that may post to the application only', async () => {
    const begun = await begin(wiki.client, wiki.secret, { response_mode: 'form_post' });
    const answer = await maria.browser.go(begun.address.href);
    expect(answer.status).toBe(200);
    expect(answer.text).toContain(`action="${callback}"`);
    expect(answer.headers.get('content-security-policy')).toContain('form-action https://wiki.example.com');
    expect(answer.headers.get('content-security-policy')).toMatch(/script-src 'self' 'sha256-/);
  });
});

describe('attacks', () => {
  test('a code shown twice ends everything the first one got', async () => {
    const { tokens, location, begun } = await signInTo(wiki.client, wiki.secret, maria);
    const again = await post('/oauth2/token', wiki.client, wiki.secret, { grant_type: 'authorization_code', code: new URL(location).searchParams.get('code')!, redirect_uri: callback, code_verifier: begun.verifier });
    expect(again.status).toBe(400);
    expect(await again.json()).toMatchObject({ error: 'invalid_grant' });
    expect((await fetch(`${world.origin}/oauth2/userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}` } })).status).toBe(401);
    expect((await world.audit('federation.token-family.end')).some((entry) => entry.reason === 'an authorization code was shown twice')).toBe(true);
  });

  test('two servers handed the same code at the same moment give out one set of tokens at most', async () => {
    const begun = await begin(wiki.client, wiki.secret);
    const { location } = await maria.browser.walk(begun.address.href, world.origin);
    const body = { grant_type: 'authorization_code', code: new URL(location!).searchParams.get('code')!, redirect_uri: callback, code_verifier: begun.verifier };
    const answers = await Promise.all([1, 2, 3, 4].map(() => post('/oauth2/token', wiki.client, wiki.secret, body)));
    const good = answers.filter((answer) => answer.status === 200);
    expect(good.length).toBeLessThanOrEqual(1);
    for (const answer of good) {
      const { access_token } = await answer.json() as { access_token: string };
      expect((await fetch(`${world.origin}/oauth2/userinfo`, { headers: { authorization: `Bearer ${access_token}` } })).status).toBe(401);
    }
  });

  test('PKCE: no challenge is refused, a wrong verifier is refused, and so is taking the challenge away', async () => {
    const config = await discover(wiki.client, wiki.secret);
    const bare = openid.buildAuthorizationUrl(config, { redirect_uri: callback, scope: 'openid' });
    expect(new URL((await maria.browser.walk(bare.href, world.origin)).location!).searchParams.get('error')).toBe('invalid_request');
    const plain = openid.buildAuthorizationUrl(config, { redirect_uri: callback, scope: 'openid', code_challenge: 'a'.repeat(43), code_challenge_method: 'plain' });
    expect(new URL((await maria.browser.walk(plain.href, world.origin)).location!).searchParams.get('error')).toBe('invalid_request');
    const begun = await begin(wiki.client, wiki.secret);
    const { location } = await maria.browser.walk(begun.address.href, world.origin);
    const code = new URL(location!).searchParams.get('code')!;
    expect((await post('/oauth2/token', wiki.client, wiki.secret, { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: openid.randomPKCECodeVerifier() })).status).toBe(400);

    const lax = await world.addClient({ name: 'Lax', redirectUris: [callback], requiresPkce: false });
    const withoutChallenge = openid.buildAuthorizationUrl(await discover(lax.client, lax.secret), { redirect_uri: callback, scope: 'openid', nonce: 'n' });
    const answer = new URL((await maria.browser.walk(withoutChallenge.href, world.origin)).location!);
    const downgraded = await post('/oauth2/token', lax.client, lax.secret, { grant_type: 'authorization_code', code: answer.searchParams.get('code')!, redirect_uri: callback, code_verifier: openid.randomPKCECodeVerifier() });
    expect(downgraded.status).toBe(400);
  });

  test('an address that is not registered is never redirected to', async () => {
    for (const wrong of ['https://evil.example.com/callback', `${callback}/`, `${callback}?x=1`, 'https://wiki.example.com:444/callback']) {
      const begun = await begin(wiki.client, wiki.secret, {}, wrong);
      const answer = await maria.browser.walk(begun.address.href, world.origin);
      expect(answer.location).toBeNull();
      expect(answer.status).toBe(400);
    }
    const begun = await begin(wiki.client, wiki.secret);
    const { location } = await maria.browser.walk(begun.address.href, world.origin);
    const swapped = await post('/oauth2/token', wiki.client, wiki.secret, { grant_type: 'authorization_code', code: new URL(location!).searchParams.get('code')!, redirect_uri: 'https://evil.example.com/callback', code_verifier: begun.verifier });
    expect(swapped.status).toBe(400);
  });

  test('a wrong secret, another client and old grants are refused, and the audit knows why', async () => {
    const wrong = await post('/oauth2/token', wiki.client, 'not the secret', { grant_type: 'client_credentials' });
    expect(wrong.status).toBe(401);
    expect(await wrong.json()).toMatchObject({ error: 'invalid_client' });
    const begun = await begin(wiki.client, wiki.secret);
    const { location } = await maria.browser.walk(begun.address.href, world.origin);
    const thief = await world.addClient({ name: 'Thief', redirectUris: [callback] });
    const stolen = await post('/oauth2/token', thief.client, thief.secret, { grant_type: 'authorization_code', code: new URL(location!).searchParams.get('code')!, redirect_uri: callback, code_verifier: begun.verifier });
    expect(stolen.status).toBe(400);
    expect((await post('/oauth2/token', wiki.client, wiki.secret, { grant_type: 'password', username: 'maria', password: 'x' })).status).toBe(400);
    await expect.poll(async () => (await world.audit('federation.token.issue')).some((entry) => entry.reason === 'invalid secret provided')).toBe(true);
  });

  test('a stranger cannot fill the disk with refusals: they are counted, and the first are in the audit', async () => {
    const refused = async (): Promise<number> => (await world.audit('federation.token.issue')).filter((entry) => entry.outcome === 'refused' && entry.facts['grantType'] === 'flood').length;
    await Promise.all(Array.from({ length: 120 }, () => fetch(`${world.origin}/oauth2/token`, { method: 'POST', body: new URLSearchParams({ client_id: 'nobody', grant_type: 'flood' }) })));
    await expect.poll(refused).toBeGreaterThan(0);
    expect(await refused()).toBeLessThanOrEqual(30);
  });

  test('the claims parameter gets nothing that the scopes of the application do not give (a way around consent)', async () => {
    const sly = await world.addClient({ name: 'Sly', redirectUris: [callback], scopes: ['openid'] });
    const claims = JSON.stringify({ id_token: { email: null, department: { essential: true } }, userinfo: { email: null, name: null } });
    const { tokens, config } = await signInTo(sly.client, sly.secret, maria, { scope: 'openid profile email', claims });
    expect(tokens.claims()).not.toHaveProperty('email');
    expect(tokens.claims()).not.toHaveProperty('department');
    const info = await openid.fetchUserInfo(config, tokens.access_token, maria.personId);
    expect(info).toEqual({ sub: maria.personId });
  });

  test('an application learns nothing by introspection about tokens that are not for it (RFC 7662 4)', async () => {
    const { tokens } = await signInTo(wiki.client, wiki.secret, maria);
    const curious = await world.addClient({ name: 'Curious', redirectUris: [callback] });
    const asked = async (client: NamedClient, secret: string | null) => (await post('/oauth2/introspect', client, secret, { token: tokens.access_token })).json() as Promise<{ active: boolean }>;
    expect(await asked(curious.client, curious.secret)).toEqual({ active: false });
    expect(await asked(wiki.client, wiki.secret)).toMatchObject({ active: true });
    const sibling = await world.addClient({ name: 'The API of the wiki', kind: 'machine', applicationId: wiki.client.applicationId });
    expect(await asked(sibling.client, sibling.secret), 'another client of the same application may ask').toMatchObject({ active: true });
  });

  test('mix-up: an answer from another issuer is not taken for ours', async () => {
    const begun = await begin(wiki.client, wiki.secret);
    const { location } = await maria.browser.walk(begun.address.href, world.origin);
    const forged = new URL(location!);
    forged.searchParams.set('iss', 'https://evil.example.com');
    await expect(openid.authorizationCodeGrant(begun.config, forged, { pkceCodeVerifier: begun.verifier, expectedNonce: begun.nonce, expectedState: begun.state })).rejects.toMatchObject({ cause: { message: expect.stringContaining('iss') as string } });
  });
});
