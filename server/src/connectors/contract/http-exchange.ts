import { ConnectorError, withoutSecrets, type ConnectorErrorKind } from './connector-error.ts';
import type { CallContext } from './connector.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** A lost reply to a write is `ambiguous`, to a read `transient`. */
  readonly isWrite: boolean;
  readonly timeoutMs: number;
  readonly maximumBytes?: number;
  /** Taken out of every error text, should the system quote them. */
  readonly secrets: readonly string[];
  /** Answers that are no error here, for example 404 for an observation. */
  readonly expected?: readonly number[];
}

export interface HttpReply {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; `null` when there was no body. */
  readonly body: unknown;
  readonly requestId?: string;
}

const tenMegabytes = 10 * 1024 * 1024;

/** One request and its whole reply, capped in time and size, with every failure in our words. */
export async function exchange(context: CallContext, request: HttpRequest): Promise<HttpReply> {
  const where = `${request.method} ${new URL(request.url).pathname}`;
  const lost = (why: string): ConnectorError =>
    request.isWrite
      ? new ConnectorError('ambiguous', `the reply to ${where} was lost (${why}): observe before repeating it`)
      : new ConnectorError('transient', `no answer to ${where} (${why})`);

  if (context.signal.aborted) throw new ConnectorError('transient', `stopped before ${where} was sent`);
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(request.timeoutMs)]);
  let response: Response | null = null;
  let text: string;
  try {
    response = await context.fetch(request.url, {
      method: request.method,
      headers: { ...request.headers, ...(request.body === undefined ? {} : { 'content-type': request.headers?.['content-type'] ?? 'application/json' }) },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      // A redirect would carry our credential to wherever the system says, the metadata address included.
      redirect: 'manual',
      signal,
    });
    text = await readCapped(response, request.maximumBytes ?? tenMegabytes);
  } catch (fault) {
    // Thrown by the host's own fetch, before anything was sent (a forbidden address), or by the cap on the answer.
    if (fault instanceof ConnectorError) throw response !== null && request.isWrite ? lost(fault.message) : fault;
    if (neverConnected(fault)) throw new ConnectorError('transient', `${new URL(request.url).host} cannot be reached (${reasonOf(fault)})`);
    throw lost(signal.aborted ? (context.signal.aborted ? 'stopped' : `nothing for ${request.timeoutMs} ms`) : reasonOf(fault));
  }

  const requestId = ['x-request-id', 'request-id', 'x-correlation-id'].map((name) => response.headers.get(name)).find((id) => id !== null) ?? undefined;
  const status = response.status;
  if (status >= 300 && !(request.expected ?? []).includes(status)) {
    const kind = kindOfStatus(status, response.headers, request.isWrite);
    const detail = withoutSecrets(detailOf(text), request.secrets);
    throw new ConnectorError(kind, `${where} answered ${status}${detail === '' ? '' : `: ${detail}`}`, {
      status, requestId,
      retryAfterMs: kind === 'rate_limited' || kind === 'transient' ? retryAfterMs(response.headers, context.now()) : undefined,
    });
  }
  let body: unknown = null;
  if (text !== '') {
    try {
      body = JSON.parse(text);
    } catch {
      if (status < 300) {
        if (request.isWrite) throw lost('the answer is not JSON');
        throw new ConnectorError('config', `${where} answered ${status} with something that is not JSON: check the address`, { status, requestId });
      }
    }
  }
  return { status, headers: response.headers, body, ...(requestId === undefined ? {} : { requestId }) };
}

async function readCapped(response: Response, maximumBytes: number): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maximumBytes) throw new ConnectorError('transient', `the answer is longer than ${maximumBytes} bytes: ask for smaller pages`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Refused or unknown before a byte of the request left: then even a write surely did not happen. */
const beforeSending = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT', 'EFORBIDDEN']);

function codeOf(fault: unknown): string | undefined {
  const cause = fault instanceof Error ? fault.cause : undefined;
  for (const one of [fault, cause, cause instanceof AggregateError ? cause.errors[0] : undefined]) {
    if (one !== null && typeof one === 'object' && 'code' in one && typeof one.code === 'string') return one.code;
  }
  return undefined;
}

function neverConnected(fault: unknown): boolean {
  return beforeSending.has(codeOf(fault) ?? '');
}

function reasonOf(fault: unknown): string {
  return codeOf(fault) ?? (fault instanceof Error ? fault.name : 'unknown');
}

function kindOfStatus(status: number, headers: Headers, isWrite: boolean): ConnectorErrorKind {
  if (status < 400) return 'config';
  switch (status) {
    case 401: return 'auth';
    // GitHub and Google throttle with 403: a 403 that names a time is a limit.
    case 403: return headers.has('retry-after') ? 'rate_limited' : 'permission';
    case 404: return 'not_found';
    case 409: return 'conflict';
    case 410: return 'gone';
    case 412: case 428: return 'precondition';
    case 405: case 501: return 'unsupported';
    case 408: return isWrite ? 'ambiguous' : 'transient';
    case 429: return 'rate_limited';
    case 503: return 'transient';
    default:
      if (status < 500) return 'invalid';
      // A gateway that gave up says nothing about what the system behind it did.
      return isWrite ? 'ambiguous' : 'transient';
  }
}

function detailOf(text: string): string {
  try {
    const body: unknown = JSON.parse(text);
    if (body !== null && typeof body === 'object') {
      for (const field of ['detail', 'message', 'error_description', 'error', 'title']) {
        const value = (body as Record<string, unknown>)[field];
        if (typeof value === 'string') return value;
      }
    }
  } catch {
    // Not JSON: a proxy's HTML page tells an administrator nothing.
  }
  return '';
}

/**
 * When to come back. Systems write it as seconds, a date (RFC 9110 10.2.3), an epoch in seconds or milliseconds, a
 * number of seconds from now, or ISO 8601: under four names.
 */
export function retryAfterMs(headers: Headers, now: Date): number | undefined {
  for (const name of ['retry-after', 'x-ratelimit-reset', 'x-rate-limit-reset', 'ratelimit-reset', 'x-retry-after']) {
    const text = headers.get(name)?.trim();
    if (text === undefined || text === '') continue;
    const number = Number(text);
    if (!Number.isNaN(number)) {
      if (number > 1e11) return Math.max(0, number - now.getTime());
      if (number > 1e9) return Math.max(0, number * 1000 - now.getTime());
      return Math.max(0, Math.ceil(number * 1000));
    }
    const time = Date.parse(text);
    if (!Number.isNaN(time)) return Math.max(0, time - now.getTime());
  }
  return undefined;
}

/** An id as one part of a path. `''` would read the whole collection and `..` its parent: a proof about somebody else. */
export function pathSegment(id: string): string {
  if (id === '' || id === '.' || id === '..') throw new ConnectorError('invalid', `\`${id}\` is not an id of this system`);
  return encodeURIComponent(id);
}
