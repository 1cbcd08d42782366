import { createInterface } from 'node:readline';
import { lifecycleModule } from '../src/lifecycle/index.ts';
import { systemClock } from '../src/platform/clock/index.ts';
import { openKeys } from '../src/platform/crypto/index.ts';
import { openDatabase, type DatabaseConnection } from '../src/platform/db/index.ts';
import { openEvents } from '../src/platform/events/index.ts';
import { openGate } from '../src/platform/http/index.ts';
import { openJobs } from '../src/platform/jobs/index.ts';
import { openLog } from '../src/platform/log/index.ts';

/**
 * A process that does what the server does about movements (events, jobs, the whole lifecycle module) and nothing else,
 * so that it can be killed and started again many times. It loads, says `loaded`, and begins when told `go`.
 */
const given = JSON.parse(process.argv[2] ?? '{}') as { connection: DatabaseConnection; keyFile: string };
const log = openLog({ level: process.argv[3] ?? 'silent' });
const clock = systemClock;
createInterface({ input: process.stdin }).once('line', () => {
  void begin().then(() => process.stdout.write('running\n'));
});
process.stdin.once('end', () => process.exit(0));
process.stdout.write('loaded\n');

async function begin(): Promise<void> {
  const database = openDatabase(given.connection, { log, applicationName: 'bailiwick worker' });
  const jobs = openJobs({ database, clock, log });
  const events = openEvents({ database, clock, log });
  const gate = openGate({ decider: { decide: () => Promise.resolve({ is: 'refused', why: 'nobody asks a worker' }) }, recordRefusal: () => Promise.resolve() });
  const module = lifecycleModule({ clock, database, announce: events.announce, jobs, keys: openKeys(given.keyFile, clock.now()), log, gate, surfaces: [] });
  for (const job of module.jobs ?? []) jobs.define(job);
  for (const subscriber of module.subscribers ?? []) events.subscribe(subscriber);
  await events.start();
  await jobs.start();
}
