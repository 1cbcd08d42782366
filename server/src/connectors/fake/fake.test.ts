import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { testContexts } from '../contract/test-context.ts';
import { doorFetch } from './door.ts';
import { FakeSystem, type LoggedOperation } from './fake-system.ts';
import { fakeKind } from './fake.ts';

const address = 'http://fake.test/crm';

const inside = (system: FakeSystem): typeof fetch => doorFetch(new Map([['crm', system]]));

describe('the fake system without a socket', () => {
  const started = new Date('2026-03-01T08:00:00Z');

  function rig(seed: number): { system: FakeSystem; outcomes: () => Promise<string[]> } {
    let ticks = 0;
    const system = new FakeSystem({
      seed, token: 't', now: () => new Date(started.getTime() + (ticks += 1)),
      faults: { rateLimited: 0.1, transient: 0.15, lostReply: 0.2, silentNoOp: 0.1, emptyList: 0.1 },
    });
    const contexts = testContexts({ token: 't' }, inside(system));
    const connector = fakeKind.build({ address });
    return {
      system,
      outcomes: async () => {
        const told: string[] = [];
        for (let person = 0; person < 40; person += 1) {
          const answer = await connector.create?.(contexts.context({ operationId: `join-${person}` }), { login: `p${person}`, email: '' }).then((one) => one.status, (fault: { kind: string }) => fault.kind);
          told.push(answer ?? '');
        }
        return told;
      },
    };
  }

  test('the same seed tells the same story, another seed another', async () => {
    const first = await rig(7).outcomes();
    expect(await rig(7).outcomes()).toEqual(first);
    expect(await rig(8).outcomes()).not.toEqual(first);
    expect(new Set(first)).toEqual(new Set(['done', 'ambiguous', 'transient', 'rate_limited']));
  });

  test('whoever observes before repeating makes everybody once, however the system lies', async () => {
    const { system } = rig(11);
    const contexts = testContexts({ token: 't' }, inside(system));
    const connector = fakeKind.build({ address });
    for (let person = 0; person < 40; person += 1) {
      for (let tries = 0; tries < 40; tries += 1) {
        const made = await connector.create?.(contexts.context({ operationId: `join-${person}` }), { login: `p${person}`, email: '' }).catch(() => null);
        if (made?.reference === undefined) continue;
        const seen = await connector.observe(contexts.context(), { resource: made.reference }).catch(() => null);
        if (seen?.exists === true) break;
      }
    }
    const created = system.operations.filter((one) => one.operation === 'create');
    expect(created.map((one) => one.operationId).toSorted()).toEqual(Array.from({ length: 40 }, (_, person) => `join-${person}`).toSorted());
  });

  test('scripted faults come first, in order, and a system that is down says so until it is up', async () => {
    const system = new FakeSystem({ seed: 1, token: 't', now: () => started });
    const contexts = testContexts({ token: 't' }, inside(system));
    const connector = fakeKind.build({ address, timeoutMs: 30 });
    system.script({ on: 'list', fault: 'empty_list' }, { on: 'list', fault: 'stall' });
    system.create('x', { login: 'maria', email: '', givenName: null, familyName: null, profile: {}, secret: null });
    expect((await connector.list(contexts.context(), 'account', {})).items).toEqual([]);
    await expect(connector.list(contexts.context(), 'account', {})).rejects.toMatchObject({ kind: 'transient' });
    expect((await connector.list(contexts.context(), 'account', {})).items).toHaveLength(1);
    system.faults = { downUntil: '2026-03-01T09:00:00Z' };
    await expect(connector.check(contexts.context())).rejects.toMatchObject({ kind: 'transient', status: 503 });
  });
});

describe('the fake system as a process of its own', () => {
  let child: ChildProcess | null = null;
  afterEach(() => { child?.kill('SIGKILL'); });

  test('it remembers what was done under which operation, for as many systems as asked', async () => {
    child = spawn(process.execPath, [fileURLToPath(new URL('./server.ts', import.meta.url)), '--systems', 'crm,wiki', '--token', 't'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
    const { port } = JSON.parse(line.toString()) as { port: number };
    const contexts = testContexts({ token: 't' });
    const control = async (system: string, what: string, init?: RequestInit): Promise<unknown> => (await fetch(`http://127.0.0.1:${port}/${system}/control/${what}`, init)).json();
    await control('crm', 'script', { method: 'POST', body: JSON.stringify({ steps: [{ on: 'create', fault: 'lost_reply' }] }) });
    const connector = fakeKind.build({ address: `http://127.0.0.1:${port}/crm` });
    const maria = { login: 'maria', email: 'maria@example.com' };
    await expect(connector.create?.(contexts.context({ operationId: 'join' }), maria)).rejects.toMatchObject({ kind: 'ambiguous' });
    expect((await connector.create?.(contexts.context({ operationId: 'join' }), maria))?.status).toBe('already');
    expect(((await control('crm', 'log')) as { operations: LoggedOperation[] }).operations.map((one) => [one.operationId, one.operation, one.login])).toEqual([['join', 'create', 'maria']]);
    expect(await control('wiki', 'log')).toEqual({ operations: [] });
  });
});
