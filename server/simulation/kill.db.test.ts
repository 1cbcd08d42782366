import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeRole } from '../src/authorization/index.ts';
import { FakeSystem } from '../src/connectors/index.ts';
import { serveFakes } from '../src/connectors/fake/server.ts';
import { addPerson, entitlementId, leavePerson, personId } from '../src/directory/index.ts';
import { changeConnection, connect } from '../src/lifecycle/connection/connect.ts';
import { lifecycleParts } from '../src/lifecycle/module.ts';
import { readSystem } from '../src/lifecycle/reconciliation/read-system.ts';
import { systemClock as clock } from '../src/platform/clock/index.ts';
import { openKeys } from '../src/platform/crypto/index.ts';
import { migrate, openDatabase, startEmbeddedPostgres, type Database, type EmbeddedPostgres } from '../src/platform/db/index.ts';
import { allMigrations } from '../src/migrations.ts';
import { openEvents, type Events } from '../src/platform/events/index.ts';
import { openGate } from '../src/platform/http/index.ts';
import { openJobs } from '../src/platform/jobs/index.ts';
import { silentLog } from '../src/platform/log/index.ts';

/**
 * kill -9 of the process, and of PostgreSQL under it, at any moment of a movement with 20 systems: after the next start it
 * finishes by itself, nothing is missing, and nothing was done twice. The cluster is this test's own; the systems live in this process, which nobody kills, and keep their own log of every write.
 */
const seed = Number(process.env['SIMULATION_SEED'] ?? '1');
const kills = Number(process.env['SIMULATION_KILLS'] ?? '50');
const names = Array.from({ length: 20 }, (_, index) => `system-${index + 1}`);

let state = (seed * 2_654_435_761) >>> 0;
const roll = (): number => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 4_294_967_296;
};

let postgres: EmbeddedPostgres;
let database: Database;
let fakes: Awaited<ReturnType<typeof serveFakes>>;
let folder: string;
let events: Events;
let keyFile: string;
const systems = new Map<string, FakeSystem>();
const gate = openGate({ decider: { decide: () => Promise.resolve({ is: 'allowed', scope: { is: 'everything' } }) }, recordRefusal: () => Promise.resolve() });
const children = new Set<ChildProcess>();

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'bailiwick-kill-'));
  chmodSync(folder, 0o711);
  postgres = await startEmbeddedPostgres({ folder, log: () => undefined });
  database = openDatabase(postgres.connection, { log: silentLog, maxConnections: 8 });
  await migrate(database, allMigrations(), silentLog);
  keyFile = path.join(folder, 'keys.json');
  names.forEach((name, index) => systems.set(name, new FakeSystem({ seed: seed * 100 + index, token: 'fake-token', now: () => clock.now(), groups: ['staff', 'engineers'] })));
  fakes = await serveFakes(systems);
  events = openEvents({ database, clock, log: silentLog });
  const jobs = openJobs({ database, clock, log: silentLog });
  await jobs.prepare();
  const parts = lifecycleParts({ clock, database, announce: events.announce, jobs: { enqueue: (tx, name, ...rest) => (name === 'lifecycle.read-system' ? Promise.resolve() : jobs.enqueue(tx, name, ...rest)) }, keys: openKeys(keyFile, clock.now()), log: silentLog, gate, surfaces: [] });
  // Here only to be announced to: the worker delivers.
  for (const subscriber of parts.subscribers) events.subscribe(subscriber);
  const entitlements: string[] = [];
  for (const name of names) {
    const applicationId = await connect(parts.connecting, gate.system('test', 'lifecycle.connection.make'), { name, kind: 'fake', settings: { address: `${fakes.url}/${name}` }, secrets: { token: 'fake-token' } });
    await readSystem(parts.reading, applicationId, new AbortController().signal);
    await changeConnection(parts.connecting, gate.system('test', 'lifecycle.connection.change'), { applicationId, mode: 'live' });
    const { rows } = await database.pool.query<{ id: string }>('select entitlement_id as id from directory.entitlement_card where application_id = $1', [applicationId]);
    entitlements.push(...rows.map((row) => row.id));
  }
  await makeRole({ clock, database, announce: () => Promise.resolve() }, gate.system('test', 'authorization.role.make'), { name: 'Everybody', description: null, rule: { all: [] }, entitlementIds: entitlements.map(entitlementId) });
  for (const system of systems.values()) system.faults = { latencyMs: [2, 40], lostReply: 0.05, transient: 0.03 };
  await jobs.stop();
}, 120_000);

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await fakes?.close();
  await database?.close();
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The whole server of PostgreSQL dies at once; this process sees it and starts it again, as the product does. */
async function killPostgres(): Promise<void> {
  const pid = Number(readFileSync(path.join(postgres.where, 'postmaster.pid'), 'utf8').split('\n')[0]);
  process.kill(pid, 'SIGKILL');
  for (const until = performance.now() + 30_000; performance.now() < until; await pause(50)) {
    const isBack = await database.pool.query('select 1').then(() => Number(readFileSync(path.join(postgres.where, 'postmaster.pid'), 'utf8').split('\n')[0]) !== pid, () => false);
    if (isBack) return;
  }
  throw new Error('PostgreSQL did not come back');
}

/** Loaded and waiting: starting is not what is measured here. */
function standBy(): { child: ChildProcess; loaded: Promise<void>; running: Promise<void>; ended: Promise<unknown> } {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', fileURLToPath(new URL('./worker.ts', import.meta.url)), JSON.stringify({ connection: postgres.connection, keyFile }), process.env['SIMULATION_LOG'] ?? 'silent'], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.add(child);
  const ended = new Promise((resolve) => { child.once('exit', resolve); });
  void ended.then(() => children.delete(child));
  let said = '';
  const says = (word: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => { if (said.includes(word)) resolve(); };
      child.stdout?.on('data', look);
      child.once('exit', () => resolve());
    });
  child.stdout?.on('data', (text: Buffer) => {
    said += text.toString();
    if (process.env['SIMULATION_LOG'] !== undefined) process.stderr.write(text);
  });
  return { child, loaded: says('loaded'), running: says('running'), ended };
}

test(`killed ${kills} times with 20 systems, PostgreSQL with it every fifth time, every movement finishes by itself and nothing is done twice (seed ${seed})`, { timeout: 280_000 }, async () => {
  const needs = { clock, database, announce: events.announce };
  const open = async (): Promise<number> => {
    const { rows } = await database.pool.query<{ count: number }>(`select (select count(*) from lifecycle.movement where state not in ('done', 'cancelled'))::int + (select count(*) from platform.outbox)::int as count`);
    return rows[0]?.count ?? 0;
  };
  const people: { id: string; username: string; isHere: boolean }[] = [];
  const live = async (): Promise<void> => {
    const somebody = people.at(-1);
    if (somebody === undefined || !somebody.isHere) {
      const person = await addPerson(needs, gate.system('test', 'directory.person.add'), { givenName: `P${people.length + 1}`, familyName: 'Killed', source: 'manual', workEmail: `p${people.length + 1}@example.com` });
      people.push({ id: person.id, username: person.username, isHere: true });
      return;
    }
    for (const system of systems.values()) {
      const account = system.byLogin(somebody.username);
      if (account !== null) system.openSession(account.id);
    }
    await leavePerson(needs, gate.system('test', 'directory.person.leave'), { personId: personId(somebody.id), reason: 'resigned', source: 'manual' });
    somebody.isHere = false;
  };

  await live();
  let next = standBy();
  for (let killed = 0; killed < kills; killed += 1) {
    const worker = next;
    await worker.loaded;
    next = standBy();
    worker.child.stdin?.write('go\n');
    // While it starts, or anywhere in its work.
    if (roll() < 0.2) await pause(roll() * 300);
    else {
      await worker.running;
      await pause(roll() * 700);
    }
    // Every fifth time the database goes first, under a process that is still at work.
    if (killed % 5 === 4) {
      await killPostgres();
      await pause(roll() * 400);
    }
    worker.child.kill('SIGKILL');
    await worker.ended;
    if ((await open()) === 0) await live();
  }

  await next.loaded;
  next.child.stdin?.write('go\n');
  const finish = async (): Promise<void> => {
    const until = performance.now() + 60_000;
    while ((await open()) > 0 && performance.now() < until) await pause(100);
  };
  await finish();
  if (process.env['SIMULATION_LOG'] !== undefined && (await open()) > 0) {
    const stuck = await database.pool.query('select a.name, s.state, s.next_at, s.attempts, s.lease_runner, s.problem, s.title, p.not_before, p.failures from lifecycle.step s join directory.application_card a using (application_id) join lifecycle.pace p using (application_id) where s.state not in (\'proven\', \'skipped\') order by 1');
    const waiting = await database.pool.query('select task_identifier, key, run_at, attempts, locked_at, last_error from graphile_worker.jobs order by run_at');
    const runners = await database.pool.query('select * from lifecycle.runner');
    process.stderr.write(`${JSON.stringify({ now: clock.now(), stuck: stuck.rows, waiting: waiting.rows, runners: runners.rows }, null, 1)}\n`);
  }
  if (people.at(-1)?.isHere === true) await live();
  await finish();
  next.child.kill('SIGKILL');
  await next.ended;

  if (process.env['SIMULATION_LOG'] !== undefined) {
    const { rows: times } = await database.pool.query('select kind, extract(epoch from proven_at - happened_at) as seconds, extract(epoch from planned_at - happened_at) as planned from lifecycle.movement order by planned_at');
    process.stderr.write(`${JSON.stringify(times)}\n`);
  }
  const { rows: unfinished } = await database.pool.query('select m.title, m.state, s.title as step, s.state as standing, s.problem, s.next_at, s.lease_runner from lifecycle.movement m left join lifecycle.step s on s.movement_id = m.id and s.state not in (\'proven\', \'skipped\') where m.state not in (\'done\', \'cancelled\')');
  expect(unfinished, `seed ${seed}: everything finishes by itself`).toEqual([]);
  for (const [name, system] of systems) {
    const ids = system.operations.map((one) => `${one.operation} ${one.login} ${one.detail} ${one.operationId}`);
    expect(ids.filter((one, index) => ids.indexOf(one) !== index), `seed ${seed}: nothing twice in ${name}`).toEqual([]);
    const perPerson = Map.groupBy(system.operations, (one) => one.login);
    for (const person of people) {
      const account = system.byLogin(person.username);
      expect(account, `seed ${seed}: ${person.username} was made in ${name}`).not.toBeNull();
      expect({ isEnabled: account?.isEnabled, sessions: account?.sessions, groups: account?.groups }, `seed ${seed}: a leaver keeps nothing in ${name}`).toEqual({ isEnabled: false, sessions: 0, groups: [] });
      expect(perPerson.get(person.username)?.map((one) => one.operation).toSorted(), `seed ${seed}: each thing once in ${name}`).toEqual(['create', 'disable', 'grant', 'grant', 'revoke', 'revoke', 'revokeSessions']);
    }
  }
  const { rows: proofs } = await database.pool.query<{ count: number }>(`select count(*)::int as count from lifecycle.step where state = 'proven' and observation_id is null and surface is null`);
  expect(proofs[0]?.count).toBe(0);
  expect(people.length, 'the kills really fell into movements').toBeGreaterThan(0);
});
