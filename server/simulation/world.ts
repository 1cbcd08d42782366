import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { endGrant, giveGrant, grantId, makeRole, type BirthrightRule } from '../src/authorization/index.ts';
import { authorizationModule } from '../src/authorization/index.ts';
import { doorFetch, FakeSystem, type FaultSchedule } from '../src/connectors/index.ts';
import { addPerson, changePerson, entitlementId, leavePeopleIn, leavePerson, personId, rehirePerson, type NewPerson, type PersonChange } from '../src/directory/index.ts';
import { lifecycleParts, type LifecycleNeeds } from '../src/lifecycle/module.ts';
import type { OwnSurface } from '../src/lifecycle/index.ts';
import { adjustPart } from '../src/lifecycle/movement/adjust-everybody.ts';
import { changeConnection, connect } from '../src/lifecycle/connection/connect.ts';
import { observeSurfaces } from '../src/lifecycle/provisioning/observe-surfaces.ts';
import { runSystem } from '../src/lifecycle/provisioning/run-system.ts';
import { sweep } from '../src/lifecycle/provisioning/sweep.ts';
import { readSystem } from '../src/lifecycle/reconciliation/read-system.ts';
import type { Clock } from '../src/platform/clock/index.ts';
import { lastWayIn } from '../src/privileged/index.ts';
import { openKeys } from '../src/platform/crypto/index.ts';
import { openDatabase, type Database } from '../src/platform/db/index.ts';
import { openEvents, type Events } from '../src/platform/events/index.ts';
import { openGate, type Gate } from '../src/platform/http/index.ts';
import { silentLog } from '../src/platform/log/index.ts';
import { testDatabase, type TestDatabase } from '../testing/database.ts';

/** Time that moves when somebody waits. */
export class FakeClock implements Clock {
  #ms = Date.parse('2026-03-02T08:00:00.000Z');
  now(): Date {
    return new Date(this.#ms);
  }
  advance(ms: number): void {
    this.#ms += ms;
  }
}

/** The runner of a node died at this moment. */
export class Crash extends Error {}

/** One process of Bailiwick: its own pool, its own runner; dies when told. */
export interface Node {
  readonly name: string;
  readonly parts: ReturnType<typeof lifecycleParts>;
  readonly database: Database;
  readonly stopping: AbortController;
}

export interface World {
  readonly clock: FakeClock;
  readonly test: TestDatabase;
  readonly gate: Gate;
  readonly systems: Map<string, FakeSystem>;
  readonly applications: Map<string, string>;
  nodes: Node[];
  /** Called between the moments of a step; throws Crash to kill the runner there. */
  between: (moment: 'claimed' | 'sent' | 'performed') => void;
  chance: () => number;
  addSystem(name: string, options?: { seed?: number; groups?: readonly string[]; settleMs?: number; isLive?: boolean }): Promise<{ applicationId: string; entitlements: Map<string, string> }>;
  setFaults(name: string, faults: FaultSchedule): void;
  addPerson(person: Partial<NewPerson> & { givenName: string; familyName: string }): Promise<string>;
  change(id: string, change: PersonChange): Promise<void>;
  leave(id: string): Promise<void>;
  /** As an HR file does: all in one transaction, and nobody pressed a button for each. */
  leaveByList(ids: readonly string[]): Promise<void>;
  rehire(id: string): Promise<void>;
  role(name: string, rule: BirthrightRule, entitlements: readonly string[]): Promise<string>;
  give(id: string, entitlement: string, reason: string): Promise<void>;
  end(grant: string): Promise<void>;
  read(applicationId: string): Promise<void>;
  /** Delivers what is due and runs every system once on every node; answers how many steps ran. */
  tick(): Promise<number>;
  /** Until no movement is open, letting time pass; answers false when `hours` went by before. */
  settle(hours?: number): Promise<boolean>;
  rows<T extends object>(text: string, values?: readonly unknown[]): Promise<T[]>;
  open(count: number): Promise<void>;
  kill(node: Node): Promise<void>;
  close(): Promise<void>;
}

export async function openWorld(options: { nodes?: number } = {}): Promise<World> {
  const test = await testDatabase();
  const { database } = test;
  const clock = new FakeClock();
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bailiwick-simulation-'));
  const keys = openKeys(path.join(folder, 'keys.json'), clock.now());
  const gate = openGate({ decider: { decide: () => Promise.resolve({ is: 'allowed', scope: { is: 'everything' } }) }, recordRefusal: () => Promise.resolve() });
  const events: Events = openEvents({ database, clock, log: silentLog });
  const systems = new Map<string, FakeSystem>();
  const applications = new Map<string, string>();
  let isAdjusting = false;
  let numbers = 0;

  // As authentication keeps them: a row per session, gone in the transaction of leaving.
  await database.pool.query('create schema if not exists stand_in; create table if not exists stand_in.session (person_id uuid not null)');
  const surfaces: readonly OwnSurface[] = [{
    name: 'sessions', title: 'Sessions',
    async endFor(tx, id) {
      await query(tx, 'delete from stand_in.session where person_id = $1', [id]);
    },
    async observe(tx, id) {
      const rows = await query<{ count: string }>(tx, 'select count(*) as count from stand_in.session where person_id = $1', [id]);
      return { isGone: Number(rows[0]?.count ?? 0) === 0, facts: { open: Number(rows[0]?.count ?? 0) } };
    },
  }];

  const wire = doorFetch(systems, (ms) => Promise.resolve(clock.advance(ms)));

  const world: World = {
    clock, test, gate, systems, applications, nodes: [],
    between: () => undefined,
    chance: () => 0.5,
    async addSystem(name, { seed = 1, groups = ['staff', 'engineers', 'admins'], settleMs = 0, isLive = true } = {}) {
      systems.set(name, new FakeSystem({ seed, now: () => clock.now(), token: 'fake-token', groups }));
      const { connecting } = first().parts;
      const applicationId = await connect(connecting, gate.system('test', 'lifecycle.connection.make'), { name, kind: 'fake', settings: { address: `http://127.0.0.1:9/${name}`, isEventuallyConsistent: settleMs > 0, settleMs }, secrets: { token: 'fake-token' } });
      applications.set(name, applicationId);
      await world.read(applicationId);
      if (isLive) await changeConnection(connecting, gate.system('test', 'lifecycle.connection.change'), { applicationId, mode: 'live' });
      const rows = await world.rows<{ name: string; id: string }>('select name, entitlement_id as id from directory.entitlement_card where application_id = $1', [applicationId]);
      return { applicationId, entitlements: new Map(rows.map((row) => [row.name, row.id])) };
    },
    setFaults(name, faults) {
      const system = systems.get(name);
      if (system !== undefined) system.faults = faults;
    },
    async addPerson(person) {
      numbers += 1;
      const made = await addPerson({ clock, database, announce: events.announce }, gate.system('test', 'directory.person.add'), { source: 'hr', employeeNumber: `N${numbers}-${clock.now().getTime()}`, workEmail: `${person.givenName}.${person.familyName}@example.com`.toLowerCase(), ...person });
      return made.id;
    },
    async change(id, change) {
      await changePerson({ clock, database, announce: events.announce }, gate.system('test', 'directory.person.change'), { personId: personId(id), change });
    },
    async leave(id) {
      await leavePerson({ clock, database, announce: events.announce }, gate.system('test', 'directory.person.leave'), { personId: personId(id), reason: 'resigned', source: 'manual' });
    },
    async leaveByList(ids) {
      await database.transaction((tx) => leavePeopleIn({ clock, announce: events.announce }, tx, gate.system('test', 'directory.person.leave'), ids.map((id) => ({ personId: personId(id), reason: 'not in the list any more', source: 'hr' }))));
    },
    async rehire(id) {
      await rehirePerson({ clock, database, announce: events.announce }, gate.system('test', 'directory.person.rehire'), { personId: personId(id), startDate: null, reason: 'came back' });
    },
    async role(name, rule, entitlements) {
      const role = await makeRole({ clock, database, announce: events.announce }, gate.system('test', 'authorization.role.make'), { name, description: null, rule, entitlementIds: entitlements.map(entitlementId) });
      return role;
    },
    async give(id, entitlement, reason) {
      await giveGrant({ clock, database, announce: events.announce }, gate.system('test', 'authorization.grant.give'), { personId: personId(id), entitlementId: entitlementId(entitlement), reason });
    },
    async end(grant) {
      await endGrant({ clock, database, announce: events.announce }, gate.system('test', 'authorization.grant.end'), { grantId: grantId(grant), reason: 'no longer needed' });
    },
    async read(applicationId) {
      await world.rows('insert into lifecycle.reading (id, application_id, state, phase, started_at, touched_at, asked_by) values (gen_random_uuid(), $1, $2, $3, $4, $4, $5) on conflict do nothing', [applicationId, 'running', 'accounts', clock.now(), 'test']);
      await readSystem(first().parts.reading, applicationId, new AbortController().signal);
    },
    async tick() {
      await events.drain();
      if (isAdjusting) {
        isAdjusting = false;
        for (let after: string | null = null; ;) {
          const { next } = await adjustPart(first().parts.planning, after);
          if (next === null) break;
          after = next;
        }
        await events.drain();
      }
      let ran = 0;
      for (const node of [...world.nodes]) {
        await observeSurfaces(node.parts.running, null);
        const results = await Promise.allSettled([...applications.values()].map((applicationId) => runSystem(node.parts.running, applicationId, node.stopping.signal)));
        let hasCrashed = false;
        for (const result of results) {
          if (result.status === 'fulfilled') ran += result.value.ran;
          else if (result.reason instanceof Crash) hasCrashed = true;
          else throw result.reason;
        }
        if (hasCrashed) {
          await world.kill(node);
          await world.open(world.nodes.length + 1);
          ran += 1;
        }
      }
      await events.drain();
      return ran;
    },
    async settle(hours = 12) {
      const until = clock.now().getTime() + hours * 3_600_000;
      for (;;) {
        const ran = await world.tick();
        const [open] = await world.rows<{ open: number; next: Date | null }>(
          `select (select count(*)::int from lifecycle.movement where state in ('planned', 'running', 'waiting', 'alarm')) as open,
                  (select min(greatest(s.next_at, p.not_before)) from lifecycle.step s join lifecycle.pace p using (application_id)
                    where s.state in ('wanted', 'sent', 'contradicted', 'unproven', 'action_required') and s.held_because is null
                      and not (s.waits_for_earlier and exists (
                            select from lifecycle.step e where e.movement_id = s.movement_id and e.application_id = s.application_id and e.position < s.position and e.state not in ('proven', 'skipped')))) as next`);
        const [outbox] = await world.rows<{ next: Date | null }>('select min(not_before) as next from platform.outbox');
        const isQuiet = open?.open === 0 && outbox?.next === null;
        if (isQuiet) return true;
        if (clock.now().getTime() > until) return false;
        if (ran === 0) {
          const next = [open?.next, outbox?.next].filter((one): one is Date => one instanceof Date).map((one) => one.getTime());
          const wait = next.length === 0 ? 60_000 : Math.max(1, Math.min(...next) - clock.now().getTime());
          clock.advance(Math.min(wait, 15 * 60_000));
          await sweep(first().parts.running);
        }
      }
    },
    async rows<T extends object>(text: string, values: readonly unknown[] = []) {
      return (await database.pool.query<T & pg.QueryResultRow>(text, [...values])).rows;
    },
    async open(count) {
      while (world.nodes.length < count) {
        numbers += 1;
        const name = `simulation node ${numbers}`;
        const own = openDatabase(test.connection, { log: silentLog, maxConnections: 6, applicationName: name });
        const needs: LifecycleNeeds = {
          clock, database: own, announce: events.announce, keys, log: silentLog, gate, surfaces, fetch: wire,
          jobs: { enqueue: () => Promise.resolve() }, chance: () => world.chance(), pause: (ms) => Promise.resolve(clock.advance(ms)), between: (moment) => world.between(moment),
        };
        world.nodes.push({ name, parts: lifecycleParts(needs), database: own, stopping: new AbortController() });
      }
    },
    /** As kill -9: whatever was not committed is gone, its locks are free, its leases stay behind. */
    async kill(node) {
      world.nodes = world.nodes.filter((one) => one !== node);
      await world.rows('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [node.name]);
      node.stopping.abort();
      await node.database.close().catch(() => undefined);
    },
    async close() {
      for (const node of world.nodes) {
        node.stopping.abort();
        await node.database.close();
      }
      await test.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  const first = (): Node => {
    const [node] = world.nodes;
    if (node === undefined) throw new Error('no node is alive');
    return node;
  };
  await world.open(options.nodes ?? 1);
  for (const subscriber of first().parts.subscribers) {
    events.subscribe(subscriber.name === 'lifecycle.role-changed' ? { ...subscriber, deliver: () => { isAdjusting = true; return Promise.resolve(); } } : subscriber);
  }
  for (const subscriber of authorizationModule({ clock, database, announce: events.announce, gate, lastWayIn }).subscribers ?? []) events.subscribe(subscriber);
  return world;
}

/** The stand-in surface asks in the transaction it is given, as a store does. */
async function query<T extends object>(tx: Parameters<OwnSurface['endFor']>[0], text: string, values: readonly unknown[]): Promise<T[]> {
  const { sql } = await import('../src/platform/db/index.ts');
  const parts = text.split(/\$\d/);
  return sql<T>(tx)(Object.assign(parts, { raw: parts }) as unknown as TemplateStringsArray, ...values);
}
