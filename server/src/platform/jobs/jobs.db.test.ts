import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../testing/database.ts';
import { systemClock } from '../clock/index.ts';
import { sql } from '../db/index.ts';
import { silentLog } from '../log/index.ts';
import { openJobs } from './jobs.ts';

let world: TestDatabase;
beforeAll(async () => { world = await testDatabase(); });
afterAll(() => world.drop());

const open = () => openJobs({ database: world.database, clock: systemClock, log: silentLog });

it('a job runs after the commit that enqueued it, and not when that rolls back', async () => {
  const jobs = open();
  const ran: unknown[] = [];
  jobs.define({ name: 'test.note', run: async (payload) => void ran.push(payload) });
  await jobs.start();
  await world.database.transaction((tx) => jobs.enqueue(tx, 'test.note', { n: 1 }));
  await world.database.transaction(async (tx) => {
    await jobs.enqueue(tx, 'test.note', { n: 2 });
    throw new Error('no');
  }).catch(() => undefined);
  await expect.poll(() => ran).toEqual([{ n: 1 }]);
  await jobs.stop();
});

it('the jobs of a process that was killed are taken over within seconds', async () => {
  const script = `
    import { openDatabase } from './src/platform/db/index.ts';
    import { openJobs } from './src/platform/jobs/index.ts';
    import { silentLog } from './src/platform/log/index.ts';
    import { systemClock } from './src/platform/clock/index.ts';
    const database = openDatabase(${JSON.stringify(world.connection)}, { log: silentLog });
    const jobs = openJobs({ database, clock: systemClock, log: silentLog });
    jobs.define({ name: 'test.long', run: async () => { console.log('begun'); await new Promise(() => setInterval(() => {}, 1000)); } });
    await jobs.start();`;
  const first = spawn(process.execPath, ['--input-type=module', '--eval', script], { cwd: new URL('../../../', import.meta.url), stdio: ['ignore', 'pipe', 'inherit'] });
  const begun = new Promise((resolve) => first.stdout.once('data', resolve));
  await world.database.transaction((tx) => sql(tx)`select graphile_worker.add_job('test.long', '{}'::json)`);
  await begun;
  // The place in the table of nodes is taken right after the start; the kill must find it there.
  await expect.poll(() => world.database.read((tx) => sql<{ n: number }>(tx)`select count(*) as n from platform.node`).then(([row]) => row?.n)).toBe(1);
  first.kill('SIGKILL');

  const jobs = open();
  let ran = 0;
  jobs.define({ name: 'test.long', run: async () => void (ran += 1) });
  await jobs.start();
  await expect.poll(() => ran, { timeout: 15_000 }).toBe(1);
  await jobs.stop();
}, 30_000);
