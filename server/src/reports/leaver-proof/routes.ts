import { leaverProofs, leaverProofsQuery } from '@bailiwick/contract/reports';
import type { Database } from '../../platform/db/index.ts';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { readLeaverProofs } from './read-leaver-proofs.ts';

/** One row a leaver: when HR said so, when the last system showed it, how long that took. */
export const leaverProofRoutes = (needs: { database: Database }): readonly AnyRoute[] => [
  route({
    method: 'GET',
    path: '/api/v1/reports/leavers',
    permission: 'reports.leaver-proof.read',
    summary: 'Leavers with their time to zero access, newest first',
    query: leaverProofsQuery,
    output: leaverProofs,
    refusals: [refuse.cursor_unknown],
    run: async ({ permit, query }) => {
      const { items, next } = await readLeaverProofs(needs, permit, { cursor: query.cursor, limit: query.limit });
      return { items: items.map((row) => ({ ...row, happenedAt: row.happenedAt.toISOString(), plannedAt: row.plannedAt.toISOString(), provenAt: row.provenAt?.toISOString() ?? null })), next };
    },
  }),
];
