import * as contract from '@bailiwick/contract/lifecycle';
import type { Database } from '../../platform/db/index.ts';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { changeSettings, confirmStep, retryMovement, runMovement, skipStep } from './decide-step.ts';
import type { PlanningNeeds } from './plan-movement.ts';
import { previewMovement, readMovement, readMovements, readSettings } from './read-movements.ts';

export function movementRoutes(needs: PlanningNeeds & { readonly database: Database }): readonly AnyRoute[] {
  return [
    route({
      method: 'GET', path: '/api/v1/movements', permission: 'lifecycle.movement.read', summary: 'Movements, the newest first', query: contract.movementsQuery, output: contract.movements, refusals: [refuse.cursor_unknown],
      run: ({ permit, query }) => readMovements(needs, permit, query),
    }),
    route({
      method: 'GET', path: '/api/v1/movements/:movementId', permission: 'lifecycle.movement.read', summary: 'A movement with its steps: wanted, sent, seen, proof', params: contract.movementPath, output: contract.movement, refusals: [refuse.movement_not_found],
      run: ({ permit, params }) => readMovement(needs, permit, params.movementId),
    }),
    route({
      method: 'POST', path: '/api/v1/people/:personId/movements/preview', permission: 'lifecycle.movement.preview', summary: 'What a movement would do, as a plan in words; nothing is changed', params: contract.personPath, body: contract.movementPreviewRequest, output: contract.movementPreview, refusals: [refuse.person_unknown],
      run: ({ permit, params, body }) => previewMovement(needs, permit, { personId: params.personId, kind: body.kind, attributes: body.attributes ?? {} }),
    }),
    route({
      method: 'POST', path: '/api/v1/movements/:movementId/run', permission: 'lifecycle.movement.run', summary: 'Let a movement run that waits for approval', params: contract.movementPath, refusals: [refuse.movement_not_found, refuse.movement_runs_already],
      run: ({ permit, params }) => runMovement(needs, permit, params.movementId),
    }),
    route({
      method: 'POST', path: '/api/v1/movements/:movementId/retry', permission: 'lifecycle.movement.run', summary: 'Try every open step of a movement now', params: contract.movementPath, refusals: [refuse.movement_not_found],
      run: ({ permit, params }) => retryMovement(needs, permit, { movementId: params.movementId, stepId: null }),
    }),
    route({
      method: 'POST', path: '/api/v1/movements/:movementId/steps/:stepId/retry', permission: 'lifecycle.movement.run', summary: 'Try one step now', params: contract.stepPath, refusals: [refuse.movement_not_found],
      run: ({ permit, params }) => retryMovement(needs, permit, params),
    }),
    route({
      method: 'POST', path: '/api/v1/movements/:movementId/steps/:stepId/confirm', permission: 'lifecycle.step.confirm', summary: 'Say that a step was done by hand, and what was seen', params: contract.stepPath, body: contract.confirmStep,
      refusals: [refuse.movement_not_found, refuse.step_not_found, refuse.step_is_over, refuse.step_not_by_hand, refuse.account_id_needed, refuse.connection_not_found],
      run: ({ permit, params, body }) => confirmStep(needs, permit, { ...params, ...body }),
    }),
    route({
      method: 'POST', path: '/api/v1/movements/:movementId/steps/:stepId/skip', permission: 'lifecycle.step.skip', summary: 'Give a step up, with a reason', params: contract.stepPath, body: contract.skipStep, refusals: [refuse.movement_not_found, refuse.step_not_found, refuse.step_is_over, refuse.step_is_running],
      run: ({ permit, params, body }) => skipStep(needs, permit, { ...params, ...body }),
    }),
    route({ method: 'GET', path: '/api/v1/lifecycle-settings', permission: 'lifecycle.settings.read', summary: 'Which movements wait for a human', output: contract.lifecycleSettings, run: ({ permit }) => readSettings(needs, permit) }),
    route({
      method: 'PUT', path: '/api/v1/lifecycle-settings', permission: 'lifecycle.settings.change', summary: 'Decide which movements wait for a human', body: contract.changeLifecycleSettings,
      run: ({ permit, body }) => changeSettings(needs, permit, body.approvalFor),
    }),
  ];
}
