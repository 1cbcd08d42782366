import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { systemClock } from '../../platform/clock/index.ts';
import { wait } from '../../platform/jobs/index.ts';
import { ask, systemAt } from './door.ts';
import { FakeSystem, type FaultSchedule } from './fake-system.ts';

/**
 * The fake system as a process of its own, so that its memory outlives a killed Bailiwick:
 *
 *   node server/src/connectors/fake/server.ts --systems crm,wiki --seed 7 --token secret --faults '{"lostReply":0.1}'
 *
 * It prints one line, `{"port":40123}`, when it listens (loopback only); each system stands under its own path, `/crm`.
 * `GET /crm/control/log` tells every effective write with its operation id, `PUT /crm/control/faults` and
 * `POST /crm/control/script` change its mood.
 */
export async function serveFakes(systems: ReadonlyMap<string, FakeSystem>, port = 0): Promise<{ server: Server; url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => response.destroy());
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      let body: unknown;
      try {
        body = text === '' ? null : JSON.parse(text);
      } catch {
        response.writeHead(400).end('{"error":"this is not JSON"}');
        return;
      }
      const found = systemAt(systems, request.url ?? '/');
      if (found === null) {
        response.writeHead(404).end('{"error":"no such system"}');
        return;
      }
      const result = ask(found.system, { method: request.method ?? 'GET', path: found.path, headers, body });
      if ('stalled' in result) return;
      void wait(result.latencyMs).then(() => {
        if ('lost' in result) request.socket.destroy();
        else response.writeHead(result.reply.status, { 'content-type': 'application/json', ...result.reply.headers }).end(JSON.stringify(result.reply.body));
      });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    server,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    }),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' }, systems: { type: 'string', default: 'fake' }, seed: { type: 'string', default: '1' }, token: { type: 'string', default: 'fake-token' },
      faults: { type: 'string', default: '{}' }, groups: { type: 'string', default: 'staff,engineers,admins' },
    },
  });
  const names = values.systems.split(',');
  const systems = new Map(names.map((name, index) => [name, new FakeSystem({
    seed: Number(values.seed) + index, token: values.token, now: () => systemClock.now(),
    faults: JSON.parse(values.faults) as FaultSchedule, groups: values.groups.split(','),
  })]));
  const { url } = await serveFakes(systems, Number(values.port));
  process.stdout.write(`${JSON.stringify({ port: Number(new URL(url).port) })}\n`);
}
