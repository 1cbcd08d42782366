import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Secret } from 'otpauth';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeSystem } from '../../src/connectors/fake/fake-system.ts';
import { serveFakes } from '../../src/connectors/fake/server.ts';
import { startScimPeer, type ScimPeer } from '../../src/connectors/scim/scimmy-peer.ts';
import { systemClock } from '../../src/platform/clock/index.ts';
import { emptyDatabase, type TestDatabase } from '../database.ts';
import { credentialsOf, type Credentials, type Visitor } from '../visitor.ts';
import { connectionUrl, freePort } from '../world.ts';
import { Known, operationsOf, validValue, type ApiDescription } from './api-description.ts';
import { chanceFrom } from './chance.ts';
import { startNode, type NodeProcess } from './node-process.ts';

/**
 * One whole life with secrets that can be found again, through the real doors of a real process that logs all it can.
 * Afterwards nothing that was kept, said, logged or answered may hold one of them, in any spelling.
 */
let database: TestDatabase;
let node: NodeProcess;
let folder: string;
let port: number;
const secrets = new Map<string, string>();
/** Text and headers of every answer that no secret belongs into. */
const answers: { request: string; text: string }[] = [];

const mark = (what: string): string => `${what.replaceAll(' ', '-')}-${randomBytes(9).toString('hex')}`;
function keep(what: string, secret: string): string {
  if (secret.length < 8) throw new Error(`${what} is too short to be found again: ${secret}`);
  secrets.set(what, secret);
  return secret;
}

/** Plain, and as it stands in a row of bytes, in base64, in an address. */
function spellings(what: string, secret: string): readonly string[] {
  const plain = [secret, ...(what.includes('authenticator') ? [Buffer.from(Secret.fromBase32(secret).buffer).toString('latin1')] : [])];
  return plain.flatMap((text) => {
    const bytes = text === secret ? Buffer.from(text, 'utf8') : Buffer.from(text, 'latin1');
    return [...(text === secret ? [text, encodeURIComponent(text)] : []), bytes.toString('hex'), bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url')];
  });
}
const found = (text: string, exempt: readonly string[] = []): readonly string[] => [...secrets].filter(([what, secret]) => !exempt.includes(what) && spellings(what, secret).some((one) => text.includes(one))).map(([what]) => what);

/** Asks and remembers the answer. What an answer shows for its one time is asked elsewhere. */
async function ask(method: string, pathAndQuery: string, options: { body?: unknown; headers?: Record<string, string>; cookies?: Visitor } = {}): Promise<{ status: number; text: string }> {
  const cookies = options.cookies ? { cookie: [...options.cookies.cookies].map(([name, value]) => `${name}=${value}`).join('; ') } : {};
  const isForm = options.body instanceof URLSearchParams;
  const reply = await fetch(node.address + pathAndQuery, { method, redirect: 'manual', headers: { ...cookies, ...(options.body === undefined || isForm ? {} : { 'content-type': 'application/json' }), ...options.headers }, ...(options.body === undefined ? {} : { body: isForm ? (options.body as URLSearchParams) : JSON.stringify(options.body) }) });
  const text = await reply.text();
  const headers = [...reply.headers].filter(([name]) => name !== 'set-cookie').map(([name, value]) => `${name}: ${value}`).join('\n');
  answers.push({ request: `${method} ${pathAndQuery.split('?')[0]} -> ${reply.status}`, text: `${headers}\n${text}` });
  return { status: reply.status, text };
}

function keepOf(who: string, credentials: Credentials, browser: Visitor): void {
  keep(`password of ${who}`, credentials.password);
  keep(`authenticator key of ${who}`, credentials.totpSecret!);
  for (const [index, code] of credentials.recoveryCodes.entries()) keep(`recovery code ${index} of ${who}`, code);
  keep(`session of ${who}`, browser.cookies.get('bailiwick')!);
}

let scim: ScimPeer;
let fakes: Awaited<ReturnType<typeof serveFakes>>;
let fake: FakeSystem;

beforeAll(async () => {
  database = await emptyDatabase();
  folder = mkdtempSync(path.join(os.tmpdir(), 'bailiwick-secrets-'));
  port = await freePort();
  node = await startNode({ DATABASE_URL: connectionUrl(database.connection), BAILIWICK_URL: `http://localhost:${port}`, BAILIWICK_DATA: folder, BAILIWICK_LOG_LEVEL: 'trace', BAILIWICK_PRACTICE_SYSTEMS: 'true', BAILIWICK_RATE_LIMITS: 'false' }, port);
  await node.ready();
  scim = await startScimPeer(keep('token of the SCIM system', mark('scim token')));
  fake = new FakeSystem({ seed: 1, token: keep('token of the practice system', mark('practice token')), now: () => systemClock.now(), groups: ['staff'] });
  const { create } = fake;
  fake.create = function (operationId, account) {
    if (account.secret) keep(`first secret of ${account.login} in crm`, account.secret);
    return create.call(fake, operationId, account);
  };
  fakes = await serveFakes(new Map([['crm', fake]]));
}, 120_000);
afterAll(async () => {
  await node?.stop();
  await scim?.close();
  await fakes?.close();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

let admin: Visitor;
let applicationIds: string[];

it('a whole life goes by: set-up, a newcomer, applications, systems, mistakes, recovery, leaving', async () => {
  const link = node.setUpLink()!;
  keep('set-up link', new URL(link).searchParams.get('token')!);
  admin = node.newVisitor();
  const maria = credentialsOf('maria', mark('password of maria'));
  await admin.setUp(link, { givenName: 'Maria', familyName: 'Silva', email: 'maria@linden.example' }, maria);
  keepOf('maria', maria, admin);
  const { csrfToken } = await admin.api<{ csrfToken: string }>('GET', '/api/v1/me');
  keep('form token of maria', csrfToken);

  const token = await admin.api<{ token: string }>('POST', '/api/v1/tokens', { name: 'payroll', permissions: ['directory.person.read', 'directory.inventory.read'], expiresInDays: 3 });
  keep('API token', token.token);
  expect((await ask('GET', '/api/v1/people', { headers: { authorization: `Bearer ${token.token}` } })).status).toBe(200);
  expect((await ask('GET', '/api/v1/audit/entries', { headers: { authorization: `Bearer ${token.token}` } })).status).toBe(403);

  // Systems: first with a wrong secret, against a server that quotes what it refuses.
  const wrong = keep('wrong token of the SCIM system', mark('wrong scim token'));
  const helpdesk = { name: 'Helpdesk', kind: 'scim', settings: { address: scim.address('scim') } };
  const posts = { cookies: admin, headers: { 'x-csrf-token': csrfToken } };
  expect((await ask('POST', '/api/v1/connections', { ...posts, body: { ...helpdesk, secrets: { token: wrong } } })).text).toContain('unknown credential');
  const connected = await admin.api<{ applicationId: string }>('POST', '/api/v1/connections', { ...helpdesk, secrets: { token: secrets.get('token of the SCIM system') } });
  expect((await ask('PATCH', `/api/v1/connections/${connected.applicationId}`, { ...posts, body: { secrets: { token: wrong } } })).status).toBeLessThan(500);
  await ask('POST', `/api/v1/connections/${connected.applicationId}/check`, posts);
  await admin.api('PATCH', `/api/v1/connections/${connected.applicationId}`, { secrets: { token: secrets.get('token of the SCIM system') } });
  const practice = await admin.api<{ applicationId: string }>('POST', '/api/v1/connections', { name: 'crm', kind: 'fake', settings: { address: `${fakes.url}/crm` }, secrets: { token: secrets.get('token of the practice system') } });
  applicationIds = [connected.applicationId, practice.applicationId];
  for (const id of applicationIds) {
    await admin.api('POST', `/api/v1/connections/${id}/check`);
    await admin.api('PATCH', `/api/v1/connections/${id}`, { mode: 'live' });
    await admin.api('POST', `/api/v1/connections/${id}/read`);
  }
  let staff: string | undefined;
  for (let tries = 0; staff === undefined && tries < 200; tries += 1) {
    staff = (await admin.api<{ items: { id: string }[] }>('GET', `/api/v1/applications/${practice.applicationId}/entitlements`)).items[0]?.id;
    if (staff === undefined) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await admin.api('POST', '/api/v1/roles', { name: 'Sellers', rule: { all: [{ attribute: 'department', isOneOf: ['Sales'] }] }, entitlementIds: [staff] });

  // A newcomer with an access pass, tried wrongly first.
  const ivan = await admin.api<{ id: string; username: string }>('POST', '/api/v1/people', { givenName: 'Ivan', familyName: 'Petrov', workEmail: 'ivan.petrov@linden.example', department: 'Sales' });
  const { pass } = await admin.api<{ pass: string }>('POST', `/api/v1/people/${ivan.id}/access-pass`, { reason: 'first day' });
  keep('access pass', pass);
  const browser = node.newVisitor();
  const credentials = credentialsOf(ivan.username, mark('password of ivan'));
  await browser.signInWithPass(credentials, pass);
  keepOf('ivan', credentials, browser);

  // An application and its secrets; asked wrongly, in the body and in the header.
  const client = await admin.api<{ clientId: string; clientSecret: string }>('POST', '/api/v1/clients', { name: 'Wiki', redirectUris: ['https://wiki.linden.example/callback'], grantTypes: ['authorization_code', 'refresh_token'] });
  keep('first client secret', client.clientSecret);
  const { clientSecret } = await admin.api<{ clientSecret: string }>('POST', `/api/v1/clients/${client.clientId}/secret`, {});
  keep('client secret', clientSecret);
  const verifier = keep('code verifier', randomBytes(32).toString('base64url'));
  const sent = await browser.go(`/oauth2/authorize?${new URLSearchParams({ client_id: client.clientId, response_type: 'code', redirect_uri: 'https://wiki.linden.example/callback', scope: 'openid profile', state: keep('state', mark('state')), nonce: 'n', code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' })}`);
  const code = keep('authorization code', new URL(sent.at).searchParams.get('code')!);
  const basic = { authorization: `Basic ${Buffer.from(`${client.clientId}:${clientSecret}`).toString('base64')}` };
  const form = { grant_type: 'authorization_code', code, redirect_uri: 'https://wiki.linden.example/callback', code_verifier: verifier };
  for (const [headers, extra] of [[{ authorization: `Basic ${Buffer.from(`${client.clientId}:${keep('wrong client secret', mark('wrong secret'))}`).toString('base64')}` }, {}], [{}, { client_id: client.clientId, client_secret: keep('wrong client secret in the body', mark('wrong too')) }]] as const) {
    expect((await ask('POST', '/oauth2/token', { headers: { ...headers }, body: new URLSearchParams({ ...form, ...extra }) })).status).toBeGreaterThanOrEqual(400);
  }
  const exchanged = await fetch(`${node.address}/oauth2/token`, { method: 'POST', headers: basic, body: new URLSearchParams(form) });
  const tokens = (await exchanged.json()) as { access_token: string; refresh_token: string; id_token: string };
  expect(exchanged.status).toBe(200);
  keep('access token', tokens.access_token);
  keep('refresh token', tokens.refresh_token);
  keep('ID token', tokens.id_token);
  await ask('POST', '/oauth2/introspect', { headers: basic, body: new URLSearchParams({ token: tokens.access_token }) });
  await ask('POST', '/oauth2/introspect', { headers: basic, body: new URLSearchParams({ token: `${tokens.refresh_token}x` }) });
  await ask('GET', '/oauth2/userinfo', { headers: { authorization: `Bearer ${tokens.access_token}` } });
  await ask('POST', '/oauth2/token', { headers: basic, body: new URLSearchParams({ ...form }) });

  // Mistakes that people and scripts make.
  const slip = keep('password typed where the name belongs', mark('slip'));
  const stranger = node.newVisitor();
  await stranger.go('/sign-in');
  await stranger.post('/sign-in', { step: 'username', username: slip });
  await stranger.post('/sign-in', { step: 'password', password: keep('wrong password', mark('wrong password')) });
  await stranger.post('/sign-in', { step: 'username', username: ivan.username });
  await stranger.post('/sign-in', { step: 'password', password: secrets.get('password of maria')! });
  const stray = keep('secret in an address', mark('stray'));
  for (const at of [`/api/v1/people?token=${stray}`, `/nowhere?password=${stray}`, `/sign-in?password=${stray}`, `/oauth2/authorize?client_secret=${stray}&client_id=x`, `/api/v1/roles/${stray}`, `/set-up?token=${stray}`, `/disavow?token=${stray}`]) {
    // A page may carry on what its own address said; the log, the audit and the API may not.
    await fetch(node.address + at, { redirect: 'manual', headers: { cookie: [...admin.cookies].map(([name, value]) => `${name}=${value}`).join('; ') } });
  }
  const posted = { 'x-csrf-token': csrfToken };
  const wrongBody = keep('password in a refused body', mark('refused'));
  for (const [method, at, body] of [
    ['PUT', '/api/v1/me/factors/password', { password: wrongBody.repeat(200) }], ['PUT', '/api/v1/me/factors/password', { newPassword: wrongBody, extra: wrongBody }], ['POST', '/api/v1/tokens', { token: wrongBody }], ['POST', '/api/v1/connections', { name: 'x', kind: 'scim', settings: { address: 'http://127.0.0.1:9', password: wrongBody }, secrets: { token: wrongBody, unknown: wrongBody } }],
    ['POST', '/api/v1/connections', { name: 'y', kind: 'postgres', settings: { address: `postgresql://root:${wrongBody}@127.0.0.1:9/x` }, secrets: { password: wrongBody } }], ['POST', '/api/v1/clients', { name: 'Bad', clientSecret: wrongBody, redirectUris: [`https://u:${wrongBody}@x.example/`] }], ['POST', `/api/v1/people/${ivan.id}/access-pass`, { reason: '', pass: wrongBody }],
  ] as const) expect((await ask(method, at, { body, headers: posted, cookies: admin })).status, at).toBeGreaterThanOrEqual(400);
  await ask('GET', '/api/v1/me', { headers: { authorization: `Bearer ${keep('API token that is none', `bw_${mark('none')}`)}` } });

  // Changed by the person: a new password, new codes, another app.
  const again = await browser.api<{ codes: string[] }>('POST', '/api/v1/me/factors/recovery-codes');
  for (const [index, one] of again.codes.entries()) keep(`second recovery code ${index}`, one);
  const phone = await browser.api<{ secret: string }>('POST', '/api/v1/me/factors/totp', { name: 'Second phone' });
  keep('second authenticator key of ivan', phone.secret.replaceAll(' ', ''));
  await browser.api('PUT', '/api/v1/me/factors/password', { password: keep('second password of ivan', mark('second password')) });

  for (let tries = 0; fake.everyAccount().length === 0 && tries < 400; tries += 1) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(fake.everyAccount().length).toBeGreaterThan(0);
  await admin.api('POST', `/api/v1/people/${ivan.id}/leave`, { reason: 'resigned' });
  for (let tries = 0; fake.everyAccount().some((account) => account.isEnabled) && tries < 400; tries += 1) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(secrets.size).toBeGreaterThan(35);
}, 120_000);

it('the search would find them: plain, as bytes, in base64, in an address', () => {
  const seed = secrets.get('authenticator key of ivan')!;
  for (const text of [seed, Buffer.from(Secret.fromBase32(seed).buffer).toString('hex'), Buffer.from(seed).toString('base64')]) expect(found(`before ${text} after`)).toEqual(['authenticator key of ivan']);
  expect(found(`https://x.example/?t=${encodeURIComponent(secrets.get('password of ivan')!)}`)).toEqual(['password of ivan']);
});

it('no answer of the API shows a secret again', async () => {
  const description = JSON.parse(await (await fetch(`${node.address}/api/openapi.json`)).text()) as ApiDescription;
  const known = new Known();
  const chance = chanceFrom(1);
  for (let round = 0; round < 2; round += 1) {
    for (const operation of operationsOf(description).filter(({ method, path: at }) => method === 'GET' && at !== '/api/v1/live' && at !== '/api/v1/me')) {
      for (const id of known.ids.get(operation.pathParameters[0]?.name ?? '') ?? ['01890a5d-ac96-774b-bcce-b302099a8057']) {
        const at = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => (name === operation.pathParameters[0]?.name ? id : encodeURIComponent(String(validValue(operation.pathParameters.find((one) => one.name === name)!.schema, chance, known, name)))));
        const { status, text } = await ask('GET', at, { cookies: admin });
        if (status === 200 && operation.success.schema) known.learn(operation, JSON.parse(text));
      }
    }
  }
  expect(answers.length).toBeGreaterThan(80);
  const leaks = answers.flatMap(({ request, text }) => found(text).map((what) => `${what}: ${request}`));
  expect([...new Set(leaks)]).toEqual([]);
}, 60_000);

it('the log holds no secret, even when it says all it can', () => {
  // The link for the first administrator is printed for the host; that is its one place.
  const log = node.said().split('\n').filter((line) => line.startsWith('{'));
  expect(log.length).toBeGreaterThan(80);
  const leaks = log.flatMap((line) => found(line).map((what) => `${what}: ${line.slice(0, 300)}`));
  expect(leaks).toEqual([]);
  expect(found(node.said().replace(/https?:\/\/\S+\/set-up\S+/, ''))).toEqual([]);
});

it('the database holds no secret in the clear: no table, no event, no job, no audit entry, no mail', async () => {
  const { pool } = database.database;
  const { rows: tables } = await pool.query<{ name: string }>(`select format('%I.%I', nspname, relname) as name from pg_class join pg_namespace n on n.oid = relnamespace where relkind in ('r', 'p', 'm') and nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and nspname not like 'pg_temp%'`);
  expect(tables.length).toBeGreaterThan(40);
  const leaks: string[] = [];
  let rowsRead = 0;
  let hasSeenIvan = false;
  for (const { name } of tables) {
    const { rows } = await pool.query<{ text: string }>(`select t::text as text from ${name} t`);
    rowsRead += rows.length;
    hasSeenIvan ||= rows.some(({ text }) => text.includes('ivan.petrov@linden.example'));
    // A sign-in on its way shows what was typed as the name until it runs out, a quarter of an hour at most.
    const exempt = name === 'authn.sign_in' ? ['password typed where the name belongs'] : [];
    for (const { text } of rows) for (const what of found(text, exempt)) leaks.push(`${what}: ${name}: ${text.slice(0, 400)}`);
  }
  expect(rowsRead).toBeGreaterThan(150);
  expect(hasSeenIvan).toBe(true);
  expect(leaks).toEqual([]);
});

it('the files beside the database hold none but the keys', () => {
  const checkpoints = path.join(folder, 'audit-checkpoints.jsonl');
  try {
    expect(found(readFileSync(checkpoints, 'utf8'))).toEqual([]);
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOENT') throw error;
  }
});
