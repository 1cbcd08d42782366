import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { cpuSecondsOf, memoryOf, type Memory } from './processes.ts';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** A Bailiwick under test: its own process, its own data folder and PostgreSQL, asked only through its own doors. */
export interface House {
  readonly folder: string;
  readonly port: number;
  readonly origin: { readonly host: string; readonly port: number; readonly name: string };
  readonly issuer: string;
  /** From the start of the process to the first good answer of discovery. */
  readonly readyMs: number;
  readonly connection: pg.PoolConfig;
  /** For seeding and for counting what the server left behind. */
  readonly pool: pg.Pool;
  api<T>(method: string, path: string, body?: unknown): Promise<T>;
  readonly token: string;
  cpu(): { app: number; postgres: number };
  memory(): { app: Memory; postgres: Memory };
  stop(): Promise<void>;
}

export interface HouseOptions {
  readonly folder: string;
  readonly core: number | null;
  /** Folder for profiles of the server's processor time, or null. */
  readonly profiles: string | null;
  readonly env?: Readonly<Record<string, string>>;
}

const quiet = '--disable-warning=ExperimentalWarning';

/** Nothing of the settings of whoever runs the benchmark may reach the server. */
const cleanEnvironment = (): NodeJS.ProcessEnv => Object.fromEntries(Object.entries({ NODE_COMPILE_CACHE: path.join(root, '.cache', 'compiled'), ...process.env }).filter(([name]) => !name.startsWith('BAILIWICK_') && name !== 'DATABASE_URL'));

export async function openHouse({ folder, core, profiles, env = {} }: HouseOptions): Promise<House> {
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  const port = await freePort();
  const environment = { ...cleanEnvironment(), NODE_ENV: 'production', BAILIWICK_DATA: folder, BAILIWICK_PORT: String(port), BAILIWICK_RATE_LIMITS: 'false', BAILIWICK_PRACTICE_SYSTEMS: 'true', BAILIWICK_LOG_LEVEL: 'warn', ...env };
  const issuer = `http://localhost:${port}`;
  const follow = new URL('../tools/follow.mjs', import.meta.url).href;
  const node = [process.execPath, quiet, ...(profiles ? ['--cpu-prof', '--cpu-prof-dir', profiles] : []), '--import', follow, path.join(root, 'server/src/main.ts')];
  const command = core === null ? node : ['taskset', '-c', String(core), ...node];

  const began = performance.now();
  const child: ChildProcess = spawn(command[0]!, command.slice(1), { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let said = '';
  const hear = (chunk: Buffer): void => { said = (said + String(chunk)).slice(-20_000); };
  child.stdout!.on('data', hear);
  child.stderr!.on('data', hear);
  let end = '';
  const ended = new Promise<void>((resolve) => child.once('exit', (code, signal) => {
    end = signal ?? `code ${code}`;
    resolve();
  }));
  let hasEnded = false;
  void ended.then(() => { hasEnded = true; });

  while (!(await answers(`${issuer}/.well-known/openid-configuration`))) {
    if (hasEnded) throw new Error(`the server under test did not start (${end}):\n${said}`);
    if (performance.now() - began > 120_000) throw new Error(`the server under test was not ready after 120 s:\n${said}`);
    await pause(5);
  }
  const readyMs = performance.now() - began;

  const connection = connectionOf(folder);
  const pool = new pg.Pool({ ...connection, max: 2, application_name: 'bench' });
  pool.on('error', () => undefined);
  const postmaster = postmasterOf(folder);
  let token = '';

  const house: House = {
    folder, port, issuer, readyMs, connection, pool,
    origin: { host: '127.0.0.1', port, name: `localhost:${port}` },
    get token() {
      return token;
    },
    async api<T>(method: string, where: string, body?: unknown): Promise<T> {
      token ||= await makeToken(environment);
      const reply = await fetch(`${issuer}${where}`, { method, headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      const text = await reply.text();
      if (!reply.ok) throw new Error(`${method} ${where} answered ${reply.status}: ${text.slice(0, 500)}`);
      return (text === '' ? undefined : JSON.parse(text)) as T;
    },
    cpu: () => ({ app: cpuSecondsOf(child.pid!, [postmaster]), postgres: cpuSecondsOf(postmaster) }),
    memory: () => ({ app: memoryOf(child.pid!, [postmaster]), postgres: memoryOf(postmaster) }),
    async stop() {
      if (!pool.ended) await pool.end();
      child.kill('SIGTERM');
      await ended;
      if (said.trim() !== '' && process.env['BENCH_SHOW_SERVER'] === '1') process.stderr.write(said);
    },
  };
  // So that every later call has it.
  token = await makeToken(environment);
  return house;
}

async function answers(url: string): Promise<boolean> {
  try {
    const reply = await fetch(url);
    await reply.text();
    return reply.ok;
  } catch {
    return false;
  }
}

/** The first token, as any script would get it. */
async function makeToken(environment: NodeJS.ProcessEnv): Promise<string> {
  const output = await runCli(['token', 'create', '--name', 'bench', '--permissions', 'all'], environment);
  const token = /bw_[A-Za-z0-9_-]+/.exec(output)?.[0];
  if (!token) throw new Error(`\`bailiwick token create\` printed no token:\n${output}`);
  return token;
}

export function runCli(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [quiet, path.join(root, 'server/src/cli/bailiwick.ts'), ...args], { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    const hear = (chunk: Buffer): void => { text += String(chunk); };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve(text) : reject(new Error(`\`bailiwick ${args.join(' ')}\` ended with ${code}:\n${text}`))));
  });
}

export const environmentFor = (house: House): NodeJS.ProcessEnv => ({ ...cleanEnvironment(), NODE_ENV: 'production', BAILIWICK_DATA: house.folder, BAILIWICK_PORT: String(house.port), BAILIWICK_LOG_LEVEL: 'warn' });

const homeOf = (folder: string): string => realpathSync(path.join(folder, 'postgres'));

/** Lines of postmaster.pid: process, data folder, start time, port, socket folder (PostgreSQL, src/include/utils/pidfile.h). */
const pidFileOf = (folder: string): readonly string[] => readFileSync(path.join(homeOf(folder), 'cluster', 'postmaster.pid'), 'utf8').split('\n');

const postmasterOf = (folder: string): number => Number(pidFileOf(folder)[0]);

const connectionOf = (folder: string): pg.PoolConfig => ({
  host: pidFileOf(folder)[4]!,
  port: 5432,
  user: 'bailiwick',
  password: readFileSync(path.join(homeOf(folder), 'password'), 'utf8').trim(),
  database: 'bailiwick',
});

/** Takes the data folder away, and the cluster, which as root may stand elsewhere. Only after `stop`. */
export function removeFolder(folder: string): void {
  const entry = path.join(folder, 'postgres');
  if (existsSync(entry)) {
    const home = homeOf(folder);
    const note = path.join(home, 'socket-folder');
    const sockets = existsSync(note) ? readFileSync(note, 'utf8').split('\n')[1] : undefined;
    if (sockets) rmSync(sockets, { recursive: true, force: true });
    rmSync(home.startsWith(realpathSync(folder)) ? home : path.dirname(home), { recursive: true, force: true, maxRetries: 5 });
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
