import type { Database } from '../../platform/db/index.ts';
import type { RecordRefusal } from '../../platform/http/index.ts';
import type { NewEntry } from './entry.ts';
import { record } from './store.ts';

/** For what must be on record although nothing else is changed, or although everything else is rolled back: a transaction of its own. */
export const recordApart = ({ database }: { readonly database: Database }, entry: NewEntry): Promise<void> => database.transaction((tx) => record(tx, entry));

/** The gate's plug: every no is an entry. */
export const makeRecordRefusal =
  (needs: { readonly database: Database }): RecordRefusal =>
  ({ principal, permission, why, request, at }) =>
    recordApart(needs, {
      action: permission,
      actor: principal?.actor ?? 'anonymous',
      actorName: principal?.name ?? 'somebody who is not signed in',
      target: null,
      targetName: null,
      at,
      outcome: 'refused',
      reason: why,
      facts: request ? { requestId: request.requestId, address: request.address } : {},
    });
