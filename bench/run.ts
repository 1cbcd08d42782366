import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { growthExponent } from './arithmetic.ts';
import { resultsFolder, type Bench, type Outcome } from './bench.ts';
import { openHouse, removeFolder, root, type House } from './house.ts';
import { argon2idPerSecond, commitsPerSecond, es256PerSecond, selectsPerSecond } from './limits/limits.ts';
import { startGenerator } from './load/load.ts';
import { machineCpuSeconds } from './processes.ts';
import { seedPeople } from './seed.ts';
import { describeOutcome, describeTable } from './show.ts';
import { audit } from './workloads/audit.ts';
import { clientCredentials } from './workloads/client-credentials.ts';
import { introspection } from './workloads/introspection.ts';
import { lists } from './workloads/lists.ts';
import { passwordSignIn } from './workloads/password-sign-in.ts';
import { hrPreview } from './workloads/hr-preview.ts';
import { firstRun, startAndMemory } from './workloads/start-and-memory.ts';
import { timeToZero } from './workloads/time-to-zero.ts';

const usage = `npm run bench [-- <workloads> <options>]

  W1 W2 W3 W5 W8 W11 W13 W15 HR   only these (default: all)
  growth                    lists, sign-in and start at 1 thousand, 10 thousand, 100 thousand and 1 million people
  --quick                   one short round of everything, to see that it runs; its numbers mean little
  --pinned                  server and PostgreSQL on processor 0, generator on processor 1: capacity of one core
  --profile                 write processor profiles of the server to bench/results/
  --keep                    leave the data folder behind
  --people <n>              size of the company (default 100000; 2000 with --quick)`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, pinned: { type: 'boolean', default: false }, profile: { type: 'boolean', default: false }, keep: { type: 'boolean', default: false }, people: { type: 'string' }, help: { type: 'boolean', default: false } },
});
if (values.help) {
  process.stdout.write(`${usage}\n`);
  process.exit(0);
}
const isGrowth = positionals.includes('growth');
const known = ['W1', 'W2', 'W3', 'W5', 'W8', 'W11', 'W13', 'W15', 'HR'];
const chosen = positionals.filter((one) => one !== 'growth').map((one) => one.toUpperCase());
const unknown = chosen.filter((one) => !known.includes(one));
if (unknown.length > 0) {
  process.stderr.write(`unknown: ${unknown.join(', ')}\n\n${usage}\n`);
  process.exit(2);
}
const isQuick = values.quick;
const wants = (id: string): boolean => (chosen.length > 0 ? chosen.includes(id) : isGrowth ? ['W1', 'W8', 'W15'].includes(id) : true);
const sizes = isGrowth ? (isQuick ? [1_000, 3_000] : [1_000, 10_000, 100_000, 1_000_000]) : isQuick ? [Number(values.people ?? 2_000)] : wants('W8') ? [1_000, Number(values.people ?? 100_000)] : [Number(values.people ?? 100_000)];

const began = performance.now();
const say = (text: string): void => void process.stderr.write(`${((performance.now() - began) / 1_000).toFixed(0).padStart(4)} s  ${text}\n`);
const core = values.pinned ? 0 : null;
const profiles = values.profile ? path.join(resultsFolder, 'profiles') : null;
mkdirSync(resultsFolder, { recursive: true });
const folder = path.join(root, '.cache', `bench-${process.pid}`);
const outcomes: Outcome[] = [];
const failures: string[] = [];
const generator = startGenerator(values.pinned ? 1 : null);
const bystander = startGenerator(values.pinned ? 1 : null);
let house: House | null = null;
let isEnding = false;

async function end(): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  generator.close();
  bystander.close();
  await house?.stop().catch((error: unknown) => say(`the server did not stop: ${String(error)}`));
  if (values.keep) say(`kept: ${folder}`);
  else removeFolder(folder);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end().then(() => process.exit(130)));

/** One workload that fails leaves the others to run; the failure stands under the table and in the exit code. */
async function take(id: string, work: () => Promise<Outcome | readonly Outcome[]>): Promise<void> {
  if (!wants(id)) return;
  say(`${id} begins`);
  try {
    for (const outcome of [await work()].flat()) {
      outcomes.push(outcome);
      process.stderr.write(`${describeOutcome(outcome)}\n`);
    }
  } catch (error) {
    failures.push(`${id}: ${error instanceof Error ? error.message : String(error)}`);
    say(`${id} FAILED: ${error instanceof Error ? error.stack : String(error)}`);
    await revive();
  }
}

/** A workload that took the server down with it must not take the others too. */
async function revive(): Promise<void> {
  const isAlive = house !== null && (await fetch(`${house.issuer}/healthz`).then((reply) => reply.ok, () => false));
  if (isAlive) return;
  say('the server under test is gone; starting it again');
  await house?.stop();
  house = await openHouse({ folder, core, profiles });
}

try {
  const idleSince = [machineCpuSeconds(), performance.now()] as const;
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const foreignLoad = (machineCpuSeconds() - idleSince[0]) / ((performance.now() - idleSince[1]) / 1_000);
  if (foreignLoad > 0.15) say(`WARNING: something else keeps ${foreignLoad.toFixed(2)} processors busy; read the ratios, not the rates`);

  house = await openHouse({ folder, core, profiles });
  const first = firstRun(house);
  say(`first start, with an empty folder: ${Math.round(house.readyMs)} ms`);
  if (wants('W15')) outcomes.push(first);

  let people = 0;
  let largest!: Bench;
  for (const size of sizes) {
    const rate = await seedPeople(house.pool, people, size);
    say(`${size.toLocaleString('en-GB')} people, ${Math.round(rate).toLocaleString('en-GB')} rows/s`);
    people = size;
    const bench: Bench = {
      get house() {
        return house!;
      },
      generator, bystander, isQuick, people, say,
      async restart() {
        await house!.stop();
        house = await openHouse({ folder, core, profiles });
        return house.readyMs;
      },
    };
    largest = bench;
    await take('W8', () => lists(bench));
    if (isGrowth) {
      // Fewer people than sign in within half a minute would need the same code twice.
      if (size >= 10_000) await take('W1', () => passwordSignIn(bench, 'W1'));
      await take('W15', () => startAndMemory(bench));
    }
  }
  if (!isGrowth) {
    await take('W15', () => startAndMemory(largest));
    await take('W3', () => clientCredentials(largest));
    await take('W5', () => introspection(largest));
    await take('W1', () => passwordSignIn(largest, 'W1'));
    await take('W2', () => passwordSignIn(largest, 'W2'));
    await take('HR', () => hrPreview(largest));
    await take('W11', () => timeToZero(largest));
    await take('W13', () => audit(largest));
  }

  say('the limits once more');
  const limits = {
    'argon2id 46 MiB t=1, 2 at once': await argon2idPerSecond(isQuick ? 1 : 2),
    'ES256 signatures': await es256PerSecond(1),
    'PostgreSQL select by key, c=8': await selectsPerSecond(isQuick ? 1 : 2, house.connection),
    'PostgreSQL insert and commit, c=8': await commitsPerSecond(isQuick ? 1 : 2, house.connection),
  };
  await house.pool.query('drop schema if exists bench cascade');

  const result = {
    at: new Date().toISOString(),
    commit: git(['rev-parse', '--short', 'HEAD']),
    isChanged: git(['status', '--porcelain', '--', 'server', 'contract', 'bench']) !== '',
    mode: values.pinned ? 'pinned' : 'unpinned',
    isQuick,
    isGrowth,
    machine: { processor: os.cpus()[0]?.model.trim() ?? 'unknown', processors: os.availableParallelism(), memoryGb: Math.round(os.totalmem() / 2 ** 30), kernel: os.release(), foreignLoad },
    versions: { node: process.versions.node, postgresql: ((await house.pool.query<{ server_version: string }>('show server_version')).rows[0]!).server_version, oidcProvider: versionOf('oidc-provider'), fastify: versionOf('fastify'), argon2: versionOf('@node-rs/argon2') },
    people: sizes,
    limits,
    minutes: (performance.now() - began) / 60_000,
    growth: isGrowth ? growthOf(outcomes) : undefined,
    outcomes,
    failures,
  };
  const file = path.join(resultsFolder, `${result.at.replaceAll(/[:.]/g, '-')}${isGrowth ? '-growth' : ''}${isQuick ? '-quick' : ''}.json`);
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  process.stdout.write(`${describeTable(result)}\n\n${path.relative(process.cwd(), file)}\n`);
} finally {
  await end();
}
const isBroken = failures.length > 0 || outcomes.some((outcome) => Object.keys(outcome.errors ?? {}).length > 0);
process.exit(isBroken ? 1 : 0);

function growthOf(all: readonly Outcome[]): readonly { readonly what: string; readonly exponent: number; readonly lastToFirst: number }[] {
  const series = new Map<string, [number, number][]>();
  for (const outcome of all) {
    const size = Number(/^[\d,]+/.exec(outcome.setting)?.[0].replaceAll(',', ''));
    if (!size) continue;
    for (const [name, spread] of Object.entries(outcome.latencies ?? {})) {
      const key = `${outcome.id} ${name}, p95`;
      series.set(key, [...(series.get(key) ?? []), [size, spread.p95]]);
    }
  }
  return [...series].filter(([, points]) => points.length > 1).map(([what, points]) => ({ what, exponent: growthExponent(points), lastToFirst: points.at(-1)![1] / points[0]![1] }));
}

function git(args: readonly string[]): string {
  try {
    return execFileSync('git', [...args], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
}

function versionOf(name: string): string {
  return (JSON.parse(readFileSync(path.join(root, 'node_modules', name, 'package.json'), 'utf8')) as { version: string }).version;
}
