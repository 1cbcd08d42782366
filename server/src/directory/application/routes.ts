import { application as applicationAnswer, applicationParams, applicationsAnswer, applicationsQuery, changeApplicationBody, changeEntitlementBody, entitlement as entitlementAnswer, entitlementParams, entitlementsAnswer, entitlementsQuery, type ApplicationAnswer, type EntitlementAnswer } from '@bailiwick/contract/directory';
import type { Clock } from '../../platform/clock/index.ts';
import type { Database } from '../../platform/db/index.ts';
import type { Announce } from '../../platform/events/index.ts';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { changeEntitlement, readEntitlements } from '../entitlement/change-entitlement.ts';
import { entitlementId, type Entitlement } from '../entitlement/entitlement.ts';
import { refuse } from '../errors.ts';
import { personId } from '../person/person.ts';
import { changeApplication } from './add-application.ts';
import { applicationId } from './application.ts';
import { readApplication, readApplications } from './read-applications.ts';

interface Needs {
  readonly clock: Clock;
  readonly database: Database;
  readonly announce: Announce;
}

type InList = Awaited<ReturnType<typeof readApplication>>;
const present = (one: InList): ApplicationAnswer => ({ ...one, createdAt: one.createdAt.toISOString(), removedAt: one.removedAt?.toISOString() ?? null });
const presentEntitlement = (one: Entitlement & { holders?: number }): EntitlementAnswer => ({ ...one, holders: one.holders ?? 0, lastSeenAt: one.lastSeenAt?.toISOString() ?? null });

export function applicationRoutes(needs: Needs): AnyRoute[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/applications',
      permission: 'directory.application.read',
      summary: 'Applications by name, each with its numbers of accounts',
      query: applicationsQuery,
      output: applicationsAnswer,
      refusals: [refuse.cursor_unknown],
      run: async ({ permit, query }) => {
        const { items, next } = await readApplications(needs, permit, query);
        return { items: items.map(present), next };
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/applications/:applicationId',
      permission: 'directory.application.read',
      summary: 'One application',
      params: applicationParams,
      output: applicationAnswer,
      refusals: [refuse.application_not_found],
      run: async ({ permit, params }) => present(await readApplication(needs, permit, applicationId(params.applicationId))),
    }),
    route({
      method: 'PATCH',
      path: '/api/v1/applications/:applicationId',
      permission: 'directory.application.change',
      summary: 'Change name, description, address, icon or owner of an application',
      params: applicationParams,
      body: changeApplicationBody,
      output: applicationAnswer,
      refusals: [refuse.application_not_found, refuse.application_name_taken, refuse.owner_not_found],
      run: async ({ permit, params, body: { ownerId, ...rest } }) => {
        const id = applicationId(params.applicationId);
        await changeApplication(needs, permit, { applicationId: id, change: { ...rest, ...(ownerId === undefined ? {} : { ownerId: ownerId === null ? null : personId(ownerId) }) } });
        return present(await readApplication(needs, permit, id));
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/applications/:applicationId/entitlements',
      permission: 'directory.entitlement.read',
      summary: 'What can be had in an application',
      params: applicationParams,
      query: entitlementsQuery,
      output: entitlementsAnswer,
      refusals: [refuse.cursor_unknown],
      run: async ({ permit, params, query }) => {
        const { items, next } = await readEntitlements(needs, permit, { ...query, applicationId: params.applicationId });
        return { items: items.map(presentEntitlement), next };
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/entitlements',
      permission: 'directory.entitlement.read',
      summary: 'What can be had in any application, by name',
      query: entitlementsQuery,
      output: entitlementsAnswer,
      refusals: [refuse.cursor_unknown],
      run: async ({ permit, query }) => {
        const { items, next } = await readEntitlements(needs, permit, query);
        return { items: items.map(presentEntitlement), next };
      },
    }),
    route({
      method: 'PATCH',
      path: '/api/v1/entitlements/:entitlementId',
      permission: 'directory.entitlement.change',
      summary: 'Say how risky an entitlement is, and whether it may be given',
      params: entitlementParams,
      body: changeEntitlementBody,
      output: entitlementAnswer,
      refusals: [refuse.entitlement_not_found],
      run: async ({ permit, params, body }) => presentEntitlement(await changeEntitlement(needs, permit, { entitlementId: entitlementId(params.entitlementId), ...body })),
    }),
  ];
}
