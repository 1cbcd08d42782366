import { record } from '../../audit/index.ts';
import { isInScope } from '../../directory/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { grantEnded } from '../events.ts';
import type { Needs, NeedsWithin } from '../needs.ts';
import type { GrantId } from './grant.ts';
import { keepPrivilegeMark } from './privilege.ts';
import { endGrantRow, expiredGrants, findGrant, lockGrant } from './store.ts';

interface Input {
  readonly grantId: GrantId;
  readonly reason: string;
}

/** By hand. A birthright would come back with the next plan: the role is what must change. */
export const endGrant = (needs: Needs, permit: Permit<'authorization.grant.end'>, input: Input): Promise<void> =>
  needs.database.transaction(async (tx) => {
    await lockGrant(tx, input.grantId);
    const grant = await findGrant(tx, input.grantId);
    if (!grant || !(await isInScope(tx, permit.scope, grant.personId))) throw refuse.grant_not_found({ grant: input.grantId });
    if (grant.endedAt) throw refuse.grant_has_ended({ grant: input.grantId });
    if (grant.source === 'birthright') throw refuse.birthright_stays({ role: grant.roleName ?? '' });
    await endGrantIn(needs, tx, permit, input);
  });

/** Inside a movement: ended already is done. */
export async function endGrantIn({ clock, announce }: NeedsWithin, tx: Tx, permit: Permit<'authorization.grant.end'>, input: Input & { readonly action?: 'authorization.grant.end' | 'authorization.grant.expire' }): Promise<void> {
  await lockGrant(tx, input.grantId);
  const grant = await findGrant(tx, input.grantId);
  if (!grant) throw refuse.grant_not_found({ grant: input.grantId });
  if (grant.endedAt) return;
  const now = clock.now();
  await endGrantRow(tx, grant.id, { at: now, reason: input.reason, by: permit.actor });
  if (grant.risk === 'privileged') await keepPrivilegeMark(tx, grant.personId);
  await record(tx, {
    action: input.action ?? 'authorization.grant.end',
    actor: permit.actor,
    actorName: permit.actorName,
    target: `person:${grant.personId}`,
    targetName: grant.personName,
    at: now,
    outcome: 'allowed',
    reason: input.reason,
    facts: { grantId: grant.id, entitlement: `${grant.entitlementName} in ${grant.applicationName}`, entitlementId: grant.entitlementId, applicationId: grant.applicationId, source: grant.source, since: grant.since },
  });
  await announce(tx, grantEnded(grant.personId, now, { grantId: grant.id, entitlementId: grant.entitlementId, applicationId: grant.applicationId, source: grant.source, reason: input.reason, by: permit.actor }));
}

const atOnce = 100;

/** A job: what was given until a date ends on that date. */
export async function expireGrants(needs: Needs, permit: Permit<'authorization.grant.end'>): Promise<number> {
  let ended = 0;
  for (;;) {
    const count = await needs.database.transaction(async (tx) => {
      const due = await expiredGrants(tx, needs.clock.now(), atOnce);
      for (const grantId of due) await endGrantIn(needs, tx, permit, { grantId, reason: 'its time is over', action: 'authorization.grant.expire' });
      return due.length;
    });
    ended += count;
    if (count < atOnce) return ended;
  }
}
