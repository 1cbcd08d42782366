import { markPrivileged, type EntitlementId, type PersonId } from '../../directory/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import { holdersOf, holdsPrivilege } from './store.ts';

/** Keeps the mark by which the help desk keeps its hands off: a role in the console, or a privileged grant. */
export const keepPrivilegeMark = async (tx: Tx, personId: PersonId): Promise<void> => markPrivileged(tx, personId, await holdsPrivilege(tx, personId));

export async function keepPrivilegeMarks(tx: Tx, entitlementId: EntitlementId): Promise<void> {
  for (const personId of await holdersOf(tx, entitlementId)) await keepPrivilegeMark(tx, personId);
}
