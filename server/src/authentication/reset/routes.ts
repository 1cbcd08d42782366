import { accessPassIssued } from '@bailiwick/contract/authentication';
import * as contract from '@bailiwick/contract/recovery';
import { z } from 'zod';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { askForReset } from './ask-for-reset.ts';
import { approveReset, cancelReset, refuseReset, takeResetPass } from './decide-reset.ts';
import { readResets } from './read-resets.ts';

const one = z.object({ resetId: z.uuid() });

export function resetRoutes(needs: Needs): readonly AnyRoute[] {
  const common = [refuse.not_a_person, refuse.reset_not_found, refuse.reset_not_open];
  const about = [refuse.person_not_active, refuse.reset_of_privileged];
  return [
    route({
      method: 'GET',
      path: '/api/v1/resets',
      permission: 'authentication.reset.read',
      summary: 'Resets that were asked for, newest first',
      query: contract.resetQuery,
      output: contract.resetList,
      refusals: [refuse.cursor_unknown],
      run: async ({ permit, principal, query }) => readResets(needs, permit, await needs.permissionsOf(principal), query),
    }),
    route({
      method: 'POST',
      path: '/api/v1/people/:personId/resets',
      permission: 'authentication.reset.ask',
      summary: 'Ask to reset how somebody signs in; a second person approves',
      params: z.object({ personId: z.uuid() }),
      body: contract.askForReset,
      output: contract.resetAsked,
      status: 201,
      refusals: [refuse.not_a_person, refuse.person_not_found, ...about, refuse.reset_for_oneself, refuse.reset_open_already],
      run: async ({ permit, principal, params, body }) => {
        const asked = await askForReset(needs, permit, principal, { personId: params.personId, reason: body.reason, identityCheck: body.identityCheck, ticket: body.ticket || null });
        return { id: asked.id, expiresAt: asked.expiresAt.toISOString() };
      },
    }),
    route({ method: 'POST', path: '/api/v1/resets/:resetId/approve', permission: 'authentication.reset.decide', summary: 'Approve a reset as the second person; needs a fresh sign-in', params: one, refusals: [...common, ...about, refuse.reset_needs_another_person, refuse.reset_not_by_managers], run: ({ permit, principal, params }) => approveReset(needs, permit, principal, params.resetId) }),
    route({ method: 'POST', path: '/api/v1/resets/:resetId/refuse', permission: 'authentication.reset.decide', summary: 'Refuse a reset, with the reason', params: one, body: contract.refuseReset, refusals: [...common, refuse.reset_needs_another_person, refuse.reset_not_by_managers], run: ({ permit, principal, params, body }) => refuseReset(needs, permit, principal, { id: params.resetId, reason: body.reason }) }),
    route({
      method: 'POST',
      path: '/api/v1/resets/:resetId/pass',
      permission: 'authentication.reset.ask',
      summary: 'Take the access pass of an approved reset; shown once, to whoever asked',
      params: one,
      output: accessPassIssued,
      status: 201,
      refusals: [...common, ...about, refuse.reset_pass_for_asker],
      run: async ({ permit, principal, params }) => {
        const issued = await takeResetPass(needs, permit, principal, params.resetId);
        return { ...issued, expiresAt: issued.expiresAt.toISOString() };
      },
    }),
    route({ method: 'POST', path: '/api/v1/resets/:resetId/cancel', permission: 'authentication.reset.ask', summary: 'Take back what one has asked for', params: one, refusals: [...common, refuse.reset_pass_for_asker], run: ({ permit, principal, params }) => cancelReset(needs, permit, principal, params.resetId) }),
  ];
}
