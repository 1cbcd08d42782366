import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectorContract, type Harness } from '../contract/contract-suite.ts';
import { breakableFetch } from '../contract/http-wire.ts';
import { testContexts } from '../contract/test-context.ts';
import { scimKind } from './scim.ts';
import { startScimPeer, type ScimPeer } from './scimmy-peer.ts';

let peer: ScimPeer;
let group: string;

beforeAll(async () => {
  peer = await startScimPeer();
  group = peer.addGroup('Engineers');
  peer.addGroup('Everybody');
});
afterAll(() => peer.close());

const start = (variant: 'scim' | 'deaf', settings: Record<string, unknown>) => (): Promise<Harness> => {
  const { fetch: fetcher, wire } = breakableFetch(fetch);
  const contexts = testContexts({ token: peer.token }, fetcher);
  return Promise.resolve({
    connector: scimKind.build({ address: peer.address(variant), ...settings }, { secretKeeper: contexts.keeper }),
    wire, log: contexts.log, unknownId: 'u999999',
    context: contexts.context,
    kept: contexts.kept,
    strangerContext: () => contexts.withSecrets({ token: 'a-very-wrong-token' }),
    login: (hint) => `${hint}@example.com`,
    entitlement: () => Promise.resolve(group),
    letsIn: (account, _login, secret) => Promise.resolve(peer.hasPassword(account.id, secret)),
    close: () => Promise.resolve(),
  });
};

connectorContract('SCIM against scimmy', start('scim', {}));
connectorContract('SCIM against a server that ignores filters, changed by PUT', start('deaf', { writesBy: 'put', pageSize: 30 }));

test('a server that gives the same page again is not believed to be complete', async () => {
  const contexts = testContexts({ token: peer.token });
  const connector = scimKind.build({ address: peer.address('endless'), pageSize: 2 });
  for (const login of ['ivan', 'maria', 'petar']) {
    await connector.create?.(contexts.context(), { login, email: `${login}@example.com` }).catch(() => undefined);
  }
  const first = await connector.list(contexts.context(), 'account', {});
  expect(first.next).toBeDefined();
  const second = await connector.list(contexts.context(), 'account', { token: first.next ?? '' });
  expect(second).toMatchObject({ items: [], isComplete: false });
  expect(second.next).toBeUndefined();
  await expect(connector.create?.(contexts.context(), { login: 'PETAR', email: 'petar@example.com' })).rejects.toMatchObject({ kind: 'unsupported' });
});

test('a credential that the server quotes does not reach our error', async () => {
  const contexts = testContexts({ token: 'super-secret-token' });
  const connector = scimKind.build({ address: peer.address('scim') });
  const fault = await connector.check(contexts.context()).catch((caught: unknown) => caught);
  expect(String(fault)).toContain('[secret]');
  expect(String(fault)).not.toContain('super-secret-token');
});

test('an answer of the right status and the wrong shape is an error, never an empty list', async () => {
  const { fetch: fetcher } = { fetch: (() => Promise.resolve(new Response('{"totalResults":3}', { status: 200 }))) as typeof fetch };
  const contexts = testContexts({ token: 'x' }, fetcher);
  const connector = scimKind.build({ address: 'https://crm.example.com/scim/v2' });
  await expect(connector.list(contexts.context(), 'account', {})).rejects.toMatchObject({ kind: 'config' });
});

test('somebody else in the place of what was asked for proves nothing', async () => {
  const contexts = testContexts({ token: 'x' }, () => Promise.resolve(new Response('{"id":"somebody-else","userName":"ivan"}', { status: 200 })));
  const connector = scimKind.build({ address: 'https://crm.example.com/scim/v2' });
  await expect(connector.observe(contexts.context(), { resource: { type: 'account', id: 'u1' } })).rejects.toMatchObject({ kind: 'config' });
});

test.each([
  ['http://169.254.169.254/latest', 'link-local'], ['http://2852039166/scim', 'link-local'], ['http://[::ffff:169.254.169.254]/', 'link-local'],
  ['http://metadata.google.internal/', 'link-local'], ['file:///etc/passwd', 'begins with'], ['https://user:pw@crm.example.com', 'user name and password'], ['crm', 'not an address'],
])('the address %s is refused', (address, reason) => {
  expect(() => scimKind.build({ address })).toThrow(reason);
});
