import type { Clock } from '../../platform/clock/index.ts';
import type { Database, Tx } from '../../platform/db/index.ts';
import type { Announce } from '../../platform/events/index.ts';

/**
 * Whether somebody who can sign in as administrator stays: answered by privileged, far below on the ladder, and connected in
 * `app.ts`. The module asks for it; a verb called alone (a test, a simulation) has the coarse guard in the database.
 */
export interface LastWayIn {
  /** Of these people, whose departure, or loss of the administrator role, would leave nobody. Takes the lock that others wait for until this transaction ends. */
  heldOf(tx: Tx, leaving: readonly string[]): Promise<ReadonlySet<string>>;
}

/** Inside a transaction that somebody else opened. */
export interface NeedsWithin {
  readonly clock: Clock;
  readonly announce: Announce;
  readonly lastWayIn?: LastWayIn | undefined;
}

export interface Needs extends NeedsWithin {
  readonly database: Database;
}
