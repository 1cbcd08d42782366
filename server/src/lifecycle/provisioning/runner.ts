import type { Clock } from '../../platform/clock/index.ts';
import type { Database } from '../../platform/db/index.ts';
import { wait } from '../../platform/jobs/index.ts';
import type { Log } from '../../platform/log/index.ts';
import * as store from './store.ts';

/**
 * This process as a runner of steps. It holds an advisory lock on one session for as long as it lives: when the process
 * dies, PostgreSQL frees the lock, and the next runner sees at once that the leases are nobody's.
 */
export interface Runner {
  /** `signal` aborts when this process stops, or has lost its lock and may no longer write. */
  here(stopping: AbortSignal): Promise<{ readonly id: number; readonly signal: AbortSignal }>;
}

interface Place {
  readonly id: number;
  readonly signal: AbortSignal;
}

export function openRunner({ database, clock, log }: { database: Database; clock: Clock; log: Log }): Runner {
  let place: Promise<Place> | null = null;

  function take(stopping: AbortSignal): Promise<Place> {
    const lost = new AbortController();
    const signal = AbortSignal.any([stopping, lost.signal]);
    return new Promise<Place>((resolve, reject) => {
      database
        .session(async (tx) => {
          const id = await store.addRunner(tx, clock.now());
          resolve({ id, signal });
          while (!stopping.aborted) {
            await wait(2_000, stopping);
            await store.stillThere(tx);
          }
          await store.removeRunner(tx, id);
          await store.unlockRunner(tx, id);
        })
        .catch((error: unknown) => {
          reject(error instanceof Error ? error : new Error(String(error)));
          if (!stopping.aborted) log.warn({ err: error }, 'this runner lost its place in the database; taking another');
        })
        .finally(() => {
          lost.abort();
          place = null;
        });
    });
  }

  return { here: (stopping) => (place ??= take(stopping)) };
}
