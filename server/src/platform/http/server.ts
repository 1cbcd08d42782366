import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance, type FastifyPluginAsync, type FastifyReply, type FastifyRequest } from 'fastify';
import { once } from 'node:events';
import { STATUS_CODES } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { z } from 'zod';
import type { Clock } from '../clock/index.ts';
import { monotonicMs } from '../clock/index.ts';
import type { Config } from '../config/index.ts';
import { hmac, isSame, randomToken } from '../crypto/index.ts';
import { Refusal, statusOf } from '../errors/index.ts';
import type { Subscriber } from '../events/index.ts';
import type { JobDefinition } from '../jobs/index.ts';
import type { Log } from '../log/index.ts';
import type { Metrics } from '../metrics/index.ts';
import { noteCertificate, openCertificateHeader } from './client-certificate.ts';
import { refuse, type Gate, type Principal, type RequestFacts } from './gate.ts';
import { languagesOf } from './languages.ts';
import { describeApi } from './openapi.ts';
import type { PageFrame } from './page-frame.ts';
import type { Permit } from './permit.ts';
import type { AnyRoute, Answer, CookieChange } from './route.ts';
import type { SayRefusal } from './say-refusal.ts';

/** What a domain hands to `app.ts`. */
export interface Module {
  readonly domain: string;
  readonly permissions: readonly string[];
  readonly routes?: readonly AnyRoute[];
  readonly jobs?: readonly JobDefinition[];
  readonly subscribers?: readonly Subscriber[];
  /** Doors that a protocol library serves itself (OpenID Connect). They sit outside the route table and authorise in their own protocol. */
  readonly protocol?: FastifyPluginAsync;
  /** Doors on ports of their own. */
  readonly listeners?: readonly { listen(): Promise<void>; close(): Promise<void> }[];
}

/** The plug that tells who a request comes from; the authentication domain brings it. */
export interface SessionReader {
  readonly cookieName: string;
  /** `isOnlyLooking`: nobody is at the keyboard (a live page that listens on); such a look must not put off the end of an unused session (63B-4 5.2). */
  read(secrets: { session: string | null; bearer: string | null }, request: RequestFacts, options?: { readonly isOnlyLooking?: boolean }): Promise<Principal | null>;
}

export interface Http {
  readonly fastify: FastifyInstance;
  listen(): Promise<string>;
  close(): Promise<void>;
}

export interface HttpNeeds {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly gate: Gate;
  readonly sessionReader: SessionReader;
  readonly pageFrame: PageFrame;
  readonly sayRefusal: SayRefusal;
  readonly csrfKey: Buffer;
  readonly modules: readonly Module[];
  /** True when the database answers. */
  readonly isReady: () => Promise<boolean>;
  /** Serves the built console; registered last. */
  readonly console?: FastifyPluginAsync;
}

const formCookie = 'bailiwick-form';

/** A stream asks again at most this often whether its reader may still hear it, and at least with every beat. */
const lookAgainMs = 2_000;
const beatMs = 10_000;

/** Who asks and what they may, known before the body is read: a stranger's megabytes are not worth our memory. */
interface Admitted {
  readonly principal: Principal | null;
  readonly facts: RequestFacts;
  readonly permit: Permit<string> | null;
}

export async function openHttp(needs: HttpNeeds): Promise<Http> {
  const { config, clock, log, metrics } = needs;
  const routes = needs.modules.flatMap((module) => module.routes ?? []);
  const known = new Set(needs.modules.flatMap((module) => module.permissions));
  for (const one of routes) {
    if (one.permission === null ? !one.public : !known.has(one.permission as string)) {
      throw new Error(`route ${one.method} ${one.path} is not closed: permission ${String(one.permission)} is not declared by any domain`);
    }
  }

  const app: FastifyInstance = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    // The request id is put into each line where it matters; a child logger per request costs more than the route.
    childLoggerFactory: (logger) => logger,
    bodyLimit: 1_048_576,
    requestTimeout: 60_000,
    keepAliveTimeout: 65_000,
    trustProxy: config.trustedProxies.length > 0 ? [...config.trustedProxies] : false,
    genReqId: () => randomToken(72),
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: false },
    forceCloseConnections: true,
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    // An address that nothing can be found by: the router gives up before the hooks, so both are said here.
    frameworkErrors(error, request, reply) {
      harden(request, reply);
      sendRefusal(request, reply, error.code === 'FST_ERR_BAD_URL' ? refuse.address_unreadable() : refuse.not_found());
    },
    clientErrorHandler(error, socket) {
      refuseUnreadable(error, socket);
    },
  });
  await app.register(cookie);

  const duration = metrics.histogram('bailiwick_http_request_seconds', 'time of answers by route', ['method', 'route', 'status']);
  const cookiePrefix = config.isSecure ? '__Host-' : '';

  const takeCertificate = openCertificateHeader(config);
  const certificates = new WeakMap<FastifyRequest, ReturnType<typeof takeCertificate>>();
  function factsOf(request: FastifyRequest): RequestFacts {
    // A trusted proxy that hands on what strangers wrote: what is no address is not taken for one.
    const address = isIP(request.ip) === 0 ? (request.socket.remoteAddress ?? 'unknown') : request.ip;
    const facts: RequestFacts = { requestId: request.id, address, userAgent: (request.headers['user-agent'] ?? '').slice(0, 400), now: clock.now() };
    const certificate = certificates.get(request);
    if (certificate) noteCertificate(facts, certificate);
    return facts;
  }

  function harden(request: FastifyRequest, reply: FastifyReply): void {
    reply.header('x-request-id', request.id);
    reply.header('x-content-type-options', 'nosniff');
    reply.header('referrer-policy', 'same-origin');
    reply.header('cross-origin-opener-policy', 'same-origin');
    reply.header('cross-origin-resource-policy', 'same-origin');
    reply.header('permissions-policy', 'camera=(), microphone=(), geolocation=(), publickey-credentials-get=(self), publickey-credentials-create=(self)');
    if (config.isSecure) reply.header('strict-transport-security', 'max-age=63072000; includeSubDomains');
    // Closed unless a page says otherwise: an API answer shown in a frame or as a page runs nothing.
    reply.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
    reply.header('cache-control', 'no-store');
  }
  app.addHook('onRequest', async (request, reply) => {
    (request as FastifyRequest & { startedAt?: number }).startedAt = monotonicMs();
    harden(request, reply);
    if (isPage(request)) await needs.pageFrame.prepare?.();
    const certificate = takeCertificate(request.raw);
    if (certificate.is !== 'none') certificates.set(request, certificate);
  });
  app.addHook('onResponse', async (request, reply) => {
    const startedAt = (request as FastifyRequest & { startedAt?: number }).startedAt;
    if (startedAt === undefined) return;
    const seconds = (monotonicMs() - startedAt) / 1_000;
    duration.observe({ method: request.method, route: request.routeOptions.url ?? 'none', status: String(reply.statusCode) }, seconds);
    if (reply.statusCode >= 500 && reply.statusCode !== 503) log.error({ requestId: request.id, method: request.method, route: request.routeOptions.url, status: reply.statusCode }, 'answered with an error');
    else if (log.isLevelEnabled('debug')) log.debug({ requestId: request.id, method: request.method, route: request.routeOptions.url, status: reply.statusCode, ms: Math.round(seconds * 1_000) }, 'answered');
  });

  const isPage = (request: FastifyRequest): boolean => !request.url.startsWith('/api/') && (request.headers.accept ?? '').includes('text/html');

  function sendRefusal(request: FastifyRequest, reply: FastifyReply, refusal: Refusal, errors?: readonly { path: string; message: string }[]): FastifyReply {
    const status = statusOf[refusal.kind];
    const retryAfter = refusal.facts['retryAfterSeconds'];
    if (typeof retryAfter === 'number') reply.header('retry-after', String(retryAfter));
    if (status === 401) reply.header('www-authenticate', 'Bearer realm="bailiwick"');
    return sendNo(request, reply.code(status), refusal, titles[refusal.kind], errors);
  }

  /** As a page or as problem+json (RFC 9457), in the reader's language where somebody has a sentence for it. */
  function sendNo(request: FastifyRequest, reply: FastifyReply, refusal: Refusal, title: string, errors?: readonly { path: string; message: string }[]): FastifyReply {
    const languages = languagesOf(request);
    if (isPage(request)) return sendHtml(reply, needs.pageFrame.refusal(refusal, languages).text, []);
    const said = needs.sayRefusal(refusal, languages) ?? { language: 'en', title, detail: refusal.message };
    const stepUp = refusal.code === refuse.stronger_sign_in_needed.code ? { assuranceLevel: refusal.facts['assuranceLevel'], maxAgeSeconds: refusal.facts['maxAgeSeconds'], ...(refusal.facts['stepUp'] ? { stepUp: refusal.facts['stepUp'] } : {}) } : {};
    reply.header('content-language', said.language);
    return reply.type('application/problem+json').send(JSON.stringify({ type: 'about:blank', title: said.title, status: reply.statusCode, detail: said.detail, code: refusal.code, requestId: request.id, ...stepUp, ...(errors ? { errors } : {}) }));
  }

  app.setNotFoundHandler((request, reply) => {
    sendRefusal(request, reply, refuse.not_found());
  });
  app.setErrorHandler((error: Error & { statusCode?: number; code?: string }, request, reply) => {
    if (error instanceof Refusal) return sendRefusal(request, reply, error);
    if (error instanceof z.ZodError) return sendRefusal(request, reply, refuse.input_invalid(), error.issues.slice(0, 20).map((issue) => ({ path: issue.path.join('.'), message: issue.message })));
    if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return sendRefusal(request, reply, refuse.body_too_large({ limit: request.routeOptions.bodyLimit ?? 1_048_576 }));
    if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return sendRefusal(request, reply, refuse.body_type_unknown({ wanted: 'application/json' }));
    if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) return sendRefusal(request, reply, refuse.body_unreadable());
    if (isDatabaseAway(error)) {
      log.warn({ err: error, requestId: request.id }, 'the database does not answer');
      reply.header('retry-after', '2');
      return sendRefusal(request, reply, refuse.unavailable());
    }
    log.error({ err: error, requestId: request.id, method: request.method, route: request.routeOptions.url }, 'a bug');
    const bug = new Refusal('platform.bug', 'unavailable', `something went wrong here; tell an administrator the reference \`${request.id}\``, { reference: request.id });
    return sendNo(request, reply.code(500), bug, 'Error');
  });

  function setCookies(reply: FastifyReply, cookies: readonly CookieChange[]): void {
    for (const change of cookies) {
      const options = { path: '/', httpOnly: true, secure: config.isSecure, sameSite: 'lax' as const };
      if (change.value === null) reply.clearCookie(cookiePrefix + change.name, options);
      else reply.setCookie(cookiePrefix + change.name, change.value, { ...options, ...(change.maxAgeSeconds === undefined ? {} : { maxAge: change.maxAgeSeconds }) });
    }
  }

  const csrfFor = (secret: string): string => hmac(needs.csrfKey, `form ${secret}`).toString('base64url');

  async function whoAsks(request: FastifyRequest, options: { isOnlyLooking?: boolean } = {}): Promise<Principal | null> {
    const authorization = request.headers.authorization;
    const bearer = authorization?.match(/^Bearer ([A-Za-z0-9._~+/=-]{10,400})$/i)?.[1] ?? null;
    // A request that names a credential in the header is judged by that alone: no falling back to a cookie.
    if (authorization !== undefined && !bearer) return null;
    const session = bearer ? null : (request.cookies[cookiePrefix + needs.sessionReader.cookieName] ?? null);
    if (!bearer && !session) return null;
    return needs.sessionReader.read({ session, bearer }, factsOf(request), options);
  }

  /** 63B-4 5.1: posted content carries an identifier bound to the session that we verify. */
  function checkForgery(one: AnyRoute, request: FastifyRequest, principal: Principal | null, body: unknown): void {
    if (one.method === 'GET') return;
    const site = request.headers['sec-fetch-site'];
    if (site === 'cross-site') throw refuse.forged_request();
    const origin = request.headers.origin;
    if (origin !== undefined && origin !== config.url.origin && origin !== `${request.protocol}://${request.host}`) throw refuse.forged_request();
    if (one.accepts === 'form') {
      const secret = request.cookies[cookiePrefix + formCookie];
      const given = (body as Record<string, unknown> | undefined)?.['csrf'];
      if (!secret || typeof given !== 'string' || !isSame(given, csrfFor(secret))) throw refuse.forged_request();
      return;
    }
    if (principal?.csrfToken) {
      const given = request.headers['x-csrf-token'];
      if (typeof given !== 'string' || !isSame(given, principal.csrfToken)) throw refuse.forged_request();
    }
  }

  function parse<T>(type: z.ZodType<T> | undefined, input: unknown, place: string): T {
    if (!type) return {} as T;
    const message = unstorable(input);
    if (message) throw new z.ZodError([{ code: 'custom', path: [place], message, input }]);
    const result = type.safeParse(input);
    if (!result.success) throw new z.ZodError(result.error.issues.map((issue) => ({ ...issue, path: [place, ...issue.path] })));
    return result.data;
  }

  async function admit(one: AnyRoute, request: FastifyRequest): Promise<Admitted> {
    // A page that renews itself while nobody is at the keyboard says so; saying it can only shorten one's own session.
    const principal = await whoAsks(request, { isOnlyLooking: one.method === 'GET' && request.headers['x-only-looking'] === '1' });
    const facts = factsOf(request);
    checkForgery(one, request, principal, request.body);
    return { principal, facts, permit: one.permission === null ? null : await needs.gate.ask(principal, one.permission as string, facts) };
  }
  const admitted = new WeakMap<FastifyRequest, Admitted>();

  /** Asked while a stream goes on: the session, the person and the permission as they are now. */
  function stillAdmitted(one: AnyRoute, request: FastifyRequest): () => Promise<boolean> {
    let answer = Promise.resolve(true);
    let askedAt = monotonicMs();
    return () => {
      if (one.permission === null || monotonicMs() - askedAt < lookAgainMs) return answer;
      askedAt = monotonicMs();
      answer = (async () => {
        const principal = await whoAsks(request, { isOnlyLooking: true });
        return principal !== null && (await needs.gate.stillHolds(principal, one.permission as string, clock.now()));
      })().catch(() => false);
      return answer;
    };
  }

  async function serve(one: AnyRoute, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { principal, facts, permit } = admitted.get(request) ?? (await admit(one, request));
    const rawBody = request.body ?? undefined;
    const params = parse(one.params, request.params, 'path');
    const query = parse(one.query, request.query, 'query');
    const { csrf: _csrf, ...form } = one.accepts === 'form' ? ((rawBody ?? {}) as Record<string, unknown>) : {};
    const body = one.accepts === 'bytes' ? rawBody : parse(one.body, one.accepts === 'form' ? form : rawBody, 'body');

    let watched: AbortController | null = null;
    /** Made for those who ask, which few routes do. Of the answer, not of the connection: many requests share one, and each would leave a listener behind. */
    const gone = (): AbortController => {
      if (watched) return watched;
      const made = (watched = new AbortController());
      const ended = (): void => {
        if (!reply.raw.writableFinished) made.abort();
      };
      if (reply.raw.closed) ended();
      else reply.raw.once('close', ended);
      return made;
    };
    let formSecret = request.cookies[cookiePrefix + formCookie];
    const cookies: CookieChange[] = [];
    if (!formSecret && !one.path.startsWith('/api/')) {
      formSecret = randomToken(128);
      cookies.push({ name: formCookie, value: formSecret });
    }
    const ownCookies = Object.fromEntries(Object.entries(request.cookies).flatMap(([name, value]) => (name.startsWith(cookiePrefix) ? [[name.slice(cookiePrefix.length), value]] : [])));
    const answer: unknown = await one.run({ permit, principal, params, query, body, request: facts, cookies: ownCookies, get csrf() { return formSecret ? csrfFor(formSecret) : ''; }, languages: languagesOf(request), get signal() { return gone().signal; } } as never).catch(async (error: unknown) => {
      if (error instanceof Refusal && principal && one.permission !== null && one.method !== 'GET') await needs.gate.note(principal, one.permission as string, error, facts);
      throw error;
    });
    setCookies(reply, cookies);

    if (isAnswer(answer)) {
      if (answer.is === 'redirect') {
        setCookies(reply, answer.cookies);
        return reply.code(303).header('location', answer.to).send();
      }
      if (answer.is === 'page') {
        setCookies(reply, answer.cookies);
        return sendHtml(reply.code(answer.status), answer.content.text, answer.formTargets);
      }
      if (answer.is === 'file') {
        if (answer.name) reply.header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(answer.name)}`);
        return reply.code(one.status ?? 200).type(answer.type).send(answer.body);
      }
      if (request.method === 'HEAD') return reply.type('text/event-stream; charset=utf-8').send();
      return sendStream(reply, answer.events, gone(), stillAdmitted(one, request));
    }
    if (one.output === undefined) return reply.code(one.status ?? 204).send();
    // The schema is the contract: what it does not name does not leave the house.
    return reply.code(one.status ?? 200).type('application/json; charset=utf-8').send(JSON.stringify(one.output.parse(answer)));
  }

  async function sendStream(reply: FastifyReply, events: AsyncIterable<{ event: string; data: unknown }>, gone: AbortController, isStillAdmitted: () => Promise<boolean>): Promise<FastifyReply> {
    const { signal } = gone;
    reply.hijack();
    const headers = Object.fromEntries(Object.entries(reply.getHeaders()).filter(([, value]) => value !== undefined)) as Record<string, string>;
    reply.raw.writeHead(200, { ...headers, 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
    // HEAD asks what there would be to hear: nothing of it is begun.
    if (reply.request.method === 'HEAD') {
      reply.raw.end();
      return reply;
    }
    reply.raw.write(': open\n\n');
    const beat = setInterval(() => {
      void isStillAdmitted().then((isIn) => {
        if (isIn && !signal.aborted) reply.raw.write(': still here\n\n');
        else gone.abort();
      });
    }, beatMs);
    try {
      for await (const { event, data } of events) {
        if (signal.aborted || !(await isStillAdmitted())) break;
        // A reader that takes nothing must not fill our memory: what waits, waits at its source, which counts.
        if (!reply.raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)) await once(reply.raw, 'drain', { signal }).catch(() => undefined);
      }
    } finally {
      clearInterval(beat);
      reply.raw.end();
    }
    return reply;
  }

  function sendHtml(reply: FastifyReply, text: string, formTargets: readonly string[]): FastifyReply {
    reply.header('content-security-policy', `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action ${["'self'", ...formTargets].join(' ')}`);
    return reply.type('text/html; charset=utf-8').send(text);
  }

  for (const module of needs.modules) {
    if (module.protocol) await app.register(module.protocol);
  }
  await app.register(async (scope) => {
    // Each door takes exactly one kind of body.
    const kinds = { json: [] as AnyRoute[], form: [] as AnyRoute[], bytes: [] as AnyRoute[] };
    for (const one of routes) kinds[one.accepts ?? 'json'].push(one);
    await scope.register(async (json) => {
      for (const one of kinds.json) add(json, one);
    });
    await scope.register(async (form) => {
      form.removeContentTypeParser('application/json');
      await form.register(formbody, { bodyLimit: 65_536 });
      for (const one of kinds.form) add(form, one);
    });
    await scope.register(async (bytes) => {
      bytes.removeAllContentTypeParsers();
      bytes.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, content, done) => done(null, content));
      for (const one of kinds.bytes) add(bytes, one);
    });
  });

  function add(scope: FastifyInstance, one: AnyRoute): void {
    scope.route({ method: one.method, url: one.path, ...(one.bodyLimit ? { bodyLimit: one.bodyLimit } : {}), ...(one.permission === null ? {} : { onRequest: async (request: FastifyRequest) => void admitted.set(request, await admit(one, request)) }), handler: (request, reply) => serve(one, request, reply) });
  }

  let description: string | null = null;
  app.get('/api/openapi.json', (_request, reply) => {
    description ??= JSON.stringify(describeApi(routes, { url: config.url.origin, version: config.version }));
    return reply.type('application/json; charset=utf-8').send(description);
  });
  app.get('/healthz', (_request, reply) => reply.type('text/plain').send('ok\n'));
  app.get('/readyz', async (_request, reply) => {
    const isReady = await needs.isReady();
    return reply.code(isReady ? 200 : 503).type('text/plain').send(isReady ? 'ready\n' : 'the database does not answer\n');
  });
  app.get('/metrics', async (request, reply) => {
    const isAllowed = config.metricsToken ? isSame(request.headers.authorization ?? '', `Bearer ${config.metricsToken}`) : ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(request.socket.remoteAddress ?? '') && request.headers['x-forwarded-for'] === undefined;
    if (!isAllowed) return sendRefusal(request, reply, refuse.not_found());
    return reply.type('text/plain; version=0.0.4').send(await metrics.text());
  });
  if (needs.console) await app.register(needs.console);
  await app.ready();

  return {
    fastify: app,
    listen: () => app.listen({ port: config.port, host: config.host }),
    close: () => app.close(),
  };
}

/** What is no HTTP, or a head without end, never becomes a request: the answer is written by hand and the line is cut. */
function refuseUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, refusal] = error.code === 'HPE_HEADER_OVERFLOW' ? ([431, refuse.head_too_large()] as const) : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? ([408, refuse.request_too_slow()] as const) : ([400, refuse.request_unreadable()] as const);
  const requestId = randomToken(72);
  const body = JSON.stringify({ type: 'about:blank', title: titles.invalid, status, detail: refusal.message, code: refusal.code, requestId });
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nx-request-id: ${requestId}\r\nx-content-type-options: nosniff\r\ncache-control: no-store\r\nconnection: close\r\n\r\n${body}`);
}

const titles: Readonly<Record<Refusal['kind'], string>> = { invalid: 'Invalid', unauthenticated: 'Not signed in', forbidden: 'Not permitted', not_found: 'Not found', conflict: 'Conflict', too_many: 'Too many requests', unavailable: 'Not available at this moment' };

const isAnswer = (value: unknown): value is Answer => typeof value === 'object' && value !== null && 'is' in value && ['page', 'redirect', 'file', 'stream'].includes(value.is as string);

const isDatabaseAway = (error: Error & { code?: string }): boolean => ['ECONNREFUSED', 'ECONNRESET', 'ENOENT', '57P01', '57P02', '57P03', '53300'].includes(error.code ?? '') || /Connection terminated|timeout exceeded when trying to connect/.test(error.message);

/**
 * PostgreSQL holds neither NUL nor half of a surrogate pair, and what is nested without end ends the stack of whoever walks
 * it. Refusing these at the door keeps them a 400 everywhere. Walked with a list: this must not be the one that falls.
 */
function unstorable(input: unknown): string | null {
  const left: [value: unknown, depth: number][] = [[input, 0]];
  const isText = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed();
  for (let next = left.pop(); next; next = left.pop()) {
    const [value, depth] = next;
    if (typeof value === 'string' && !isText(value)) return 'must be text without the character NUL and without halves of surrogate pairs';
    if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) continue;
    if (depth >= 40) return 'must not be nested more than 40 times';
    for (const [key, each] of Object.entries(value)) {
      if (!isText(key)) return 'must have names without the character NUL and without halves of surrogate pairs';
      if (typeof each === 'string' || typeof each === 'object') left.push([each, depth + 1]);
    }
  }
  return null;
}
