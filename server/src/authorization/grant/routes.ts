import { accessParams, endGrantBody, giveGrantBody, grant as grantAnswer, grantParams, grantsAnswer, grantsQuery, personAccess, type GrantAnswer, type PersonAccessAnswer } from '@bailiwick/contract/authorization';
import { entitlementId, personId } from '../../directory/index.ts';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { endGrant } from './end-grant.ts';
import { giveGrant } from './give-grant.ts';
import { grantId, proofOf, sayWhy } from './grant.ts';
import { readAccess, readGrant, readGrants, readOwnAccess, type PersonAccess } from './read-access.ts';

type WithProof = PersonAccess['items'][number];

const moment = (at: Date | null): string | null => at?.toISOString() ?? null;
const present = (one: WithProof): GrantAnswer => ({
  ...one,
  since: one.since.toISOString(),
  expiresAt: moment(one.expiresAt),
  endedAt: moment(one.endedAt),
  lastReviewedAt: moment(one.lastReviewedAt),
  lastUsedAt: moment(one.lastUsedAt),
  seenAt: moment(one.seenAt),
  proof: proofOf(one),
  why: sayWhy(one),
});
const presentAccess = ({ items, accounts }: PersonAccess): PersonAccessAnswer => ({
  items: items.map(present),
  accounts: accounts.map(({ id, applicationId, applicationName, login, status, kind, observedAt }) => ({ id, applicationId, applicationName, login, status, kind, observedAt: observedAt.toISOString() })),
});

export function grantRoutes(needs: Needs): AnyRoute[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/grants',
      permission: 'authorization.grant.read',
      summary: 'Grants, the latest first, each with why and what the target shows',
      query: grantsQuery,
      output: grantsAnswer,
      refusals: [refuse.cursor_unknown],
      run: async ({ permit, query }) => {
        const { items, next } = await readGrants(needs, permit, query);
        return { items: items.map(present), next };
      },
    }),
    route({
      method: 'POST',
      path: '/api/v1/grants',
      permission: 'authorization.grant.give',
      summary: 'Give a person an entitlement by hand, with a reason and perhaps an end',
      body: giveGrantBody,
      output: grantAnswer,
      status: 201,
      refusals: [refuse.person_not_found, refuse.person_has_left, refuse.entitlement_not_found, refuse.entitlement_not_grantable, refuse.already_granted, refuse.expiry_passed, refuse.own_access, refuse.break_glass_account],
      run: async ({ permit, body }) =>
        present(await readGrant(needs, permit, await giveGrant(needs, permit, { personId: personId(body.personId), entitlementId: entitlementId(body.entitlementId), reason: body.reason, expiresAt: body.expiresAt === null ? null : new Date(body.expiresAt) }))),
    }),
    route({
      method: 'POST',
      path: '/api/v1/grants/:grantId/end',
      permission: 'authorization.grant.end',
      summary: 'End a grant that did not come by birthright',
      params: grantParams,
      body: endGrantBody,
      output: grantAnswer,
      status: 200,
      refusals: [refuse.grant_not_found, refuse.grant_has_ended, refuse.birthright_stays],
      run: async ({ permit, params, body }) => {
        await endGrant(needs, permit, { grantId: grantId(params.grantId), reason: body.reason });
        return present(await readGrant(needs, permit, grantId(params.grantId)));
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/people/:personId/access',
      permission: 'authorization.grant.read',
      summary: 'Why does this person have what: open grants, accounts, and what the targets show',
      params: accessParams,
      output: personAccess,
      refusals: [refuse.person_not_found],
      run: async ({ permit, params }) => presentAccess(await readAccess(needs, permit, personId(params.personId))),
    }),
    route({
      method: 'GET',
      path: '/api/v1/me/access',
      permission: 'authorization.own.read',
      summary: 'What I have, why, since when and until when',
      output: personAccess,
      run: async ({ permit }) => presentAccess(await readOwnAccess(needs, permit)),
    }),
  ];
}
