import * as contract from '@bailiwick/contract/lifecycle';
import type { Database } from '../../platform/db/index.ts';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { PlanningNeeds } from '../movement/plan-movement.ts';
import { adoptDrift, adoptManyDrifts, readDrift, revertDrift } from './decide-drift.ts';

export function reconciliationRoutes(needs: PlanningNeeds & { readonly database: Database }): readonly AnyRoute[] {
  return [
    route({
      method: 'GET', path: '/api/v1/drift', permission: 'lifecycle.drift.read', summary: 'Where systems are not as the grants say', query: contract.driftQuery, output: contract.drifts, refusals: [refuse.cursor_unknown],
      run: ({ permit, query }) => readDrift(needs, permit, query),
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
