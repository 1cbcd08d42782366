import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { spreadOf } from '../arithmetic.ts';
import { atMost, type Bench, type Outcome } from '../bench.ts';
import { Connection, getRequest, headerOf, setHostName, type CookieJar } from '../load/connection.ts';
import { signIn } from '../load/password-sign-in.ts';
import { startFakeSystems } from '../peers/peers.ts';
import { benchPassword, seedFactorsOf } from '../seed.ts';

const systemCount = 20;
const token = 'fake-token';
/** How often each surface is tried. Each try costs the server processor time too; of many leavers at once the systems are looked at as a whole, less often. */
const everyMs = 50;
const everyMsOfMany = 250;

interface Leaver {
  readonly id: string;
  readonly username: string;
  readonly jar: CookieJar;
  readonly refreshToken: string;
  readonly accessToken: string;
}

/**
 * W11: the moment somebody leaves until nothing is left, tried from outside with what the leaver held: the session cookie, an
 * access token (introspection), a refresh token, and the accounts in twenty systems, asked directly. And until Bailiwick itself
 * has proven it.
 */
export async function timeToZero({ house, isQuick, say }: Bench): Promise<readonly Outcome[]> {
  setHostName(house.origin.name);
  const names = Array.from({ length: systemCount }, (_, index) => `system${index + 1}`);
  const fakes = await startFakeSystems(names, token);
  try {
    const systems = names.map((name) => ({ name, address: `http://127.0.0.1:${fakes.port}/${name}` }));
    await Promise.all(systems.map(fill));
    await connectSystems(house, systems);
    const one = isQuick ? 2 : 10;
    const together = isQuick ? 3 : 20;
    const people = await joiners(house, one + together);
    await allHaveAccounts(systems, people);
    say(`W11: ${people.length} people with accounts in ${systemCount} systems`);
    const client = await makeClient(house);
    const factors = await seedFactorsOf(house.pool, house.folder, people.map((person) => person.id));
    const leavers: Leaver[] = [];
    for (const [index, person] of people.entries()) leavers.push({ ...person, ...(await enter(house, client, { username: person.username, seed: factors[index]!.seed })) });
    for (const leaver of leavers) if (!(await accessOf(house, client, leaver)).every(Boolean)) throw new Error('somebody who has not left has no access');

    const single: Gone[] = [];
    for (const leaver of leavers.slice(0, one)) {
      single.push((await leave(house, client, systems, [leaver]))[0]!);
      say(`W11: own surfaces ${Math.round(single.at(-1)!.own)} ms, systems ${Math.round(single.at(-1)!.systems)} ms, proven ${Math.round(single.at(-1)!.proven)} ms`);
    }
    const before = house.cpu();
    const mass = await leave(house, client, systems, leavers.slice(one));
    const after = house.cpu();
    const removals = together * systemCount;
    const each = (seconds: number): number => (seconds * 1_000) / removals;
    const slowest = Math.max(...mass.map((gone) => gone.systems)) / 1_000;
    return [
      outcome('one leaver at a time', single, true),
      { ...outcome(`${together} leavers at once`, mass, false), unit: 'accounts disabled/s', rate: removals / slowest, cpu: { app: each(after.app - before.app), postgres: each(after.postgres - before.postgres), generator: 0 } },
    ];
  } finally {
    fakes.close();
  }
}

interface Gone {
  readonly own: number;
  readonly systems: number;
  readonly proven: number;
  readonly last: string;
}

/** The aim for the systems is that of one leaver; how long many at once take is set by the rates that the systems allow. */
function outcome(setting: string, gone: readonly Gone[], isOne: boolean): Outcome {
  const own = spreadOf(gone.map((one) => one.own));
  const systems = spreadOf(gone.map((one) => one.systems));
  const proven = spreadOf(gone.map((one) => one.proven));
  return {
    id: 'W11', title: 'time to zero access', setting: `${setting}, ${systemCount} systems`,
    latency: { ...systems, at: 'all systems' },
    latencies: { 'own surfaces refuse': own, 'accounts disabled in all systems': systems, 'proven by read-back': proven },
    aims: [
      atMost('own surfaces p95', own.p95 / 1_000, 2, ' s'),
      ...(isOne ? [atMost(`${systemCount} healthy systems p95`, systems.p95 / 1_000, 10, ' s'), atMost('proven p95', proven.p95 / 1_000, 10, ' s')] : []),
    ],
    facts: { 'leavers': gone.length, 'last surface': [...new Set(gone.map((one) => one.last))].join(', ') },
  };
}

async function connectSystems(house: Bench['house'], systems: readonly { name: string; address: string }[]): Promise<void> {
  const entitlementIds: string[] = [];
  for (const system of systems) {
    const made = await house.api<{ applicationId: string }>('POST', '/api/v1/connections', { name: system.name, kind: 'fake', settings: { address: system.address }, secrets: { token } });
    await house.api('POST', `/api/v1/connections/${made.applicationId}/read`);
    const items = await until(`the entitlements of ${system.name}`, 30_000, async () => {
      const list = await house.api<{ items: { id: string; name: string }[] }>('GET', `/api/v1/applications/${made.applicationId}/entitlements`);
      return list.items.some((one) => one.name === 'staff') ? list.items : null;
    });
    entitlementIds.push(items.find((one) => one.name === 'staff')!.id);
    await house.api('PATCH', `/api/v1/connections/${made.applicationId}`, { mode: 'live' });
  }
  await house.api('POST', '/api/v1/roles', { name: 'Bench staff', rule: { all: [{ attribute: 'department', isOneOf: ['Bench'] }] }, entitlementIds });
}

async function joiners(house: Bench['house'], count: number): Promise<readonly { id: string; username: string }[]> {
  const people = [];
  for (let number = 1; number <= count; number += 1) {
    people.push(await house.api<{ id: string; username: string }>('POST', '/api/v1/people', { givenName: 'Leaver', familyName: `Number${number}`, employeeNumber: `B${number}`, username: `leaver${number}`, workEmail: `leaver${number}@example.com`, department: 'Bench', employmentType: 'employee', startDate: '2025-01-01' }));
  }
  return people;
}

/**
 * Accounts of others, so that the leavers are a small part of each system: above a tenth of it the brake would rightly hold
 * the removals until somebody has looked.
 */
async function fill({ address }: { address: string }): Promise<void> {
  for (let number = 1; number <= 400; number += 1) {
    const reply = await fetch(`${address}/accounts`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'x-operation-id': `fill-${number}` }, body: JSON.stringify({ login: `colleague${number}`, email: `colleague${number}@elsewhere.example`, givenName: 'Some', familyName: 'Colleague' }) });
    if (!reply.ok) throw new Error(`a practice system refused an account: ${reply.status} ${await reply.text()}`);
    await reply.text();
  }
}

interface FakeAccountSeen {
  readonly login: string;
  readonly email: string;
  readonly isEnabled: boolean;
}

async function accountsIn(address: string): Promise<readonly FakeAccountSeen[]> {
  return ((await (await fetch(`${address}/control/accounts`)).json()) as { accounts: FakeAccountSeen[] }).accounts;
}

async function accountOf(address: string, login: string): Promise<readonly FakeAccountSeen[]> {
  return ((await (await fetch(`${address}/accounts?login=${login}`, { headers: { authorization: `Bearer ${token}` } })).json()) as { items: FakeAccountSeen[] }).items;
}

const isOf = (account: FakeAccountSeen, username: string): boolean => account.login === username || account.email === `${username}@example.com`;

async function allHaveAccounts(systems: readonly { address: string }[], people: readonly { username: string }[]): Promise<void> {
  for (const system of systems) {
    await until('accounts of the joiners', 180_000, async () => {
      const accounts = await accountsIn(system.address);
      return people.every(({ username }) => accounts.some((account) => isOf(account, username) && account.isEnabled)) ? true : null;
    });
  }
}

interface Client {
  readonly id: string;
  readonly secret: string;
  readonly endpoints: Record<'authorization_endpoint' | 'token_endpoint' | 'introspection_endpoint', string>;
}

const redirectUri = 'http://127.0.0.1:9/callback';

async function makeClient(house: Bench['house']): Promise<Client> {
  const endpoints = (await (await fetch(`${house.issuer}/.well-known/openid-configuration`)).json()) as Client['endpoints'];
  const made = await house.api<{ clientId: string; clientSecret: string }>('POST', '/api/v1/clients', { name: 'bench application', kind: 'web', redirectUris: [redirectUri], grantTypes: ['authorization_code', 'refresh_token'] });
  return { id: made.clientId, secret: made.clientSecret, endpoints };
}

/** Signs in to an application as a browser and an application do together: authorization code with PKCE, then tokens. */
async function enter(house: Bench['house'], client: Client, person: { username: string; seed: string }): Promise<Pick<Leaver, 'jar' | 'refreshToken' | 'accessToken'>> {
  const connection = new Connection(house.origin);
  const verifier = randomBytes(32).toString('base64url');
  const ask = new URLSearchParams({ client_id: client.id, response_type: 'code', redirect_uri: redirectUri, scope: 'openid offline_access', code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256', state: 'x', nonce: 'y' });
  try {
    const { jar, leadsTo } = await signIn(connection, `${new URL(client.endpoints.authorization_endpoint).pathname}?${ask}`, person, benchPassword);
    let at = leadsTo;
    for (let step = 0; step < 8 && !at.searchParams.has('code'); step += 1) {
      const reply = await connection.request(getRequest(at.pathname + at.search, `accept: text/html\r\n${jar.line}`));
      jar.take(reply);
      const location = headerOf(reply, 'location');
      if (!location) throw new Error(`on the way back to the application ${at.pathname} answered ${reply.status}: ${reply.body.slice(0, 200)}`);
      at = new URL(location, house.issuer);
    }
    const code = at.searchParams.get('code');
    if (!code) throw new Error(`the application got no code: ${at.href}`);
    const answer = await tokenRequest(client, 'token_endpoint', { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier });
    const { refresh_token: refreshToken, access_token: accessToken } = answer.body as { refresh_token: string; access_token: string };
    if (!refreshToken || !accessToken) throw new Error(`the application got no tokens: ${answer.status} ${JSON.stringify(answer.body)}`);
    return { jar, refreshToken, accessToken };
  } finally {
    connection.close();
  }
}

async function tokenRequest(client: Client, endpoint: 'token_endpoint' | 'introspection_endpoint', form: Record<string, string>): Promise<{ status: number; body: unknown }> {
  const reply = await fetch(client.endpoints[endpoint], { method: 'POST', headers: { authorization: `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`, 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams(form) });
  return { status: reply.status, body: await reply.json() };
}

/** What still works: session, access token. The refresh token is tried apart, since each try that works uses it up. */
async function accessOf(house: Bench['house'], client: Client, leaver: Leaver): Promise<readonly boolean[]> {
  const session = await fetch(`${house.issuer}/api/v1/me`, { headers: { cookie: leaver.jar.line.replace(/^cookie: |\r\n$/g, '') } });
  await session.text();
  const introspection = await tokenRequest(client, 'introspection_endpoint', { token: leaver.accessToken });
  return [session.status === 200, (introspection.body as { active: boolean }).active];
}

async function leave(house: Bench['house'], client: Client, systems: readonly { name: string; address: string }[], leavers: readonly Leaver[]): Promise<readonly Gone[]> {
  const gone = leavers.map(() => ({ own: 0, systems: 0, proven: 0, last: '' }));
  const open = leavers.map(() => new Set(systems.map((system) => system.address)));
  let began = performance.now();
  await Promise.all(leavers.map((leaver) => house.api('POST', `/api/v1/people/${leaver.id}/leave`, { reason: 'measured' })));
  // One after another through one door, so that the moment of leaving is the answer to the last; alone, it is the moment of asking.
  if (leavers.length > 1) began = performance.now();

  const own = Promise.all(leavers.map(async (leaver, index) => {
    await until('the own surfaces to refuse', 60_000, async () => ((await accessOf(house, client, leaver)).some(Boolean) ? null : true), everyMs);
    const refreshed = await tokenRequest(client, 'token_endpoint', { grant_type: 'refresh_token', refresh_token: leaver.refreshToken });
    if (refreshed.status === 200) throw new Error('a leaver got new tokens for a refresh token');
    gone[index]!.own = performance.now() - began;
  }));
  const targets = Promise.all(systems.map((system) =>
    until(`${system.name} to disable the leavers`, 120_000, async () => {
      const accounts = leavers.length === 1 ? await accountOf(system.address, leavers[0]!.username) : await accountsIn(system.address);
      for (const [index, leaver] of leavers.entries()) {
        const mine = accounts.filter((account) => isOf(account, leaver.username));
        if (mine.some((account) => account.isEnabled) || !open[index]!.delete(system.address)) continue;
        gone[index]!.systems = performance.now() - began;
        gone[index]!.last = system.name;
      }
      return open.every((set) => !set.has(system.address)) ? true : null;
    }, leavers.length === 1 ? everyMs : everyMsOfMany),
  ));
  const proofs = Promise.all(leavers.map(async (leaver, index) => {
    await until('the movement to be proven', 120_000, async () => {
      const { items } = await house.api<{ items: { kind: string; state: string }[] }>('GET', `/api/v1/movements?personId=${leaver.id}&kind=leaver`);
      return items.length > 0 && items.every((movement) => movement.state === 'done') ? true : null;
    }, leavers.length === 1 ? everyMs : everyMsOfMany);
    gone[index]!.proven = performance.now() - began;
  }));
  await Promise.all([own, targets, proofs]);
  return gone;
}

async function until<T>(what: string, atMostMs: number, look: () => Promise<T | null>, every = 200): Promise<T> {
  const began = performance.now();
  for (;;) {
    const seen = await look();
    if (seen !== null) return seen;
    if (performance.now() - began > atMostMs) throw new Error(`waited ${atMostMs / 1_000} s for ${what}`);
    await pause(every);
  }
}
