import { Agent as PlainAgent, request as plain, type RequestOptions } from 'node:http';
import { Agent as SecureAgent, request as secure } from 'node:https';
import { isIP } from 'node:net';
import { ForbiddenAddress, guardedLookup, isForbiddenAddress } from './address.ts';

export interface OutgoingOptions {
  /** Bytes; a longer answer ends the request. */
  readonly answerLimit: number;
  /** Beside the signal of the single request. Null: that signal alone. */
  readonly timeoutMs: number | null;
  /** For many requests to few systems: connections are kept for a few seconds. */
  readonly keepsConnections: boolean;
}

/**
 * `fetch` for addresses that people or systems outside have named: the address is judged at the moment of connecting (SSRF, DNS
 * rebinding), redirects are never followed, the answer is bounded.
 */
export function openOutgoingFetch({ answerLimit, timeoutMs, keepsConnections }: OutgoingOptions): typeof fetch {
  // Shorter than most servers keep them: a connection that ends just as it is used again loses a reply.
  const kept = { keepAlive: true, timeout: 4_000, maxFreeSockets: 8 };
  const agents = keepsConnections ? { 'https:': new SecureAgent(kept), 'http:': new PlainAgent(kept) } : null;
  return async (input, init) => {
    const asked = new Request(input, { ...init, redirect: 'manual' });
    // Not the signal of `asked`: that one follows the given one only for as long as nobody tidies `asked` away, and then a system that never answers is waited for, for ever.
    const given = init?.signal ?? (input instanceof Request ? input.signal : null);
    const url = new URL(asked.url);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new ForbiddenAddress(`${url.protocol} is not spoken here`);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) && isForbiddenAddress(host)) throw new ForbiddenAddress(`${host} is an address that no system lives at`);
    const body = asked.body === null ? null : Buffer.from(await asked.arrayBuffer());
    const options: RequestOptions = {
      method: asked.method,
      headers: { ...Object.fromEntries(asked.headers), ...(body ? { 'content-length': String(body.length) } : {}) },
      lookup: guardedLookup,
      signal: AbortSignal.any([...(given ? [given] : []), ...(timeoutMs === null ? [] : [AbortSignal.timeout(timeoutMs)])]),
      agent: agents?.[url.protocol] ?? false,
    };
    return new Promise<Response>((answer, fail) => {
      const request = (url.protocol === 'https:' ? secure : plain)(url, options, (response) => {
        const parts: Buffer[] = [];
        let size = 0;
        response.on('data', (part: Buffer) => {
          size += part.length;
          if (size <= answerLimit) return void parts.push(part);
          response.destroy();
          fail(new Error(`the answer is longer than ${answerLimit} bytes`));
        });
        response.on('end', () => {
          const status = response.statusCode ?? 502;
          const headers = Object.entries(response.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as [string, string]] : []));
          answer(new Response(status < 200 || status === 204 || status === 304 ? null : Buffer.concat(parts), { status: Math.max(200, status), headers }));
        });
        response.on('error', fail);
      });
      request.on('error', fail);
      request.end(body ?? undefined);
    });
  };
}
