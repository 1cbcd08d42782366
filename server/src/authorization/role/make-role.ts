import { record } from '../../audit/index.ts';
import { findEntitlements, type EntitlementId } from '../../directory/index.ts';
import { newId } from '../../platform/crypto/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { roleChanged, roleMade, roleRemoved } from '../events.ts';
import type { Needs, NeedsWithin } from '../needs.ts';
import { roleId, type BirthrightRule, type Role, type RoleId } from './role.ts';
import { findRoleForUpdate, findRoleInList, insertRole, listRoles, markRoleRemoved, previewRole, updateRole, type RoleInList } from './store.ts';

export interface NewRole {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly rule?: BirthrightRule | null | undefined;
  readonly entitlementIds?: readonly EntitlementId[] | undefined;
}
export type RoleChange = { readonly [K in keyof NewRole]?: NewRole[K] | undefined };

export const makeRole = (needs: Needs, permit: Permit<'authorization.role.make'>, input: NewRole): Promise<RoleId> => needs.database.transaction((tx) => makeRoleIn(needs, tx, permit, input));

export async function makeRoleIn({ clock, announce }: NeedsWithin, tx: Tx, permit: Permit<'authorization.role.make'>, input: NewRole): Promise<RoleId> {
  const now = clock.now();
  const role: Role = { id: roleId(newId()), name: input.name, description: input.description ?? null, rule: input.rule ?? null, entitlementIds: [...new Set(input.entitlementIds ?? [])] };
  await refuseUngrantable(tx, role.entitlementIds);
  await insertRole(tx, role, now);
  await record(tx, { action: 'authorization.role.make', actor: permit.actor, actorName: permit.actorName, target: `role:${role.id}`, targetName: role.name, at: now, outcome: 'allowed', facts: { rule: role.rule, entitlementIds: role.entitlementIds } });
  await announce(tx, roleMade(role.id, now));
  return role.id;
}

/** People gain and lose by it as soon as lifecycle has heard: see the preview first. */
export const changeRole = ({ clock, database, announce }: Needs, permit: Permit<'authorization.role.change'>, input: { readonly roleId: RoleId; readonly change: RoleChange }): Promise<void> =>
  database.transaction(async (tx) => {
    const before = await findRoleForUpdate(tx, input.roleId);
    if (!before) throw refuse.role_not_found({ role: input.roleId });
    const { name, description, rule, entitlementIds } = input.change;
    const after: Role = {
      ...before,
      name: name ?? before.name,
      description: description === undefined ? before.description : description,
      rule: rule === undefined ? before.rule : rule,
      entitlementIds: entitlementIds === undefined ? before.entitlementIds : [...new Set(entitlementIds)].sort(),
    };
    const changed = (['name', 'description', 'rule', 'entitlementIds'] as const).filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
    if (changed.length === 0) return;
    await refuseUngrantable(tx, after.entitlementIds.filter((id) => !before.entitlementIds.includes(id)));
    const now = clock.now();
    await updateRole(tx, after, now);
    await record(tx, { action: 'authorization.role.change', actor: permit.actor, actorName: permit.actorName, target: `role:${before.id}`, targetName: after.name, at: now, outcome: 'allowed', facts: { changes: Object.fromEntries(changed.map((key) => [key, [before[key], after[key]]])) } });
    await announce(tx, roleChanged(before.id, now));
  });

/** Its name becomes free; the grants that it gave say for ever where they came from, and end when lifecycle has heard. */
export const removeRole = ({ clock, database, announce }: Needs, permit: Permit<'authorization.role.remove'>, input: { readonly roleId: RoleId }): Promise<void> =>
  database.transaction(async (tx) => {
    const before = await findRoleForUpdate(tx, input.roleId);
    if (!before) throw refuse.role_not_found({ role: input.roleId });
    const now = clock.now();
    await markRoleRemoved(tx, before.id, now);
    await record(tx, { action: 'authorization.role.remove', actor: permit.actor, actorName: permit.actorName, target: `role:${before.id}`, targetName: before.name, at: now, outcome: 'allowed', facts: { rule: before.rule, entitlementIds: before.entitlementIds } });
    await announce(tx, roleRemoved(before.id, now));
  });

/** What the target decides by itself (dynamic groups) must not be wanted: it could never be proven. */
async function refuseUngrantable(tx: Tx, ids: readonly EntitlementId[]): Promise<void> {
  const found = await findEntitlements(tx, ids);
  for (const id of ids) {
    const one = found.get(id);
    if (!one) throw refuse.entitlement_not_found({ entitlement: id });
    if (!one.isGrantable) throw refuse.entitlement_not_grantable({ entitlement: one.name });
  }
}

type Reading = Pick<Needs, 'database'>;

export const readRoles = ({ database }: Reading, _permit: Permit<'authorization.role.read'>, filter: Parameters<typeof listRoles>[1]): ReturnType<typeof listRoles> => database.read((tx) => listRoles(tx, filter));

export async function readRole({ database }: Reading, _permit: Permit<'authorization.role.read'> | Permit<'authorization.role.make'> | Permit<'authorization.role.change'>, id: RoleId): Promise<RoleInList> {
  const role = await database.read((tx) => findRoleInList(tx, id));
  if (!role) throw refuse.role_not_found({ role: id });
  return role;
}

export const readRolePreview = ({ database }: Reading, _permit: Permit<'authorization.role.read'>, given: Parameters<typeof previewRole>[1]): ReturnType<typeof previewRole> => database.read((tx) => previewRole(tx, given));
