import type { Database } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import type { Head } from './chain.ts';
import { databaseNow, readChain as readNumbers, readVerification, type Walk } from './store.ts';

export interface ChainState {
  readonly head: Head;
  readonly waiting: number;
  readonly lagMs: number;
  readonly prunedUntil: number | null;
  /** Null until somebody has walked it. */
  readonly lastWalk: Walk | null;
}

export const readChainState = ({ database }: { readonly database: Database }): Promise<ChainState> =>
  database.read(async (tx) => {
    const { head, waiting, oldestWrittenAt, prunedUntil } = await readNumbers(tx);
    const lagMs = oldestWrittenAt ? Math.max(0, (await databaseNow(tx)).getTime() - oldestWrittenAt.getTime()) : 0;
    return { head, waiting, lagMs, prunedUntil, lastWalk: await readVerification(tx) };
  });

export const readChain = (needs: { readonly database: Database }, _permit: Permit<'audit.chain.read'>): Promise<ChainState> => readChainState(needs);
