import { setTimeout as pause } from 'node:timers/promises';
import { median } from '../arithmetic.ts';
import { atMost, type Bench, type Outcome } from '../bench.ts';
import type { House } from '../house.ts';

/** W15, first part: an empty folder, so PostgreSQL is made and every migration runs. Counted from the start of the process to the first answer of discovery. */
export function firstRun(house: House): Outcome {
  return { id: 'W15', title: 'first start', setting: 'empty folder, embedded PostgreSQL made', aims: [atMost('ready after', house.readyMs / 1_000, 8, ' s')], facts: { 'first start, ms': house.readyMs } };
}

/** W15, second part: how soon a server with data answers, and what it holds in memory when nobody asks anything. */
export async function startAndMemory(bench: Bench): Promise<Outcome> {
  const starts: number[] = [];
  for (let round = 0; round < (bench.isQuick ? 1 : 3); round += 1) starts.push(await bench.restart());
  await pause(bench.isQuick ? 2_000 : 20_000);
  const { app, postgres } = bench.house.memory();
  const idleBefore = bench.house.cpu();
  const seconds = bench.isQuick ? 2 : 10;
  await pause(seconds * 1_000);
  const idleAfter = bench.house.cpu();
  const idleLoad = (idleAfter.app + idleAfter.postgres - idleBefore.app - idleBefore.postgres) / seconds;
  const ready = median(starts);
  const both = app.pssMb + postgres.pssMb;
  return {
    id: 'W15', title: 'start and memory', setting: `${bench.people.toLocaleString('en-GB')} people`,
    aims: [atMost('ready after', ready / 1_000, 2, ' s'), atMost('idle memory of server and PostgreSQL (PSS)', both, 350, ' MB'), atMost('idle processor use', idleLoad * 100, 2, ' %')],
    facts: { 'ready, ms': ready, 'slowest start, ms': Math.max(...starts), 'server PSS, MB': app.pssMb, 'server RSS, MB': app.rssMb, 'PostgreSQL PSS, MB': postgres.pssMb, 'idle processor use, %': idleLoad * 100 },
  };
}
