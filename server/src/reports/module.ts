import type { Clock } from '../platform/clock/index.ts';
import type { Database } from '../platform/db/index.ts';
import type { Events } from '../platform/events/index.ts';
import type { Metrics } from '../platform/metrics/index.ts';
import type { Module } from '../platform/http/index.ts';
import { exposeMeasures } from './today/expose-measures.ts';
import { lifeLineRoutes } from './life-line/routes.ts';
import { leaverProofRoutes } from './leaver-proof/routes.ts';
import { liveRoutes } from './live/routes.ts';
import { permissions } from './permissions.ts';
import { todayRoutes } from './today/routes.ts';

interface Needs {
  readonly database: Database;
  readonly clock: Clock;
  readonly events: Pick<Events, 'hear'>;
  readonly metrics: Metrics;
}

export function reportsModule(needs: Needs): Module {
  exposeMeasures(needs);
  return { domain: 'reports', permissions, routes: [...todayRoutes(needs), ...lifeLineRoutes(needs), ...leaverProofRoutes(needs), ...liveRoutes(needs)] };
}
