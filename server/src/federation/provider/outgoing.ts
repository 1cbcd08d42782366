import { lookup as resolve } from 'node:dns/promises';
import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { timeoutSignal } from '../../platform/jobs/index.ts';
import { seconds } from '../../platform/clock/index.ts';

/**
 * Addresses no application lives at, but credentials of machines do (cloud metadata) or everybody at once. Private
 * networks and this machine itself are allowed: an administrator registered the address by hand.
 */
const forbidden = new BlockList();
forbidden.addSubnet('169.254.0.0', 16, 'ipv4');
forbidden.addSubnet('0.0.0.0', 8, 'ipv4');
forbidden.addSubnet('224.0.0.0', 4, 'ipv4');
forbidden.addSubnet('240.0.0.0', 4, 'ipv4');
forbidden.addAddress('100.100.100.200', 'ipv4');
forbidden.addAddress('192.0.0.192', 'ipv4');
forbidden.addSubnet('fe80::', 10, 'ipv6');
forbidden.addSubnet('ff00::', 8, 'ipv6');
forbidden.addAddress('fd00:ec2::254', 'ipv6');
forbidden.addAddress('::', 'ipv6');

export class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';
}

/** IPv4 inside IPv6 (`::ffff:169.254.169.254`) is judged as what it is. */
export function isForbiddenAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return forbidden.check(address, 'ipv4');
  if (family !== 6) return true;
  return forbidden.check(address, 'ipv6');
}

/** Judged at the moment of connecting, so that a name which changes its address in between gains nothing (DNS rebinding). */
const guardedLookup: LookupFunction = (host, options, done) => {
  resolve(host, { all: true }).then(
    (all) => {
      const usable = all.filter((one) => !isForbiddenAddress(one.address));
      const first = usable[0];
      if (!first) done(new ForbiddenAddress(`${host} is at an address that no application lives at`), '', 0);
      else if (options.all) done(null, usable);
      else done(null, first.address, first.family);
    },
    (error: NodeJS.ErrnoException) => done(error, '', 0),
  );
};

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
