import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { PersonAnswer } from '@bailiwick/contract/directory';
import { openApp } from '../src/app.ts';
import { openFoundation } from '../src/foundation.ts';
import { loadConfig } from '../src/platform/config/index.ts';
import { sql } from '../src/platform/db/index.ts';
import { openLog, silentLog } from '../src/platform/log/index.ts';
import { testDatabase } from './database.ts';
import { movingClock, type MovingClock } from './moving-clock.ts';
import { credentialsOf, visitor, type Credentials, type Visitor } from './visitor.ts';

export interface WorldOptions {
  readonly clock?: MovingClock;
  /** Public address; by default `http://localhost:<free port>`, where passkeys are possible. */
  readonly url?: string;
  readonly hasRateLimits?: boolean;
  /** Further settings, by their names. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Somebody of the company, as tests speak of them. */
export interface Actor {
  readonly id: string;
  readonly name: string;
  readonly credentials: Credentials;
  /** Their browser. */
  readonly browser: Visitor;
}

/**
 * The whole house, in process, behind a real door on loopback, on a database of its own: real jobs, events, sealer, clock.
 *
 *     const world = await openWorld();
 *     afterAll(() => world.close());
 *     const maria = await world.hire('Maria', 'Silva');
 *     await world.signIn(maria);
 *     await maria.browser.api('GET', '/api/v1/me');
 */
export async function openWorld(options: WorldOptions = {}) {
  const { connection, database, drop } = await testDatabase();
  const clock = options.clock ?? movingClock();
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bailiwick-world-'));
  const port = await freePort();
  const origin = options.url ?? `http://localhost:${port}`;
  const config = loadConfig({
    BAILIWICK_URL: origin,
    BAILIWICK_PORT: String(port),
    BAILIWICK_DATA: folder,
    DATABASE_URL: connectionUrl(connection),
    BAILIWICK_ORGANISATION: 'Linden',
    BAILIWICK_RATE_LIMITS: String(options.hasRateLimits ?? false),
    BAILIWICK_PASSWORD_HASHES_IN_FLIGHT: '2',
    ...options.settings,
  });
  const log = process.env['WORLD_LOG'] === undefined ? silentLog : openLog({ level: process.env['WORLD_LOG'] });
  const foundation = await openFoundation(config, { clock, log });
  const app = await openApp(foundation);
  await app.start();

  const address = `http://127.0.0.1:${port}`;
  const wait = async (ms: number): Promise<void> => clock.forward(ms);
  const newVisitor = (bearer?: string): Visitor => visitor(address, clock, { wait, passkeyOrigin: origin, ...(bearer === undefined ? {} : { bearer }) });
  const { host, modules } = app.domains;
  const permissions = modules.flatMap((module) => module.permissions);

  /** A script with an API token; with every permission unless told otherwise. */
  async function script(wanted: readonly string[] = permissions): Promise<Visitor> {
    const { token } = await host.createApiToken({ name: `script ${wanted.length}`, permissions: wanted, expiresInDays: 1 });
    return newVisitor(token);
  }
  let everything: Visitor | null = null;
  const anyScript = async (): Promise<Visitor> => (everything ??= await script());

  async function actorOf(person: PersonAnswer): Promise<Actor> {
    return { id: person.id, name: person.displayName, credentials: credentialsOf(person.username, `${person.username} likes four odd words`), browser: newVisitor() };
  }

  const world = {
    app,
    config,
    clock,
    database,
    connection,
    /** Where people go; passkeys belong to it. */
    origin,
    /** The same door without a name look-up. */
    address,
    folder,
    script,
    newVisitor,

    /** The link and everything after it. */
    async setUp(username = 'maria', givenName = 'Maria', familyName = 'Silva'): Promise<Actor> {
      const link = await app.setUpLink();
      if (link === null) throw new Error('there is an administrator already');
      const browser = newVisitor();
      const credentials = credentialsOf(username, 'a river walks over seven hats');
      await browser.setUp(link, { givenName, familyName, email: `${username}@linden.example` }, credentials);
      const me = await browser.api<{ person: { id: string; displayName: string } }>('GET', '/api/v1/me');
      return { id: me.person.id, name: me.person.displayName, credentials, browser };
    },

    /** Somebody new, without an HR file. They have no factor yet. */
    async hire(givenName: string, familyName: string, facts: Readonly<Record<string, unknown>> = {}): Promise<Actor> {
      return actorOf(await (await anyScript()).api<PersonAnswer>('POST', '/api/v1/people', { givenName, familyName, workEmail: `${givenName}.${familyName}@linden.example`.toLowerCase(), ...facts }));
    },

    /** Somebody whom the HR file brought. */
    async person(search: string): Promise<Actor> {
      const { items } = await (await anyScript()).api<{ items: PersonAnswer[] }>('GET', `/api/v1/people?search=${encodeURIComponent(search)}`);
      if (items.length !== 1) throw new Error(`${items.length} people are found with \`${search}\``);
      return actorOf(items[0]!);
    },

    /** Through the forms; the first time with an access pass. */
    async signIn(actor: Actor): Promise<Visitor> {
      if (actor.credentials.totpSecret === null) {
        const { pass } = await (await anyScript()).api<{ pass: string }>('POST', `/api/v1/people/${actor.id}/access-pass`, { reason: 'first day' });
        await actor.browser.signInWithPass(actor.credentials, pass);
      } else await actor.browser.signIn(actor.credentials);
      return actor.browser;
    },

    /** Until nothing is on its way: events delivered, due jobs done. */
    async quiet(timeoutMs = 20_000): Promise<void> {
      const until = performance.now() + timeoutMs;
      for (;;) {
        const [row] = await database.read((tx) => sql<{ busy: number }>(tx)`
          select (select count(*) from platform.outbox) + (select count(*) from graphile_worker.jobs where run_at <= now() and attempts < max_attempts) as busy`);
        if (row!.busy === 0) return;
        if (performance.now() > until) throw new Error(`still busy with ${row!.busy} things`);
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },

    /** What the audit has about this person, or about nobody in particular, oldest first. */
    auditOf: (action: string, personId: string | null): Promise<readonly { readonly outcome: string; readonly reason: string | null; readonly actor: string; readonly facts: Record<string, unknown> }[]> =>
      database.read((tx) => sql<{ body: string }>(tx)`select body from audit.inbox union all select body from audit.entry`).then((rows) =>
        rows
          .map((row) => JSON.parse(row.body) as { action: string; target: string | null; at: string; outcome: string; reason: string | null; actor: string; facts: Record<string, unknown> })
          .filter((entry) => entry.action === action && entry.target === (personId === null ? null : `person:${personId}`))
          .sort((a, b) => (a.at < b.at ? -1 : 1)),
      ),

    /** As `bailiwick audit verify` does. */
    verifyAudit: () => app.domains.audit.verify(),

    async close(): Promise<void> {
      await app.stop();
      await foundation.close();
      await drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return world;
}

export type World = Awaited<ReturnType<typeof openWorld>>;

export function connectionUrl(connection: { readonly host: string; readonly port: number; readonly user: string; readonly password: string; readonly database: string }): string {
  const { host, port, user, password, database } = connection;
  return `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@/${encodeURIComponent(database)}?host=${encodeURIComponent(host)}&port=${port}`;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
