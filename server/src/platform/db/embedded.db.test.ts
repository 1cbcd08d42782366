import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, readlink, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canEnter, isRoot, unprivilegedUser } from './embedded-user.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded.ts';

const said: string[] = [];
const log = (message: string): void => void said.push(message);

let root: string;
const started: EmbeddedPostgres[] = [];

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'embedded-test-'));
  await chmod(root, 0o777);
});

afterAll(async () => {
  for (const one of started) await one.stop();
  await rm(root, { recursive: true, force: true });
});

async function start(folder: string): Promise<EmbeddedPostgres> {
  const one = await startEmbeddedPostgres({ folder, log });
  started.push(one);
  return one;
}

async function ask(embedded: EmbeddedPostgres, text: string): Promise<unknown[]> {
  const client = new pg.Client(embedded.connection);
  await client.connect();
  try {
    return (await client.query({ text, rowMode: 'array' })).rows.map((row: unknown[]) => row[0]);
  } finally {
    await client.end();
  }
}

const postmasterOf = async (embedded: EmbeddedPostgres): Promise<number> => Number((await readFile(path.join(embedded.where, 'postmaster.pid'), 'utf8')).split('\n')[0]);

async function until<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= 100) throw error;
      await pause(100);
    }
  }
}

describe('the embedded PostgreSQL', () => {
  it('is made once and runs once when two processes start on a fresh folder at the same moment', async () => {
    const folder = path.join(root, 'fresh');
    const both = await Promise.all([start(folder), start(folder)]);
    expect(both.map((one) => one.wasStarted).sort()).toEqual([false, true]);
    expect(both[0].connection).toEqual(both[1].connection);
    expect(await ask(both[0], `select current_setting('listen_addresses') || current_setting('data_checksums') || current_setting('fsync') || current_setting('server_encoding')`)).toEqual(['ononUTF8']);
    expect(await ask(both[0], 'select rolsuper from pg_roles where rolname = current_user')).toEqual([false]);
    expect((await stat(path.dirname(both[0].where))).mode & 0o777).toBe(0o700);
    expect((await stat(path.join(both[0].where, '..', 'password'))).mode & 0o777).toBe(0o600);

    await both[0].stop();
    expect(await ask(both[1], 'select 1')).toEqual([1]);
    await both[1].stop();
    await expect(ask(both[1], 'select 1')).rejects.toThrow();
  });

  it('comes back by itself after kill -9 of PostgreSQL, with every acknowledged row', async () => {
    const embedded = await start(path.join(root, 'fresh'));
    await ask(embedded, 'create table kept (n integer primary key)');
    const client = new pg.Client(embedded.connection);
    client.on('error', () => undefined);
    await client.connect();
    let acknowledged = 0;
    const writing = (async () => {
      for (;;) {
        await client.query('insert into kept values ($1)', [acknowledged + 1]);
        acknowledged += 1;
        if (acknowledged === 200) process.kill(await postmasterOf(embedded), 'SIGKILL');
      }
    })();
    await expect(writing).rejects.toThrow();

    const [rows] = await until(() => ask(embedded, 'select count(*)::integer from kept'));
    expect(acknowledged).toBeGreaterThanOrEqual(200);
    // The one under way may have been written without its acknowledgement having reached us.
    expect([acknowledged, acknowledged + 1]).toContain(rows);
    await until(async () => expect(said).toContain('the embedded PostgreSQL was started again'));
    await embedded.stop();
  });

  it('is used as it is when the process that started it was killed', async () => {
    const folder = path.join(root, 'fresh');
    const orphanMaker = runOurs(process.execPath, folder, null, 'process.kill(process.pid, "SIGKILL")');
    expect((await orphanMaker).signal).toBe('SIGKILL');
    const embedded = await start(folder);
    expect(embedded.wasStarted).toBe(false);
    expect(await ask(embedded, 'select count(*) > 0 from kept')).toEqual([true]);
    await embedded.stop();
  });

  it('starts over what a crash left behind: a half-made database, and a process number that another program has now', async () => {
    const folder = path.join(root, 'fresh');
    const halfMade = path.join(folder, 'postgres.making-4194304-x');
    await mkdir(halfMade);
    await writeFile(path.join(folder, 'postgres', 'cluster', 'postmaster.pid'), `${process.pid}\n`);
    const embedded = await start(folder);
    expect(await ask(embedded, 'select count(*) > 0 from kept')).toEqual([true]);
    await embedded.stop();

    await rename(path.join(folder, 'postgres'), path.join(folder, 'away'));
    const anew = await start(folder);
    await expect(stat(halfMade)).rejects.toThrow('ENOENT');
    await anew.stop();
  });

  it('runs in a folder whose path is too long for a socket', async () => {
    const embedded = await start(path.join(root, 'long'.repeat(25)));
    expect(embedded.connection.host.length).toBeLessThan(90);
    expect((await stat(embedded.connection.host)).mode & 0o777).toBe(0o700);
    expect(await ask(embedded, 'select 1')).toEqual([1]);
    await embedded.stop();
    await rm(embedded.connection.host, { recursive: true });
  });

  it.runIf(isRoot())('is kept under /var/lib when root starts it where its user cannot reach', async () => {
    const closed = path.join(root, 'closed');
    await mkdir(closed, { mode: 0o700 });
    const embedded = await start(path.join(closed, 'data'));
    expect(embedded.where).toMatch(/^\/var\/lib\/bailiwick\//);
    expect(await realpath(await readlink(path.join(closed, 'data', 'postgres')))).toBe(path.dirname(embedded.where));
    expect(await ask(embedded, 'select 1')).toEqual([1]);
    await embedded.stop();
    await rm(path.join(embedded.where, '..', '..'), { recursive: true });
  });

  it.runIf(isRoot())('runs for an ordinary user as well', async ({ skip }) => {
    const user = await unprivilegedUser();
    if (!(await canEnter(user, path.dirname(process.execPath))) || !(await canEnter(user, fileURLToPath(new URL('.', import.meta.url))))) skip('this checkout is out of reach of ordinary users');
    const outcome = await runOurs(process.execPath, path.join(root, 'ordinary'), user, 'await embedded.stop(); console.log(`uid ${process.getuid()} ${embedded.wasStarted}`)');
    expect(outcome).toEqual({ code: 0, signal: null, output: `uid ${user.uid} true\n` });
  });
});

/** A process of its own that starts PostgreSQL on `folder` and then does `work`. */
function runOurs(node: string, folder: string, user: { uid: number; gid: number } | null, work: string): Promise<{ code: number | null; signal: string | null; output: string }> {
  const program = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(new URL('./embedded.ts', import.meta.url).href)});
    const embedded = await startEmbeddedPostgres({ folder: ${JSON.stringify(folder)}, log: () => undefined });
    ${work}`;
  return new Promise((resolve, reject) => {
    const child = spawn(node, ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', program], { ...user, cwd: '/', env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (text: Buffer) => { output += text.toString(); });
    child.stderr.on('data', (text: Buffer) => { output += text.toString(); });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, output }));
  });
}
