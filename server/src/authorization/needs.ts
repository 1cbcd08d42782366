import type { Clock } from '../platform/clock/index.ts';
import type { LastWayIn } from '../directory/index.ts';
import type { Database } from '../platform/db/index.ts';
import type { Announce } from '../platform/events/index.ts';

/** Inside a transaction that somebody else opened. */
export interface NeedsWithin {
  readonly clock: Clock;
  readonly announce: Announce;
  /** The module asks for it; see the directory's. */
  readonly lastWayIn?: LastWayIn | undefined;
}

export interface Needs extends NeedsWithin {
  readonly database: Database;
}
