import type { Database } from '../../platform/db/index.ts';
import type { RecordRefusal } from '../../platform/http/index.ts';
import type { NewEntry } from './entry.ts';
import { openRefusalMeter, writtenOfStrangersPerMinute } from './refusal-meter.ts';
import { record } from './store.ts';

/** For what must be on record although nothing else is changed, or although everything else is rolled back: a transaction of its own. */
export const recordApart = ({ database }: { readonly database: Database }, entry: NewEntry): Promise<void> => database.transaction((tx) => record(tx, entry));

/** For doors at which anybody can be refused as often as they like. `address`: tells strangers apart. */
export function openRefusalRecorder(needs: { readonly database: Database }): (entry: NewEntry, address: string | null) => Promise<void> {
  const take = openRefusalMeter();
  return async (entry, address) => {
    const isStranger = !/^(person|token|system):/.test(entry.actor);
    const metered = take(`${entry.actor} ${entry.action} ${isStranger ? address : ''}`, entry.at);
    if (!metered.isWritten) return;
    if (isStranger && !take(`strangers ${entry.action}`, entry.at, writtenOfStrangersPerMinute).isWritten) return;
    await recordApart(needs, {
      ...entry,
      facts: { ...entry.facts, ...(metered.before > 0 ? { alsoRefusedUnwritten: metered.before } : {}), ...(metered.isLast ? { isRestOfMinuteOnlyCounted: true } : {}) },
    });
  };
}

/** The gate's plug: every no is an entry. */
export function makeRecordRefusal(needs: { readonly database: Database }): RecordRefusal {
  const recordRefusal = openRefusalRecorder(needs);
  return ({ principal, permission, why, request, at }) =>
    recordRefusal(
      {
        action: permission,
        actor: principal?.actor ?? 'anonymous',
        actorName: principal?.name ?? 'somebody who is not signed in',
        target: null,
        targetName: null,
        at,
        outcome: 'refused',
        reason: why,
        facts: request ? { requestId: request.requestId, address: request.address } : {},
      },
      request?.address ?? null,
    );
}
