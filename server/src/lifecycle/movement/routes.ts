import * as contract from '@bailiwick/contract/lifecycle';
import { isInScope, personId as personIdOf } from '../../directory/index.ts';
import { cursorOf, parseTimeCursor, type Cursor, type Database } from '../../platform/db/index.ts';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { changeSettings, confirmStep, retryMovement, runMovement, skipStep } from './decide-step.ts';
import { planMovement, type Situation } from './movement.ts';
import { situationOf, type PlanningNeeds } from './plan-movement.ts';
import { presentMovement, presentPreview, presentSummary } from './present.ts';
import * as store from './store.ts';

/** A cursor of a list by time. */
export function timeCursor(text: string | undefined): Cursor | null {
  if (text === undefined) return null;
  const cursor = parseTimeCursor(text);
  if (cursor === null) throw refuse.cursor_unknown();
  return cursor;
}

export function movementRoutes(needs: PlanningNeeds & { readonly database: Database }): readonly AnyRoute[] {
  const { database } = needs;
  const surfaces = new Map(needs.surfaces.map((surface) => [surface.name, surface.title] as const));
  return [
    route({
      method: 'GET', path: '/api/v1/movements', permission: 'lifecycle.movement.read', summary: 'Movements, the newest first', query: contract.movementsQuery, output: contract.movements, refusals: [refuse.cursor_unknown],
      run: async ({ permit, query }) => {
        const { cursor, limit, ...filter } = query;
        const rows = await database.read((tx) => store.listMovements(tx, { ...filter, scope: permit.scope, after: timeCursor(cursor), limit }));
        const shown = rows.slice(0, limit);
        const counts = shown.length === 0 ? [] : await database.read((tx) => store.systemCounts(tx, shown.map((row) => row.id)));
        const last = shown.at(-1);
        return { items: shown.map((row) => presentSummary(row, counts, surfaces)), next: rows.length > limit && last !== undefined ? cursorOf({ key: last.plannedAt.toISOString(), id: last.id }) : null };
      },
    }),
    route({
      method: 'GET', path: '/api/v1/movements/:movementId', permission: 'lifecycle.movement.read', summary: 'A movement with its steps: wanted, sent, seen, proof', params: contract.movementPath, output: contract.movement, refusals: [refuse.movement_not_found],
      run: async ({ permit, params }) => {
        const row = await database.read((tx) => store.findMovement(tx, params.movementId, permit.scope));
        if (row === null) throw refuse.movement_not_found();
        const [steps, counts] = await Promise.all([database.read((tx) => store.stepsOf(tx, row.id)), database.read((tx) => store.systemCounts(tx, [row.id]))]);
        return presentMovement(row, steps, counts, surfaces);
      },
    }),
    route({
      method: 'POST', path: '/api/v1/people/:personId/movements/preview', permission: 'lifecycle.movement.preview', summary: 'What a movement would do, as a plan in words; nothing is changed', params: contract.personPath, body: contract.movementPreviewRequest, output: contract.movementPreview, refusals: [refuse.person_unknown],
      run: async ({ permit, params, body }) =>
        database.transaction(async (tx) => {
          if (!(await isInScope(tx, permit.scope, personIdOf(params.personId)))) throw refuse.person_unknown({ person: params.personId });
          const before = await store.findMovingPerson(tx, params.personId);
          if (before === null) throw refuse.person_unknown({ person: params.personId });
          const changed = Object.fromEntries(Object.entries(body.attributes ?? {}).filter(([, value]) => value !== undefined)) as Partial<Record<'department' | 'title' | 'location' | 'division' | 'employmentType', string | null>>;
          const changes: Situation['changes'] = Object.fromEntries(Object.entries(changed).map(([name, value]) => [name, [before[name as keyof typeof changed], value] as const]));
          const as = { ...changed, ...(body.kind === 'leaver' ? {} : { status: 'active' as const }) };
          const situation = await situationOf(needs, tx, { personId: params.personId, kind: body.kind, changes, unsettled: await store.unsettledOf(tx, params.personId), as });
          if (situation === null) throw refuse.person_unknown({ person: params.personId });
          const { approvalFor } = await store.settings(tx);
          return presentPreview(planMovement(situation), situation, body.kind !== 'leaver' && approvalFor.includes(body.kind));
        }),
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
    route({
      method: 'GET', path: '/api/v1/lifecycle-settings', permission: 'lifecycle.settings.read', summary: 'Which movements wait for a human', output: contract.lifecycleSettings,
      run: async () => (await database.read(store.settings)) as { approvalFor: ('joiner' | 'mover' | 'rehire' | 'adjust')[] },
    }),
    route({
      method: 'PUT', path: '/api/v1/lifecycle-settings', permission: 'lifecycle.settings.change', summary: 'Decide which movements wait for a human', body: contract.changeLifecycleSettings,
      run: ({ permit, body }) => changeSettings(needs, permit, body.approvalFor),
    }),
  ];
}
