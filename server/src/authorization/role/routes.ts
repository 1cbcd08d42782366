import { changeRoleBody, makeRoleBody, previewRoleBody, role as roleAnswer, roleParams, rolePreview, rolesAnswer, rolesQuery, type RoleAnswer } from '@bailiwick/contract/authorization';
import { entitlementId } from '../../directory/index.ts';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { changeRole, makeRole, readRole, readRolePreview, readRoles, removeRole } from './make-role.ts';
import { roleId } from './role.ts';

type InList = Awaited<ReturnType<typeof readRole>>;

const present = (one: InList): RoleAnswer => ({
  ...one,
  rule: one.rule === null ? null : { all: one.rule.all.map(({ attribute, isOneOf }) => ({ attribute, isOneOf: [...isOneOf] })) },
  entitlements: [...one.entitlements],
  createdAt: one.createdAt.toISOString(),
  updatedAt: one.updatedAt.toISOString(),
});
const entitlementIds = (ids: readonly string[]) => ids.map(entitlementId);

export function roleRoutes(needs: Needs): AnyRoute[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/roles',
      permission: 'authorization.role.read',
      summary: 'Roles by name, with what they give and to how many',
      query: rolesQuery,
      output: rolesAnswer,
      refusals: [refuse.cursor_unknown],
      run: async ({ permit, query }) => {
        const { items, next } = await readRoles(needs, permit, query);
        return { items: items.map(present), next };
      },
    }),
    route({
      method: 'POST',
      path: '/api/v1/roles/preview',
      permission: 'authorization.role.read',
      summary: 'Whom a role would give or take what, before it is made, changed or removed',
      body: previewRoleBody,
      output: rolePreview,
      status: 200,
      run: ({ permit, body }) =>
        readRolePreview(needs, permit, { roleId: body.roleId === undefined ? null : roleId(body.roleId), rule: body.isRemoval ? null : body.rule, entitlementIds: body.isRemoval ? [] : entitlementIds(body.entitlementIds) }),
    }),
    route({
      method: 'POST',
      path: '/api/v1/roles',
      permission: 'authorization.role.make',
      summary: 'Make a role; with a rule it is a birthright',
      body: makeRoleBody,
      output: roleAnswer,
      status: 201,
      refusals: [refuse.role_name_taken, refuse.entitlement_not_found, refuse.entitlement_not_grantable],
      run: async ({ permit, body }) => present(await readRole(needs, permit, await makeRole(needs, permit, { ...body, entitlementIds: entitlementIds(body.entitlementIds) }))),
    }),
    route({
      method: 'GET',
      path: '/api/v1/roles/:roleId',
      permission: 'authorization.role.read',
      summary: 'One role',
      params: roleParams,
      output: roleAnswer,
      refusals: [refuse.role_not_found],
      run: async ({ permit, params }) => present(await readRole(needs, permit, roleId(params.roleId))),
    }),
    route({
      method: 'PATCH',
      path: '/api/v1/roles/:roleId',
      permission: 'authorization.role.change',
      summary: 'Change a role; people gain and lose by it',
      params: roleParams,
      body: changeRoleBody,
      output: roleAnswer,
      refusals: [refuse.role_not_found, refuse.role_name_taken, refuse.entitlement_not_found, refuse.entitlement_not_grantable],
      run: async ({ permit, params, body }) => {
        const id = roleId(params.roleId);
        await changeRole(needs, permit, { roleId: id, change: { ...body, entitlementIds: body.entitlementIds && entitlementIds(body.entitlementIds) } });
        return present(await readRole(needs, permit, id));
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/v1/roles/:roleId',
      permission: 'authorization.role.remove',
      summary: 'Remove a role; what only it gave goes',
      params: roleParams,
      refusals: [refuse.role_not_found],
      run: ({ permit, params }) => removeRole(needs, permit, { roleId: roleId(params.roleId) }),
    }),
  ];
}
