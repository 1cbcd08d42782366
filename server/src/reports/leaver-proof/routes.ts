import { leaverProofs, leaverProofsQuery } from '@bailiwick/contract/reports';
import { cursorOf, parseCursor, type Database } from '../../platform/db/index.ts';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { listLeaverProofs } from './store.ts';

/** One row a leaver: when HR said so, when the last system showed it, how long that took. */
export const leaverProofRoutes = ({ database }: { database: Database }): readonly AnyRoute[] => [
  route({
    method: 'GET',
    path: '/api/v1/reports/leavers',
    permission: 'reports.leaver-proof.read',
    summary: 'Leavers with their time to zero access, newest first',
    query: leaverProofsQuery,
    output: leaverProofs,
    refusals: [refuse.cursor_unknown],
    run: ({ query }) =>
      database.read(async (tx) => {
        const after = query.cursor === undefined ? null : parseCursor(query.cursor);
        if (query.cursor !== undefined && (!after || Number.isNaN(Date.parse(after.key)) || !/^[0-9a-f-]{36}$/.test(after.id))) throw refuse.cursor_unknown();
        const rows = await listLeaverProofs(tx, after, query.limit + 1);
        const items = rows.slice(0, query.limit);
        const last = items.at(-1);
        return {
          items: items.map((row) => ({ ...row, happenedAt: row.happenedAt.toISOString(), plannedAt: row.plannedAt.toISOString(), provenAt: row.provenAt?.toISOString() ?? null })),
          next: rows.length > query.limit && last ? cursorOf({ key: last.plannedAt.toISOString(), id: last.movementId }) : null,
        };
      }),
  }),
];
