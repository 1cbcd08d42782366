import { lifeLine, personPath } from '@bailiwick/contract/reports';
import type { Database } from '../../platform/db/index.ts';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { readLifeLine } from './read-life-line.ts';

/** Joined, moved, granted, signed in, left: one line, newest first, each point with its proof. */
export const lifeLineRoutes = (needs: { database: Database }): readonly AnyRoute[] => [
  route({
    method: 'GET',
    path: '/api/v1/people/:personId/life-line',
    permission: 'reports.life-line.read',
    summary: 'The life line of a person: the newest 100 points',
    params: personPath,
    output: lifeLine,
    refusals: [refuse.person_not_found],
    run: async ({ permit, params }) => ({ items: (await readLifeLine(needs, permit, params.personId)).map((point) => ({ ...point, at: point.at.toISOString() })) }),
  }),
];
