import type { Database } from '../../platform/db/index.ts';
import type { Client } from './client.ts';
import { findClient, readRevisions, type Revisions } from './store.ts';

export interface Registry {
  /** The counters as they are at some moment after the call: one small read, shared by all who ask while it has not begun. */
  revisions(): Promise<Revisions>;
  find(id: string, revisions: Revisions): Promise<Client | undefined>;
  /** What is in memory, and of which revision: for who confirms that revision before answering. */
  peek(id: string): { readonly client: Client; readonly revision: number } | undefined;
}

const keep = 5_000;

/**
 * Clients in memory, never older than the question. INVARIANT: a secret rotated, or a client removed, on one node is so
 * on every node for every request that begins after the commit; a notice that can be late or lost would not do.
 */
export function openRegistry(database: Database): Registry {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<Revisions> | null = null;
  let known = new Map<string, Client>();
  let knownRevision = -1;

  return {
    revisions() {
      // Joining a read that has begun already could answer with what was before the caller's own change.
      next ??= running.then(() => {
        next = null;
        const reading = database.read(readRevisions);
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
    peek(id) {
      const client = known.get(id);
      return client && { client, revision: knownRevision };
    },
  };
}
