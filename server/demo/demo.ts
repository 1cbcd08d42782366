import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createProbe, type AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Secret, TOTP } from 'otpauth';
import { openApp, type App } from '../src/app.ts';
import { openFoundation, type Foundation } from '../src/foundation.ts';
import { later } from '../src/platform/clock/index.ts';
import { ConfigError, loadConfig, type Config } from '../src/platform/config/index.ts';
import { sql, startEmbeddedPostgres } from '../src/platform/db/index.ts';
import type { Jobs } from '../src/platform/jobs/index.ts';
import { openLog } from '../src/platform/log/index.ts';
import { movingClock, type MovingClock } from '../testing/moving-clock.ts';
import { buildYear, demoPassword, type Year } from './build-year.ts';
import { aYear, type Month } from './company.ts';
import { newSystemFacts, startSystems, type SystemFacts, type Systems } from './systems.ts';

/** What a second start needs to know; absent until the year is whole. */
interface Kept extends Year {
  readonly systems: SystemFacts;
  readonly authenticatorPort: number;
  readonly port: number;
}

export interface DemoFolders {
  readonly bailiwick: string;
  readonly warehouse: string;
}

const say = (text = ''): void => void process.stdout.write(`${text}\n`);

/** `npm run demo`, `bailiwick demo`: builds the company the first time, shows it from then on. */
export async function demo({ isFresh }: { readonly isFresh: boolean }): Promise<void> {
  const folders: DemoFolders = { bailiwick: path.resolve('data/demo'), warehouse: path.resolve('data/demo-warehouse') };
  if (isFresh) await throwAway(folders);
  const keptFile = path.join(folders.bailiwick, 'demo.json');
  if (!existsSync(keptFile)) {
    // A year that was broken off is no year.
    await throwAway(folders);
    const ports = await newPorts();
    const kept = await buildDemo({ folders, ports, months: aYear(new Date()), say });
    writeFileSync(`${keptFile}.new`, JSON.stringify(kept, null, 2), { mode: 0o600 });
    renameSync(`${keptFile}.new`, keptFile);
  }
  const kept = JSON.parse(readFileSync(keptFile, 'utf8')) as Kept;
  const running = await startDemo(folders, kept).catch((error: unknown) => {
    const { code, port } = error as { code?: string; port?: number };
    if (code !== 'EADDRINUSE') throw error;
    throw new ConfigError(`port ${port ?? kept.port} is taken; end what uses it, or begin anew elsewhere with BAILIWICK_PORT=<free port> npm run demo -- --fresh`);
  });
  tellWhoCanSignIn(running.app, kept);

  let isStopping = false;
  const stop = (): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    running.close().then(() => process.exit(0), () => process.exit(1));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

export interface BuildInput {
  readonly folders: DemoFolders;
  readonly ports: { readonly bailiwick: number; readonly scim: number; readonly expenses: number; readonly authenticator: number };
  readonly months: readonly Month[];
  say(text: string): void;
}

/** The year, through the product's own doors, under a clock that is moved. Everything is closed again at the end. */
export async function buildDemo(input: BuildInput): Promise<Kept> {
  const { folders, ports, months } = input;
  const startedAt = performance.now();
  const clock = movingClock(later(months[0]!.at, -600_000));
  const facts = newSystemFacts(ports);
  input.say('Building a company with a year behind it. This happens once and takes about a minute.');
  const systems = await startSystems(facts, { scim: path.join(folders.bailiwick, 'systems'), warehouse: folders.warehouse });
  const config = demoConfig(folders, ports.bailiwick, { BAILIWICK_RATE_LIMITS: 'false' });
  const opened = await openFoundation(config, { clock, log: openLog({ level: process.env['BAILIWICK_LOG_LEVEL'] ?? 'fatal' }) });
  const foundation: Foundation = { ...opened, jobs: onMovedTime(opened.jobs, clock) };
  const app = await openApp(foundation);
  try {
    await app.start();
    const setUpLink = await app.setUpLink();
    const quiet = (): Promise<void> => untilQuiet(foundation);
    const year = await buildYear({
      address: `http://127.0.0.1:${ports.bailiwick}`,
      origin: app.address,
      setUpLink: setUpLink!,
      clock,
      systems,
      months,
      now: new Date(),
      quiet,
      async wakeUp() {
        // What comes round by the minute or the quarter of an hour, at once.
        for (const job of ['lifecycle.follow-calendar', 'authorization.expire-grants', 'lifecycle.sweep']) {
          if (!jobNames(app).has(job)) continue;
          await foundation.database.transaction((tx) => foundation.jobs.enqueue(tx, job, {}));
          await quiet();
        }
      },
      say: (text) => input.say(`  ${String(Math.round((performance.now() - startedAt) / 1_000)).padStart(3)} s  ${text}`),
    });
    return { ...year, systems: facts, authenticatorPort: ports.authenticator, port: ports.bailiwick };
  } finally {
    await app.stop();
    await foundation.close();
    await systems.close();
  }
}

interface Running {
  readonly app: App;
  readonly systems: Systems;
  close(): Promise<void>;
}

/** The demo as it was left: Bailiwick, and the systems where its connections look for them. */
export async function startDemo(folders: DemoFolders, kept: Kept): Promise<Running> {
  const config = demoConfig(folders, kept.port);
  const [systems, foundation] = await Promise.all([
    startSystems(kept.systems, { scim: path.join(folders.bailiwick, 'systems'), warehouse: folders.warehouse }),
    openFoundation(config, { log: openLog({ level: process.env['BAILIWICK_LOG_LEVEL'] ?? 'warn' }) }),
  ]);
  const app = await openApp(foundation);
  await app.start();
  await systems.expenses.connect({ issuer: app.address, ...kept.expenses });
  const phone = await startPhone(kept);
  return {
    app,
    systems,
    async close() {
      await phone.close();
      await app.stop();
      await foundation.close();
      await systems.close();
    },
  };
}

function demoConfig(folders: DemoFolders, port: number, more: Readonly<Record<string, string>> = {}): Config {
  return loadConfig({ BAILIWICK_URL: `http://localhost:${port}`, BAILIWICK_PORT: String(port), BAILIWICK_HOST: '127.0.0.1', BAILIWICK_DATA: folders.bailiwick, BAILIWICK_ORGANISATION: 'Linden', ...more });
}

/** The queue lives by the clock of the database. A moment that is an hour away on ours is an hour away there. */
function onMovedTime(jobs: Jobs, clock: MovingClock): Jobs {
  return {
    ...jobs,
    enqueue: (tx, name, payload, options = {}) => jobs.enqueue(tx, name, payload, options.runAt ? { ...options, runAt: new Date(Date.now() + options.runAt.getTime() - clock.now().getTime()) } : options),
  };
}

const jobNames = (app: App): ReadonlySet<string> => new Set(app.domains.modules.flatMap((module) => (module.jobs ?? []).map((job) => job.name)));

async function untilQuiet({ database }: Foundation): Promise<void> {
  const until = performance.now() + 60_000;
  for (let calm = 0; calm < 2; ) {
    const [row] = await database.read((tx) => sql<{ busy: number }>(tx)`
      select (select count(*) from platform.outbox where attempts < 5)
           + (select count(*) from graphile_worker.jobs where run_at <= now() + interval '1 second' and attempts < 3) as busy`);
    calm = row!.busy === 0 ? calm + 1 : 0;
    if (performance.now() > until) throw new Error(`the demo does not come to rest: ${row!.busy} things are under way`);
    await pause(20);
  }
}

/** Stands in for the telephones of the people: shows the codes of the moment. */
async function startPhone(kept: Kept): Promise<{ close(): Promise<void> }> {
  const server = createServer((request, response) => {
    if (request.url !== '/') return void response.writeHead(404).end();
    const left = 30 - (Math.floor(Date.now() / 1_000) % 30);
    const rows = kept.people.map((one) => `<tr><td>${one.part}</td><td>${one.name}</td><td><code>${one.credentials.username}</code></td><td><strong>${codeOf(one.credentials.totpSecret!)}</strong></td></tr>`).join('');
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', refresh: String(left), 'cache-control': 'no-store', 'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'" });
    response.end(`<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Codes of the demo</title><style>body{font:16px/1.6 system-ui;max-width:46rem;margin:3rem auto;padding:0 1rem;color:#1d2733}td{padding:.3rem 1.2rem .3rem 0}strong{font:600 1.4rem ui-monospace,monospace;letter-spacing:.1em}</style><h1>The telephones of the demo</h1><p>Each code works once; the next ones come in ${left} s. Everybody's password: <code>${demoPassword}</code></p><table>${rows}</table></html>`);
  });
  await new Promise<void>((resolve, reject) => { server.once('error', reject); server.listen(kept.authenticatorPort, '127.0.0.1', resolve); });
  return { close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(() => resolve()); }) };
}

const codeOf = (secret: string): string => new TOTP({ secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period: 30 }).generate();

function tellWhoCanSignIn(app: App, kept: Kept): void {
  say();
  say(`  Bailiwick is ready at ${app.address} (the console: ${app.address}/admin)`);
  say();
  say('  THIS IS A DEMO: the passwords below are known to everybody. It listens on 127.0.0.1 only.');
  say();
  say(`  Password of everybody: ${demoPassword}`);
  say(`  Codes of the moment, as on their telephones: http://localhost:${kept.authenticatorPort}`);
  say();
  for (const one of kept.people.filter((person) => person.part !== 'others')) {
    say(`  ${one.part.padEnd(13)} ${one.credentials.username.padEnd(34)} ${one.name}, ${one.does}`);
    say(`  ${' '.repeat(13)} otpauth://totp/Linden:${encodeURIComponent(one.credentials.username)}?secret=${one.credentials.totpSecret}&issuer=Linden`);
  }
  say();
  say(`  Beside it: Chat and Wiki (SCIM, http://127.0.0.1:${kept.systems.scimPort}), Warehouse (PostgreSQL), Door badges (a list), Expenses (http://localhost:${kept.systems.expensesPort}, signs in through Bailiwick).`);
  say('  Ctrl-C ends it; the next start goes on where it was. `npm run demo -- --fresh` begins anew.');
  say();
}

async function newPorts(): Promise<BuildInput['ports']> {
  const wanted = Number(process.env['BAILIWICK_PORT'] ?? 8080);
  const ports: number[] = [];
  for (const port of [wanted, wanted + 11, wanted + 12, wanted + 13]) {
    if (port === wanted && !(await isFree(port))) throw new ConfigError(`port ${port} is taken; set BAILIWICK_PORT to a free one`);
    ports.push((await isFree(port)) ? port : await anyFreePort());
  }
  return { bailiwick: ports[0]!, scim: ports[1]!, expenses: ports[2]!, authenticator: ports[3]! };
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createProbe();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });

const anyFreePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createProbe();
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });

/** Removes what an earlier demo left. A PostgreSQL that still runs on it is ended first. */
async function throwAway(folders: DemoFolders): Promise<void> {
  for (const folder of [folders.bailiwick, folders.warehouse]) {
    const entry = path.join(folder, 'postgres');
    if (existsSync(entry)) {
      await (await startEmbeddedPostgres({ folder, log: () => undefined })).stop().catch(() => undefined);
      // Where PostgreSQL may not walk into the folder, its files are elsewhere and this is a link.
      const home = realpathSync(entry);
      if (!home.startsWith(realpathSync(folder))) rmSync(path.dirname(home), { recursive: true, force: true, maxRetries: 5 });
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  mkdirSync(folders.bailiwick, { recursive: true, mode: 0o711 });
}
