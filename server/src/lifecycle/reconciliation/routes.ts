import * as contract from '@bailiwick/contract/lifecycle';
import { cursorOf, type Database } from '../../platform/db/index.ts';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { PlanningNeeds } from '../movement/plan-movement.ts';
import { timeCursor } from '../movement/routes.ts';
import { adoptDrift, adoptManyDrifts, revertDrift } from './decide-drift.ts';
import { sayDrift } from './reconciliation.ts';
import * as store from './store.ts';

export function reconciliationRoutes(needs: PlanningNeeds & { readonly database: Database }): readonly AnyRoute[] {
  const { database } = needs;
  return [
    route({
      method: 'GET', path: '/api/v1/drift', permission: 'lifecycle.drift.read', summary: 'Where systems are not as the grants say', query: contract.driftQuery, output: contract.drifts, refusals: [refuse.cursor_unknown],
      run: async ({ query }) => {
        const { cursor, limit, ...filter } = query;
        const rows = await database.read((tx) => store.listDrift(tx, { ...filter, after: timeCursor(cursor), limit }));
        const shown = rows.slice(0, limit);
        const last = shown.at(-1);
        return {
          items: shown.map((row) => ({
            id: row.id, kind: row.kind, severity: row.severity, state: row.state, title: sayDrift(row), applicationId: row.applicationId, applicationName: row.applicationName, personId: row.personId, personName: row.personName, accountId: row.accountId, login: row.login,
            entitlementId: row.entitlementId, entitlementName: row.entitlementName, foundAt: row.foundAt.toISOString(), decidedAt: row.decidedAt?.toISOString() ?? null, decidedBy: row.decidedBy, movementId: row.movementId,
          })),
          next: rows.length > limit && last !== undefined ? cursorOf({ key: last.foundAt.toISOString(), id: last.id }) : null,
        };
      },
    }),
    route({
      method: 'POST', path: '/api/v1/drift/adopt', permission: 'lifecycle.drift.adopt', summary: 'Adopt all open differences of one kind in one system', body: contract.adoptManyDrifts, output: contract.adoptedDrifts, refusals: [refuse.drift_not_adoptable],
      run: async ({ permit, body }) => ({ adopted: await adoptManyDrifts(needs, permit, body) }),
    }),
    route({
      method: 'POST', path: '/api/v1/drift/:driftId/adopt', permission: 'lifecycle.drift.adopt', summary: 'Adopt a difference: what is held becomes a grant, or a grant that nobody holds ends', params: contract.driftPath, body: contract.adoptDrift, refusals: [refuse.drift_not_found, refuse.drift_decided, refuse.drift_not_adoptable],
      run: ({ permit, params, body }) => adoptDrift(needs, permit, { ...params, ...body }),
    }),
    route({
      method: 'POST', path: '/api/v1/drift/:driftId/revert', permission: 'lifecycle.drift.revert', summary: 'Revert a difference: the system is made to be as the grants say', params: contract.driftPath, output: contract.movementPath, status: 202, refusals: [refuse.drift_not_found, refuse.drift_decided, refuse.drift_resolved],
      run: async ({ permit, params }) => ({ movementId: await revertDrift(needs, permit, params.driftId) }),
    }),
  ];
}
