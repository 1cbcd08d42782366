import { setTimeout as pause } from 'node:timers/promises';
import { median, spreadOf } from '../arithmetic.ts';
import { atLeast, atMost, beside, type Bench, type Outcome } from '../bench.ts';
import { environmentFor, runCli } from '../house.ts';
import { chainPerSecond, commitsPerSecond } from '../limits/limits.ts';
import { seedAudit } from '../seed.ts';
import { verifyAudit } from './audit-verifier.ts';
import { writeAudit } from './audit-writers.ts';

/** W13: many writers at once leave entries, the server seals them behind the writers; then the whole chain is verified, and damage must be found. */
export async function audit({ house, isQuick, say }: Bench): Promise<readonly Outcome[]> {
  await drained(house.pool);
  const outcomes: Outcome[] = [];

  // Writers: one entry per transaction, eight at once, as hard as they can.
  const rounds: { written: number; seconds: number; commits: number }[] = [];
  for (let round = 0; round < (isQuick ? 1 : 3); round += 1) {
    const commits = await commitsPerSecond(isQuick ? 1 : 2, house.connection);
    const before = await countEntries(house.pool);
    const { written, seconds } = await writeAudit({ connection: house.connection, writers: 8, seconds: isQuick ? 2 : 5 });
    await drained(house.pool);
    const sealed = (await countEntries(house.pool)) - before;
    if (sealed < written) throw new Error(`${written} entries were written and ${sealed} sealed`);
    rounds.push({ written, seconds, commits });
    say(`W13 round ${round + 1}: ${Math.round(written / seconds)} entries/s written, ${Math.round(commits)} bare commits/s`);
  }
  const rate = median(rounds.map((one) => one.written / one.seconds));

  // Lag: at a steady rate, how old is the oldest entry that is not sealed yet?
  const steady = isQuick ? 200 : 500;
  const ages: number[] = [];
  let isWriting = true;
  const watch = (async () => {
    while (isWriting) {
      const { rows } = await house.pool.query<{ age: number }>('select coalesce(extract(epoch from clock_timestamp() - min(written_at)) * 1000, 0)::float8 as age from audit.inbox');
      ages.push(rows[0]!.age);
      await pause(10);
    }
  })();
  await writeAudit({ connection: house.connection, writers: 8, seconds: isQuick ? 3 : 10, ratePerSecond: steady });
  isWriting = false;
  await watch;
  const lag = spreadOf(ages);
  outcomes.push({
    id: 'W13', title: 'audit append', setting: '8 writers, one entry per commit', unit: 'entries/s', rate,
    limit: beside('PostgreSQL insert and commit, c=8', rounds.map((one) => [one.written / one.seconds, one.commits])),
    latency: { ...lag, at: `${steady} entries/s (seal lag)` },
    aims: [atMost('seal lag p95', lag.p95, 250, ' ms')],
  });

  // Sealing alone: everything waits in the inbox already.
  const many = isQuick ? 10_000 : 200_000;
  const before = await countEntries(house.pool);
  await seedAudit(house.pool, many);
  const cpuBefore = house.cpu();
  const began = performance.now();
  await drained(house.pool);
  const seconds = (performance.now() - began) / 1_000;
  const cpuAfter = house.cpu();
  const sealed = (await countEntries(house.pool)) - before;
  outcomes.push({
    id: 'W13', title: 'audit sealing', setting: `${many.toLocaleString('en-GB')} entries waiting`, unit: 'entries/s', rate: sealed / seconds,
    cpu: { app: ((cpuAfter.app - cpuBefore.app) * 1_000) / sealed, postgres: ((cpuAfter.postgres - cpuBefore.postgres) * 1_000) / sealed, generator: 0 },
    aims: [atLeast('sealed', sealed / seconds, 10_000, '/s')],
    ...(sealed < many ? { errors: { 'entries were lost': many - sealed } } : {}),
  });

  outcomes.push(await verification(house, isQuick));
  return outcomes;
}

async function verification(house: Bench['house'], isQuick: boolean): Promise<Outcome> {
  const settings = { connection: house.connection, dataFolder: house.folder };
  const pairs: [number, number][] = [];
  let entries = 0;
  for (let round = 0; round < (isQuick ? 1 : 3); round += 1) {
    const chain = await chainPerSecond(1);
    const verified = await verifyAudit(settings);
    if (!verified.isWhole) throw new Error(`the chain does not verify: ${verified.sentences.join('; ')}`);
    entries = verified.entries;
    pairs.push([verified.entries / verified.seconds, chain]);
  }

  // Somebody with all rights in the database changes one entry; the command that people run must find it and name it.
  const errors: Record<string, number> = {};
  const environment = environmentFor(house);
  const changed = Number((await house.pool.query<{ seq: string }>(`select min(seq) as seq from audit.entry where seq >= $1 and body like '%Maria%'`, [Math.floor(entries / 2)])).rows[0]!.seq);
  await tamper(house, `update audit.entry set body = replace(body, 'Maria', 'Marta') where seq = ${changed}`);
  const said = await runCli(['audit', 'verify'], environment).then(() => 'nothing', (error: Error) => error.message);
  if (!said.includes(String(changed))) errors[`the changed entry ${changed} was not named; said was: ${said.slice(0, 200)}`] = 1;
  await tamper(house, `update audit.entry set body = replace(body, 'Marta', 'Maria') where seq = ${changed}`);
  await runCli(['audit', 'verify'], environment).catch((error: Error) => { errors[`the chain does not verify after the change was taken back: ${error.message.slice(0, 200)}`] = 1; });

  const rate = median(pairs.map(([ours]) => ours));
  return {
    id: 'W13', title: 'audit verification, whole chain', setting: `${entries.toLocaleString('en-GB')} entries, one changed by hand is found`, unit: 'entries/s', rate,
    limit: beside('SHA-256 chain alone', pairs), errors,
    aims: [atLeast('verified', rate, 150_000, '/s')],
  };
}

async function tamper(house: Bench['house'], change: string): Promise<void> {
  await house.pool.query(`begin; alter table audit.entry disable trigger user; ${change}; alter table audit.entry enable trigger user; commit`);
}

const countEntries = async (pool: Bench['house']['pool']): Promise<number> => Number((await pool.query<{ count: string }>('select count(*) from audit.entry')).rows[0]!.count);

async function drained(pool: Bench['house']['pool']): Promise<void> {
  const began = performance.now();
  for (;;) {
    const { rows } = await pool.query<{ waits: boolean }>('select exists (select from audit.inbox) as waits');
    if (!rows[0]!.waits) return;
    if (performance.now() - began > 120_000) throw new Error('the inbox of the audit was not sealed within 120 s');
    await pause(5);
  }
}
