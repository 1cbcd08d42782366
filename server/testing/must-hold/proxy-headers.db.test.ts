import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { visitor, type Visitor } from '../visitor.ts';
import { openWorld, type Actor, type World } from '../world.ts';
import { send, sendBytes, type RawReply } from './raw-door.ts';

/**
 * Smuggling through the headers of a trusted proxy: who is not the proxy must not say where a request comes from, by what protocol,
 * or to which host. And what the proxy hands on is believed only as far as it wrote it itself: the last entry.
 */
const form = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' };

async function wrongTry(world: World, headers: Record<string, string>): Promise<RawReply> {
  const page = await send(world.address, { method: 'GET', path: '/sign-in', headers: { accept: 'text/html', ...headers } });
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)![1]!;
  const jar = new Map<string, string>();
  const keep = (reply: RawReply): RawReply => {
    for (const line of reply.headers['set-cookie'] ?? []) jar.set(line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1, line.indexOf(';')));
    return reply;
  };
  keep(page);
  const post = async (fields: Record<string, string>): Promise<RawReply> => keep(await send(world.address, { method: 'POST', path: '/sign-in', headers: { ...form, ...headers, cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') }, body: new URLSearchParams({ csrf, ...fields }).toString() }));
  await post({ step: 'username', username: 'anna.linde@linden.example' });
  return post({ step: 'password', password: 'wrong' });
}
const lastAddress = async (world: World): Promise<string> => (await world.database.pool.query<{ address: string }>(`select address from (select id, body::jsonb->'facts'->>'address' as address, body::jsonb->>'at' as at from audit.inbox where body::jsonb->>'action' = 'authentication.sign-in.fail' union all select seq, body::jsonb->'facts'->>'address', body::jsonb->>'at' from audit.entry where body::jsonb->>'action' = 'authentication.sign-in.fail') one order by at desc limit 1`)).rows[0]!.address;

describe('without a trusted proxy', () => {
  let world: World;
  let anna: Actor;
  beforeAll(async () => {
    world = await openWorld({ hasRateLimits: true });
    await world.setUp();
    anna = await world.hire('Anna', 'Linde');
    await world.signIn(anna);
  }, 120_000);
  afterAll(() => world.close());

  const lies: readonly Record<string, string>[] = [{ 'x-forwarded-for': '203.0.113.7' }, { 'x-forwarded-for': '127.0.0.2, 203.0.113.7' }, { forwarded: 'for=203.0.113.7;proto=https;host=evil.example' }, { 'x-real-ip': '203.0.113.7' }, { 'client-ip': '203.0.113.7' }, { 'x-client-ip': '203.0.113.7' }, { 'true-client-ip': '203.0.113.7' }, { 'cf-connecting-ip': '203.0.113.7' }, { 'x-forwarded-for': '203.0.113.7', via: '1.1 proxy', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example' }];

  it('a stranger is at the address of the line, whatever the headers say', async () => {
    for (const lie of lies) {
      expect((await wrongTry(world, lie)).status).toBe(401);
      expect(await lastAddress(world), JSON.stringify(lie)).toBe('127.0.0.1');
      world.clock.forward(2 * 3_600_000);
    }
  });

  it('and cannot get around the limit by address with ever new ones', async () => {
    // From the beginning of a minute: the limit counts by the minute.
    world.clock.forward(60_000 - (world.clock.now().getTime() % 60_000));
    const page = await send(world.address, { method: 'GET', path: '/sign-in', headers: { accept: 'text/html' } });
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)![1]!;
    const cookie = (page.headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ');
    const statuses: number[] = [];
    for (let post = 0; post < 260; post += 1) statuses.push((await send(world.address, { method: 'POST', path: '/sign-in', headers: { ...form, cookie, 'x-forwarded-for': `198.51.100.${post}`, forwarded: `for=198.51.100.${post}` }, body: `csrf=${csrf}&step=username&username=` })).status);
    expect([statuses.filter((status) => status === 400).length, statuses.filter((status) => status === 429).length]).toEqual([240, 20]);
    world.clock.forward(60_000);
  });

  it('no host or protocol that a stranger names stands in an address of ours: not in a redirect, not in discovery, not in mail (host header injection)', async () => {
    for (const headers of [{ host: 'evil.example' }, { 'x-forwarded-host': 'evil.example' }, { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http', 'x-forwarded-port': '81' }, { forwarded: 'host=evil.example;proto=http' }, { 'x-original-url': '/admin', 'x-rewrite-url': '/admin' }]) {
      for (const path of ['/', '/sign-in', '/security', '/.well-known/openid-configuration', '/oauth2/authorize?client_id=x', '/api/openapi.json', '/recover', '/nothing']) {
        const reply = await send(world.address, { method: 'GET', path, headers: { accept: 'text/html', ...headers } });
        expect(`${JSON.stringify({ ...reply.headers })} ${reply.text}`, `${path} ${JSON.stringify(headers)}`).not.toContain('evil.example');
      }
    }
    const liar = visitor(world.address, world.clock, { wait: async (ms) => world.clock.forward(ms), headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' } });
    world.clock.forward(61_000);
    await liar.signIn(anna.credentials);
    const { rows } = await world.database.pool.query<{ body: string }>(`select text_body as body from platform.mail where subject like '%new browser%' and recipient like 'anna%'`);
    expect(rows).toHaveLength(1);
    expect(rows[0]!.body).toContain(`${world.origin}/not-me?token=`);
    expect(rows[0]!.body).not.toContain('evil');
  });

  it('a second request hidden in the body of the first is answered by nobody (request smuggling)', async () => {
    const hidden = 'GET /api/v1/me HTTP/1.1\r\nhost: localhost\r\n\r\n';
    const attacks = [
      `POST /sign-in HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${hidden.length}\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
      `POST /sign-in HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n${hidden}`,
      `POST /sign-in HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n0\r\n\r\n${hidden}`,
      `POST /sign-in HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding : chunked\r\n\r\n0\r\n\r\n${hidden}`,
      `POST /sign-in HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\ncontent-length: ${hidden.length}\r\n\r\n${hidden}`,
      `POST /sign-in HTTP/1.1\r\nhost: localhost\r\ncontent-length: +0\r\n\r\n${hidden}`,
      `GET /sign-in HTTP/1.1\r\nhost: localhost\r\nx: y\rcontent-length: 5\r\n\r\n${hidden}`,
      `GET /sign-in HTTP/1.1\nhost: localhost\ncontent-length : 3\n\n${hidden}`,
    ];
    for (const attack of attacks) {
      const text = await sendBytes(world.address, attack, 1_500);
      expect(text.match(/HTTP\/1\.1 \d+/g), attack.slice(0, 120)).toEqual(['HTTP/1.1 400']);
    }
  }, 60_000);
});

describe('behind a trusted proxy', () => {
  let world: World;
  let anna: Actor;
  beforeAll(async () => {
    world = await openWorld({ hasRateLimits: true, settings: { BAILIWICK_TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/8' } });
    await world.setUp();
    anna = await world.hire('Anna', 'Linde');
    await world.signIn(anna);
  }, 120_000);
  afterAll(() => world.close());

  it.each([
    ['one address', '198.51.100.7', '198.51.100.7'],
    ['what the visitor claimed stands before what the proxy saw', '6.6.6.6, 198.51.100.7', '198.51.100.7'],
    ['many claims', '1.1.1.1, 2.2.2.2, 127.0.0.1, 3.3.3.3, 198.51.100.8', '198.51.100.8'],
    ['a chain of our own proxies', '6.6.6.6, 198.51.100.9, 10.1.2.3, 10.4.5.6', '198.51.100.9'],
    ['a claim to be one of our proxies', '10.9.9.9, 198.51.100.10', '198.51.100.10'],
    ['IPv6', '6.6.6.6, 2001:db8:1:2::3', '2001:db8:1:2::3'],
    ['nonsense in the last place', '198.51.100.7, not-an-address', '127.0.0.1'],
    ['markup in the last place', '<script>alert(1)</script>', '127.0.0.1'],
    ['an unending one', 'x'.repeat(5_000), '127.0.0.1'],
    ['the word unknown', 'unknown', '127.0.0.1'],
  ])('%s', async (_, claimed, address) => {
    expect((await wrongTry(world, { 'x-forwarded-for': claimed })).status).toBe(401);
    expect(await lastAddress(world)).toBe(address);
    world.clock.forward(2 * 3_600_000);
  });

  it('a session and its notice say the address that the proxy saw', async () => {
    const away: Visitor = visitor(world.address, world.clock, { wait: async (ms) => world.clock.forward(ms), headers: { 'x-forwarded-for': '6.6.6.6, 198.51.100.77' } });
    world.clock.forward(61_000);
    await away.signIn(anna.credentials);
    const { items } = await away.api<{ items: { address: string; isCurrent: boolean }[] }>('GET', '/api/v1/me/sessions');
    expect(items.find((one) => one.isCurrent)!.address).toBe('198.51.100.77');
  });

  it('metrics stay closed to a visitor who comes through the proxy on this machine', async () => {
    expect((await send(world.address, { method: 'GET', path: '/metrics', headers: { 'x-forwarded-for': '127.0.0.1' } })).status).toBe(404);
    expect((await send(world.address, { method: 'GET', path: '/metrics', headers: { 'x-forwarded-for': '203.0.113.7' } })).status).toBe(404);
  });
});
