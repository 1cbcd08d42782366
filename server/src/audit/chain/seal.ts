import { hash } from 'node:crypto';
import { appendFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../../platform/clock/index.ts';
import { monotonicMs } from '../../platform/clock/index.ts';
import type { Keys } from '../../platform/crypto/index.ts';
import type { Database } from '../../platform/db/index.ts';
import { every, wait } from '../../platform/jobs/index.ts';
import type { Log } from '../../platform/log/index.ts';
import { isCheckpointDue, type Head } from './chain.ts';
import { signStatement } from './sign.ts';
import { addCheckpoint, append, peek, readHead, readOldest, takeTurn, tidyInbox } from './store.ts';

export interface SealerNeeds {
  readonly database: Database;
  readonly clock: Clock;
  readonly keys: Pick<Keys, 'signingKey'>;
  readonly log: Log;
  /** Where checkpoints are written beside the database, so that a cut tail is found. */
  readonly checkpointFile: string;
}

export interface Sealer {
  start(): void;
  /** Seals what is there, and stops. */
  stop(): Promise<void>;
  /** Seals what is committed now; answers how many. */
  sealNow(): Promise<number>;
}

/** An entry is sealed at most this long after its commit, and a little; the aim is a quarter of a second. */
const pollMs = 150;
/** A batch is one short transaction; writers never wait for it, and readers see its end soon. */
const batch = 2_000;
const tidyEvery = 10_000;

export const checkpointFileIn = (dataFolder: string): string => path.join(dataFolder, 'audit-checkpoints.jsonl');

/**
 * Puts the inbox in order behind its writers: seq is given here, inside the sealing transaction, so that no roll-back, crash or
 * concurrency can leave a gap. Every node runs one; an advisory lock lets them take turns. It looks every so often instead of
 * being notified, since NOTIFY would make all writers commit one after the other.
 */
export function openSealer(needs: SealerNeeds): Sealer {
  const { database, log } = needs;
  let stopPolling: (() => Promise<void>) | null = null;
  let isTroubled = false;
  let sinceTidy = 0;

  async function sealNow(): Promise<number> {
    let sealed = 0;
    for (;;) {
      const { hasAny, head } = await database.read(peek);
      if (!hasAny) {
        if (isCheckpointDue(head, needs.clock.now())) await makeCheckpoint(needs);
        return sealed;
      }
      const count = await sealBatch(needs);
      if (count === null) return sealed;
      sealed += count;
      sinceTidy += count;
      if (sinceTidy >= tidyEvery) {
        await database.read(tidyInbox);
        sinceTidy = 0;
      }
      // That was all there was; what came meanwhile has its turn at the next look.
      if (count < batch) return sealed;
    }
  }

  return {
    sealNow,
    start() {
      stopPolling ??= every(pollMs, () =>
        sealNow().then(
          () => {
            isTroubled = false;
          },
          (error: unknown) => {
            if (!isTroubled) log.warn({ err: error }, 'the audit could not be sealed; it is tried again');
            isTroubled = true;
          },
        ),
      );
    },
    async stop() {
      await stopPolling?.();
      stopPolling = null;
      await sealNow().catch(() => undefined);
      await makeCheckpoint(needs).catch(() => undefined);
    },
  };
}

/** Null: another sealer has its turn. */
async function sealBatch(needs: SealerNeeds): Promise<number | null> {
  const now = needs.clock.now();
  const done = await needs.database.transaction(async (tx) => {
    // Sent together; the head is read after the lock was asked for. The rows are not: a node whose turn it is not would carry thousands away unread.
    const [isMine, head] = await Promise.all([takeTurn(tx), readHead(tx)]);
    if (!isMine) return null;
    const rows = await readOldest(tx, batch);
    if (rows.length === 0) return { count: 0, head };
    let previous = head.hash;
    const hashes = rows.map(({ body }) => (previous = hash('sha256', previous + body)));
    const moved = await append(tx, head.seq, rows.map((row) => row.id), hashes, now);
    // INVARIANT: all or nothing; a row that somebody took out of the inbox meanwhile would leave a gap.
    if (moved !== rows.length) throw new Error(`${rows.length} audit entries were to be sealed and ${moved} were there`);
    return { count: rows.length, head: { ...head, seq: head.seq + rows.length, hash: previous } };
  });
  if (done === null) return null;
  if (isCheckpointDue(done.head, now)) await makeCheckpoint(needs);
  return done.count;
}

/** Signed with a key that is not in the database, and kept outside of it as well: who can change rows cannot make it fit. */
export async function makeCheckpoint({ database, clock, keys, checkpointFile }: SealerNeeds): Promise<Head | null> {
  const made = await database.transaction(async (tx) => {
    if (!(await takeTurn(tx))) return null;
    const head = await readHead(tx);
    if (head.seq === head.checkpointSeq) return null;
    const now = clock.now();
    const signed = signStatement(keys, { kind: 'checkpoint', seq: head.seq, hash: head.hash, at: now.toISOString() });
    await addCheckpoint(tx, head.seq, signed, now);
    return { head, signed };
  });
  if (!made) return null;
  await mkdir(path.dirname(checkpointFile), { recursive: true });
  await appendFile(checkpointFile, `${JSON.stringify(made.signed)}\n`, { mode: 0o600, flush: true });
  return made.head;
}

/** For tests and for stopping in order: resolves when everything committed so far is in the chain, whichever node seals it. */
export async function awaitSealed(sealer: Pick<Sealer, 'sealNow'>, { database }: { readonly database: Database }): Promise<void> {
  const until = monotonicMs() + 30_000;
  for (;;) {
    await sealer.sealNow();
    if (!(await database.read(peek)).hasAny) return;
    if (monotonicMs() > until) throw new Error('the audit was not sealed within 30 s');
    await wait(20);
  }
}
