import { mkdtempSync, rmSync } from 'node:fs';
import type { Agent } from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { Secret, TOTP } from 'otpauth';
import { makeRecordRefusal } from '../src/audit/index.ts';
import { authenticationModule, issueAccessPass, makeSetupLink, openPageFrame, openPushSender, openSessionReader, recoverAdministrator, sayRefusal, type ConsoleRoles } from '../src/authentication/index.ts';
import { authorizationModule, consoleRolesOf, firstAdministrator, giveConsoleRoleIn, makeDecider, peopleGroups } from '../src/authorization/index.ts';
import { addPersonIn, changePersonIn, leavePersonIn, personId as toPersonId } from '../src/directory/index.ts';
import { lastWayIn } from '../src/privileged/index.ts';
import { later, systemClock, type Clock } from '../src/platform/clock/index.ts';
import { loadConfig } from '../src/platform/config/index.ts';
import { openKeys, openPasswordHashing } from '../src/platform/crypto/index.ts';
import { sql } from '../src/platform/db/index.ts';
import { openEvents } from '../src/platform/events/index.ts';
import { openGate, openHttp, openRateLimits, type Module } from '../src/platform/http/index.ts';
import { openJobs } from '../src/platform/jobs/index.ts';
import { silentLog } from '../src/platform/log/index.ts';
import { openMailer } from '../src/platform/mail/index.ts';
import { openMetrics } from '../src/platform/metrics/index.ts';
import { testDatabase } from './database.ts';
import { telephone } from './telephone.ts';

export const origin = 'https://id.example.com';

/** The real doors of authentication over a real database: pages and API answer in process, the clock is the test's. */
export async function authenticationWorld(url: string = origin, settings: Readonly<Record<string, string>> = {}, more: { /** Where web push goes in place of the open internet. */ readonly pushAgent?: Agent } = {}) {
  const { database, drop } = await testDatabase();
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bailiwick-authentication-'));
  let aheadMs = 0;
  const clock: Clock = { now: () => later(systemClock.now(), aheadMs) };
  const config = loadConfig({ BAILIWICK_URL: url, BAILIWICK_PORT: new URL(url).port || '443', BAILIWICK_DATA: folder, BAILIWICK_LOG_LEVEL: 'silent', BAILIWICK_ORGANISATION: 'Adventure Works', ...settings });
  const keys = openKeys(path.join(folder, 'keys.json'), clock.now());
  const events = openEvents({ database, clock, log: silentLog });
  const jobs = openJobs({ database, clock, log: silentLog });
  const mailer = openMailer({ database, jobs, clock, smtpUrl: null, from: 'id@example.com', organisation: 'Adventure Works' });
  const decider = makeDecider({ database });
  const gate = openGate({ decider, recordRefusal: makeRecordRefusal({ database }) });
  const hashing = openPasswordHashing({ pepper: keys.derive('password pepper') });
  const metrics = openMetrics();
  const rateLimits = openRateLimits({ database, clock, isOn: false });
  const { announce, announceWithin } = events;

  const consoleRoles: ConsoleRoles = {
    hasAdministrator: async (tx) => (await firstAdministrator(tx)) !== null,
    giveAdministrator: (tx, id, reason) => giveConsoleRoleIn({ clock, announce }, tx, gate.system('test', 'authorization.console-role.give'), { personId: toPersonId(id), role: 'administrator', reason }),
    rolesOf: (tx, id) => consoleRolesOf(tx, toPersonId(id)),
    async mayHelp(tx, actorId, id) {
      const isPrivileged = (await consoleRolesOf(tx, toPersonId(id))).length > 0;
      return !isPrivileged || (actorId !== null && (await consoleRolesOf(tx, toPersonId(actorId))).includes('administrator'));
    },
  };
  const needs = { config, clock, database, announce, announceWithin, mailer, keys, hashing, rateLimits, metrics, gate, jobs, log: silentLog };
  const pageFrame = openPageFrame(needs);
  const authentication: Module = authenticationModule({ ...needs, pageFrame, consoleRoles, peopleGroups, lastWayIn, permissionsOf: (principal) => decider.held(principal, authentication.permissions), formTargetsOf: async () => [], applicationsOfSessions: async () => [], pushSender: openPushSender(needs, more.pushAgent), applicationOf: async (returnTo) => (returnTo.startsWith('/oauth2/interaction/') ? 'Wiki' : null) });
  const modules: Module[] = [authentication, authorizationModule({ ...needs, lastWayIn })];
  for (const subscriber of modules.flatMap((module) => module.subscribers ?? [])) events.subscribe(subscriber);
  const http = await openHttp({ config, clock, log: silentLog, metrics, gate, sessionReader: openSessionReader(needs), pageFrame, sayRefusal, csrfKey: keys.derive('csrf'), modules, isReady: async () => true });
  const app = http.fastify;

  interface Reply {
    readonly status: number;
    readonly location: string | null;
    readonly text: string;
    readonly headers: Record<string, unknown>;
  }

  /** Keeps cookies, fills in the form's hidden fields, and follows nothing by itself. */
  function browser(userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0') {
    const cookies = new Map<string, string>();
    let csrf = '';
    let last = '';

    async function send(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, options: { form?: Record<string, string>; json?: unknown; raw?: string | Buffer; headers?: Record<string, string> } = {}): Promise<Reply> {
      const reply = await app.inject({
        method,
        url,
        headers: {
          'user-agent': userAgent,
          accept: url.startsWith('/api/') ? 'application/json' : 'text/html',
          cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
          ...(options.form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
          ...(options.json === undefined ? {} : { 'content-type': 'application/json' }),
          ...options.headers,
        },
        ...(options.form ? { payload: new URLSearchParams(options.form).toString() } : options.raw !== undefined ? { payload: options.raw } : options.json === undefined ? {} : { payload: JSON.stringify(options.json) }),
      });
      for (const cookie of reply.cookies) {
        if (cookie.maxAge === 0 || cookie.value === '' || (cookie.expires && cookie.expires.getTime() === 0)) cookies.delete(cookie.name);
        else cookies.set(cookie.name, cookie.value);
      }
      const found = /name="csrf" value="([^"]+)"/.exec(reply.body)?.[1];
      if (found) csrf = found;
      if (reply.statusCode < 300 || reply.statusCode >= 400) last = reply.body;
      return { status: reply.statusCode, location: (reply.headers.location as string | undefined) ?? null, text: reply.body, headers: reply.headers };
    }

    async function follow(reply: Reply): Promise<Reply> {
      let at = reply;
      for (let hops = 0; hops < 5 && at.location !== null && /^\/(sign-in|enrol|recover)/.test(at.location); hops += 1) at = await send('GET', at.location);
      return at;
    }

    const self = {
      cookies,
      send,
      get page() {
        return last;
      },
      get csrf() {
        return csrf;
      },
      get: async (url: string): Promise<Reply> => follow(await send('GET', url)),
      /** Submits a form, then walks on within the sign-in. */
      submit: async (url: string, form: Record<string, string>): Promise<Reply> => follow(await send('POST', url, { form: { csrf, ...form } })),
      async passkeyOptions(url: string): Promise<never> {
        const sessionCsrf = /data-csrf="([^"]+)"/.exec(last)?.[1];
        const reply = await send('POST', url, { headers: { 'sec-fetch-site': 'same-origin', ...(sessionCsrf ? { 'x-csrf-token': sessionCsrf } : {}) } });
        return (JSON.parse(reply.text) as { options: never }).options;
      },
      me: (): Promise<Reply> => send('GET', '/api/v1/me'),
      async csrfToken(): Promise<string> {
        return (JSON.parse((await self.me()).text) as { csrfToken: string }).csrfToken;
      },
      async api(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, json?: unknown): Promise<Reply> {
        return send(method, url, { ...(json === undefined ? {} : { json }), headers: { 'x-csrf-token': await self.csrfToken() } });
      },
      /** Username, password, and code if asked for. */
      async signIn(username: string, password: string, totp?: { code(): string }): Promise<Reply> {
        await self.get('/sign-in?again=1');
        await self.submit('/sign-in', { step: 'username', username });
        const after = await self.submit('/sign-in', { step: 'password', password });
        return totp && after.status === 200 ? self.submit('/sign-in', { step: 'totp', code: totp.code() }) : after;
      },
    };
    return self;
  }

  const wait = (ms: number): void => {
    aheadMs += ms;
  };

  /** An authenticator app that holds `secret`. Asked again within the same half minute it waits for the next code, as people must. */
  function appWith(secret: string) {
    const totp = new TOTP({ secret: Secret.fromBase32(secret.replace(/\s/g, '')), algorithm: 'SHA1', digits: 6, period: 30 });
    return {
      now: (): string => totp.generate({ timestamp: clock.now().getTime() }),
      code(): string {
        wait(31_000);
        return totp.generate({ timestamp: clock.now().getTime() });
      },
    };
  }

  const addPerson = (givenName: string, familyName: string, more: { managerId?: string } = {}) =>
    database.transaction((tx) =>
      addPersonIn({ clock, announce }, tx, gate.system('test', 'directory.person.add'), {
        givenName,
        familyName,
        username: givenName.toLowerCase(),
        workEmail: `${givenName.toLowerCase()}@adventure-works.com`,
        source: 'manual',
        ...(more.managerId ? { managerId: toPersonId(more.managerId) } : {}),
      }),
    );

  const changePerson = (id: string, change: Readonly<Record<string, string | null>>) => database.transaction((tx) => changePersonIn({ clock, announce }, tx, gate.system('test', 'directory.person.change'), { personId: toPersonId(id), change } as never));

  const leave = (id: string) =>
    database.transaction((tx) => leavePersonIn({ clock, announce }, tx, gate.system('test', 'directory.person.leave'), { personId: toPersonId(id), reason: 'left the company', happenedAt: clock.now(), source: 'manual' }));

  const accessPass = async (id: string): Promise<string> =>
    (await issueAccessPass({ clock, database, hashing, config, mailer, consoleRoles }, gate.system('test', 'authentication.access-pass.issue'), { personId: id, reason: 'first day' })).pass;

  /** Somebody who has been through the first sign-in with password and app. */
  async function settled(givenName: string, familyName: string, password: string) {
    const person = await addPerson(givenName, familyName);
    const chrome = browser();
    await chrome.get('/sign-in');
    await chrome.submit('/sign-in', { step: 'username', username: person.username });
    await chrome.get('/sign-in?with=access-pass');
    await chrome.submit('/sign-in', { step: 'access-pass', code: await accessPass(person.id) });
    await chrome.get('/enrol?with=new-password');
    await chrome.submit('/enrol', { step: 'new-password', password });
    await chrome.get('/enrol?with=new-totp');
    const totp = appWith(/id="totp-key">([^<]+)</.exec(chrome.page)![1]!);
    await chrome.submit('/enrol', { step: 'new-totp', code: totp.code() });
    const codes = [...chrome.page.matchAll(/<li>([0-9]-[0-9A-Z-]{19})<\/li>/g)].map((match) => match[1]!);
    await chrome.submit('/enrol', { step: 'codes' });
    return { person, browser: chrome, totp, codes, password };
  }

  return {
    database,
    http,
    authentication,
    clock,
    config,
    events,
    mailer,
    metrics,
    hashing,
    consoleRoles,
    peopleGroups,
    wait,
    browser,
    appWith,
    addPerson,
    leave,
    changePerson,
    accessPass,
    settled,
    makeSetupLink: () => makeSetupLink({ clock, database, config, consoleRoles }),
    recoverAdministrator: (username: string) => recoverAdministrator({ clock, database, hashing, config, mailer, consoleRoles, peopleGroups }, { username }),
    makeAdministrator: (id: string) => database.transaction((tx) => consoleRoles.giveAdministrator(tx, id, 'for the test')),
    /** A telephone (or any browser) that answers prompts. */
    telephone: () =>
      telephone(async (path, body) => {
        const reply = await app.inject({ method: 'POST', url: path, headers: { 'content-type': 'application/json', accept: 'application/json', 'sec-fetch-site': 'same-origin', origin: url, 'accept-language': 'de-DE,de;q=0.9' }, payload: JSON.stringify(body) });
        return { status: reply.statusCode, body: (reply.body === '' ? {} : JSON.parse(reply.body)) as Record<string, unknown> };
      }, url),
    /** Runs what waits under this name, as a worker would; jobs do not run by themselves here. Returns their payloads. */
    async work(name: string): Promise<readonly unknown[]> {
      const waiting = await database.read((tx) => sql<{ payload: unknown }>(tx)`
        with done as (delete from graphile_worker._private_jobs j using graphile_worker._private_tasks t where t.id = j.task_id and t.identifier = ${name} returning j.payload) select payload from done`);
      const job = modules.flatMap((module) => module.jobs ?? []).find((one) => one.name === name)!;
      for (const { payload } of waiting) await job.run(payload, { signal: new AbortController().signal, attempt: 1 });
      return waiting.map(({ payload }) => payload);
    },
    sweep: () => modules.flatMap((module) => module.jobs ?? []).find((one) => one.name === 'authentication.sweep')!.run({}, { signal: new AbortController().signal, attempt: 1 }),
    /** What the audit heard since the test began, oldest first. */
    audit: (action: string): Promise<readonly { readonly outcome: string; readonly reason: string | null; readonly target: string | null; readonly facts: Record<string, unknown> }[]> =>
      database.read((tx) => sql(tx)`select body::jsonb->>'outcome' as outcome, body::jsonb->>'reason' as reason, body::jsonb->>'target' as target, body::jsonb->'facts' as facts from audit.inbox where body::jsonb->>'action' = ${action} order by id`),
    async close() {
      await http.close();
      await jobs.stop();
      await drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type AuthenticationWorld = Awaited<ReturnType<typeof authenticationWorld>>;
