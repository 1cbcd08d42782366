import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { TestProject } from 'vitest/node';

/** What one run of the tests shares: where its PostgreSQL lives, or the server it was given. */
export interface TestRun {
  readonly id: string;
  readonly folder: string;
  readonly superuserPassword: string;
  readonly databaseUrl: string | null;
}

declare module 'vitest' {
  interface ProvidedContext {
    testRun: TestRun;
  }
}

const prefix = 'bailiwick-tests-';

/** vitest's globalSetup. It starts nothing: the first test file that asks for a database does, so that rule tests alone need no PostgreSQL. */
export default function setUp(project: TestProject): () => Promise<void> {
  const id = `${process.pid}-${randomBytes(4).toString('hex')}`;
  const folder = path.join(os.tmpdir(), `${prefix}${id}`);
  project.provide('testRun', {
    id,
    folder,
    superuserPassword: randomBytes(12).toString('hex'),
    databaseUrl: process.env['TEST_DATABASE_URL'] ?? process.env['DATABASE_URL'] ?? null,
  });
  return async () => {
    await tearDown(folder);
    await tearDownTheLost();
  };
}

/** Runs that were killed leave their PostgreSQL behind. */
async function tearDownTheLost(): Promise<void> {
  for (const name of readdirSync(os.tmpdir()).filter((one) => one.startsWith(prefix))) {
    const pid = Number(name.slice(prefix.length).split('-')[0]);
    if (pid && !isAlive(pid)) await tearDown(path.join(os.tmpdir(), name));
  }
}

async function tearDown(folder: string): Promise<void> {
  const entry = path.join(folder, 'postgres');
  if (existsSync(entry)) {
    const home = realpathSync(entry);
    const pidFile = path.join(home, 'cluster', 'postmaster.pid');
    const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8').split('\n')[0]) : 0;
    if (pid && isAlive(pid)) {
      // Immediate: nothing of it is kept.
      process.kill(pid, 'SIGQUIT');
      for (let waited = 0; waited < 5_000 && existsSync(pidFile); waited += 20) await pause(20);
    }
    const note = path.join(home, 'socket-folder');
    const socketFolder = existsSync(note) ? readFileSync(note, 'utf8').split('\n')[1] : undefined;
    if (socketFolder) rmSync(socketFolder, { recursive: true, force: true });
    rmSync(home.startsWith(folder) ? home : path.dirname(home), { recursive: true, force: true, maxRetries: 5 });
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
