import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { isIP } from 'node:net';
import { timeoutSignal } from '../../platform/jobs/index.ts';
import { ForbiddenAddress, guardedLookup, isForbiddenAddress } from '../../platform/outgoing/index.ts';
import { seconds } from '../../platform/clock/index.ts';

const answerLimit = 262_144;

/** The only way out of this domain: no redirects, five seconds, a bounded answer, guarded addresses. */
export async function fetchGuarded(address: string | URL, options: { method?: string; headers?: unknown; body?: unknown } = {}): Promise<Response> {
  const url = new URL(address);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new ForbiddenAddress(`${url.protocol} is not spoken here`);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) && isForbiddenAddress(host)) throw new ForbiddenAddress(`${host} is an address that no application lives at`);
  const body = options.body === undefined || options.body === null ? null : Buffer.from(String(options.body));
  const headers = { ...Object.fromEntries(new Headers(options.headers as Record<string, string> | undefined)), ...(body ? { 'content-length': String(body.length) } : {}) };
  return new Promise<Response>((answer, fail) => {
    const request = (url.protocol === 'https:' ? secure : plain)(url, { method: options.method ?? 'GET', headers, lookup: guardedLookup, signal: timeoutSignal(seconds(5)), agent: false }, (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      response.on('data', (part: Buffer) => {
        size += part.length;
        if (size > answerLimit) request.destroy(new Error('the answer is too long'));
        else parts.push(part);
      });
      response.on('end', () => {
        const status = response.statusCode ?? 502;
        const kept = Object.entries(response.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as [string, string]] : []));
        answer(new Response(status === 204 || status === 304 || status < 200 ? null : Buffer.concat(parts), { status: Math.max(200, status), headers: kept }));
      });
      response.on('error', fail);
    });
    request.on('error', fail);
    request.end(body ?? undefined);
  });
}
