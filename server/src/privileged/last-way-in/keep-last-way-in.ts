import type { Tx } from '../../platform/db/index.ts';
import { heldOf, isOpen } from './last-way-in.ts';
import { findWaysIn, hasAdministrators, lockWaysIn } from './store.ts';

/** The plugs of directory, authorization, lifecycle (`heldOf`) and authentication (`isOpenIn`): asked inside the transaction that would close the way. */
export const lastWayIn = {
  async heldOf(tx: Tx, leaving: readonly string[]): Promise<ReadonlySet<string>> {
    if (leaving.length === 0 || !(await hasAdministrators(tx, leaving))) return new Set();
    await lockWaysIn(tx);
    return heldOf(await findWaysIn(tx), leaving);
  },
  async isOpenIn(tx: Tx): Promise<boolean> {
    await lockWaysIn(tx);
    return isOpen(await findWaysIn(tx));
  },
};
