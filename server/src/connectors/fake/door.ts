import type { FakeSystem, FaultSchedule, ScriptedStep } from './fake-system.ts';

/** The HTTP face of the fake system, without the HTTP: `server.ts` puts a socket in front of it, the simulation does not. */
export interface DoorRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface DoorReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** `lost`: the system did what it did, and says nothing. `stalled`: it never answers. */
export type DoorResult = { readonly latencyMs: number } & ({ readonly reply: DoorReply } | { readonly lost: true } | { readonly stalled: true });

const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): DoorReply => ({ status, body, headers });
const gone = json(404, { error: 'unknown id' });

export function ask(system: FakeSystem, request: DoorRequest): DoorResult {
  const url = new URL(request.path, 'http://fake');
  const parts = url.pathname.split('/').filter((part) => part !== '').map(decodeURIComponent);
  if (parts[0] === 'control') return { latencyMs: 0, reply: control(system, request.method, parts[1] ?? '', request.body) };

  const { operation, isWrite } = nameOf(request.method, parts);
  const { fault, latencyMs } = system.verdict(operation, isWrite);
  switch (fault) {
    case 'stall': return { latencyMs, stalled: true };
    case 'rate_limited': return { latencyMs, reply: json(429, { error: 'slow down' }, { 'retry-after': '1' }) };
    case 'transient': return { latencyMs, reply: json(503, { error: 'out for lunch' }) };
    case 'silent_no_op': return { latencyMs, reply: json(request.method === 'POST' && parts.length === 1 ? 201 : 200, { id: 'a-99999999', login: 'nobody' }) };
    case 'empty_list': return { latencyMs, reply: json(200, { items: [] }) };
    default: {
      if (request.headers['authorization'] !== `Bearer ${system.token}`) return { latencyMs, reply: json(401, { error: `the token ${request.headers['authorization'] ?? ''} is not known` }) };
      const reply = answer(system, request, url, parts, operation);
      return fault === 'lost_reply' ? { latencyMs, lost: true } : { latencyMs, reply };
    }
  }
}

function nameOf(method: string, parts: readonly string[]): { operation: string; isWrite: boolean } {
  const [collection, id, part] = parts;
  if (method === 'GET') {
    if (collection === 'accounts') return { operation: id === undefined ? 'list' : 'observe', isWrite: false };
    return { operation: collection ?? 'check', isWrite: false };
  }
  const names: Record<string, string> = {
    'POST accounts': 'create', 'PATCH accounts': 'update', 'DELETE accounts': 'remove',
    'PUT enabled': 'setEnabled', 'DELETE sessions': 'revokeSessions', 'PUT secret': 'setSecret', 'PUT members': 'grant', 'DELETE members': 'revoke',
  };
  return { operation: names[`${method} ${part ?? collection ?? ''}`] ?? 'unknown', isWrite: true };
}

function answer(system: FakeSystem, request: DoorRequest, url: URL, parts: readonly string[], operation: string): DoorReply {
  const [collection, id = '', , inner = ''] = parts;
  const operationId = request.headers['x-operation-id'] ?? '';
  const body = (request.body ?? {}) as Record<string, unknown>;
  const done = (isChanged: boolean): DoorReply => (system.latest(id) === null ? gone : json(200, { isChanged }));
  switch (operation) {
    case 'whoami': return json(200, { identity: 'bailiwick@fake', permissions: ['read', 'write'] });
    case 'list': {
      const login = url.searchParams.get('login');
      if (login !== null) {
        const found = system.byLogin(login);
        return json(200, { items: found === null ? [] : [found] });
      }
      const size = Number(url.searchParams.get('size') ?? '100');
      const items = system.page(url.searchParams.get('after') ?? '', size);
      return json(200, { items, ...(items.length === size ? { next: items.at(-1)?.id } : {}) });
    }
    case 'observe': {
      const account = url.searchParams.has('fresh') ? system.latest(id) : system.read(id);
      return account === null ? gone : json(200, account);
    }
    case 'groups': {
      if (id === '') return json(200, { items: system.groups() });
      const group = system.group(id);
      if (group === null) return gone;
      if (parts[2] !== 'members') return json(200, group);
      const after = url.searchParams.get('after') ?? '';
      const size = Number(url.searchParams.get('size') ?? '100');
      const members = system.page('', Number.MAX_SAFE_INTEGER).filter((account) => account.groups.includes(id) && account.id > after).slice(0, size);
      return json(200, { items: members.map((account) => account.id), ...(members.length === size ? { next: members.at(-1)?.id } : {}) });
    }
    case 'changes': {
      const since = Number(url.searchParams.get('since') ?? '0');
      if (since + 1 < system.oldestChange()) return json(410, { error: 'this cursor has expired' });
      const items = system.changes.filter((change) => change.number > since).slice(0, Number(url.searchParams.get('size') ?? '100'));
      return json(200, { items, cursor: String(items.at(-1)?.number ?? since) });
    }
    case 'usage': {
      const since = Number(url.searchParams.get('since') ?? '0');
      const items = system.uses.filter((use) => use.number > since).slice(0, 100);
      return json(200, { items, cursor: String(items.at(-1)?.number ?? since) });
    }
    case 'create': {
      const made = system.create(operationId, {
        login: String(body['login']), email: String(body['email'] ?? ''), givenName: textOrNull(body['givenName']), familyName: textOrNull(body['familyName']),
        profile: (body['profile'] ?? {}) as Record<string, string>, secret: textOrNull(body['secret']),
      });
      return made === 'taken' ? json(409, { error: 'this login is taken' }) : json(201, made);
    }
    case 'update': return done(system.update(operationId, id, body as Record<string, string | null>));
    case 'setEnabled': return done(system.setEnabled(operationId, id, body['isEnabled'] === true));
    case 'remove': return system.remove(operationId, id) ? json(200, {}) : gone;
    case 'revokeSessions': return done(system.endSessions(operationId, id));
    case 'setSecret': return done(system.setSecret(operationId, id, String(body['value'])));
    case 'grant': case 'revoke': {
      if (system.group(id) === null || system.latest(inner) === null) return gone;
      return json(200, { isChanged: system.setMember(operationId, id, inner, operation === 'grant') });
    }
    default: return json(405, { error: `nothing here for ${request.method} ${collection ?? ''}` });
  }
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** For tests and demos: no fault ever happens here, and no token is asked. */
function control(system: FakeSystem, method: string, what: string, body: unknown): DoorReply {
  switch (`${method} ${what}`) {
    case 'GET log': return json(200, { operations: system.operations });
    case 'GET accounts': return json(200, { accounts: system.everyAccount() });
    case 'GET groups': return json(200, { groups: system.groups() });
    case 'PUT faults': {
      system.faults = body as FaultSchedule;
      return json(200, {});
    }
    case 'POST script': {
      system.script(...(body as { steps: readonly ScriptedStep[] }).steps);
      return json(200, {});
    }
    case 'POST session': {
      system.openSession((body as { accountId: string }).accountId);
      return json(200, {});
    }
    default: return gone;
  }
}

/** Each system stands under its own name: `/crm/accounts` is `/accounts` of `crm`. */
export function systemAt(systems: ReadonlyMap<string, FakeSystem>, path: string): { readonly system: FakeSystem; readonly path: string } | null {
  const [, name = '', rest = ''] = /^\/([^/?]+)(.*)$/.exec(path) ?? [];
  const system = systems.get(name);
  return system === undefined ? null : { system, path: rest === '' ? '/' : rest };
}

/**
 * A `fetch` that reaches the systems without a socket: with it a connector at `http://fake.test/crm` speaks to `crm`.
 * `wait` is the simulation's clock (or none: no time passes).
 */
export function doorFetch(systems: ReadonlyMap<string, FakeSystem>, wait: (ms: number) => Promise<void> = () => Promise.resolve()): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const found = systemAt(systems, `${url.pathname}${url.search}`);
    if (found === null) return new Response('{"error":"no such system"}', { status: 404 });
    const signal = init?.signal ?? null;
    signal?.throwIfAborted();
    const headers = Object.fromEntries(new Headers(init?.headers).entries());
    const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : null;
    const result = ask(found.system, { method: init?.method ?? 'GET', path: found.path, headers, body });
    if (result.latencyMs > 0) await wait(result.latencyMs);
    if ('stalled' in result) {
      await new Promise((_, reject) => { signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true }); });
    }
    signal?.throwIfAborted();
    if (!('reply' in result)) throw new TypeError('fetch failed', { cause: Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }) });
    return new Response(JSON.stringify(result.reply.body), { status: result.reply.status, headers: { 'content-type': 'application/json', ...result.reply.headers } });
  };
}
