import type { Database } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { foldTallies, readInventoryNumbers, type Inventory } from './store.ts';

interface Needs {
  readonly database: Database;
}

export const readInventory = ({ database }: Needs, _permit: Permit<'directory.inventory.read'>): Promise<Inventory> => database.read(readInventoryNumbers);

/** A job: keeps the numbers cheap to read. */
export const keepTallies = ({ database }: Needs): Promise<void> => database.transaction(foldTallies);
