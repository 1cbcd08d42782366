import * as contract from '@bailiwick/contract/authentication';
import { z } from 'zod';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import type { BlockList } from './block-list.ts';
import { addOwnPasskey, askForOwnPasskey, confirmOwnTotp, newOwnRecoveryCodes, removeOwnFactor, renameOwnFactor, setOwnPassword, startOwnTotp } from './change-factors.ts';
import { issueAccessPass } from './issue-access-pass.ts';
import { readFactorsOfPerson, readOwnFactors } from './read-factors.ts';

const factor = z.object({ factorId: z.uuid() });
const person = z.object({ personId: z.uuid() });
const change = 'authentication.own.factor.change' as const;

export function factorRoutes(needs: Needs & { readonly blockList: BlockList }): readonly AnyRoute[] {
  const common = [refuse.not_a_person, refuse.person_not_found, refuse.break_glass_keys_only];
  return [
    route({ method: 'GET', path: '/api/v1/me/factors', permission: 'authentication.own.factor.read', summary: 'How I sign in, and how strong that is', output: contract.factors, refusals: [refuse.not_a_person], run: ({ permit }) => readOwnFactors(needs, permit) }),
    route({
      method: 'PUT',
      path: '/api/v1/me/factors/password',
      permission: change,
      summary: 'Set or change my password; needs a fresh sign-in',
      body: contract.setPassword,
      refusals: [...common, refuse.password_too_short, refuse.password_too_long, refuse.password_common, refuse.password_expected],
      run: ({ permit, principal, body }) => setOwnPassword(needs, permit, principal, body),
    }),
    route({ method: 'POST', path: '/api/v1/me/factors/totp', permission: change, summary: 'Begin to connect an authenticator app', body: contract.startTotp, output: contract.totpStarted, refusals: [...common, refuse.too_many_totps], run: ({ permit, principal, body }) => startOwnTotp(needs, permit, principal, body.name) }),
    route({
      method: 'POST',
      path: '/api/v1/me/factors/totp/:factorId/confirm',
      permission: change,
      summary: 'Confirm the authenticator app with a code',
      params: factor,
      body: contract.confirmTotp,
      refusals: [...common, refuse.factor_not_found, refuse.totp_code_wrong],
      run: ({ permit, principal, params, body }) => confirmOwnTotp(needs, permit, principal, { id: params.factorId, code: body.code, endOtherSessions: body.endOtherSessions }),
    }),
    route({ method: 'POST', path: '/api/v1/me/factors/passkey-options', permission: change, summary: 'Begin to add a passkey', output: contract.passkeyOptions, refusals: common, run: async ({ permit, principal }) => ({ options: await askForOwnPasskey(needs, permit, principal) }) }),
    route({
      method: 'POST',
      path: '/api/v1/me/factors/passkeys',
      permission: change,
      summary: 'Add a passkey',
      body: contract.addPasskey,
      output: contract.factorAdded,
      status: 201,
      refusals: [...common, refuse.passkey_not_accepted, refuse.passkey_taken, refuse.too_many_passkeys],
      run: ({ permit, principal, body }) => addOwnPasskey(needs, permit, principal, { name: body.name ?? null, response: body.response, endOtherSessions: body.endOtherSessions }),
    }),
    route({ method: 'PATCH', path: '/api/v1/me/factors/:factorId', permission: change, summary: 'Rename a factor', params: factor, body: contract.renameFactor, refusals: [refuse.not_a_person, refuse.factor_not_found], run: ({ permit, principal, params, body }) => renameOwnFactor(needs, permit, principal, { id: params.factorId, name: body.name }) }),
    route({ method: 'DELETE', path: '/api/v1/me/factors/password', permission: change, summary: 'Remove my password', query: contract.removeFactor, refusals: [...common, refuse.factor_not_found, refuse.last_factor, refuse.last_way_in], run: ({ permit, principal, query }) => removeOwnFactor(needs, permit, principal, 'password', query.endOtherSessions) }),
    route({ method: 'DELETE', path: '/api/v1/me/factors/:factorId', permission: change, summary: 'Remove an authenticator app, a passkey or a paired telephone', params: factor, query: contract.removeFactor, refusals: [...common, refuse.factor_not_found, refuse.last_factor, refuse.last_way_in], run: ({ permit, principal, params, query }) => removeOwnFactor(needs, permit, principal, params.factorId, query.endOtherSessions) }),
    route({ method: 'POST', path: '/api/v1/me/factors/recovery-codes', permission: change, summary: 'Make ten new recovery codes; shown once', output: contract.recoveryCodes, refusals: common, run: async ({ permit, principal }) => ({ codes: [...(await newOwnRecoveryCodes(needs, permit, principal))] }) }),
    route({ method: 'GET', path: '/api/v1/people/:personId/factors', permission: 'authentication.factor.read', summary: 'Which factors a person has', params: person, output: contract.personFactors, refusals: [refuse.person_not_found], run: ({ permit, params }) => readFactorsOfPerson(needs, permit, params.personId) }),
    route({
      method: 'POST',
      path: '/api/v1/people/:personId/access-pass',
      permission: 'authentication.access-pass.issue',
      summary: 'Issue a temporary access pass; shown once, never for oneself',
      params: person,
      body: contract.issueAccessPass,
      output: contract.accessPassIssued,
      status: 201,
      refusals: [refuse.person_not_found, refuse.person_not_active, refuse.pass_for_oneself, refuse.pass_for_privileged, refuse.reset_needs_approval, refuse.break_glass_keys_only],
      run: async ({ permit, params, body }) => {
        const issued = await issueAccessPass(needs, permit, { personId: params.personId, reason: body.reason });
        return { ...issued, expiresAt: issued.expiresAt.toISOString() };
      },
    }),
  ];
}
