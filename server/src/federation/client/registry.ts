import { monotonicMs } from '../../platform/clock/index.ts';
import type { Database } from '../../platform/db/index.ts';
import type { Client } from './client.ts';
import { findClient, readRevisions, type Revisions } from './store.ts';

export interface Registry {
  /** The counters of clients and keys: from memory while nothing was heard, otherwise by one small read that all who ask share. */
  revisions(): Promise<Revisions>;
  find(id: string, revisions: Revisions): Promise<Client | undefined>;
  /** For who changed something here: the next question is read anew, notice or not. */
  forget(): void;
  /** Hears of changes on any node until the returned function is called. */
  listen(): Promise<() => Promise<void>>;
}

const channel = 'bailiwick_federation';
const keep = 5_000;
/** Notices can be lost with their connection: so long at most is something believed that was not confirmed. */
const believedForMs = 1_000;

/**
 * Clients in memory. A change is heard on every node as it commits (milliseconds), is known at once where it was made, and
 * is found by itself within a second where the notice was lost. That is for what clients are; whether a person or a
 * session may still act is never kept in memory, see issued/store.ts.
 */
export function openRegistry(database: Database): Registry {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<Revisions> | null = null;
  let last: Revisions | null = null;
  let readAt = -Infinity;
  let isDirty = true;
  let known = new Map<string, Client>();
  let knownRevision = -1;

  async function read(): Promise<Revisions> {
    const began = monotonicMs();
    // Before the read, so that a change heard of while it runs is not taken as seen.
    isDirty = false;
    try {
      last = await database.read(readRevisions);
      readAt = began;
      return last;
    } catch (error) {
      isDirty = true;
      throw error;
    }
  }

  return {
    revisions() {
      if (last && !isDirty && monotonicMs() - readAt < believedForMs) return Promise.resolve(last);
      // Joining a read that has begun already could answer with what was before the caller's own change.
      next ??= running.then(() => {
        next = null;
        const reading = read();
        running = reading.catch(() => undefined);
        return reading;
      });
      return next;
    },
    async find(id, revisions) {
      if (revisions.clients > knownRevision) {
        known = new Map();
        knownRevision = revisions.clients;
      }
      if (revisions.clients === knownRevision) {
        const client = known.get(id);
        if (client) return client;
      }
      const mine = known;
      const client = await database.read((tx) => findClient(tx, id));
      // Only into the map of that revision: a change that came meanwhile has already replaced it.
      if (client && mine === known) {
        if (known.size >= keep) known.delete(known.keys().next().value!);
        known.set(id, client);
      }
      return client;
    },
    forget() {
      isDirty = true;
    },
    listen: () => database.listen(channel, () => { isDirty = true; }),
  };
}
