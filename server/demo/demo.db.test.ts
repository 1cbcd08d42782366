import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../testing/world.ts';
import { visitor } from '../testing/visitor.ts';
import { systemClock } from '../src/platform/clock/index.ts';
import { aYear } from './company.ts';
import { buildDemo, startDemo } from './demo.ts';

/** Three months stand for the twelve. */
const folder = mkdtempSync(path.join(os.tmpdir(), 'bailiwick-demo-'));
const folders = { bailiwick: path.join(folder, 'demo'), warehouse: path.join(folder, 'demo-warehouse') };
let kept: Awaited<ReturnType<typeof buildDemo>>;
let running: Awaited<ReturnType<typeof startDemo>> | null = null;

beforeAll(async () => {
  const ports = { bailiwick: await freePort(), scim: await freePort(), expenses: await freePort(), authenticator: await freePort() };
  kept = await buildDemo({ folders, ports, months: aYear(new Date()).slice(-3), say: (text) => console.log(text) });
}, 170_000);
afterAll(async () => {
  await running?.close();
  rmSync(folder, { recursive: true, force: true });
});

it('the demo starts again as it was left, and everybody it names can sign in', async () => {
  const startedAt = performance.now();
  running = await startDemo(folders, kept);
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  const address = `http://127.0.0.1:${kept.port}`;
  const robin = visitor(address, systemClock);
  await robin.signIn(kept.people[0]!.credentials);

  const today = await robin.api<{ accounts: number; applications: number; tiedToNobody: number }>('GET', '/api/v1/inventory');
  expect(today.applications).toBeGreaterThanOrEqual(5);
  expect(today.tiedToNobody).toBeGreaterThan(5);

  const { items } = await robin.api<{ items: { kind: string; state: string; personName: string; timeToProvenMs: number | null }[] }>('GET', '/api/v1/movements?kind=leaver&limit=50');
  expect(items.length).toBeGreaterThan(0);
  expect(items.every((movement) => movement.state === 'done')).toBe(true);
  const { items: connections } = await robin.api<{ items: { name: string; mode: string; health: string }[] }>('GET', '/api/v1/connections');
  expect(connections.map((one) => `${one.name}: ${one.mode}, ${one.health}`)).toEqual(['Chat: live, healthy', 'Door badges: live, healthy', 'Warehouse: live, healthy', 'Wiki: live, healthy']);
  expect((await running.app.domains.audit.verify()).isWhole).toBe(true);

  for (const person of kept.people.slice(1, 4)) {
    const somebody = visitor(address, systemClock);
    await somebody.signIn(person.credentials);
    expect(await somebody.api('GET', '/api/v1/me')).toMatchObject({ person: { displayName: person.name } });
  }
}, 60_000);
