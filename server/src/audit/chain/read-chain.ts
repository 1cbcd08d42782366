import type { Database } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import type { Head } from './chain.ts';
import { databaseNow, readChain as readNumbers, readVerification, type Walk } from './store.ts';

export interface ChainState {
  readonly head: Head;
  readonly waiting: number;
  readonly lagMs: number;
  readonly prunedUntil: number | null;
}

export const readChainState = ({ database }: { readonly database: Database }): Promise<ChainState> =>
  database.read(async (tx) => {
    const { head, waiting, oldestWrittenAt, prunedUntil } = await readNumbers(tx);
    const lagMs = oldestWrittenAt ? Math.max(0, (await databaseNow(tx)).getTime() - oldestWrittenAt.getTime()) : 0;
    return { head, waiting, lagMs, prunedUntil };
  });

/** `lastWalk`: null until somebody has walked it. */
export async function readChain(needs: { readonly database: Database }, _permit: Permit<'audit.chain.read'>): Promise<ChainState & { readonly lastWalk: Walk | null }> {
  const [state, lastWalk] = await Promise.all([readChainState(needs), needs.database.read(readVerification)]);
  return { ...state, lastWalk };
}
