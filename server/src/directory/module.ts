import type { Gate, Module } from '../platform/http/index.ts';
import { accountRoutes } from './account/routes.ts';
import { applicationRoutes } from './application/routes.ts';
import { keepTallies } from './inventory/read-inventory.ts';
import { permissions } from './permissions.ts';
import type { Needs } from './person/needs.ts';
import { personRoutes } from './person/routes.ts';

export function directoryModule(needs: Needs & { readonly gate: Pick<Gate, 'system'> }): Module {
  return {
    domain: 'directory',
    permissions,
    routes: [...personRoutes(needs), ...applicationRoutes(needs), ...accountRoutes(needs)],
    jobs: [
      { name: 'directory.keep-tallies', schedule: '* * * * *', maxAttempts: 1, run: () => keepTallies(needs) },
    ],
  };
}
