import { Agent, get, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../clock/index.ts';
import { loadConfig } from '../config/index.ts';
import { refusals } from '../errors/index.ts';
import { html } from '../html/index.ts';
import { silentLog } from '../log/index.ts';
import { openMetrics } from '../metrics/index.ts';
import { networkOf, openGate, type ActorId, type Principal } from './index.ts';
import { file, openHttp, page, redirect, route, stream, type AnyRoute, type Http } from './index.ts';

const refuse = refusals('test', { already_there: { kind: 'conflict', say: (f: { name: string }) => `\`${f.name}\` is there already; choose another name` } });

const maria: Principal = { kind: 'person', actor: 'person:maria' as ActorId, name: 'Maria', personId: 'maria', sessionId: 's1', assuranceLevel: 2, methods: ['pwd', 'otp'], authenticatedAt: new Date(), onlyPermissions: null, csrfToken: 'csrf-of-maria' };
const token: Principal = { ...maria, kind: 'token', onlyPermissions: ['test.thing.read'], csrfToken: null };

const leaver = { isGone: false, looks: 0 };
async function* ticks(signal: AbortSignal) {
  for (let n = 0; !signal.aborted && n < 400; n += 1) {
    if (n === 3) leaver.isGone = true;
    yield { event: 'moved', data: { n } };
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

const routes: AnyRoute[] = [
  route({ method: 'GET', path: '/api/v1/things/:name', permission: 'test.thing.read', summary: 'One thing', params: z.strictObject({ name: z.string().max(20) }), query: z.strictObject({ size: z.coerce.number().int().max(9).optional() }), output: z.object({ name: z.string() }), run: async ({ params }) => ({ name: params.name, secret: 'never' }) }),
  route({ method: 'POST', path: '/api/v1/things', permission: 'test.thing.make', summary: 'Make one', body: z.strictObject({ name: z.string() }), output: z.object({ name: z.string() }), status: 201, refusals: [refuse.already_there], run: async ({ body }) => { if (body.name === 'taken') throw refuse.already_there(body); if (body.name === 'bug') throw new Error('select password from person'); return body; } }),
  route({ method: 'GET', path: '/form', permission: null, public: 'a page', summary: 'Form', run: async ({ csrf }) => page(html`<form method="post"><input name="csrf" value="${csrf}">${'<script>'}</form>`) }),
  route({ method: 'POST', path: '/form', permission: null, public: 'a page', summary: 'Form', accepts: 'form', body: z.strictObject({ word: z.string() }), run: async ({ body }) => redirect(`/done?${body.word}`) }),
  route({ method: 'POST', path: '/api/v1/files', permission: 'test.thing.make', summary: 'File', accepts: 'bytes', bodyLimit: 100, run: async ({ body }) => file(body as unknown as Buffer, 'text/plain', 'back é.txt') }),
  route({ method: 'GET', path: '/api/v1/endless', permission: 'test.thing.read', summary: 'Live without end', run: async ({ signal }) => stream(ticks(signal)) }),
  route({ method: 'GET', path: '/api/v1/live', permission: 'test.thing.read', summary: 'Live', run: async () => stream((async function* () { yield { event: 'moved', data: { n: 1 } }; })()) }),
];

let http: Http;
const refused: string[] = [];
beforeAll(async () => {
  const gate = openGate({
    decider: { decide: async (_principal, permission) => (permission === 'test.thing.forbidden' ? { is: 'refused', why: 'no' } : { is: 'allowed', scope: { is: 'everything' } }) },
    recordRefusal: async (entry) => void refused.push(entry.permission),
  });
  http = await openHttp({
    config: loadConfig({ BAILIWICK_PORT: '0', BAILIWICK_URL: 'http://localhost:8080' }), clock: systemClock, log: silentLog, metrics: openMetrics(), gate,
    sessionReader: { cookieName: 'bailiwick', read: async ({ session, bearer }, _request, options) => ((leaver.looks += options?.isOnlyLooking ? 1 : 0), session === 'maria' || (session === 'leaver' && !leaver.isGone) ? maria : bearer === 'token-token' ? token : null) },
    pageFrame: { frame: ({ content }) => content, refusal: (refusal) => html`<p>${refusal.message}</p>` },
    sayRefusal: (refusal, languages) => (refusal.code === refuse.already_there.code && languages[0]?.startsWith('de') ? { language: 'de', title: 'Widerspruch', detail: `\`${String(refusal.facts['name'])}\` gibt es schon` } : null),
    csrfKey: Buffer.alloc(32, 1),
    modules: [{ domain: 'test', permissions: ['test.thing.read', 'test.thing.make'], routes }],
    isReady: async () => true,
  });
});
afterAll(() => http.close());

const cookie = { cookie: 'bailiwick=maria' };
const signed = { ...cookie, 'x-csrf-token': 'csrf-of-maria' };
const bearer = { authorization: 'Bearer token-token' };

describe('the route table', () => {
  it('refuses to start with a door that nobody closed', async () => {
    expect(() => route({ method: 'GET', path: '/x', permission: null, summary: '', run: async () => undefined })).toThrow(/neither a permission nor a reason/);
    await expect(openHttp({ ...({} as Parameters<typeof openHttp>[0]), config: loadConfig({}), modules: [{ domain: 'x', permissions: [], routes: [route({ method: 'GET', path: '/x', permission: 'x.y', summary: '', run: async () => undefined })] }] })).rejects.toThrow(/is not closed/);
  });

  it('lets out only what the contract names', async () => {
    const answer = await http.fastify.inject({ url: '/api/v1/things/lamp', headers: cookie });
    expect(answer.json()).toEqual({ name: 'lamp' });
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
  });

  it('says in one form who must sign in, what is missing and what is wrong', async () => {
    const nobody = await http.fastify.inject({ url: '/api/v1/things/lamp' });
    expect(nobody.statusCode).toBe(401);
    expect(nobody.headers['content-type']).toContain('application/problem+json');
    expect(nobody.json()).toMatchObject({ code: 'platform.sign_in_needed', status: 401 });
    const wrong = await http.fastify.inject({ url: '/api/v1/things/lamp?size=10&more=1', headers: cookie });
    expect(wrong.statusCode).toBe(400);
    expect(wrong.json().errors.map((one: { path: string }) => one.path)).toEqual(['query.size', 'query']);
    expect((await http.fastify.inject({ url: '/api/v1/nothing', headers: cookie })).statusCode).toBe(404);
    const conflict = await http.fastify.inject({ method: 'POST', url: '/api/v1/things', headers: signed, payload: { name: 'taken' } });
    expect(conflict.statusCode).toBe(409);
    expect(conflict.json().detail).toBe('`taken` is there already; choose another name');
  });

  it('says no in the language of the reader where it has a sentence, with the same code and status, and else in English as it is declared', async () => {
    const make = (headers: Record<string, string>) => http.fastify.inject({ method: 'POST', url: '/api/v1/things', headers: { ...signed, ...headers }, payload: { name: 'taken' } });
    const german = await make({ 'accept-language': 'de-DE,de;q=0.9', 'accept': 'application/json' });
    expect([german.statusCode, german.headers['content-language'], german.headers['content-type']]).toEqual([409, 'de', 'application/problem+json; charset=utf-8']);
    expect(german.json()).toEqual({ type: 'about:blank', title: 'Widerspruch', status: 409, detail: '`taken` gibt es schon', code: 'test.already_there', requestId: expect.any(String) as unknown });
    const chosen = await make({ 'cookie': `${cookie.cookie}; bailiwick-language=en`, 'accept-language': 'de' });
    for (const english of [await make({}), chosen]) {
      expect(english.headers['content-language']).toBe('en');
      expect(english.json()).toMatchObject({ title: 'Conflict', status: 409, detail: '`taken` is there already; choose another name', code: 'test.already_there' });
    }
    const unsaid = await http.fastify.inject({ url: '/api/v1/things/lamp', headers: { 'accept-language': 'de' } });
    expect([unsaid.headers['content-language'], unsaid.json<{ detail: string }>().detail]).toEqual(['en', 'nobody is signed in; sign in and try again']);
  });

  it('a no of the verb is on record as well as a no of the gate', async () => {
    refused.length = 0;
    await http.fastify.inject({ method: 'POST', url: '/api/v1/things', headers: signed, payload: { name: 'taken' } });
    expect(refused).toEqual(['test.thing.make']);
  });

  it('an API token has its own permissions only, and a wrong header is not saved by a cookie', async () => {
    expect((await http.fastify.inject({ url: '/api/v1/things/lamp', headers: bearer })).statusCode).toBe(200);
    expect((await http.fastify.inject({ method: 'POST', url: '/api/v1/things', headers: bearer, payload: { name: 'x' } })).statusCode).toBe(403);
    expect(refused).toContain('test.thing.make');
    expect((await http.fastify.inject({ url: '/api/v1/things/lamp', headers: { ...cookie, authorization: 'Basic abc' } })).statusCode).toBe(401);
  });

  it('a bug tells the caller a reference and nothing else', async () => {
    const answer = await http.fastify.inject({ method: 'POST', url: '/api/v1/things', headers: signed, payload: { name: 'bug' } });
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('select');
    expect(answer.json().detail).toContain(answer.json().requestId);
  });
});

describe('hostile input', () => {
  it.each([
    ['broken JSON', '{"name":', 'application/json'],
    ['NUL in a text', JSON.stringify({ name: 'a\u0000b' }), 'application/json'],
    ['a prototype', '{"__proto__":{"a":1},"name":"x"}', 'application/json'],
    ['the wrong type', 'name=x', 'application/x-www-form-urlencoded'],
    ['no body', '', 'application/json'],
    ['an unknown field', JSON.stringify({ name: 'x', isAdmin: true }), 'application/json'],
  ])('%s is refused with 400', async (_name, payload, type) => {
    const answer = await http.fastify.inject({ method: 'POST', url: '/api/v1/things', headers: { ...signed, 'content-type': type }, payload });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().code).toMatch(/^platform\./);
  });

  it('NUL and broken escapes in the address are refused', async () => {
    expect((await http.fastify.inject({ url: '/api/v1/things/a%00b', headers: cookie })).statusCode).toBe(400);
    expect((await http.fastify.inject({ url: '/api/v1/things/%E0%A4%A', headers: cookie })).statusCode).toBe(400);
  });

  it('a file that is too large is refused', async () => {
    const answer = await http.fastify.inject({ method: 'POST', url: '/api/v1/files', headers: { ...signed, 'content-type': 'text/csv' }, payload: 'x'.repeat(101) });
    expect(answer.statusCode).toBe(400);
    const anybody = await http.fastify.inject({ method: 'POST', url: '/api/v1/files', headers: { 'content-type': 'text/csv' }, payload: 'x'.repeat(101) });
    expect(anybody.statusCode, 'nobody is asked for a body before it is known who sends it (memory)').toBe(401);
    const fine = await http.fastify.inject({ method: 'POST', url: '/api/v1/files', headers: { ...signed, 'content-type': 'text/csv' }, payload: 'x' });
    expect(fine.headers['content-disposition']).toBe("attachment; filename*=UTF-8''back%20%C3%A9.txt");
  });
});

describe('cross-site request forgery', () => {
  it('a change with the cookie alone is refused', async () => {
    expect((await http.fastify.inject({ method: 'POST', url: '/api/v1/things', headers: cookie, payload: { name: 'x' } })).statusCode).toBe(403);
    expect((await http.fastify.inject({ method: 'POST', url: '/api/v1/things', headers: { ...signed, origin: 'https://evil.example' }, payload: { name: 'x' } })).statusCode).toBe(403);
    expect((await http.fastify.inject({ method: 'POST', url: '/api/v1/things', headers: { ...signed, 'sec-fetch-site': 'cross-site' }, payload: { name: 'x' } })).statusCode).toBe(403);
    expect((await http.fastify.inject({ method: 'POST', url: '/api/v1/things', headers: { ...signed, origin: 'http://localhost:8080' }, payload: { name: 'x' } })).statusCode).toBe(201);
  });

  it('a form works with its own field and cookie only, without script', async () => {
    const form = await http.fastify.inject({ url: '/form' });
    const secret = form.cookies.find((one) => one.name === 'bailiwick-form')!;
    expect(secret.httpOnly).toBe(true);
    expect(form.body).toContain('&lt;script&gt;');
    const csrf = form.body.match(/name="csrf" value="([^"]+)"/)![1]!;
    const send = (fields: string, cookies: Record<string, string>) => http.fastify.inject({ method: 'POST', url: '/form', headers: { 'content-type': 'application/x-www-form-urlencoded' }, cookies, payload: fields });
    expect((await send(`word=go&csrf=${csrf}`, { 'bailiwick-form': secret.value })).headers.location).toBe('/done?go');
    expect((await send(`word=go&csrf=${csrf}`, { 'bailiwick-form': 'other' })).statusCode).toBe(403);
    expect((await send('word=go', { 'bailiwick-form': secret.value })).statusCode).toBe(403);
  });
});

it('many requests over one connection leave nothing behind on it', async () => {
  let left = -1;
  http.fastify.server.on('request', (request: IncomingMessage) => { left = request.socket.listenerCount('close'); });
  const address = await http.listen();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const counts: number[] = [];
  for (let turn = 0; turn < 30; turn += 1) {
    await new Promise<void>((resolve, reject) => void get(`${address}/api/v1/things/lamp`, { agent, headers: cookie }, (answer) => answer.resume().on('end', resolve)).on('error', reject));
    counts.push(left);
  }
  agent.destroy();
  expect(counts.at(-1)).toBe(counts[1]);
});

it('live events arrive as a stream', async () => {
  const answer = await http.fastify.inject({ url: '/api/v1/live', headers: cookie });
  expect(answer.headers['content-type']).toContain('text/event-stream');
  expect(answer.body).toContain('event: moved\ndata: {"n":1}');
});

it('a page that renews itself while nobody is at the keyboard does not keep a session alive (63B-4 5.2)', async () => {
  const before = leaver.looks;
  await http.fastify.inject({ url: '/api/v1/things/lamp', headers: { ...cookie, 'x-only-looking': '1' } });
  expect(leaver.looks).toBe(before + 1);
  await http.fastify.inject({ method: 'POST', url: '/api/v1/things', headers: { ...signed, 'x-only-looking': '1' }, payload: { name: 'x' } });
  expect(leaver.looks).toBe(before + 1);
});

it('a live page hears nothing more when its session has ended, and does not keep it alive by listening (ASVS 7.4.1)', async () => {
  const answer = await http.fastify.inject({ url: '/api/v1/endless', headers: { cookie: 'bailiwick=leaver' } });
  expect(answer.body).toContain('"n":2');
  expect(answer.body).not.toContain('"n":300');
  expect(leaver.looks).toBeGreaterThan(0);
});

it('a limit by address counts a whole IPv6 network as one: 2^64 addresses are no way to guess on', () => {
  expect(new Set(['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:0DB8:1:2:3:4:5:6', '2001:db8:1:2::'].map(networkOf))).toEqual(new Set(['2001:db8:1:2::/64']));
  expect(networkOf('2001:db8:1:3::1')).not.toBe(networkOf('2001:db8:1:2::1'));
  expect(networkOf('::ffff:192.0.2.7')).toBe(networkOf('192.0.2.7'));
  expect(networkOf('::1')).toBe('0:0:0:0::/64');
});

it('HEAD to a stream is answered and over', async () => {
  expect((await http.fastify.inject({ method: 'HEAD', url: '/api/v1/endless', headers: cookie })).statusCode).toBe(200);
});

it('the description names every route and every refusal', async () => {
  const description = (await http.fastify.inject({ url: '/api/openapi.json' })).json();
  expect(description.openapi).toBe('3.1.0');
  expect(Object.keys(description.paths)).toContain('/api/v1/things/{name}');
  expect(description.paths['/api/v1/things'].post.responses['409'].description).toContain('test.already_there');
  expect(description.paths['/api/v1/things'].post.responses['400'].description).toContain('platform.input_invalid');
});
