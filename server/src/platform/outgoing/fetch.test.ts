import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ForbiddenAddress } from './address.ts';
import { openOutgoingFetch } from './fetch.ts';

let server: Server;
let base: string;
const heard: string[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => { body += String(part); });
    request.on('end', () => {
      heard.push(`${request.method} ${request.url} ${request.headers['x-word'] ?? ''} ${body}`.trim());
      if (request.url === '/moved') return response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
      if (request.url === '/long') return response.end('x'.repeat(5_000));
      if (request.url === '/never') return undefined;
      return response.writeHead(200, { 'content-type': 'application/json' }).end('{"is":"well"}');
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((closed) => { server.closeAllConnections(); server.close(closed); }));

const go = openOutgoingFetch({ answerLimit: 1_000, timeoutMs: 2_000, keepsConnections: true });

it('asks and answers as fetch does', async () => {
  const reply = await go(`${base}/a?b=1`, { method: 'POST', headers: { 'x-word': 'hello' }, body: '{"x":1}' });
  expect([reply.status, reply.headers.get('content-type'), await reply.json()]).toEqual([200, 'application/json', { is: 'well' }]);
  expect(heard.at(-1)).toBe('POST /a?b=1 hello {"x":1}');
});

it('a redirect is an answer and never followed (SSRF)', async () => {
  expect((await go(`${base}/moved`)).status).toBe(302);
});

it('an answer without end, or none at all, does not hold the process up', async () => {
  await expect(go(`${base}/long`)).rejects.toThrow('longer than');
  await expect(go(`${base}/never`, { signal: AbortSignal.timeout(50) })).rejects.toThrow();
});

it('whoever never answers is given up in time, also when memory is tidied up meanwhile', async () => {
  setFlagsFromString('--expose-gc');
  const tidying = setInterval(runInNewContext('gc') as () => void, 20);
  const patient = openOutgoingFetch({ answerLimit: 1_000, timeoutMs: null, keepsConnections: true });
  const stopping = new AbortController();
  let givenUp = 0;
  for (let call = 0; call < 20; call += 1) void patient(`${base}/never`, { method: 'POST', body: '{}', signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(400)]) }).catch(() => { givenUp += 1; });
  await expect.poll(() => givenUp, { timeout: 15_000 }).toBe(20).finally(() => clearInterval(tidying));
}, 20_000);

it('nothing is sent to forbidden addresses, in whatever spelling (SSRF)', async () => {
  for (const address of ['http://169.254.169.254/latest', 'http://[::ffff:a9fe:a9fe]/', 'http://2852039166/', 'file:///etc/passwd']) await expect(go(address), address).rejects.toThrow(ForbiddenAddress);
});
