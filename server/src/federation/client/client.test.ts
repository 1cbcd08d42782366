import { expect, test } from 'vitest';
import { inconsistencyOf, isRedirectAllowed, type Client } from './client.ts';

const at = new Date('2026-01-01T00:00:00Z');
const wiki: Client = {
  id: 'wiki', applicationId: '0198c5f0-0000-7000-8000-000000000001', name: 'Wiki', kind: 'web', authentication: 'client_secret_basic',
  secretDigest: Buffer.alloc(32), previousSecretDigest: null, previousSecretExpiresAt: null, secretMadeAt: at, jwks: null, jwksUri: null,
  redirectUris: ['https://wiki.example.com/cb'], postLogoutRedirectUris: [], grantTypes: ['authorization_code', 'refresh_token'], scopes: ['openid'], audiences: [],
  idTokenAlgorithm: 'ES256', accessTokenAlgorithm: 'ES256', requiresPkce: true, requiresPushedRequests: false, isFirstParty: true, requiresGrant: false,
  leastAssuranceLevel: 2, homeUri: null, initiateLoginUri: null, backchannelLogoutUri: null, createdAt: at, updatedAt: at, lastUsedAt: null,
};

test('a client that fits together has nothing to say', () => {
  expect(inconsistencyOf(wiki)).toBeNull();
});

test.each([
  ['a redirect in plain http', { redirectUris: ['http://wiki.example.com/cb'] }],
  ['a redirect with a wildcard', { redirectUris: ['https://*.example.com/cb'] }],
  ['a redirect with a fragment', { redirectUris: ['https://wiki.example.com/cb#x'] }],
  ['a scheme of its own on a web client', { redirectUris: ['com.example.app:/cb'] }],
  ['no redirect at all', { redirectUris: [] }],
  ['a public client without PKCE', { authentication: 'none', requiresPkce: false }],
  ['a secret inside a browser', { kind: 'browser' }],
  ['private_key_jwt without a key', { authentication: 'private_key_jwt' }],
  ['an id that looks like a person', { id: '0198c5f0-0000-7000-8000-000000000001' }],
  ['a machine that signs people in', { kind: 'machine' }],
] satisfies [string, Partial<Client>][])('%s is refused in words', (_, change) => {
  expect(inconsistencyOf({ ...wiki, ...change })).toMatch(/.{20}/);
});

test('redirects are compared exactly, but a native application may listen on any loopback port', () => {
  const allowed = ['https://wiki.example.com/cb', 'http://127.0.0.1/cb'];
  expect(isRedirectAllowed(wiki, allowed, 'https://wiki.example.com/cb')).toBe(true);
  expect(isRedirectAllowed(wiki, allowed, 'https://wiki.example.com/cb/')).toBe(false);
  expect(isRedirectAllowed(wiki, allowed, 'http://127.0.0.1:3000/cb')).toBe(false);
  expect(isRedirectAllowed({ kind: 'native' }, allowed, 'http://127.0.0.1:3000/cb')).toBe(true);
  expect(isRedirectAllowed({ kind: 'native' }, allowed, 'http://127.0.0.1:3000/other')).toBe(false);
  expect(isRedirectAllowed({ kind: 'native' }, allowed, 'https://wiki.example.com:8443/cb')).toBe(false);
});
