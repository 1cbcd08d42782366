import path from 'node:path';
import type { Clock } from '../platform/clock/index.ts';
import type { Keys } from '../platform/crypto/index.ts';
import type { Database } from '../platform/db/index.ts';
import type { Module } from '../platform/http/index.ts';
import type { Log } from '../platform/log/index.ts';
import { readChainState } from './chain/read-chain.ts';
import { proveChain } from './chain/prove-chain.ts';
import { awaitSealed, openSealer } from './chain/seal.ts';
import { sayVerification, smallPage, type Verification } from './chain/verify-chain.ts';
import { auditRoutes } from './entry/routes.ts';
import { permissions } from './permissions.ts';

interface Needs {
  readonly database: Database;
  readonly clock: Clock;
  readonly keys: Pick<Keys, 'signingKey'>;
  readonly log: Log;
  /** Signed checkpoints beside the database; archives of pruned entries go to `audit-archive` next to it. */
  readonly checkpointFile: string;
}

export interface AuditModule extends Module {
  /** Begins to seal. */
  start(): Promise<void>;
  /** Seals what is there, signs a last checkpoint, ends. */
  stop(): Promise<void>;
  /** Resolves when everything committed so far is in the chain. */
  awaitSealed(): Promise<void>;
  /** Walks the whole chain, as each night, and writes down what it found; `lines` say it to people. */
  verify(onProgress?: (seen: number, total: number) => void): Promise<Verification & { readonly lines: readonly string[] }>;
  status(): Promise<{ readonly lastSeq: number; readonly lastSealedAt: Date | null; readonly waiting: number; readonly lagMs: number }>;
}

export function auditModule(needs: Needs): AuditModule {
  const sealer = openSealer(needs);
  return {
    domain: 'audit',
    permissions,
    routes: auditRoutes({ ...needs, archiveFolder: path.join(path.dirname(needs.checkpointFile), 'audit-archive') }),
    jobs: [{ name: 'audit.prove-chain', schedule: '41 3 * * *', maxAttempts: 3, run: async (_, { signal }) => void (await proveChain(needs, { pageSize: smallPage, onProgress: () => signal.throwIfAborted() })) }],
    start() {
      sealer.start();
      return Promise.resolve();
    },
    stop: () => sealer.stop(),
    awaitSealed: () => awaitSealed(sealer, needs),
    async verify(onProgress) {
      const verification = await proveChain(needs, onProgress ? { onProgress: ({ entries, of }) => onProgress(entries, of) } : {});
      return { ...verification, lines: sayVerification(verification) };
    },
    async status() {
      const { head, waiting, lagMs } = await readChainState(needs);
      return { lastSeq: head.seq, lastSealedAt: head.sealedAt, waiting, lagMs };
    },
  };
}
