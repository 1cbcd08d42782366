import addFormats from 'ajv-formats';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { declaredRefusals } from '../../src/platform/errors/index.ts';
import { openWorld, type Actor, type World } from '../world.ts';
import { hostileTexts, hostileValue, Known, operationsOf, spoil, validValue, type ApiDescription, type Json, type Operation, type Schema } from './api-description.ts';
import { chanceFrom, seedOfRun, type Chance } from './chance.ts';
import { leakIn } from './leaks.ts';
import { send, sendBytes, type RawReply } from './raw-door.ts';

/**
 * Everything that the description names, asked as described, at its edges, and as an attacker would.
 * `FUZZ_CASES=500` tries longer (cases per operation), `SEED=…` tells a run again, `FUZZ_ONLY='POST /api/v1/grants'` one operation.
 */
const seed = seedOfRun();
const casesPerOperation = Number(process.env['FUZZ_CASES'] ?? 28);
const only = process.env['FUZZ_ONLY'];

let world: World;
let admin: Actor;
let ivan: Actor;
let description: ApiDescription;
let operations: readonly Operation[];
let token: string;
const known = new Known();
const secrets: [string, string][] = [];

beforeAll(async () => {
  world = await openWorld();
  admin = await world.setUp();
  const permissions = world.app.domains.modules.flatMap((module) => module.permissions);
  const made = await world.app.domains.host.createApiToken({ name: 'fuzz', permissions, expiresInDays: 1 });
  token = made.token;
  ivan = await world.hire('Ivan', 'Petrov');
  await world.signIn(ivan);
  await fillTheHouse();
  description = JSON.parse((await send(world.address, { method: 'GET', path: '/api/openapi.json' })).text) as ApiDescription;
  operations = operationsOf(description);
  const sessions = await Promise.all([admin, ivan].map((each) => each.browser.api<{ session: { id: string } }>('GET', '/api/v1/me')));
  const { totps } = await admin.browser.api<{ totps: { id: string }[] }>('GET', '/api/v1/me/factors');
  known.keep(admin.id, ivan.id, made.id, ...totps.map(({ id }) => id), ...sessions.map(({ session }) => session.id));
  const password = 'password' in world.connection ? world.connection.password : '';
  secrets.push(['the API token', token], ['the password of the database', password], ['the data folder', world.folder]);
  for (const actor of [admin, ivan]) secrets.push(['a password', actor.credentials.password], ['the key of an authenticator app', actor.credentials.totpSecret ?? '']);
}, 120_000);
afterAll(() => world.close());

/** Takes away what all the others are tried with; so only whoever may not do it tries, and listed-sessions.db.test.ts does it. */
const endsAll: ReadonlySet<string> = new Set(['POST /api/v1/sessions/end-everybody']);

/** Something of everything, so that ids and cursors of real things are tried too. */
async function fillTheHouse(): Promise<void> {
  const script = await world.script();
  await script.api('POST', '/api/v1/hr-imports?fileName=staff.csv', new TextEncoder().encode('Employee number;Given name;Family name;E-mail;Department;Title;Start date\n1;Ada;Berg;ada@linden.example;Engineering;Engineer;2020-01-01\n2;Bo;Carr;bo@linden.example;Sales;Seller;2021-01-01\n3;Cy;Dahl;cy@linden.example;Sales;Seller;2022-01-01\n'));
  for (const name of ['Dora', 'Emil', 'Fred', 'Gina']) await world.hire(name, 'Linde', { department: 'Sales', title: 'Seller' });
  const { applicationId } = await script.api<{ applicationId: string }>('POST', '/api/v1/connections', { name: 'Time sheet', kind: 'manual', settings: { systemName: 'Time sheet' } });
  await script.api('PUT', `/api/v1/connections/${applicationId}/list`, new TextEncoder().encode('login,email,name,active,groups\ndora.linde,dora.linde@linden.example,Dora Linde,yes,users;admins\nnobody,nobody@elsewhere.example,Nobody,yes,users;admins\n'));
  await world.quiet();
  await script.api('PATCH', `/api/v1/connections/${applicationId}`, { mode: 'live' });
  const { items } = await script.api<{ items: { id: string; name: string }[] }>('GET', `/api/v1/applications/${applicationId}/entitlements`);
  await script.api('POST', '/api/v1/roles', { name: 'Sellers', description: 'All of sales', rule: { all: [{ attribute: 'department', isOneOf: ['Sales'] }] }, entitlementIds: items.filter(({ name }) => name === 'users').map(({ id }) => id) });
  await script.api('POST', '/api/v1/clients', { name: 'Wiki', redirectUris: ['https://wiki.linden.example/callback'] });
  await script.api('PUT', '/api/v1/lifecycle-settings', { approvalFor: ['mover'] });
  await world.quiet();
  await script.api('POST', `/api/v1/connections/${applicationId}/read`);
  await world.quiet();
  // Ivan sits at a second browser, too.
  const { clock } = world;
  clock.forward(60_000);
  await world.newVisitor().signIn(ivan.credentials);
}

/** What no schema can say: a body that really does something. */
const examples: Readonly<Record<string, (chance: Chance) => Json>> = {
  'POST /api/v1/connections': (chance) => ({ name: chance.isTrue(0.2) ? 'Time sheet' : `System ${chance.number(1_000_000)}`, kind: 'manual', settings: { systemName: 'Door list' } }),
  'POST /api/v1/clients': (chance) => ({ name: chance.isTrue(0.2) ? 'Wiki' : `App ${chance.number(1_000_000)}`, redirectUris: ['https://app.linden.example/callback'] }),
  'PATCH /api/v1/connections/{applicationId}': (chance) => chance.pick<Json>([{ name: 'Wiki' }, { mode: 'paused' }, { mode: 'live' }]),
  'POST /api/v1/roles': (chance) => ({ name: chance.isTrue(0.2) ? 'Sellers' : `Role ${chance.number(1_000_000)}`, rule: { all: [{ attribute: 'department', isOneOf: [chance.pick(['Sales', 'Engineering'])] }] } }),
};

// ---- what one case is

type Who = 'token' | 'administrator' | 'person' | 'nobody';

interface Case {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | undefined;
  readonly isAsDescribed: boolean;
}

const encode = (text: string): string => {
  try {
    return encodeURIComponent(text);
  } catch {
    // A lone half of a surrogate pair, as bytes that are no UTF-8.
    return '%ED%A0%80';
  }
};

function asText(value: Json): string {
  return typeof value === 'string' ? value : value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The tokens stand for what JSON.stringify would never write. */
const strangeBodies = (valid: string): readonly (string | Buffer)[] => [
  '', ' ', '{', '}', '[', 'null', '42', '"text"', 'true', '[]', '[{}]', '{}', '{"a":', '{"a":1}{"b":2}', "{'a':1}", '{"a":1,}', 'NaN', '{"a":NaN}', '{"a":1e999}', '{"a":-1e999}', '\ufeff{}', '{"__proto__":{"isAdmin":true}}', '{"constructor":{"prototype":{"x":1}}}',
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`, `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, `{"a":"${'x'.repeat(1_100_000)}"}`, Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d]), Buffer.alloc(300), 'a=1&b=2', '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>',
  valid.replace('{', '{"__proto__":{"a":1},'), valid.replace('{', '{"name":1,'), valid.slice(0, -1), `${valid}x`, valid.replaceAll('"', '\\"'),
];

const strangeTypes = ['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/json; charset=utf-16', 'application/octet-stream', 'application/json, text/html', 'x', '', 'application/merge-patch+json', 'application/json;'.padEnd(3_000, 'a=b;')];

function caseOf(operation: Operation, chance: Chance): Case {
  const isAsDescribed = chance.isTrue(0.35);
  const trouble = isAsDescribed ? 'none' : chance.pick(['body', 'body', 'body', 'raw body', 'type', 'query', 'query', 'path', 'path', 'method', 'header']);
  const spoils = (place: string): boolean => trouble === place;

  let path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const parameter = operation.pathParameters.find((each) => each.name === name);
    const value = validValue(parameter?.schema ?? {}, chance, known, name);
    return encode(asText(spoils('path') ? hostileValue(chance) : value));
  });
  if (!spoils('path') && operation.path.includes('{stepId}') && known.steps.length > 0) {
    const [movementId, stepId] = chance.pick(known.steps);
    path = operation.path.replace('{movementId}', movementId).replace('{stepId}', stepId);
  }
  if (spoils('path') && chance.isTrue(0.2)) path += chance.pick(['/', '/..', '//', '%', '%zz', '%00', '/%2e%2e/', ';x=1', '.json', '%C0%AF', '%E0%80%AF']);

  const query: string[] = [];
  for (const each of operation.query) {
    if (each.required || chance.isTrue(0.5)) query.push(`${each.name}=${encode(asText(each.name === 'limit' && chance.isTrue(0.5) ? '1' : validValue(each.schema, chance, known, each.name)))}`);
  }
  if (spoils('query')) {
    for (let left = 1 + chance.number(2); left > 0; left -= 1) {
      const name = operation.query.length > 0 && chance.isTrue(0.8) ? chance.pick(operation.query).name : chance.pick(['__proto__', 'constructor', 'toString', 'x', 'cursor', 'limit']);
      const value = chance.isTrue(0.3) && known.cursors.size > 0 ? chance.pick([...known.cursors]) : chance.pick(hostileTexts);
      const encoded = encode(value).slice(0, 12_000);
      const piece = `${name}=${encoded}`;
      const at = query.findIndex((one) => one.startsWith(`${name}=`));
      const form = chance.number(8);
      if (form < 4 && at >= 0) query[at] = piece;
      else query.push(...(form < 5 ? [piece] : form === 5 ? [piece, piece] : [chance.pick([`${name}[]=${encoded}`, `${name}[a]=b`, `${name}`, '&&&', '=', `${name}=%zz`, `${name}=%ED%A0%80`, `${name}=%00`, `${name}.a=1`])]));
    }
  }

  const headers: Record<string, string> = { accept: chance.pick(['application/json', '*/*', 'text/html']) };
  let body: string | Buffer | undefined;
  if (operation.body) {
    if (operation.bodyType === 'application/json') {
      const valid = chance.isTrue(0.5) && examples[operation.name] ? examples[operation.name]!(chance) : validValue(operation.body, chance, known);
      let wanted: Json = valid;
      if (spoils('body')) for (let left = 1 + chance.number(2); left > 0; left -= 1) wanted = spoil(wanted, chance);
      body = spoils('raw body') ? chance.pick(strangeBodies(JSON.stringify(valid))) : JSON.stringify(wanted);
    } else {
      body = isAsDescribed || chance.isTrue(0.4) ? `Employee number,Given name,Family name,E-mail\n${chance.number(50)},A,B,a${chance.number(50)}@linden.example\n` : chance.pick<string | Buffer>([Buffer.alloc(0), Buffer.alloc(5_000), Buffer.from(Array.from({ length: 4_000 }, () => chance.number(256))), '\n'.repeat(10_000), '"'.repeat(5_000), ','.repeat(20_000), 'a\u0000b,c\n1,2\n', '\ufeff', `${'x'.repeat(100_000)}\n`, 'login,email,name,active,groups\na,b,c,perhaps,;;;\na,b,c,yes,\n', 'login,email,name,active,groups\na\u0000b,b@x.example,c\u0000,yes,g\u0000\n', `login,email,name,active,groups\n${'l'.repeat(3_000)},e,${'n'.repeat(50_000)},yes,g\n`, 'Employee number,Given name,Family name,E-mail\n9\u00009,A\u0000,B,a@linden.example\n', Buffer.from([...Buffer.from('login,email,name,active,groups\n'), 0xed, 0xa0, 0x80, 0x2c, 0xff, 0xfe, 0x2c, 0x61, 0x2c, 0x79, 0x65, 0x73, 0x2c, 0x0a]), ...strangeBodies('{}').slice(0, 10)]);
    }
    headers['content-type'] = spoils('type') ? chance.pick(strangeTypes) : operation.bodyType!;
    if (headers['content-type'] === '') delete headers['content-type'];
  } else if (operation.method !== 'GET' && (spoils('raw body') || spoils('body'))) {
    body = chance.pick(strangeBodies('{}'));
    headers['content-type'] = chance.pick(['application/json', ...strangeTypes.filter(Boolean)]);
  }
  if (spoils('header')) {
    const [name, value] = chance.pick([
      ['authorization', 'Basic YTpi'], ['authorization', 'Bearer '], ['authorization', `Bearer bw_${'x'.repeat(300)}`], ['authorization', 'Bearer ../../etc'], ['cookie', 'bailiwick=x; bailiwick=y; __proto__=1'], ['cookie', `bailiwick=${'y'.repeat(4_000)}`], ['cookie', '%%%=;;;;'], ['origin', 'https://evil.example'], ['origin', 'null'], ['sec-fetch-site', 'cross-site'],
      ['x-csrf-token', 'wrong'], ['accept-language', `${'de,'.repeat(900)}`], ['accept', ''], ['user-agent', '\u00ff'.repeat(3_000)], ['x-forwarded-for', "1.1.1.1', '"], ['x-forwarded-host', 'evil.example'], ['x-http-method-override', 'DELETE'], ['content-encoding', 'gzip'], ['if-none-match', '*'], ['range', 'bytes=0-0'],
    ] as const);
    headers[name] = value;
  }
  const method = spoils('method') ? chance.pick(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'REPORT', 'M-SEARCH', 'SEARCH', 'LOCK']) : operation.method;
  return { method, path: query.length > 0 ? `${path}?${query.join('&')}` : path, headers, body, isAsDescribed: isAsDescribed && method === operation.method };
}

// ---- what every answer must be

const ajv = new Ajv2020({ strict: false, allErrors: false, formats: { base64: /^[\d+/A-Za-z]*={0,2}$/ } });
addFormats.default(ajv);
const validators = new Map<Schema, ReturnType<typeof ajv.compile>>();
const validatorOf = (schema: Schema): ReturnType<typeof ajv.compile> => {
  const made = validators.get(schema) ?? ajv.compile(schema);
  validators.set(schema, made);
  return made;
};

const declared = new Map(declaredRefusals().map(({ code, kind }) => [code, kind]));

function problemIn(operation: Operation | null, one: Case, who: Who, reply: RawReply): string | null {
  const { status, headers, text } = reply;
  const sent = `${decodeSafely(one.path)} ${one.body?.toString() ?? ''} ${JSON.stringify(one.headers)}`;
  const leak = leakIn(`${text}\n${JSON.stringify({ ...headers, 'set-cookie': undefined })}`, secrets, sent);
  if (leak) return `leaks ${leak}`;
  if (status >= 500) return `${status}`;
  const isOperation = operation !== null && operation.method === one.method && isPathOf(operation, one.path);
  if (who === 'nobody' && status < 400 && !(isOperation && operation.isPublic) && one.method !== 'OPTIONS') return `${status} for nobody`;
  if (one.method === 'HEAD') return text === '' ? null : 'a body to HEAD';
  if (status >= 400) {
    if (!String(headers['content-type']).startsWith('application/problem+json')) return `${status} as ${headers['content-type']}`;
    const problem = JSON.parse(text) as { status?: number; code?: string; detail?: string; title?: string; requestId?: string };
    if (problem.status !== status || !problem.detail || !problem.title || !problem.requestId) return `${status} with an incomplete problem`;
    if (!declared.has(problem.code ?? '')) return `${status} with the undeclared code ${problem.code}`;
    // Refused before it is known what was asked for.
    if (status === 431) return null;
    if (isOperation && !operation.refusals.get(status)?.has(problem.code!)) return `${status} ${problem.code} is not in the description`;
    return null;
  }
  if (status >= 300) return `${status}, a redirect`;
  if (!isOperation) return null;
  if (status !== operation.success.status) return `${status} instead of ${operation.success.status}`;
  if (operation.success.schema) {
    if (!String(headers['content-type']).startsWith('application/json')) return `${status} as ${headers['content-type']}`;
    const answer = JSON.parse(text) as unknown;
    const validate = validatorOf(operation.success.schema);
    if (!validate(answer)) return `the answer is not as described: ${ajv.errorsText(validate.errors).slice(0, 200)}`;
    known.learn(operation, answer);
  }
  return null;
}

const decodeSafely = (text: string): string => {
  try {
    return `${text} ${decodeURIComponent(text)}`;
  } catch {
    return text;
  }
};

function isPathOf(operation: Operation, path: string): boolean {
  const pathname = path.split('?')[0]!;
  // A broken escape is no address at all.
  try {
    decodeURIComponent(pathname);
  } catch {
    return false;
  }
  const pattern = operation.path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '([^/]{1,200})');
  const match = new RegExp(`^${pattern}$`).exec(pathname);
  if (!match || match.slice(1).some((each) => decodeURIComponent(each!).length > 200)) return false;
  // `/people/attributes` is no person: the operation named in full answers.
  return !operations.some((other) => other !== operation && other.method === operation.method && !other.path.includes('{') && other.path === pathname);
}

// ---- the runs

async function credentialsOf(who: Who): Promise<Record<string, string>> {
  if (who === 'nobody') return {};
  if (who === 'token') return { authorization: `Bearer ${token}` };
  const { browser } = who === 'administrator' ? admin : ivan;
  return { cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
}

const csrf = new Map<Who, { secret: string; token: string }>();
async function csrfOf(who: Who): Promise<string | null> {
  if (who === 'token' || who === 'nobody') return null;
  const { browser } = who === 'administrator' ? admin : ivan;
  const secret = [...browser.cookies.values()].join();
  const kept = csrf.get(who);
  if (kept?.secret === secret) return kept.token;
  const me = await browser.api<{ csrfToken: string }>('GET', '/api/v1/me');
  csrf.set(who, { secret, token: me.csrfToken });
  return me.csrfToken;
}

class Findings {
  readonly #found = new Map<string, { count: number; example: string }>();
  add(where: string, what: string, one: Case, who: Who, reply: RawReply | null): void {
    const key = `${where}: ${what}`;
    const example = `${who}: ${one.method} ${one.path.slice(0, 400)} ${JSON.stringify(one.headers).slice(0, 300)} ${(one.body?.toString() ?? '').slice(0, 500)} -> ${reply ? `${reply.status} ${reply.text.slice(0, 300)}` : 'no answer'}`;
    const known = this.#found.get(key);
    if (known) known.count += 1;
    else this.#found.set(key, { count: 1, example });
  }
  get list(): readonly string[] {
    return [...this.#found].map(([key, { count, example }]) => `${key} (${count} times, SEED=${seed})\n      ${example}`);
  }
}

async function tryOne(findings: Findings, operation: Operation, one: Case, who: Who): Promise<RawReply | null> {
  const token_ = await csrfOf(who);
  const headers = { ...(await credentialsOf(who)), ...(token_ === null ? {} : { 'x-csrf-token': token_ }), ...one.headers };
  let reply: RawReply;
  try {
    reply = await send(world.address, { ...one, headers });
  } catch (error) {
    // A body that is too large may be refused before it is read to its end.
    if (one.body && Buffer.byteLength(one.body) > 500_000 && /ECONNRESET|EPIPE/.test(String((error as { code?: string }).code))) return null;
    findings.add(operation.name, `no answer (${(error as Error).message})`, one, who, null);
    return null;
  }
  const { browser } = who === 'administrator' ? admin : ivan;
  if (who === 'administrator' || who === 'person') {
    for (const line of reply.headers['set-cookie'] ?? []) {
      const [name = '', value = ''] = line.split(';')[0]!.split('=');
      if (value !== '') browser.cookies.set(name, value);
    }
  }
  const problem = problemIn(operation, { ...one, headers }, who, reply);
  if (problem) findings.add(operation.name, problem, one, who, reply);
  const hasOwnCredential = one.headers['authorization'] === undefined && one.headers['cookie'] === undefined;
  if (who !== 'nobody' && hasOwnCredential && reply.status === 401) throw new Error(`${who} was signed out by ${operation.name}; SEED=${seed}`);
  return reply;
}

it('whatever is sent to the API, it answers as described: no error of ours, nothing of the inside, nothing half said', async () => {
  const findings = new Findings();
  const answered = new Map<string, Set<number>>();
  const tried = operations.filter((one) => only === undefined || one.name === only).sort((a, b) => Number(a.method === 'DELETE') - Number(b.method === 'DELETE'));
  expect(operations.length).toBeGreaterThan(60);
  // In rounds over all operations: what one makes, another finds.
  const rounds = 4;
  for (let round = 0; round < rounds; round += 1) {
    const isLast = round === rounds - 1;
    for (const [index, operation] of tried.entries()) {
      // What takes things away comes at the end, or there would be nothing left to try.
      if (operation.method === 'DELETE' && !isLast) continue;
      const chance = chanceFrom(seed + round * 10_007 + index * 101);
      for (let left = Math.ceil(casesPerOperation / (operation.method === 'DELETE' ? 1 : rounds)); left > 0; left -= 1) {
        const who: Who = chance.pick(endsAll.has(operation.name) ? ['person', 'nobody'] : ['token', 'token', 'token', 'token', 'administrator', 'administrator', 'person', 'person', 'nobody']);
        const reply = await tryOne(findings, operation, caseOf(operation, chance), who);
        if (reply) answered.set(operation.name, (answered.get(operation.name) ?? new Set()).add(reply.status));
      }
    }
  }
  if (process.env['FUZZ_SHOW']) console.warn([...answered].map(([name, statuses]) => `${[...statuses].sort().join(' ')}  ${name}`).join('\n'));
  expect(findings.list.join('\n'), `SEED=${seed}`).toBe('');
  expect(await alive()).toBe(true);
}, Math.max(180_000, casesPerOperation * 10_000));

it('nobody gets nothing but the public routes, whatever the request looks like', async () => {
  const findings = new Findings();
  for (const [index, operation] of operations.filter((one) => !one.isPublic).entries()) {
    const chance = chanceFrom(seed + 7 + index);
    const { method, path, headers, body } = { ...caseOf(operation, chance), method: operation.method };
    const reply = await tryOne(findings, operation, { method, path, headers, body, isAsDescribed: false }, 'nobody');
    if (reply && reply.status < 400) findings.add(operation.name, `${reply.status} for nobody`, { method, path, headers, body, isAsDescribed: false }, 'nobody', reply);
  }
  expect(findings.list.join('\n'), `SEED=${seed}`).toBe('');
});

async function alive(): Promise<boolean> {
  const [health, ready] = await Promise.all(['/healthz', '/readyz'].map((path) => send(world.address, { method: 'GET', path })));
  await expect(admin.browser.api('GET', '/api/v1/me')).resolves.toMatchObject({ person: { id: admin.id } });
  return health!.status === 200 && ready!.status === 200;
}

it('what is no request at all is refused in the same words, and the line is closed', async () => {
  const head = `host: ${new URL(world.address).host}\r\n`;
  const wires: readonly (readonly [string, string | Buffer, readonly number[]])[] = [
    ['noise', Buffer.from(Array.from({ length: 200 }, (_, index) => (index * 37) % 256)), [400]],
    ['a line without end', `GET /${'a'.repeat(40_000)} HTTP/1.1\r\n${head}\r\n`, [431]],
    ['a header without end', `GET / HTTP/1.1\r\n${head}x: ${'a'.repeat(40_000)}\r\n\r\n`, [431]],
    ['thousands of headers', `GET /healthz HTTP/1.1\r\n${head}${'x: y\r\n'.repeat(10_000)}\r\n`, [431]],
    ['two lengths (smuggling)', `POST /api/v1/roles HTTP/1.1\r\n${head}content-length: 3\r\ncontent-length: 5\r\n\r\nabcde`, [400]],
    ['length and chunks (smuggling)', `POST /api/v1/roles HTTP/1.1\r\n${head}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`, [400]],
    ['a broken chunk', `POST /api/v1/roles HTTP/1.1\r\n${head}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n`, [400]],
    ['no host', 'GET /healthz HTTP/1.1\r\n\r\n', [400]],
    ['a foreign host', 'GET /sign-in HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n', [200]],
    ['an address with a host', 'GET http://evil.example/healthz HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n', [200, 400, 404]],
    ['a star', `OPTIONS * HTTP/1.1\r\n${head}connection: close\r\n\r\n`, [400, 404]],
    ['a tunnel', 'CONNECT evil.example:443 HTTP/1.1\r\nhost: evil.example:443\r\n\r\n', [0, 400, 404, 405]],
    ['another protocol', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [0, 400, 404, 505]],
    ['letters that are no ASCII', Buffer.from(`GET /sign-in?\xff\xfe\x80 HTTP/1.1\r\n${head}connection: close\r\n\r\n`, 'latin1'), [200, 400]],
    ['another language asked for', `GET /healthz HTTP/1.1\r\n${head}upgrade: websocket\r\nconnection: upgrade, close\r\n\r\n`, [0, 200, 400, 404, 426]],
  ];
  for (const [what, bytes, wanted] of wires) {
    const text = await sendBytes(world.address, bytes);
    const status = Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0);
    expect(wanted, `${what}: ${text.slice(0, 300)}`).toContain(status);
    expect(leakIn(text, secrets), what).toBeNull();
    expect(text, what).not.toContain('evil.example');
    // Node itself answers some, with an empty body.
    if (status >= 400 && !/\r\n\r\n(?:0\r\n\r\n)?$/.test(text)) expect(text, what).toMatch(/content-type: application\/problem\+json/);
  }
  expect(await alive()).toBe(true);
});

it('the doors that are no API hold as well: pages, OpenID Connect, files, the console', async () => {
  const findings: string[] = [];
  const chance = chanceFrom(seed + 99);
  const doors = [
    '/', '/admin', '/admin/people', '/access', '/security', '/sign-in', '/sign-out', '/set-up', '/enrol', '/recover', '/disavow', '/healthz', '/readyz', '/metrics', '/api/openapi.json', '/api', '/api/v1', '/api/v2/people',
    '/.well-known/openid-configuration', '/.well-known/oauth-authorization-server', '/.well-known/webauthn', '/.well-known/', '/oauth2/auth', '/oauth2/authorize', '/oauth2/token', '/oauth2/jwks', '/oauth2/userinfo', '/oauth2/introspect', '/oauth2/introspection', '/oauth2/revoke', '/oauth2/revocation',
    '/oauth2/par', '/oauth2/request', '/oauth2/logout', '/oauth2/end-session', '/oauth2/interaction/x', '/oauth2/', '/assets/', '/assets/sign-in.css', '/assets-console/', '/assets-console/index.js', '/favicon.ico', '/robots.txt', '/scim/v2', '/saml/sso', '/index.html',
  ];
  const discovered = JSON.parse((await send(world.address, { method: 'GET', path: '/.well-known/openid-configuration' })).text) as Record<string, unknown>;
  const own = Object.values(discovered).flatMap((value) => (typeof value === 'string' && value.startsWith(`${world.origin}/`) ? [value.slice(world.origin.length)] : []));
  const pages = operationsOfPages();
  const climbs = ['../../package.json', '..%2f..%2fpackage.json', '%2e%2e/%2e%2e/package.json', '..%5c..%5cpackage.json', '....//....//package.json', '%252e%252e%252fpackage.json', '%00', 'sign-in.css%00.js', '..;/..;/package.json', '%c0%ae%c0%ae/package.json', '//etc/passwd', 'C:/windows/win.ini', '.git/config', 'keys.json', '__proto__', 'constructor', 'toString'];
  const fieldNames = ['step', 'username', 'password', 'code', 'token', 'csrf', 'return_to', 'with', 'step_up', 'client_id', 'client_secret', 'redirect_uri', 'response_type', 'scope', 'state', 'nonce', 'prompt', 'max_age', 'login_hint', 'id_token_hint', 'request', 'request_uri', 'code_challenge', 'code_challenge_method', 'grant_type', 'refresh_token', 'resource', 'claims', 'acr_values', 'response_mode', 'client_assertion', 'client_assertion_type', 'post_logout_redirect_uri', 'token_type_hint', 'again', 'cancel', '__proto__', 'constructor'];
  const someFields = (): string => Array.from({ length: chance.number(6) }, () => `${chance.pick(fieldNames)}=${encode(chance.isTrue(0.4) ? chance.pick(['code', 'openid', 'wiki', 'https://wiki.linden.example/callback', 'client_credentials', 'authorization_code', 'refresh_token', 'S256', 'none', 'login', 'username', 'totp', 'password', '/admin', '1', 'form_post', '{"id_token":{}}']) : chance.pick(hostileTexts)).slice(0, 6_000)}`).join('&');

  const tryDoor = async (method: string, path: string, headers: Record<string, string>, body?: string): Promise<void> => {
    const where = `${method} ${path.slice(0, 300)} ${JSON.stringify(headers).slice(0, 200)} ${(body ?? '').slice(0, 300)} (SEED=${seed})`;
    let reply: RawReply;
    try {
      reply = await send(world.address, { method, path, headers, body });
    } catch (error) {
      if (!/ECONNRESET|EPIPE/.test(String((error as { code?: string }).code))) findings.push(`no answer (${(error as Error).message}): ${where}`);
      return;
    }
    const sent = `${decodeSafely(path)} ${body ? decodeSafely(body.replaceAll('+', ' ')) : ''} ${JSON.stringify(headers)}`;
    const leak = leakIn(`${reply.text}\n${JSON.stringify(reply.headers)}`, secrets, sent);
    const location = String(reply.headers.location ?? '');
    // The console that is not built yet says so; nothing else may be away.
    const isConsoleMissing = reply.status === 503 && reply.text.startsWith('the console is not built');
    if (leak) findings.push(`leaks ${leak}: ${where}`);
    if (reply.status >= 500 && !isConsoleMissing) findings.push(`${reply.status}: ${where} -> ${reply.text.slice(0, 200)}`);
    if (/^(?:https?:)?\/\//.test(location) && !location.startsWith(`${world.origin}/`) && !location.startsWith('https://wiki.linden.example/')) findings.push(`leads to ${location}: ${where}`);
    if (reply.status < 400 && /root:.*:0:0|"workspaces"|\[core\]|"current"/.test(reply.text)) findings.push(`serves a file: ${where}`);
    if (/<script>alert\(1\)/.test(reply.text)) findings.push(`runs what was sent: ${where}`);
    if (reply.headers['set-cookie']?.some((line) => line.startsWith('a=b'))) findings.push(`splits the head: ${where}`);
  };

  const cookieOf = async (who: Who): Promise<Record<string, string>> => (chance.isTrue(0.6) ? {} : credentialsOf(who));
  for (const door of [...new Set([...doors, ...own, ...pages])]) {
    for (const method of ['GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']) await tryDoor(method, door, { accept: 'text/html' });
    for (let left = 8; left > 0; left -= 1) {
      const fields = someFields();
      const accept = chance.pick(['text/html', 'application/json', '*/*']);
      if (chance.isTrue(0.5)) await tryDoor('GET', `${door}?${fields}`, { accept, ...(door === '/sign-out' ? {} : await cookieOf('person')) });
      else await tryDoor('POST', door, { accept, 'content-type': chance.pick(['application/x-www-form-urlencoded', 'application/x-www-form-urlencoded', 'application/json', 'multipart/form-data; boundary=x', 'text/plain']), ...(chance.isTrue(0.2) ? { authorization: chance.pick(['Basic d2lraTp4', 'Basic !!!', 'Basic', 'Bearer x', `Bearer ${'y'.repeat(3_000)}`, 'DPoP x']) } : {}) }, chance.pick([fields, fields, fields, '{', '%', '\u0000', `a=${'x'.repeat(70_000)}`, 'a[b][c]=d&a=1', '']));
    }
  }
  for (const folder of ['/assets/', '/assets-console/', '/', '/admin/', '/.well-known/']) for (const climb of climbs) await tryDoor('GET', folder + climb, { accept: 'text/html' });
  expect(findings.join('\n')).toBe('');
  expect(await alive()).toBe(true);
}, 120_000);

/** Pages are in the route table too, but in no description. */
function operationsOfPages(): readonly string[] {
  return world.app.domains.modules.flatMap((module) => module.routes ?? []).flatMap((one) => (one.path.startsWith('/api/') ? [] : [one.path.replace(/:\w+/g, 'x'), one.path.replace(/:\w+/g, '%25')]));
}
