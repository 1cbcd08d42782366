import type { Clock } from '../../platform/clock/index.ts';
import type { Database } from '../../platform/db/index.ts';
import type { Announce } from '../../platform/events/index.ts';
import type { LastWayIn } from '../../directory/index.ts';
import type { Gate } from '../../platform/http/index.ts';

export interface Needs {
  readonly clock: Clock;
  readonly database: Database;
  readonly announce: Announce;
  /** The feed changes people as a part of the system; who applied the import stands in the import's own audit entry. */
  readonly gate: Gate;
  /** The module asks for it; see the directory's. */
  readonly lastWayIn?: LastWayIn | undefined;
}
