import type { Clock } from '../../platform/clock/index.ts';
import type { Database } from '../../platform/db/index.ts';
import { wait } from '../../platform/jobs/index.ts';
import { addToTally } from './store.ts';
import { dayOf, type Counted, type Outcome } from './tally.ts';

const gatherMs = 250;

export interface Tally {
  add(outcome: Outcome, method: string, upToSeconds?: number): void;
}

/**
 * Counts beside the sign-in, never within it: rows that everybody adds to would make everybody wait in the transaction that gives
 * them their session. What comes within a quarter of a second is written in one statement. What cannot be written is lost: a
 * measure must not cost anybody a session.
 */
export function openTally({ database, clock }: { readonly database: Pick<Database, 'read'>; readonly clock: Clock }): Tally {
  let waiting = new Map<string, Counted>();
  let isWriting = false;

  async function write(): Promise<void> {
    isWriting = true;
    while (waiting.size > 0) {
      await wait(gatherMs);
      const lines = [...waiting.values()];
      waiting = new Map();
      await database.read((tx) => addToTally(tx, lines)).catch(() => undefined);
    }
    isWriting = false;
  }
  return {
    add(outcome, method, upToSeconds = 0) {
      const day = dayOf(clock.now());
      const key = `${day} ${outcome} ${method} ${upToSeconds}`;
      waiting.set(key, { day, outcome, method, upToSeconds, count: (waiting.get(key)?.count ?? 0) + 1 });
      if (!isWriting) void write();
    },
  };
}
