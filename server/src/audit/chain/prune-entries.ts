import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { days, later, type Clock } from '../../platform/clock/index.ts';
import type { Keys } from '../../platform/crypto/index.ts';
import type { Database } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { record } from '../entry/store.ts';
import { refuse } from '../errors.ts';
import type { CheckpointStatement, PruningStatement } from './chain.ts';
import { openStatement, signStatement } from './sign.ts';
import { addPruning, awaitTurn, checkpointBefore, lastPruning, pageRows, removePruned } from './store.ts';

interface Needs {
  readonly database: Database;
  readonly clock: Clock;
  readonly keys: Pick<Keys, 'signingKey'>;
  /** Exports go to `<archiveFolder>/audit-<from>-<until>.ndjson.gz`. */
  readonly archiveFolder: string;
}

export const youngestDays = 30;
const pageSize = 2_000;
const removedAtOnce = 10_000;

export interface Pruned {
  readonly prunedUntil: number | null;
  readonly removed: number;
  readonly archive: string | null;
  readonly archiveSha256: string | null;
}

/**
 * Keeps the audit bounded on disk: whole ranges up to a checkpoint are written to a file, and only when that file is on disk is a signed
 * statement made and the range removed. The chain stays verifiable from that statement on; the file carries bodies and hashes, so it can be verified as well.
 */
export async function pruneEntries({ database, clock, keys, archiveFolder }: Needs, permit: Permit<'audit.entry.prune'>, { before }: { readonly before: Date }): Promise<Pruned> {
  const now = clock.now();
  if (before > later(now, -days(youngestDays))) throw refuse.too_young_to_prune({ days: youngestDays });
  const checkpoint = await database.read((tx) => checkpointBefore(tx, before));
  const known = checkpoint && openStatement<CheckpointStatement>(keys, checkpoint, 'checkpoint');
  const earlier = await database.read(lastPruning);
  const from = earlier ? (openStatement<PruningStatement>(keys, earlier, 'pruning')?.untilSeq ?? 0) : 0;
  // INVARIANT: nothing is removed on the word of a checkpoint that we did not sign.
  if (!known || known.seq <= from) return { prunedUntil: from === 0 ? null : from, removed: 0, archive: null, archiveSha256: null };

  await mkdir(archiveFolder, { recursive: true, mode: 0o700 });
  const name = `audit-${from + 1}-${known.seq}.ndjson.gz`;
  const file = path.join(archiveFolder, name);
  const lines = async function* (): AsyncGenerator<string> {
    for (let after = from; after < known.seq; after += pageSize) {
      const rows = await database.read((tx) => pageRows(tx, after, Math.min(after + pageSize, known.seq)));
      yield rows.map(({ seq, hash, body }) => `${JSON.stringify({ seq, hash, body })}\n`).join('');
    }
  };
  await pipeline(Readable.from(lines()), createGzip(), createWriteStream(`${file}.part`, { mode: 0o600 }));
  const handle = await open(`${file}.part`, 'r+');
  await handle.sync();
  await handle.close();
  await rename(`${file}.part`, file);
  const digest = createHash('sha256');
  for await (const chunk of createReadStream(file)) digest.update(chunk as Buffer);
  const archiveSha256 = digest.digest('hex');

  await database.transaction(async (tx) => {
    await awaitTurn(tx);
    await addPruning(tx, signStatement(keys, { kind: 'pruning', untilSeq: known.seq, hash: known.hash, at: now.toISOString(), by: permit.actor, archive: name, archiveSha256 }));
    await record(tx, { action: 'audit.entry.prune', actor: permit.actor, actorName: permit.actorName, target: null, targetName: null, at: now, outcome: 'allowed', facts: { from: from + 1, until: known.seq, archive: name, archiveSha256 } });
  });
  let removed = 0;
  for (;;) {
    const count = await database.transaction((tx) => removePruned(tx, known.seq, removedAtOnce));
    removed += count;
    if (count === 0) break;
  }
  return { prunedUntil: known.seq, removed, archive: name, archiveSha256 };
}
