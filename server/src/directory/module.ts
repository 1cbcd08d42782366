import type { Gate, Module } from '../platform/http/index.ts';
import { accountRoutes } from './account/routes.ts';
import { applicationRoutes } from './application/routes.ts';
import { keepTallies } from './inventory/read-inventory.ts';
import { permissions } from './permissions.ts';
import type { LastWayIn, Needs } from './person/needs.ts';
import { departureRoutes } from './departure/routes.ts';
import { settleDepartures } from './departure/settle-departures.ts';
import { personRoutes } from './person/routes.ts';

export function directoryModule(needs: Needs & { readonly gate: Pick<Gate, 'system'>; readonly lastWayIn: LastWayIn }): Module {
  return {
    domain: 'directory',
    permissions,
    routes: [...departureRoutes(needs), ...personRoutes(needs), ...applicationRoutes(needs), ...accountRoutes(needs)],
    jobs: [
      {
        name: 'directory.settle-departures',
        schedule: '* * * * *',
        maxAttempts: 1,
        run: async () => {
          await settleDepartures(needs, needs.gate.system('directory', 'directory.person.leave'));
        },
      },
      { name: 'directory.keep-tallies', schedule: '* * * * *', maxAttempts: 1, run: () => keepTallies(needs) },
    ],
  };
}
