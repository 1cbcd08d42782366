import { spawn } from 'node:child_process';
import { open, readdir, readFile, rm, stat } from 'node:fs/promises';
import type { Socket } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { monotonicMs } from '../clock/index.ts';
import { isAlive, openCluster, role, type Cluster, type Log } from './embedded-cluster.ts';
import { bareEnvironment } from './embedded-user.ts';

/**
 * PostgreSQL out of npm, for everybody who does not bring a server of their own: stock binaries, a real cluster on disk,
 * no TCP port, one code path with DATABASE_URL.
 *
 * - Any number of processes may start on one folder at once: one cluster is made, one postmaster runs, all use it. There is
 *   no lock of ours that a crash could leave behind: the cluster appears by one rename, and PostgreSQL itself lets only
 *   one postmaster open it.
 * - The postmaster outlives us: a Ctrl-C in the terminal or a kill -9 of our process leaves it to finish its work, and the
 *   next start attaches to it.
 * - Each process holds one connection of its own (the tether). When it breaks, the postmaster or one of its processes went away,
 *   and the process that sees it starts PostgreSQL again on the same socket, with back-off, until `stop`; pools reconnect
 *   by themselves. PostgreSQL's own recovery brings back every row that was acknowledged.
 * - `stop` ends the postmaster only when nobody else is connected: the last one out closes the door.
 */
export interface EmbeddedPostgres {
  readonly connection: EmbeddedConnection;
  /** Where the cluster really is; not always inside the folder (see embedded-cluster.ts). */
  readonly where: string;
  /** False: it ran already. */
  readonly wasStarted: boolean;
  /** Close the pools first: open connections of our own look like somebody else's. */
  stop(): Promise<void>;
}

export interface EmbeddedConnection {
  /** The folder of the socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: 'bailiwick';
}

export interface EmbeddedOptions {
  readonly folder: string;
  readonly log: Log;
  /** FOR TESTS ONLY: a power cut may lose everything. */
  readonly isDurable?: boolean;
  /** FOR TESTS ONLY, honoured when the cluster is made: opens the superuser `postgres` and lets `bailiwick` make roles. */
  readonly superuserPassword?: string;
}

const port = 5432;
const tetherName = 'bailiwick tether';
const stopLock = 7_205_759_403_792_794n;

/** Small when idle (shared memory is taken as it is touched), and nothing of what people type in the log. */
const settings = {
  listen_addresses: '',
  port: String(port),
  unix_socket_permissions: '0700',
  max_connections: '60',
  shared_buffers: '128MB',
  effective_cache_size: '512MB',
  work_mem: '8MB',
  jit: 'off',
  huge_pages: 'off',
  io_method: 'sync',
  max_worker_processes: '4',
  autovacuum_max_workers: '2',
  // Recovery after a crash reads at most this much, so that a start is quick whatever the size of the database.
  max_wal_size: '512MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  timezone: 'UTC',
  logging_collector: 'on',
  log_filename: 'postgresql-%a.log',
  log_truncate_on_rotation: 'on',
  log_rotation_age: '1d',
  log_rotation_size: '10MB',
  log_file_mode: '0600',
  log_timezone: 'UTC',
  // Statements, their parameters and the `Key (login)=(…) already exists` of errors hold personal data and secrets.
  log_statement: 'none',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_parameter_max_length_on_error: '0',
  log_checkpoints: 'off',
};

export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const isDurable = options.isDurable ?? true;
  const cluster = await openCluster({ ...options, isDurable });
  const reached = await reach(cluster, isDurable, options.log);
  const connection = connectionTo(cluster, reached.host);
  const tether = keepAlive({ ...cluster, socketFolder: reached.host }, reached.client, isDurable, options.log);
  return { connection, where: cluster.files, wasStarted: reached.wasStarted, stop: tether.stop };
}

const connectionTo = (cluster: Cluster, host: string): EmbeddedConnection => ({ host, port, user: role, password: cluster.password, database: 'bailiwick' });

interface Reached {
  readonly client: pg.Client;
  readonly host: string;
  readonly wasStarted: boolean;
}

/** Connects to the postmaster of this cluster; starts one where none runs. */
async function reach(cluster: Cluster, isDurable: boolean, log: Log): Promise<Reached> {
  const since = monotonicMs();
  let child: Postmaster | null = null;
  let nextWord = since + 5_000;
  for (;;) {
    const running = await runningPostmaster(cluster);
    const host = running?.socketFolder ?? cluster.socketFolder;
    const answer = await connect(cluster, host);
    if (answer instanceof pg.Client) return { client: answer, host, wasStarted: child !== null && child.pid === running?.pid };

    const waited = monotonicMs() - since;
    if (answer === 'nobody-there' && !running && (child === null || child.said() !== null)) {
      const said = child?.said() ?? '';
      // Two postmasters on one cluster: the other one won, or the processes of one that was killed have not all gone yet.
      const isTaken = /lock file|shared memory block|is another/i.test(said);
      if (child && !isTaken) throw new Error(`PostgreSQL did not start: ${said}`);
      if (child && waited > 30_000) throw new Error(`PostgreSQL could not start for 30 s: ${said}`);
      if (child) await pause(100);
      child = await startPostmaster(cluster, isDurable);
    } else if (answer === 'nobody-there' && running && waited > 30_000) {
      throw new Error(`PostgreSQL runs as process ${running.pid} but does not listen in \`${host}\`; stop that process and start again`);
    }
    if (monotonicMs() > nextWord) {
      nextWord += 5_000;
      log('waiting for PostgreSQL, which may be recovering after a crash', { seconds: Math.round(waited / 1_000) });
    }
    await pause(20);
  }
}

/** A connected client, or why there is none: no postmaster listens, or one does that is on its way up or down. */
async function connect(cluster: Cluster, host: string): Promise<pg.Client | 'nobody-there' | 'not-ready'> {
  const client = new pg.Client({ ...connectionTo(cluster, host), application_name: tetherName, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    void client.end().catch(() => undefined);
    const { code, message } = error as { code?: string; message: string };
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return 'nobody-there';
    // cannot_connect_now, admin_shutdown, crash_shutdown, too_many_connections
    if (['57P03', '57P01', '57P02', '53300', 'ECONNRESET', 'EPIPE', 'EAGAIN'].includes(code ?? '') || /terminated unexpectedly|timeout/i.test(message)) return 'not-ready';
    throw new Error(`the embedded PostgreSQL in \`${cluster.home}\` refuses us: ${message}`, { cause: error });
  }
}

interface Running {
  readonly pid: number;
  readonly socketFolder: string | null;
}

const pidFile = (cluster: Cluster): string => path.join(cluster.files, 'postmaster.pid');

/** The postmaster that holds the cluster now. A note left by one that was killed is not believed, and taken away if its number was given to another program. */
async function runningPostmaster(cluster: Cluster): Promise<Running | null> {
  const lines = (await readFile(pidFile(cluster), 'utf8').catch(() => '')).split('\n');
  const pid = Number(lines[0]);
  if (!pid || !isAlive(pid)) return null;
  const program = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null);
  // Empty: a process that has ended and was not collected yet.
  if (program === '') return null;
  if (program !== null && !program.includes(cluster.files)) {
    await rm(pidFile(cluster), { force: true });
    await rm(path.join(cluster.socketFolder, `.s.PGSQL.${port}.lock`), { force: true });
    return null;
  }
  return { pid, socketFolder: lines[4] || null };
}

interface Postmaster {
  readonly pid: number | undefined;
  /** Its last words, or null while it lives. */
  said(): string | null;
}

async function startPostmaster(cluster: Cluster, isDurable: boolean): Promise<Postmaster> {
  const startLog = path.join(cluster.logs, 'start.log');
  // Appended, since a second starter's postmaster may be writing its refusal at the same moment.
  const beginning = await stat(startLog).then((found) => found.size, () => 0);
  const output = await open(startLog, beginning > 2 ** 20 ? 'w' : 'a', 0o600);
  const all = {
    ...settings,
    unix_socket_directories: cluster.socketFolder,
    log_directory: cluster.logs,
    // One server for all test files that run at once, among them several whole processes with pools of their own.
    ...(isDurable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' }),
  };
  try {
    const child = spawn(cluster.binaries.postgres, ['-D', cluster.files, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])], {
      ...cluster.user,
      cwd: '/',
      env: bareEnvironment,
      // A session of its own: a Ctrl-C in the terminal reaches us, not the database under us.
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
    });
    let lastWords: string | null = null;
    child.on('error', (error) => { lastWords = error.message; });
    child.on('exit', (code, signal) => {
      void lastLines(cluster, startLog, beginning).then((lines) => { lastWords = `${lines} (${signal ?? `exit code ${code}`})`; });
    });
    child.unref();
    return { pid: child.pid, said: () => lastWords };
  } finally {
    await output.close();
  }
}

/** PostgreSQL writes to the first file until its log collector runs, and to the second from then on. */
async function lastLines(cluster: Cluster, startLog: string, beginning: number): Promise<string> {
  const first = (await readFile(startLog, 'utf8').catch(() => '')).slice(beginning);
  const names = (await readdir(cluster.logs).catch(() => [])).filter((name) => name.startsWith('postgresql-'));
  const times = await Promise.all(names.map(async (name) => ({ name, at: await stat(path.join(cluster.logs, name)).then((found) => found.mtimeMs, () => 0) })));
  const newest = times.sort((a, b) => b.at - a.at)[0]?.name;
  const isCollected = first.includes('redirecting log output') && newest !== undefined;
  const second = isCollected ? await readFile(path.join(cluster.logs, newest), 'utf8').catch(() => '') : '';
  return `${first}${second}`.trim().split('\n').slice(-6).join('; ');
}

/** Watches over the postmaster through one connection, and brings it back when that breaks. */
function keepAlive(cluster: Cluster, first: pg.Client, isDurable: boolean, log: Log): { stop(): Promise<void> } {
  let client = first;
  let isStopping = false;
  let repair: Promise<void> | null = null;
  let stopped: Promise<void> | null = null;
  const stopping = new AbortController();

  function hold(next: pg.Client): void {
    client = next;
    // A process that has nothing left to do is not held by its tether.
    socketOf(next)?.unref();
    next.once('end', () => {
      if (!isStopping) repair ??= bringBack().finally(() => { repair = null; });
    });
  }

  async function bringBack(): Promise<void> {
    log('the embedded PostgreSQL went away; bringing it back');
    for (let waitMs = 50; !isStopping; waitMs = Math.min(waitMs * 2, 5_000)) {
      try {
        const { client: next, wasStarted } = await reach(cluster, isDurable, log);
        if (isStopping) return await next.end();
        log(wasStarted ? 'the embedded PostgreSQL was started again' : 'the embedded PostgreSQL is back');
        return hold(next);
      } catch (error) {
        log('the embedded PostgreSQL does not come back; trying again', { err: error });
        await pause(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  }

  async function stop(): Promise<void> {
    isStopping = true;
    stopping.abort();
    if (repair) await repair;
    socketOf(client)?.ref();
    try {
      // One leaver after the other: two that leave at once would each see the other and both leave it running.
      await client.query(`set lock_timeout = '30s'; select pg_advisory_lock(${stopLock})`);
      // Still counted for some milliseconds after it has ended, but no longer as one that stays.
      await client.query(`set application_name = 'bailiwick leaving'`);
      if (await isAlone(client)) await endPostmaster(cluster, log);
      else log('the embedded PostgreSQL is left running: others are connected');
    } catch (error) {
      log('the embedded PostgreSQL could not be stopped; the next start uses it as it is', { err: error });
    }
    await client.end().catch(() => undefined);
  }

  hold(first);
  return { stop: () => (stopped ??= stop()) };
}

/** Not in the driver's types, though it is all that its own pool uses for the same end. */
const socketOf = (client: pg.Client): Socket | undefined => (client as unknown as { connection?: { stream?: Socket } }).connection?.stream;

/** Connections that were closed a moment ago take some milliseconds to end, so they are counted again. */
async function isAlone(client: pg.Client): Promise<boolean> {
  for (let attempt = 0; attempt < 15; attempt += 1) {
    const { rows } = await client.query<{ tethers: number; others: number }>(`
      select count(*) filter (where application_name = '${tetherName}')::integer as tethers, count(*)::integer as others
        from pg_stat_activity
       where backend_type = 'client backend' and pid <> pg_backend_pid()`);
    if (rows[0]!.others === 0) return true;
    if (rows[0]!.tethers > 0) return false;
    await pause(100);
  }
  return false;
}

async function endPostmaster(cluster: Cluster, log: Log): Promise<void> {
  const running = await runningPostmaster(cluster);
  if (!running) return;
  // SIGINT is PostgreSQL's fast shutdown: transactions are rolled back, a checkpoint is written.
  process.kill(running.pid, 'SIGINT');
  const since = monotonicMs();
  while ((await runningPostmaster(cluster))?.pid === running.pid) {
    if (monotonicMs() - since > 60_000) return log('the embedded PostgreSQL is still writing its last checkpoint', { pid: running.pid });
    await pause(20);
  }
}
