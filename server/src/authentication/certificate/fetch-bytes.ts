import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { isIP } from 'node:net';
import { seconds } from '../../platform/clock/index.ts';
import { Failure } from '../../platform/errors/index.ts';
import { timeoutSignal } from '../../platform/jobs/index.ts';
import { ForbiddenAddress, guardedLookup, isForbiddenAddress } from '../../platform/outgoing/index.ts';

/**
 * The only way out of this domain: revocation lists and answers. Addresses come from an administrator or from certificates of
 * listed authorities; all the same no redirects, guarded addresses (SSRF), bounded in time and size.
 */
export async function fetchBytes(address: string, options: { readonly body?: Buffer; readonly type?: string; readonly atMost: number; readonly timeoutMs?: number; readonly signal?: AbortSignal }): Promise<Buffer> {
  const url = new URL(address);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new ForbiddenAddress(`${url.protocol} is not spoken here`);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && isForbiddenAddress(host)) throw new ForbiddenAddress(`${host} is an address at which no authority lives`);
  const limit = timeoutSignal(options.timeoutMs ?? seconds(5));
  const headers = options.body ? { 'content-type': options.type ?? 'application/octet-stream', 'content-length': String(options.body.length) } : {};
  return new Promise<Buffer>((answer, fail) => {
    const failed = (why: string): void => fail(new Failure(why, { isTemporary: true }));
    const request = (url.protocol === 'https:' ? secure : plain)(url, { method: options.body ? 'POST' : 'GET', headers, lookup: guardedLookup, signal: options.signal ? AbortSignal.any([limit, options.signal]) : limit, agent: false }, (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      if (response.statusCode !== 200) {
        response.resume();
        return failed(`${url.host} answered ${response.statusCode ?? 'nothing'}`);
      }
      response.on('data', (part: Buffer) => {
        size += part.length;
        if (size > options.atMost) request.destroy(new Error('the answer is too long'));
        else parts.push(part);
      });
      response.on('end', () => answer(Buffer.concat(parts)));
      response.on('error', (error) => failed(`${url.host}: ${error.message}`));
    });
    request.on('error', (error: Error & { code?: string }) => failed(limit.aborted ? `${url.host} did not answer in time` : `${url.host}: ${error.code ?? error.message}`));
    request.end(options.body);
  });
}
