import { entitlementId, personId, type LastWayIn } from '../directory/index.ts';
import type { Gate, Module } from '../platform/http/index.ts';
import { takeAllConsoleRolesIn } from './console-role/give-console-role.ts';
import { consoleRoleRoutes } from './console-role/routes.ts';
import { expireGrants } from './grant/end-grant.ts';
import { keepPrivilegeMarks } from './grant/privilege.ts';
import { grantRoutes } from './grant/routes.ts';
import type { Needs } from './needs.ts';
import { permissions } from './permissions.ts';
import { roleRoutes } from './role/routes.ts';

const idIn = (subject: string): string => subject.slice(subject.indexOf(':') + 1);

export function authorizationModule(needs: Needs & { readonly gate: Pick<Gate, 'system'>; readonly lastWayIn: LastWayIn }): Module {
  const { gate } = needs;
  return {
    domain: 'authorization',
    permissions,
    routes: [...roleRoutes(needs), ...grantRoutes(needs), ...consoleRoleRoutes(needs)],
    jobs: [
      {
        name: 'authorization.expire-grants',
        schedule: '* * * * *',
        maxAttempts: 1,
        run: async () => {
          await expireGrants(needs, gate.system('authorization', 'authorization.grant.end'));
        },
      },
    ],
    subscribers: [
      {
        name: 'authorization.take-console-roles',
        kinds: ['person_left'],
        deliver: (tx, event) => takeAllConsoleRolesIn(needs, tx, gate.system('authorization', 'authorization.console-role.take'), personId(idIn(event.subject))),
      },
      { name: 'authorization.keep-privilege-marks', kinds: ['entitlement_changed'], deliver: (tx, event) => keepPrivilegeMarks(tx, entitlementId(idIn(event.subject))) },
    ],
  };
}
