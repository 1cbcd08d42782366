import { today } from '@bailiwick/contract/reports';
import type { Clock } from '../../platform/clock/index.ts';
import type { Database } from '../../platform/db/index.ts';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { readToday } from './read-today.ts';

export const todayRoutes = (needs: { database: Database; clock: Clock }): readonly AnyRoute[] => [
  route({ method: 'GET', path: '/api/v1/reports/today', permission: 'reports.today.read', summary: 'What stands, what waits for a person, how well it goes', output: today, run: ({ permit }) => readToday(needs, permit) }),
];
