import { record } from '../../audit/index.ts';
import type { Clock } from '../../platform/clock/index.ts';
import type { Database } from '../../platform/db/index.ts';
import type { Announce } from '../../platform/events/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { entitlementChanged } from '../events.ts';
import type { Entitlement, EntitlementId, EntitlementRisk } from './entitlement.ts';
import { findEntitlement, listEntitlements, updateEntitlement, type EntitlementInList } from './store.ts';

interface Needs {
  readonly clock: Clock;
  readonly database: Database;
  readonly announce: Announce;
}

/** What we say about it; name and purpose are the target's own. */
export const changeEntitlement = ({ clock, database, announce }: Needs, permit: Permit<'directory.entitlement.change'>, input: { readonly entitlementId: EntitlementId; readonly risk?: EntitlementRisk | undefined; readonly isGrantable?: boolean | undefined }): Promise<Entitlement> =>
  database.transaction(async (tx) => {
    const before = await findEntitlement(tx, input.entitlementId);
    if (!before) throw refuse.entitlement_not_found({ entitlement: input.entitlementId });
    const after = { ...before, risk: input.risk ?? before.risk, isGrantable: input.isGrantable ?? before.isGrantable };
    if (after.risk === before.risk && after.isGrantable === before.isGrantable) return before;
    const now = clock.now();
    await updateEntitlement(tx, before.id, after);
    await record(tx, { action: 'directory.entitlement.change', actor: permit.actor, actorName: permit.actorName, target: `entitlement:${before.id}`, targetName: `${before.name} in ${before.applicationName}`, at: now, outcome: 'allowed', facts: { risk: [before.risk, after.risk], isGrantable: [before.isGrantable, after.isGrantable] } });
    await announce(tx, entitlementChanged(before.id, now, { risk: [before.risk, after.risk] }));
    return after;
  });

export const readEntitlements = ({ database }: Pick<Needs, 'database'>, _permit: Permit<'directory.entitlement.read'>, filter: { applicationId?: string | undefined; search?: string | undefined; cursor?: string | undefined; limit: number }): Promise<{ items: EntitlementInList[]; next: string | null }> =>
  database.read((tx) => listEntitlements(tx, filter));
