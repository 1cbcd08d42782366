import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeSystem } from '../../src/connectors/fake/fake-system.ts';
import { serveFakes } from '../../src/connectors/fake/server.ts';
import { systemClock } from '../../src/platform/clock/index.ts';
import { emptyDatabase, type TestDatabase } from '../database.ts';
import { credentialsOf, visitor, type Credentials, type Visitor } from '../visitor.ts';
import { connectionUrl, freePort } from '../world.ts';
import { startNode, type NodeProcess } from './node-process.ts';

const until = async (what: string, isTrue: () => Promise<boolean> | boolean, timeoutMs = 30_000): Promise<void> => {
  const end = performance.now() + timeoutMs;
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error(`not within ${timeoutMs / 1_000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/** Each start without an administrator prints a link, and a new link takes the place of those before it. */
async function openLink(nodes: readonly NodeProcess[]): Promise<string> {
  for (const node of nodes) {
    const link = new URL(node.setUpLink()!);
    if ((await nodes[0]!.newVisitor().go(link.pathname + link.search)).text.includes('name="given_name"')) return link.href;
  }
  throw new Error('no link of any node opens the door');
}

interface Person {
  readonly id: string;
  readonly credentials: Credentials;
  /** The same browser at either node: they stand behind one address. */
  readonly at: (node: NodeProcess) => Visitor;
}

describe('two processes on one database', () => {
  let database: TestDatabase;
  let folder: string;
  let settings: Record<string, string>;
  let one: NodeProcess;
  let two: NodeProcess;
  let admin: Person;
  const people = new Map<string, Map<string, string>>();

  /** Cookies belong to the public address; so both visitors of one person share them. */
  function personOf(id: string, credentials: Credentials, browser: Visitor): Person {
    people.set(id, browser.cookies);
    const visitors = new Map<string, Visitor>();
    return {
      id, credentials,
      at(node) {
        const known = visitors.get(node.address) ?? (browser.origin === node.address ? browser : visitor(node.address, systemClock, { cookies: browser.cookies }));
        visitors.set(node.address, known);
        return known;
      },
    };
  }

  async function hire(givenName: string, at = one): Promise<Person> {
    const { id, username } = await admin.at(one).api<{ id: string; username: string }>('POST', '/api/v1/people', { givenName, familyName: 'Linde', workEmail: `${givenName.toLowerCase()}.linde@linden.example`, department: 'Sales', title: 'Seller' });
    const { pass } = await admin.at(one).api<{ pass: string }>('POST', `/api/v1/people/${id}/access-pass`, { reason: 'first day' });
    const credentials = credentialsOf(username, 'seven hats over a quiet river');
    const browser = at.newVisitor();
    await browser.signInWithPass(credentials, pass);
    return personOf(id, credentials, browser);
  }

  const statusOf = async (visitor: Visitor, path = '/api/v1/me'): Promise<number> => visitor.api('GET', path).then(() => 200, (error: { status?: number }) => error.status ?? 0);

  beforeAll(async () => {
    database = await emptyDatabase();
    folder = mkdtempSync(path.join(os.tmpdir(), 'bailiwick-two-nodes-'));
    const port = await freePort();
    settings = {
      DATABASE_URL: connectionUrl(database.connection), BAILIWICK_URL: `http://localhost:${port}`, BAILIWICK_DATA: path.join(folder, 'data'), BAILIWICK_KEY_FILE: path.join(folder, 'keys', 'keys.json'), BAILIWICK_LOG_LEVEL: 'info', BAILIWICK_PRACTICE_SYSTEMS: 'true', BAILIWICK_ORGANISATION: 'Linden',
    };
    // Both at once, with nothing there: no schema, no keys.
    [one, two] = await Promise.all([startNode(settings, port), startNode({ ...settings, BAILIWICK_DATA: path.join(folder, 'data of two') })]);
    await Promise.all([one.ready(), two.ready()]);
    const credentials = credentialsOf('maria', 'a river walks over seven hats');
    const browser = one.newVisitor();
    await browser.setUp(await openLink([one, two]), { givenName: 'Maria', familyName: 'Silva', email: 'maria@linden.example' }, credentials);
    const me = await browser.api<{ person: { id: string } }>('GET', '/api/v1/me');
    admin = personOf(me.person.id, credentials, browser);
  }, 120_000);
  afterAll(async () => {
    await Promise.all([one?.stop(), two?.stop()]);
    await database?.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('both start at once on an empty database with no keys: every migration once, one key file, no complaint', async () => {
    const { rows } = await database.database.pool.query<{ copies: number }>('select count(*)::int as copies from platform.migration group by domain, name');
    expect(rows.length).toBeGreaterThan(8);
    expect(rows.every(({ copies }) => copies === 1)).toBe(true);
    expect(readdirSync(path.join(folder, 'keys'))).toEqual(['keys.json']);
    for (const node of [one, two]) expect(node.said()).not.toMatch(/"level":(?:50|60)|unrecognized flag/);
  });

  it('no set-up link of any node is worth anything once there is an administrator', async () => {
    for (const node of [one, two]) {
      const link = new URL(node.setUpLink()!);
      const stranger = two.newVisitor();
      await stranger.go('/sign-in');
      const reply = await stranger.post('/set-up', { token: link.searchParams.get('token') ?? '', given_name: 'Eve', family_name: 'Ill', email: 'eve@evil.example', username: 'eve' });
      expect(reply.status).toBeGreaterThanOrEqual(400);
    }
    const { items } = await admin.at(two).api<{ items: unknown[] }>('GET', '/api/v1/console-roles');
    expect(items).toHaveLength(1);
  });

  it('a session that began on one is a session on the other, with the same protection of forms', async () => {
    await expect(admin.at(two).api('GET', '/api/v1/me')).resolves.toMatchObject({ person: { id: admin.id } });
    await expect(admin.at(two).api('POST', '/api/v1/roles', { name: 'Made on two' })).resolves.toMatchObject({ name: 'Made on two' });
    await expect(admin.at(one).api('GET', '/api/v1/roles?search=Made')).resolves.toMatchObject({ items: [{ name: 'Made on two' }] });
  });

  it('a sign-in that began on one goes on and ends on the other', async () => {
    const nora = await hire('Nora');
    await nora.at(one).signOut();
    await nora.at(one).go('/sign-in');
    await nora.at(one).post('/sign-in', { step: 'username', username: nora.credentials.username });
    await nora.at(two).go('/sign-in');
    const asked = await nora.at(two).post('/sign-in', { step: 'password', password: nora.credentials.password });
    expect(asked.text).toContain('name="code"');
    await nora.at(one).go('/sign-in');
    await nora.at(one).post('/sign-in', { step: 'totp', code: await nora.at(one).codeOf(nora.credentials) });
    expect(await statusOf(nora.at(two))).toBe(200);
  });

  it('signed out on one is signed out on the other, with the cookie that was copied before', async () => {
    const olaf = await hire('Olaf');
    const copied = new Map(olaf.at(one).cookies);
    const thief = visitor(two.address, systemClock, { cookies: copied });
    expect(await statusOf(thief)).toBe(200);
    await olaf.at(one).signOut();
    expect(await statusOf(thief)).toBe(401);
  });

  it('a leaver handled by one is out on the other at the very next request: API, refresh, introspection, userinfo', async () => {
    const pia = await hire('Pia', two);
    const made = await admin.at(one).api<{ clientId: string; clientSecret: string }>('POST', '/api/v1/clients', { name: 'Wiki', redirectUris: ['https://wiki.linden.example/callback'], grantTypes: ['authorization_code', 'refresh_token'] });
    const client = { authorization: `Basic ${Buffer.from(`${made.clientId}:${made.clientSecret}`).toString('base64')}` };
    const ask = async (node: NodeProcess, path: string, form: Record<string, string>): Promise<{ status: number; body: Record<string, unknown> }> => {
      const reply = await fetch(node.address + path, { method: 'POST', headers: client, body: new URLSearchParams(form) });
      return { status: reply.status, body: JSON.parse((await reply.text()) || '{}') as Record<string, unknown> };
    };
    const verifier = randomBytes(32).toString('base64url');
    // The client that one node made a moment ago is known to the other.
    const sent = await pia.at(two).go(`/oauth2/authorize?${new URLSearchParams({ client_id: made.clientId, response_type: 'code', redirect_uri: 'https://wiki.linden.example/callback', scope: 'openid profile', state: 's', nonce: 'n', code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' })}`);
    const code = new URL(sent.at).searchParams.get('code');
    expect(code, `${sent.at} ${sent.text.slice(0, 300)}`).not.toBeNull();
    const tokens = await ask(one, '/oauth2/token', { grant_type: 'authorization_code', code: code!, redirect_uri: 'https://wiki.linden.example/callback', code_verifier: verifier });
    expect(tokens.status, JSON.stringify(tokens.body)).toBe(200);
    const { access_token: accessToken, refresh_token: refreshToken } = tokens.body as { access_token: string; refresh_token: string };
    const userinfo = async (node: NodeProcess): Promise<number> => (await fetch(`${node.address}/oauth2/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } })).status;
    for (const node of [one, two]) {
      expect((await ask(node, '/oauth2/introspect', { token: accessToken })).body['active']).toBe(true);
      expect(await userinfo(node)).toBe(200);
      expect(await statusOf(pia.at(node))).toBe(200);
    }
    expect((await ask(two, '/oauth2/token', { grant_type: 'refresh_token', refresh_token: refreshToken })).status).toBe(200);

    await admin.at(one).api('POST', `/api/v1/people/${pia.id}/leave`, { reason: 'resigned' });
    // No waiting in between: what must be true at once is judged when it is read.
    expect(await statusOf(pia.at(two))).toBe(401);
    expect((await ask(two, '/oauth2/introspect', { token: accessToken })).body).toEqual({ active: false });
    expect((await ask(two, '/oauth2/introspect', { token: refreshToken })).body).toEqual({ active: false });
    expect((await ask(two, '/oauth2/token', { grant_type: 'refresh_token', refresh_token: refreshToken })).body).toMatchObject({ error: 'invalid_grant' });
    expect(await userinfo(two)).toBe(401);
  });

  it('a role that changed on one counts on the other at the next request', async () => {
    const quin = await hire('Quin');
    expect(await statusOf(quin.at(two), '/api/v1/audit/entries')).toBe(403);
    await admin.at(one).api('POST', '/api/v1/console-roles', { personId: quin.id, role: 'auditor', reason: 'covers for Maria' });
    expect(await statusOf(quin.at(two), '/api/v1/audit/entries')).toBe(200);
    await admin.at(two).api('DELETE', `/api/v1/console-roles/${quin.id}/auditor`);
    expect(await statusOf(quin.at(one), '/api/v1/audit/entries')).toBe(403);
  });

  it('what happens on one is heard live on the other', async () => {
    const stop = new AbortController();
    const reply = await fetch(`${two.address}/api/v1/live`, { headers: { cookie: [...admin.at(two).cookies].map(([name, value]) => `${name}=${value}`).join('; ') }, signal: stop.signal });
    expect(reply.status).toBe(200);
    let heard = '';
    const reading = (async () => {
      for await (const part of reply.body!) heard += Buffer.from(part as Uint8Array).toString('utf8');
    })().catch(() => undefined);
    const { id } = await admin.at(one).api<{ id: string }>('POST', '/api/v1/people', { givenName: 'Rosa', familyName: 'Linde' });
    await until('the other node hears of Rosa', () => heard.includes(`person:${id}`), 10_000);
    stop.abort();
    await reading;
  });

  it('wrong guesses are counted together, however they are spread over the nodes', async () => {
    const sven = await hire('Sven');
    const statuses: number[] = [];
    for (let guess = 0; guess < 12; guess += 1) {
      const node = guess % 2 === 0 ? one : two;
      const stranger = node.newVisitor();
      await stranger.go('/sign-in');
      await stranger.post('/sign-in', { step: 'username', username: sven.credentials.username });
      statuses.push((await stranger.post('/sign-in', { step: 'password', password: `guess ${guess}` })).status);
    }
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(5);
    expect(statuses.slice(5).every((status) => status === 429), statuses.join(' ')).toBe(true);
  });

  it('an address that asks too often is told so by both', async () => {
    const statuses: number[] = [];
    for (let round = 0; round < 400 && statuses.filter((status) => status === 429).length < 2; round += 8) {
      const replies = await Promise.all(Array.from({ length: 8 }, async (_, index) => {
        const stranger = (index % 2 === 0 ? one : two).newVisitor();
        await stranger.go('/sign-in');
        return stranger.post('/sign-in', { step: 'username', username: `nobody-${index}` });
      }));
      for (const reply of replies) {
        statuses.push(reply.status);
        if (reply.status === 429) expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
      }
    }
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
    const { rows } = await database.database.pool.query<{ key: string; taken: number }>(`select key, max(taken)::int as taken from platform.rate_limit where key like 'sign-in %' group by key`);
    expect(rows).toHaveLength(1);
  }, 60_000);

  it('both do the jobs, each job once; the one that is killed in the middle leaves nothing undone and nothing doubled', async () => {
    const systems = new Map(['crm', 'desk'].map((name) => [name, new FakeSystem({ seed: 3, token: 'fake-token', now: () => systemClock.now(), faults: { latencyMs: [20, 60] }, groups: ['staff'] })]));
    const fakes = await serveFakes(systems);
    try {
      const desk = admin.at(one);
      const entitlements: string[] = [];
      for (const name of systems.keys()) {
        const { applicationId } = await desk.api<{ applicationId: string }>('POST', '/api/v1/connections', { name, kind: 'fake', settings: { address: `${fakes.url}/${name}` }, secrets: { token: 'fake-token' } });
        await until(`${name} is read`, async () => {
          const { items } = await desk.api<{ items: { id: string }[] }>('GET', `/api/v1/applications/${applicationId}/entitlements`);
          if (items.length > 0) entitlements.push(...items.map(({ id }) => id));
          return items.length > 0;
        });
        await desk.api('PATCH', `/api/v1/connections/${applicationId}`, { mode: 'live' });
      }
      const crowd = ['Ann', 'Ben', 'Cas', 'Dan', 'Eva', 'Fay', 'Gus', 'Hal', 'Ira', 'Jil', 'Kai', 'Lea'];
      await desk.api('POST', '/api/v1/roles', { name: 'Builders', rule: { all: [{ attribute: 'department', isOneOf: ['Building'] }] }, entitlementIds: entitlements });
      await Promise.all(crowd.map((name, index) => admin.at(index % 2 === 0 ? one : two).api('POST', '/api/v1/people', { givenName: name, familyName: 'Bauer', workEmail: `${name.toLowerCase()}.bauer@linden.example`, department: 'Building', title: 'Builder' })));
      const created = (): number => [...systems.values()].reduce((sum, system) => sum + system.operations.filter(({ operation }) => operation === 'create').length, 0);
      await until('work has begun', () => created() >= 4);
      await two.kill();
      // What stands in the way is said, should it ever not end.
      const standing = async (): Promise<string> => {
        const { rows: steps } = await database.database.pool.query(`select m.state as movement, s.* from lifecycle.movement m join lifecycle.step s on s.movement_id = m.id where m.state <> 'done'`);
        const { rows: jobs } = await database.database.pool.query(`select task_identifier, run_at, locked_by, locked_at, attempts, last_error from graphile_worker.jobs where locked_by is not null or task_identifier like 'lifecycle.%'`);
        const { rows: waiting } = await database.database.pool.query(`select * from platform.outbox limit 20`);
        const { rows: pace } = await database.database.pool.query(`select * from lifecycle.pace`);
        return JSON.stringify({ steps, jobs, waiting, pace, said: one.said().slice(-4_000) });
      };
      // A role that came at the same moment may have replanned somebody: then that later plan is the one to end.
      await until('every joiner is done', async () => {
        const { items } = await admin.at(one).api<{ items: { state: string; personName: string }[] }>('GET', '/api/v1/movements?limit=200');
        return crowd.every((name) => {
          const states = items.filter(({ personName }) => personName === `${name} Bauer`).map(({ state }) => state);
          return states.includes('done') && states.every((state) => state === 'done' || state === 'cancelled');
        });
      }, 90_000).catch(async (error: unknown) => { throw new Error(`${String(error)}\n${await standing()}`); });
      for (const [name, system] of systems) {
        const accounts = system.everyAccount();
        expect(new Set(accounts.map(({ login }) => login)).size, name).toBe(crowd.length);
        const effective = system.operations.map(({ operation, login, detail }) => `${operation} ${login} ${detail}`);
        expect(effective.filter((one) => one.startsWith('create')).length, name).toBe(crowd.length);
        expect(effective.length, `${name}: something was done twice`).toBe(new Set(effective).size);
      }
    } finally {
      await fakes.close();
    }
    two = await startNode({ ...settings, BAILIWICK_DATA: path.join(folder, 'data of two') });
    await two.ready();
    expect(await statusOf(admin.at(two))).toBe(200);
  }, 150_000);

  it('after all of it the audit is whole, and both stop cleanly', async () => {
    await until('everything is sealed', async () => {
      const { rows } = await database.database.pool.query<{ waiting: number }>('select count(*)::int as waiting from audit.inbox');
      return rows[0]!.waiting === 0;
    });
    await expect(admin.at(two).api('GET', '/api/v1/audit/chain')).resolves.toBeTruthy();
    expect(await Promise.all([one.stop(), two.stop()])).toEqual([0, 0]);
    for (const node of [one, two]) expect(node.said()).not.toMatch(/"level":(?:50|60)/);
  });
});

describe('two processes on one folder, with PostgreSQL in it', () => {
  it('start at once, share everything, and the one that stays goes on when the other is killed', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'bailiwick-one-folder-'));
    const port = await freePort();
    const settings = { BAILIWICK_DATA: folder, BAILIWICK_URL: `http://localhost:${port}`, BAILIWICK_LOG_LEVEL: 'info' };
    const nodes = await Promise.all([startNode(settings, port), startNode(settings)]);
    try {
      await Promise.all(nodes.map((node) => node.ready()));
      const [one, two] = nodes as [NodeProcess, NodeProcess];
      const browser = one.newVisitor();
      await browser.setUp(await openLink(nodes), { givenName: 'Maria', familyName: 'Silva', email: 'maria@linden.example' }, credentialsOf('maria', 'a river walks over seven hats'));
      const there = visitor(two.address, systemClock, { cookies: browser.cookies });
      await expect(there.api('GET', '/api/v1/me')).resolves.toMatchObject({ consoleRoles: ['administrator'] });
      await one.kill();
      await expect(there.api('GET', '/api/v1/people')).resolves.toMatchObject({ items: [{ displayName: 'Maria Silva' }] });
      const again = await startNode(settings, port);
      nodes.push(again);
      await again.ready();
      expect(again.setUpLink()).toBeNull();
      await expect(browser.api('GET', '/api/v1/me')).resolves.toMatchObject({ consoleRoles: ['administrator'] });
    } finally {
      await Promise.all(nodes.map((node) => node.stop()));
      // The last one out closed the door.
      await until('PostgreSQL is gone', () => { try { rmSync(folder, { recursive: true }); return true; } catch { return false; } }, 10_000);
    }
  }, 120_000);
});
