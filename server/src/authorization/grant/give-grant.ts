import { record } from '../../audit/index.ts';
import { findEntitlement, findPerson, isInScope, type EntitlementId, type PersonId } from '../../directory/index.ts';
import { newId } from '../../platform/crypto/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { grantGiven } from '../events.ts';
import type { Needs, NeedsWithin } from '../needs.ts';
import { grantId, type GrantId, type NewGrant } from './grant.ts';
import { keepPrivilegeMark } from './privilege.ts';
import { findOpenGrant, insertGrant } from './store.ts';

export type GiveOutcome = { readonly is: 'given'; readonly grantId: GrantId } | { readonly is: 'already'; readonly grantId: GrantId };

/** By hand: a reason, an approver (who gives it), and nobody for themselves. */
export const giveGrant = (needs: Needs, permit: Permit<'authorization.grant.give'>, input: { readonly personId: PersonId; readonly entitlementId: EntitlementId; readonly reason: string; readonly expiresAt?: Date | null | undefined }): Promise<GrantId> =>
  needs.database.transaction(async (tx) => {
    if (!(await isInScope(tx, permit.scope, input.personId))) throw refuse.person_not_found({ person: input.personId });
    // ASVS 8.2, separation of duties: an administrator who wants access asks another one.
    if (permit.personId === input.personId) throw refuse.own_access();
    const person = await findPerson(tx, input.personId);
    if (!person) throw refuse.person_not_found({ person: input.personId });
    if (person.source === 'break-glass') throw refuse.break_glass_account();
    if (person.status === 'left') throw refuse.person_has_left({ person: person.displayName });
    const entitlement = await findEntitlement(tx, input.entitlementId);
    if (!entitlement) throw refuse.entitlement_not_found({ entitlement: input.entitlementId });
    if (!entitlement.isGrantable) throw refuse.entitlement_not_grantable({ entitlement: entitlement.name });
    if (input.expiresAt && input.expiresAt <= needs.clock.now()) throw refuse.expiry_passed();
    const outcome = await giveGrantIn(needs, tx, permit, { ...input, source: 'direct', approvedBy: permit.actor, approvedByName: permit.actorName });
    if (outcome.is === 'already') throw refuse.already_granted({ person: person.displayName, entitlement: entitlement.name });
    return outcome.grantId;
  });

/** Inside a movement or an import: idempotent, since one person has an entitlement at most once. */
export async function giveGrantIn({ clock, announce }: NeedsWithin, tx: Tx, permit: Permit<'authorization.grant.give'>, input: NewGrant): Promise<GiveOutcome> {
  const now = clock.now();
  const id = grantId(newId());
  const isNew = await insertGrant(tx, {
    id,
    personId: input.personId,
    entitlementId: input.entitlementId,
    accountId: input.accountId ?? null,
    source: input.source,
    roleId: input.source === 'birthright' ? input.roleId : null,
    reason: input.reason,
    approvedBy: 'approvedBy' in input ? (input.approvedBy ?? null) : null,
    approvedByName: 'approvedByName' in input ? (input.approvedByName ?? null) : null,
    since: now,
    expiresAt: 'expiresAt' in input ? (input.expiresAt ?? null) : null,
  });
  if (!isNew) {
    const open = await findOpenGrant(tx, input.personId, input.entitlementId);
    // Ended by another transaction between the two statements: tried again, it will be given.
    return open ? { is: 'already', grantId: open.id } : giveGrantIn({ clock, announce }, tx, permit, input);
  }
  const [person, entitlement] = [await findPerson(tx, input.personId), (await findEntitlement(tx, input.entitlementId))!];
  if (entitlement.risk === 'privileged') await keepPrivilegeMark(tx, input.personId);
  await record(tx, {
    action: 'authorization.grant.give',
    actor: permit.actor,
    actorName: permit.actorName,
    target: `person:${input.personId}`,
    targetName: person?.displayName ?? null,
    at: now,
    outcome: 'allowed',
    reason: input.reason,
    facts: { grantId: id, entitlement: `${entitlement.name} in ${entitlement.applicationName}`, entitlementId: entitlement.id, applicationId: entitlement.applicationId, risk: entitlement.risk, source: input.source, roleId: input.source === 'birthright' ? input.roleId : null, expiresAt: 'expiresAt' in input ? (input.expiresAt ?? null) : null },
  });
  await announce(tx, grantGiven(input.personId, now, { grantId: id, entitlementId: entitlement.id, applicationId: entitlement.applicationId, source: input.source, reason: input.reason, by: permit.actor }));
  return { is: 'given', grantId: id };
}
