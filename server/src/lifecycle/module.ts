import type { LastWayIn } from '../directory/index.ts';
import { connectorKinds, type ConnectorKind } from '../connectors/index.ts';
import type { Clock } from '../platform/clock/index.ts';
import type { Keys } from '../platform/crypto/index.ts';
import type { Database } from '../platform/db/index.ts';
import type { Announce } from '../platform/events/index.ts';
import type { Gate, Module } from '../platform/http/index.ts';
import type { Jobs } from '../platform/jobs/index.ts';
import type { Log } from '../platform/log/index.ts';
import type { Metrics } from '../platform/metrics/index.ts';
import { connectionRoutes } from './connection/routes.ts';
import { hrFeedModule } from './hr-feed/hr-feed-module.ts';
import { adjustPart } from './movement/adjust-everybody.ts';
import type { OwnSurface } from './movement/own-surface.ts';
import { jobs as names } from './movement/plan-movement.ts';
import { movementRoutes } from './movement/routes.ts';
import { adjustEverybody, movementSubscribers } from './movement/subscribers.ts';
import { guardedFetch } from './provisioning/guarded-fetch.ts';
import { openLinks } from './provisioning/links.ts';
import { observeSurfaces } from './provisioning/observe-surfaces.ts';
import { previewSystem } from './provisioning/preview-system.ts';
import { openRunner } from './provisioning/runner.ts';
import { runSystem } from './provisioning/run-system.ts';
import { sweep } from './provisioning/sweep.ts';
import { permissions } from './permissions.ts';
import { readSystem } from './reconciliation/read-system.ts';
import { reconciliationRoutes } from './reconciliation/routes.ts';
import { readSystemJob, startReadingIn } from './reconciliation/start-reading.ts';
import { connectionsToRead } from './reconciliation/store.ts';

export interface LifecycleNeeds {
  readonly clock: Clock;
  readonly database: Database;
  readonly announce: Announce;
  readonly jobs: Pick<Jobs, 'enqueue'>;
  readonly keys: Keys;
  readonly log: Log;
  readonly gate: Gate;
  readonly lastWayIn?: LastWayIn | undefined;
  /** What the domains beside this one hold for a person: sessions, tokens, passes. */
  readonly surfaces: readonly OwnSurface[];
  readonly metrics?: Metrics;
  /** All of them, unless a test wants fewer. */
  readonly connectorKinds?: readonly ConnectorKind[];
  /** Tests and the simulation bring their own wire. */
  readonly fetch?: typeof fetch;
  readonly chance?: () => number;
  readonly pause?: (ms: number) => Promise<void>;
  readonly between?: (moment: 'claimed' | 'sent' | 'performed') => void;
}

const untiring = 30_000;

/** The parts that the module is wired from; the simulation drives them without jobs. */
export function lifecycleParts(needs: LifecycleNeeds) {
  const { clock, database, announce, jobs, log, gate, surfaces } = needs;
  const links = openLinks({ kinds: needs.connectorKinds ?? Object.values(connectorKinds), keys: needs.keys, database, clock, log, fetch: needs.fetch ?? guardedFetch });
  const part = 'lifecycle';
  const permits = {
    give: gate.system(part, 'authorization.grant.give'),
    end: gate.system(part, 'authorization.grant.end'),
    link: gate.system(part, 'directory.account.change'),
    addApplication: gate.system(part, 'directory.application.add'),
    changeApplication: gate.system(part, 'directory.application.change'),
    removeApplication: gate.system(part, 'directory.application.remove'),
  };
  const shared = { clock, database, announce, jobs, links, log, surfaces, permits, keys: needs.keys };
  const pacing = {
    ...(needs.chance === undefined ? {} : { chance: needs.chance }), ...(needs.pause === undefined ? {} : { pause: needs.pause }), ...(needs.between === undefined ? {} : { between: needs.between }),
  };
  return {
    planning: shared,
    running: { ...shared, ...pacing, runner: openRunner({ database, clock, log }) },
    reading: { ...shared, ...pacing },
    connecting: shared,
    subscribers: movementSubscribers(shared),
  };
}

export function lifecycleModule(needs: LifecycleNeeds): Module {
  const { clock, database, announce, jobs, gate, lastWayIn } = needs;
  const parts = lifecycleParts(needs);
  const hrFeed = hrFeedModule({ clock, database, announce, gate, lastWayIn });
  const applicationIdOf = (payload: unknown): string => (payload as { applicationId: string }).applicationId;
  return {
    domain: 'lifecycle',
    permissions,
    routes: [...hrFeed.routes, ...connectionRoutes({ ...parts.connecting, reading: parts.reading }), ...movementRoutes(parts.planning), ...reconciliationRoutes(parts.planning)],
    subscribers: [...hrFeed.subscribers, ...parts.subscribers],
    jobs: [
      ...hrFeed.jobs,
      {
        name: names.runSystem,
        // A process that is killed again and again takes an attempt with it each time; the work must outlive that.
        maxAttempts: untiring,
        run: async (payload, { signal }) => {
          await runSystem(parts.running, applicationIdOf(payload), signal);
        },
      },
      { name: names.previewSystem, maxAttempts: 3, run: (payload, { signal }) => previewSystem(parts.running, applicationIdOf(payload), signal) },
      { name: names.observeSurfaces, maxAttempts: untiring, run: (payload) => observeSurfaces(parts.running, (payload as { movementId: string }).movementId) },
      {
        name: 'lifecycle.sweep', schedule: '* * * * *', maxAttempts: 1,
        run: async () => {
          await sweep(parts.running);
        },
      },
      {
        name: adjustEverybody,
        maxAttempts: untiring,
        run: async (payload) => {
          const { next } = await adjustPart(parts.planning, (payload as { after: string | null }).after);
          if (next !== null) await database.transaction((tx) => jobs.enqueue(tx, adjustEverybody, { after: next }));
        },
      },
      { name: readSystemJob, maxAttempts: untiring, run: (payload, { signal }) => readSystem(parts.reading, applicationIdOf(payload), signal) },
      {
        name: 'lifecycle.read-every-system', schedule: '17 2 * * *', maxAttempts: 3,
        run: async () => {
          const systems = await database.read(connectionsToRead);
          for (const { applicationId } of systems) await database.transaction((tx) => startReadingIn({ clock, jobs }, tx, { applicationId, askedBy: 'Bailiwick' }));
        },
      },
    ],
  };
}
