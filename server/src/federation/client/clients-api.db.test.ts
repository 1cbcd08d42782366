import { clientList, clientMade, clientRead, tiles } from '@bailiwick/contract/federation';
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { federationWorld, type FederationWorld, type SignedInPerson } from '../../../testing/federation-world.ts';
import { hmac } from '../../platform/crypto/index.ts';
import { sql } from '../../platform/db/index.ts';

let world: FederationWorld;
let ivan: SignedInPerson;

async function call(method: string, path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
  const secret = ivan.browser.cookies.get('bailiwick')!.value;
  const response = await fetch(world.origin + path, {
    method,
    headers: { cookie: `bailiwick=${secret}`, 'x-csrf-token': hmac(world.keys.derive('session csrf'), secret).toString('base64url'), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

beforeAll(async () => {
  world = await federationWorld();
  ivan = await world.signIn(await world.join('Ivan', 'Petrov'));
});
afterAll(() => world?.close());

test('an administrator adds an application with its client, sees the secret once, changes, rotates and removes it', async () => {
  const made = await call('POST', '/api/v1/clients', { name: 'Wiki', redirectUris: ['https://wiki.example.com/cb'], homeUri: 'https://wiki.example.com/' });
  expect(made.status).toBe(201);
  const client = clientMade.parse(made.body);
  expect(client).toMatchObject({ kind: 'web', authentication: 'client_secret_basic', requiresPkce: true, isFirstParty: true, leastAssuranceLevel: 2, connection: { issuer: world.origin, tokenEndpoint: `${world.origin}/oauth2/token` } });
  expect(client.clientSecret).toMatch(/^bws_[\w-]{43}$/);

  const read = await call('GET', `/api/v1/clients/${client.clientId}`);
  expect(clientRead.parse(read.body).name).toBe('Wiki');
  expect(JSON.stringify(read.body)).not.toContain(client.clientSecret);
  const changed = await call('PATCH', `/api/v1/clients/${client.clientId}`, { leastAssuranceLevel: 1, redirectUris: ['https://wiki.example.com/new'] });
  expect(changed.body).toMatchObject({ leastAssuranceLevel: 1, redirectUris: ['https://wiki.example.com/new'], name: 'Wiki', clientSecret: null });
  const wrong = await call('PATCH', `/api/v1/clients/${client.clientId}`, { redirectUris: ['http://wiki.example.com/new'] });
  expect(wrong).toMatchObject({ status: 400, body: { code: 'federation.client_not_consistent', detail: '`http://wiki.example.com/new` is not encrypted; use https' } });
  const rotated = clientMade.parse((await call('POST', `/api/v1/clients/${client.clientId}/secret`, { previousWorksForHours: 1 })).body);
  expect(rotated.clientSecret).not.toBe(client.clientSecret);
  expect(rotated.hasPreviousSecret).toBe(true);

  const signIn = await call('GET', `/api/v1/applications/${client.applicationId}/sign-in`);
  expect(signIn.body).toMatchObject({ people30Days: 0, lastSignInAt: null });
  expect((await call('DELETE', `/api/v1/clients/${client.clientId}`)).status).toBe(204);
  expect((await call('GET', `/api/v1/clients/${client.clientId}`)).body).toMatchObject({ code: 'federation.no_such_client' });
  const actions = await Promise.all(['add', 'change', 'rotate-secret', 'remove'].map(async (verb) => (await world.audit(`federation.client.${verb}`)).map((entry) => entry.outcome)));
  // What was refused above is on record as well.
  expect(actions).toEqual([['allowed'], ['allowed', 'refused'], ['allowed'], ['allowed']]);
  expect(JSON.stringify(await world.audit('federation.client.add'))).not.toContain('bws_');
});

test('the list goes on where it stopped, and a client may have an id of one\'s own, but only once', async () => {
  for (const name of ['Alpha', 'Beta', 'Gamma']) await world.addClient({ name: `List ${name}`, kind: 'machine', clientId: `list-${name.toLowerCase()}` });
  const first = clientList.parse((await call('GET', '/api/v1/clients?limit=2&search=List')).body);
  expect(first.items.map((one) => one.name)).toEqual(['List Alpha', 'List Beta']);
  const rest = clientList.parse((await call('GET', `/api/v1/clients?limit=2&search=List&cursor=${encodeURIComponent(first.next!)}`)).body);
  expect(rest.items.map((one) => one.name)).toEqual(['List Gamma']);
  expect(rest.next).toBeNull();
  expect(await call('POST', '/api/v1/clients', { name: 'Again', kind: 'machine', clientId: 'list-alpha' })).toMatchObject({ status: 409, body: { code: 'federation.client_id_taken' } });
});

test('the launcher shows what a person may open: open to all, granted, and recent first', async () => {
  await world.addClient({ name: 'Open', redirectUris: ['https://open.example.com/cb'], initiateLoginUri: 'https://open.example.com/start?tenant=1' });
  const closed = await world.addClient({ name: 'Closed', redirectUris: ['https://closed.example.com/cb'], homeUri: 'https://closed.example.com/', requiresGrant: true });
  const mine = async () => tiles.parse((await call('GET', '/api/v1/me/applications')).body).items;
  expect((await mine()).map((one) => one.name)).toEqual(['Open']);
  expect((await mine())[0]!.href).toBe(`https://open.example.com/start?tenant=1&iss=${encodeURIComponent(world.origin)}`);

  await world.database.transaction(async (tx) => {
    const [entitlement] = await sql<{ id: string }>(tx)`insert into directory.entitlement (id, application_id, native_id, name, purpose, risk, is_grantable, last_seen_at) values (gen_random_uuid(), ${closed.client.applicationId}, 'approver', 'Approver', '', 'high', true, now()) returning id`;
    await sql(tx)`insert into authz.grant (id, person_id, entitlement_id, source, reason, approved_by, approved_by_name, since) values (gen_random_uuid(), ${ivan.personId}, ${entitlement!.id}, 'direct', 'pays people', 'system:test', 'Test', now())`;
  });
  expect((await mine()).map((one) => one.name)).toEqual(['Closed', 'Open']);
  await world.database.read((tx) => sql(tx)`insert into federation.participation (session_id, client_id, person_id, sid, since, last_at) select ${ivan.sessionId}, id, ${ivan.personId}, 'x', now(), now() from federation.client where name = 'Open'`);
  expect((await mine()).map((one) => one.name)).toEqual(['Open', 'Closed']);

  // The same grant opens the door itself, and is what the application learns as a group.
  const verifier = randomBytes(32).toString('base64url');
  const answer = await ivan.browser.walk(`${world.origin}/oauth2/authorize?${new URLSearchParams({ client_id: closed.client.id, response_type: 'code', redirect_uri: 'https://closed.example.com/cb', scope: 'openid groups', code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' })}`, world.origin);
  const code = new URL(answer.location!).searchParams.get('code')!;
  const tokens = (await (await fetch(`${world.origin}/oauth2/token`, { method: 'POST', headers: { authorization: `Basic ${Buffer.from(`${closed.client.id}:${closed.secret}`).toString('base64')}` }, body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: 'https://closed.example.com/cb', code_verifier: verifier }) })).json()) as { id_token: string };
  expect(JSON.parse(Buffer.from(tokens.id_token.split('.')[1]!, 'base64url').toString())).toMatchObject({ groups: ['Approver'] });
});
