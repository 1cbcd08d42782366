import { consoleRoleParams, consoleRolesAnswer, giveConsoleRoleBody, type ConsoleRoleAnswer } from '@bailiwick/contract/authorization';
import { personId } from '../../directory/index.ts';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import type { ConsoleRole } from './console-role.ts';
import { giveConsoleRole, readConsoleRoles, takeConsoleRole } from './give-console-role.ts';

const present = (one: ConsoleRole): ConsoleRoleAnswer => ({ ...one, since: one.since.toISOString() });

export function consoleRoleRoutes(needs: Needs): AnyRoute[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/console-roles',
      permission: 'authorization.console-role.read',
      summary: 'Who runs, watches or helps in Bailiwick itself',
      output: consoleRolesAnswer,
      run: async ({ permit }) => ({ items: (await readConsoleRoles(needs, permit)).map(present) }),
    }),
    route({
      method: 'POST',
      path: '/api/v1/console-roles',
      permission: 'authorization.console-role.give',
      summary: 'Make somebody administrator, auditor or help desk',
      body: giveConsoleRoleBody,
      refusals: [refuse.person_not_found, refuse.administrator_not_active, refuse.console_role_held, refuse.break_glass_account],
      run: ({ permit, body }) => giveConsoleRole(needs, permit, { personId: personId(body.personId), role: body.role, reason: body.reason }),
    }),
    route({
      method: 'DELETE',
      path: '/api/v1/console-roles/:personId/:role',
      permission: 'authorization.console-role.take',
      summary: 'Take a console role away; the last administrator stays',
      params: consoleRoleParams,
      refusals: [refuse.person_not_found, refuse.console_role_not_held, refuse.last_administrator, refuse.break_glass_account],
      run: ({ permit, params }) => takeConsoleRole(needs, permit, { personId: personId(params.personId), role: params.role }),
    }),
  ];
}
