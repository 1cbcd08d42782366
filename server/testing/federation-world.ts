import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { CreateClient } from '@bailiwick/contract/federation';
import { createClient } from '@bailiwick/contract/federation';
import { makeRecordRefusal } from '../src/audit/index.ts';
import { announceEnded } from '../src/authentication/session/end-sessions.ts';
import { openSessionReader, sessionCookie } from '../src/authentication/session/read-session.ts';
import { raiseSessionIn, startSessionIn } from '../src/authentication/session/start-session.ts';
import { sayRefusal } from '../src/authentication/pages/refusal.ts';
import { disavow } from '../src/authentication/factor/disavow.ts';
import { addDisavowal } from '../src/authentication/factor/store.ts';
import { endSession as endStoredSession } from '../src/authentication/session/store.ts';
import type { Proof } from '../src/authentication/sign-in/strength.ts';
import { addPersonIn, leavePersonIn, personId as toPersonId } from '../src/directory/index.ts';
import { addClient, federationModule, type Federation } from '../src/federation/index.ts';
import type { NamedClient } from '../src/federation/client/client.ts';
import { later, systemClock, type Clock } from '../src/platform/clock/index.ts';
import { loadConfig } from '../src/platform/config/index.ts';
import { digestOf, openKeys, randomToken } from '../src/platform/crypto/index.ts';
import { openDatabase, sql, type Database } from '../src/platform/db/index.ts';
import { openEvents, type Events } from '../src/platform/events/index.ts';
import { html } from '../src/platform/html/index.ts';
import { openGate, openHttp, type Gate, type Http, type PageFrame } from '../src/platform/http/index.ts';
import { openJobs, type Jobs } from '../src/platform/jobs/index.ts';
import { silentLog } from '../src/platform/log/index.ts';
import { openMetrics } from '../src/platform/metrics/index.ts';
import { testDatabase } from './database.ts';

/** One running server with federation in it, on loopback. */
export interface FederationNode {
  readonly origin: string;
  readonly federation: Federation;
  readonly database: Database;
  readonly events: Events;
  readonly jobs: Jobs;
  readonly gate: Gate;
  close(): Promise<void>;
}

export interface SignedInPerson {
  readonly personId: string;
  readonly sessionId: string;
  readonly browser: Browser;
}

/** Keeps cookies and follows nothing by itself. */
export interface Browser {
  readonly cookies: Map<string, { value: string; path: string }>;
  go(address: string, options?: { form?: Record<string, string>; headers?: Record<string, string> }): Promise<{ status: number; location: string | null; text: string; headers: Headers }>;
  /** Follows redirects inside of `origin` and returns the first one that leads out, or the last page. */
  walk(address: string, origin: string): Promise<{ location: string | null; status: number; text: string; trail: string[] }>;
}

const password: Proof = { method: 'password', at: '' };
const totp: Proof = { method: 'totp', at: '' };
const passkey: Proof = { method: 'passkey', at: '', isUserVerified: true, isSynced: true };
/** A key of a listed model, with its PIN. */
const listedKey: Proof = { method: 'passkey', at: '', isUserVerified: true, isSynced: false, isListed: true };
export const proofs = { password, totp, passkey, listedKey };

const pageFrame: PageFrame = {
  frame: ({ title, content }) => html`<!doctype html><title>${title}</title><main>${content}</main>`,
  refusal: (refusal) => html`<!doctype html><title>No</title><main>${refusal.message}</main>`,
};

/** A company with one database and as many servers as asked for; sessions, people, jobs and events are the real ones, only the sign-in page is left out. */
export async function federationWorld(options: { clock?: Clock } = {}) {
  const world = await testDatabase();
  const clock = options.clock ?? systemClock;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bailiwick-federation-'));
  const keys = openKeys(path.join(folder, 'keys.json'), clock.now());
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const nodes: FederationNode[] = [];

  async function startNode(ownPort: number): Promise<FederationNode> {
    const database = openDatabase(world.connection, { log: silentLog, maxConnections: 8, applicationName: 'bailiwick test node' });
    const config = loadConfig({ BAILIWICK_URL: origin, BAILIWICK_PORT: String(ownPort), BAILIWICK_DATA: folder, BAILIWICK_LOG_LEVEL: 'silent' });
    const events = openEvents({ database, clock, log: silentLog });
    const jobs = openJobs({ database, clock, log: silentLog });
    const gate = openGate({ decider: { decide: async () => ({ is: 'allowed', scope: { is: 'everything' } }) }, recordRefusal: makeRecordRefusal({ database }) });
    const sessionReader = openSessionReader({ database, clock, keys });
    const federation = federationModule({
      config,
      clock,
      database,
      keys,
      announce: events.announce,
      jobs,
      log: silentLog,
      gate,
      sessionReader,
      pageFrame,
      async endSession(tx, { personId, sessionId, reason }) {
        const ended = await endStoredSession(tx, sessionId, personId, clock.now(), reason);
        if (ended) await announceEnded(tx, events.announce, [ended], reason, clock.now());
      },
    });
    for (const job of federation.jobs ?? []) jobs.define(job);
    for (const subscriber of federation.subscribers ?? []) events.subscribe(subscriber);
    const http: Http = await openHttp({ config, clock, log: silentLog, metrics: openMetrics(), gate, sessionReader, pageFrame, sayRefusal, csrfKey: keys.derive('csrf'), modules: [federation], isReady: async () => true });
    await events.start();
    await jobs.start();
    await http.listen();
    const node: FederationNode = {
      origin: `http://127.0.0.1:${ownPort}`,
      federation,
      database,
      events,
      jobs,
      gate,
      async close() {
        await http.close();
        await events.stop();
        await jobs.stop();
        await database.close();
      },
    };
    nodes.push(node);
    return node;
  }

  const first = await startNode(port);
  const { database, gate, events } = first;

  return {
    ...first,
    clock,
    keys,
    startSecondNode: async () => startNode(await freePort()),

    async join(givenName: string, familyName: string, facts: { department?: string; title?: string } = {}): Promise<string> {
      const person = await database.transaction((tx) =>
        addPersonIn({ clock, announce: events.announce }, tx, gate.system('test', 'directory.person.add'), { givenName, familyName, workEmail: `${givenName}.${familyName}@example.com`.toLowerCase(), source: 'manual', ...facts }),
      );
      return person.id;
    },

    async leave(personId: string): Promise<void> {
      await database.transaction((tx) => leavePersonIn({ clock, announce: events.announce }, tx, gate.system('test', 'directory.person.leave'), { personId: toPersonId(personId), reason: 'left', happenedAt: clock.now(), source: 'manual' } as never));
    },

    async signIn(personId: string, how: readonly Proof[] = [password, totp]): Promise<SignedInPerson> {
      const { session, secret } = await database.transaction((tx) => startSessionIn(tx, { clock, announce: events.announce }, { personId, personName: 'somebody', proofs: how, userAgent: 'test', address: '127.0.0.1', deviceId: null, replaces: null }));
      const browser = newBrowser();
      browser.cookies.set(sessionCookie, { value: secret, path: '/' });
      return { personId, sessionId: session.id, browser };
    },

    /** A fresh proof in the same session, as the sign-in page does when a stronger one is asked for. */
    async raise(signedIn: SignedInPerson, how: readonly Proof[]): Promise<void> {
      const raised = await database.transaction((tx) => raiseSessionIn(tx, { clock, announce: events.announce }, { sessionId: signedIn.sessionId, personId: signedIn.personId, personName: 'somebody', proofs: how, address: '127.0.0.1', deviceId: null }));
      signedIn.browser.cookies.set(sessionCookie, { value: raised!.secret, path: '/' });
    },

    async endSession(signedIn: SignedInPerson): Promise<void> {
      await database.transaction(async (tx) => {
        const ended = await endStoredSession(tx, signedIn.sessionId, signedIn.personId, clock.now(), 'ended by a test');
        if (ended) await announceEnded(tx, events.announce, [ended], 'ended by a test', clock.now());
      });
    },

    /** "This was not me", as the page says it; but the events are held back. */
    async disavow(personId: string): Promise<void> {
      const token = randomToken(256);
      await database.transaction((tx) => addDisavowal(tx, { digest: digestOf(token), personId, about: 'recovered', createdAt: clock.now(), expiresAt: later(clock.now(), 60_000) }));
      if (!(await disavow({ clock, database, announce: async () => {} }, token))) throw new Error('not disavowed');
    },

    async addClient(input: Partial<CreateClient> & { name: string }): Promise<{ client: NamedClient; secret: string | null }> {
      return addClient({ clock, database, announce: events.announce, gate }, gate.system('test', 'federation.client.add'), createClient.parse(input));
    },

    audit: (action: string) => database.read((tx) => sql<{ body: string }>(tx)`select body from audit.inbox union all select body from audit.entry`).then((rows) => rows.map((row) => JSON.parse(row.body) as { action: string; outcome: string; reason: string | null; target: string | null; facts: Record<string, unknown> }).filter((entry) => entry.action === action)),

    async close(): Promise<void> {
      for (const node of nodes.reverse()) await node.close();
      await world.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type FederationWorld = Awaited<ReturnType<typeof federationWorld>>;

export function newBrowser(): Browser {
  const cookies: Browser['cookies'] = new Map();
  const browser: Browser = {
    cookies,
    async go(address, { form, headers } = {}) {
      const url = new URL(address);
      const cookie = [...cookies].filter(([, one]) => url.pathname.startsWith(one.path)).map(([name, one]) => `${name}=${one.value}`).join('; ');
      const response = await fetch(address, {
        method: form ? 'POST' : 'GET',
        redirect: 'manual',
        headers: { accept: 'text/html', ...(cookie ? { cookie } : {}), ...headers },
        ...(form ? { body: new URLSearchParams(form) } : {}),
      });
      for (const line of response.headers.getSetCookie()) {
        const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
        const [name = '', ...value] = pair.split('=');
        const at = attributes.find((one) => one.toLowerCase().startsWith('path='))?.slice(5) ?? '/';
        if (value.join('=') === '' || attributes.some((one) => /^expires=Thu, 01 Jan 1970/i.test(one) || /^max-age=0$/i.test(one))) cookies.delete(name);
        else cookies.set(name, { value: value.join('='), path: at });
      }
      return { status: response.status, location: response.headers.get('location'), text: await response.text(), headers: response.headers };
    },
    async walk(address, origin) {
      const trail: string[] = [];
      let next = address;
      for (let hops = 0; hops < 12; hops += 1) {
        trail.push(next);
        const answer = await browser.go(next);
        if (answer.location === null) return { ...answer, trail };
        const target = new URL(answer.location, next);
        if (target.origin !== origin || target.pathname === '/sign-in') return { ...answer, location: target.href, trail };
        next = target.href;
      }
      throw new Error(`went round in circles: ${trail.join(' → ')}`);
    },
  };
  return browser;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export const randomState = (): string => randomBytes(8).toString('hex');
