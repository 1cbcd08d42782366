import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { auditModule, checkpointFileIn, makeRecordRefusal } from './audit/index.ts';
import { authenticationModule, authenticationSurfaces, createApiToken, endSessionIn, importPasskeyMetadata, makeSetupLink, openPageFrame, openSessionReader, recoverAdministrator, rehearseRecovery, sayRefusal, speakerFor } from './authentication/index.ts';
import { authorizationModule, consoleRolesOf, firstAdministrator, giveConsoleRoleIn, makeDecider, peopleGroups } from './authorization/index.ts';
import { connectorKinds } from './connectors/index.ts';
import { serveConsole } from './console.ts';
import { directoryModule, isInScope, personId } from './directory/index.ts';
import { federationModule } from './federation/index.ts';
import type { Foundation } from './foundation.ts';
import { lifecycleModule } from './lifecycle/index.ts';
import type { Tx } from './platform/db/index.ts';
import { mailModule } from './platform/mail/index.ts';
import { languagesOf, openGate, openHttp, type Http, type Module } from './platform/http/index.ts';
import { breakGlassInWords, lastWayIn, privilegedModule } from './privileged/index.ts';
import { reportsModule } from './reports/index.ts';

const commandFile = fileURLToPath(new URL('./cli/bailiwick.ts', import.meta.url));

/** Every domain in the order of the ladder, with the plugs that connect what may not import each other. */
export function buildDomains(foundation: Foundation) {
  const { clock, database, events, jobs, keys, mailer, metrics, config, log, rateLimits, passwordHashing: hashing } = foundation;
  const { announce, announceWithin } = events;

  // authorization says who may do what; the gate of the platform mints permits from its answers.
  const decider = makeDecider({ database });
  const gate = openGate({ decider, recordRefusal: makeRecordRefusal({ database }) });
  const needs = { clock, database, announce, announceWithin, gate, jobs, keys, mailer, metrics, config, log, rateLimits, hashing };

  const audit = auditModule({ ...needs, checkpointFile: checkpointFileIn(config.dataFolder) });
  // privileged stands far below and knows who could still sign in; whoever takes a way in away asks it first.
  const directory = directoryModule({ ...needs, lastWayIn });
  const authorization = authorizationModule({ ...needs, lastWayIn });

  // authorization stands beside authentication: who administers, and who may be helped by whom, are its answers.
  const consoleRoles = {
    hasAdministrator: async (tx: Tx) => (await firstAdministrator(tx)) !== null,
    giveAdministrator: (tx: Tx, id: string, reason: string) => giveConsoleRoleIn(needs, tx, gate.system('authentication', 'authorization.console-role.give'), { personId: personId(id), role: 'administrator', reason }),
    rolesOf: (tx: Tx, id: string) => consoleRolesOf(tx, personId(id)),
    async mayHelp(tx: Tx, actorId: string | null, id: string) {
      // The same truth as the reach of the help desk: power found in a system counts as much as power given here.
      if (await isInScope(tx, { is: 'unprivileged' }, id)) return true;
      return actorId !== null && (await consoleRolesOf(tx, personId(actorId))).includes('administrator');
    },
  };
  const sessionReader = openSessionReader(needs);
  const pageFrame = openPageFrame(needs);
  const authentication = authenticationModule({
    ...needs,
    pageFrame,
    consoleRoles,
    peopleGroups,
    lastWayIn,
    permissionsOf: (principal) => decider.held(principal, modules.flatMap((module) => module.permissions)),
    formTargetsOf: (returnTo) => federation.formTargetsOf(returnTo),
    applicationsOfSessions: (sessionIds) => federation.applicationsOfSessions(sessionIds),
    applicationOf: (returnTo) => federation.applicationOf(returnTo),
  });

  const federation = federationModule({
    ...needs,
    sessionReader,
    pageFrame,
    endSession: async (tx, input) => {
      await endSessionIn(tx, needs, input, input);
    },
  });

  const lifecycle = lifecycleModule({
    ...needs,
    lastWayIn,
    connectorKinds: Object.values(connectorKinds).filter((kind) => kind.kind !== 'fake' || config.hasPracticeSystems),
    // Sessions, tokens and passes die with the employment; lifecycle looks whether they did.
    surfaces: [...authenticationSurfaces(needs), federation.surface],
  });

  const privileged = privilegedModule({
    ...needs,
    // The command is a file beside this process; what it does for somebody is rehearsed and rolled back.
    rehearseHostCommand: async (username) => (!existsSync(commandFile) ? `the file ${commandFile} is missing` : username === null ? 'nobody is administrator whom it could help' : rehearseRecovery({ ...needs, consoleRoles, peopleGroups }, username)),
  });

  const reports = reportsModule({ ...needs, events });

  const modules: readonly Module[] = [mailModule(needs), audit, directory, authorization, authentication, federation, lifecycle, privileged, reports];
  for (const module of modules) {
    for (const job of module.jobs ?? []) jobs.define(job);
    for (const subscriber of module.subscribers ?? []) events.subscribe(subscriber);
  }
  jobs.define({ name: 'platform.sweep-rate-limits', schedule: '17 * * * *', run: () => rateLimits.sweep() });

  return {
    gate,
    modules,
    sessionReader,
    pageFrame,
    audit,
    /** What the host command does without a door. */
    host: {
      makeSetupLink: () => makeSetupLink({ ...needs, consoleRoles }),
      recoverAdministrator: (input: { username: string }) => recoverAdministrator({ ...needs, consoleRoles, peopleGroups }, input),
      breakGlassInWords: () => breakGlassInWords(needs),
      importPasskeyMetadata: (content: Uint8Array) => importPasskeyMetadata(needs, gate.system('host', 'authentication.passkey-metadata.import'), content),
      createApiToken: (wish: { name: string; permissions: readonly string[]; expiresInDays: number }) => createApiToken(needs, wish),
    },
  };
}

export interface App {
  readonly http: Http;
  readonly domains: ReturnType<typeof buildDomains>;
  /** Where the doors are, as people type it. */
  readonly address: string;
  start(): Promise<void>;
  /** The one-time link for the first administrator; null when there is one. */
  setUpLink(): Promise<string | null>;
  stop(): Promise<void>;
}

export const consoleFolder = fileURLToPath(new URL('../../console/dist', import.meta.url));

export async function openApp(foundation: Foundation): Promise<App> {
  const { clock, config, database, events, jobs, keys, log, metrics } = foundation;
  const domains = buildDomains(foundation);
  const { audit, gate, host, modules, pageFrame, sessionReader } = domains;
  const http = await openHttp({
    config,
    clock,
    log,
    metrics,
    gate,
    sessionReader,
    pageFrame,
    sayRefusal,
    csrfKey: keys.derive('csrf'),
    modules,
    isReady: () => database.pool.query('select 1').then(() => true, () => false),
    // The console speaks what the sign-in pages do.
    console: serveConsole({ folder: consoleFolder, config, languageOf: (request) => speakerFor(languagesOf(request)).language }),
  });
  return {
    http,
    domains,
    address: config.url.origin,
    async start() {
      await events.start();
      await jobs.start();
      await audit.start();
      await http.listen();
      for (const listener of modules.flatMap((module) => module.listeners ?? [])) await listener.listen();
    },
    async setUpLink() {
      const hasAdministrator = (await database.read(firstAdministrator)) !== null;
      return hasAdministrator ? null : (await host.makeSetupLink()).url;
    },
    async stop() {
      for (const listener of modules.flatMap((module) => module.listeners ?? [])) await listener.close();
      await http.close();
      await events.stop();
      await audit.stop();
    },
  };
}
