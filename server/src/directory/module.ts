import type { Gate, Module } from '../platform/http/index.ts';
import { accountRoutes } from './account/routes.ts';
import { applicationRoutes } from './application/routes.ts';
import { keepTallies } from './inventory/read-inventory.ts';
import { permissions } from './permissions.ts';
import { keepDates } from './person/activate-person.ts';
import type { Needs } from './person/needs.ts';
import { personRoutes } from './person/routes.ts';

export function directoryModule(needs: Needs & { readonly gate: Pick<Gate, 'system'> }): Module {
  const { gate } = needs;
  return {
    domain: 'directory',
    permissions,
    routes: [...personRoutes(needs), ...applicationRoutes(needs), ...accountRoutes(needs)],
    jobs: [
      {
        name: 'directory.keep-dates',
        // First and last days are days in UTC: within a quarter of an hour they are true.
        schedule: '*/15 * * * *',
        run: async () => {
          await keepDates(needs, { activate: gate.system('directory', 'directory.person.activate'), leave: gate.system('directory', 'directory.person.leave') });
        },
      },
      { name: 'directory.keep-tallies', schedule: '* * * * *', maxAttempts: 1, run: () => keepTallies(needs) },
    ],
  };
}
