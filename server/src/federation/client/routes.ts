import { applicationSignIn, changeClient as changeClientBody, clientList, clientMade, clientRead, createClient, listClients, rotateSecret as rotateSecretBody, type Client as ClientAnswer } from '@bailiwick/contract/federation';
import { z } from 'zod';
import { directoryRefusals } from '../../directory/index.ts';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { FederationNeeds } from '../needs.ts';
import { paths } from '../provider/build-provider.ts';
import { addClient } from './add-client.ts';
import { changeClient } from './change-client.ts';
import { readApplicationSignIn, readClient, readClients } from './read-clients.ts';
import type { Registry } from './registry.ts';
import { removeClient } from './remove-client.ts';
import { rotateSecret } from './rotate-secret.ts';
import type { NamedClient } from './client.ts';

type Needs = Pick<FederationNeeds, 'config' | 'clock' | 'database' | 'announce' | 'gate'> & { readonly registry: Pick<Registry, 'forget'> };

const moment = (at: Date | null): string | null => at?.toISOString() ?? null;

const present = (client: NamedClient, now: Date): ClientAnswer => ({
  clientId: client.id,
  applicationId: client.applicationId,
  applicationName: client.applicationName,
  name: client.name,
  kind: client.kind,
  authentication: client.authentication,
  redirectUris: [...client.redirectUris],
  postLogoutRedirectUris: [...client.postLogoutRedirectUris],
  grantTypes: [...client.grantTypes],
  scopes: [...client.scopes],
  audiences: [...client.audiences],
  idTokenAlgorithm: client.idTokenAlgorithm,
  accessTokenAlgorithm: client.accessTokenAlgorithm,
  requiresPkce: client.requiresPkce,
  requiresPushedRequests: client.requiresPushedRequests,
  isFirstParty: client.isFirstParty,
  requiresGrant: client.requiresGrant,
  leastAssuranceLevel: client.leastAssuranceLevel,
  homeUri: client.homeUri,
  initiateLoginUri: client.initiateLoginUri,
  backchannelLogoutUri: client.backchannelLogoutUri,
  jwks: client.jwks as ClientAnswer['jwks'],
  jwksUri: client.jwksUri,
  hasPreviousSecret: client.previousSecretExpiresAt !== null && client.previousSecretExpiresAt > now,
  previousSecretExpiresAt: client.previousSecretExpiresAt !== null && client.previousSecretExpiresAt > now ? moment(client.previousSecretExpiresAt) : null,
  secretMadeAt: moment(client.secretMadeAt),
  createdAt: client.createdAt.toISOString(),
  updatedAt: client.updatedAt.toISOString(),
  lastUsedAt: moment(client.lastUsedAt),
});

const clientParams = z.object({ clientId: z.string().min(1).max(100) });

export function clientRoutes(needs: Needs): readonly AnyRoute[] {
  const origin = needs.config.url.origin;
  const connection = {
    issuer: origin,
    discovery: `${origin}/.well-known/openid-configuration`,
    authorizationEndpoint: origin + paths.authorization,
    tokenEndpoint: origin + paths.token,
    userinfoEndpoint: origin + paths.userinfo,
    jwksUri: origin + paths.jwks,
    endSessionEndpoint: origin + paths.logout,
  };
  return [
    route({
      method: 'GET',
      path: '/api/v1/clients',
      permission: 'federation.client.read',
      summary: 'Clients that sign people in or get tokens for themselves',
      query: listClients,
      output: clientList,
      async run({ permit, query }) {
        const { items, next } = await readClients(needs, permit, query);
        return { items: items.map((client) => present(client, needs.clock.now())), next };
      },
    }),
    route({
      method: 'POST',
      path: '/api/v1/clients',
      permission: 'federation.client.add',
      summary: 'Add a client; its secret is shown this once',
      body: createClient,
      output: clientMade,
      status: 201,
      refusals: [directoryRefusals.application_name_taken, refuse.client_id_taken, refuse.client_not_consistent, refuse.no_such_application],
      async run({ permit, body }) {
        const { client, secret } = await addClient(needs, permit, body);
        needs.registry.forget();
        return { ...present(client, needs.clock.now()), connection, clientSecret: secret };
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/clients/:clientId',
      permission: 'federation.client.read',
      summary: 'One client, and what an application needs to be set up',
      params: clientParams,
      output: clientRead,
      refusals: [refuse.no_such_client],
      async run({ permit, params }) {
        return { ...present(await readClient(needs, permit, params.clientId), needs.clock.now()), connection };
      },
    }),
    route({
      method: 'PATCH',
      path: '/api/v1/clients/:clientId',
      permission: 'federation.client.change',
      summary: 'Change a client; a new way to authenticate ends its tokens and shows its new secret this once',
      params: clientParams,
      body: changeClientBody,
      output: clientMade,
      refusals: [refuse.no_such_client, refuse.client_not_consistent],
      async run({ permit, params, body }) {
        const { client, secret } = await changeClient(needs, permit, { clientId: params.clientId, change: body });
        needs.registry.forget();
        return { ...present(client, needs.clock.now()), connection, clientSecret: secret };
      },
    }),
    route({
      method: 'POST',
      path: '/api/v1/clients/:clientId/secret',
      permission: 'federation.client.rotate-secret',
      summary: 'A new secret, shown this once; the one before works on for a while',
      params: clientParams,
      body: rotateSecretBody,
      output: clientMade,
      refusals: [refuse.no_such_client, refuse.no_secret_to_rotate],
      async run({ permit, params, body }) {
        const { client, secret } = await rotateSecret(needs, permit, { clientId: params.clientId, previousWorksForHours: body.previousWorksForHours });
        needs.registry.forget();
        return { ...present(client, needs.clock.now()), connection, clientSecret: secret };
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/v1/clients/:clientId',
      permission: 'federation.client.remove',
      summary: 'Remove a client and everything that was issued to it',
      params: clientParams,
      refusals: [refuse.no_such_client],
      async run({ permit, params }) {
        await removeClient(needs, permit, params);
        needs.registry.forget();
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/applications/:applicationId/sign-in',
      permission: 'federation.client.read',
      summary: 'How people sign in to one application',
      params: z.object({ applicationId: z.uuid() }),
      output: applicationSignIn,
      refusals: [refuse.no_such_application],
      async run({ permit, params }) {
        const { clients, people, lastAt } = await readApplicationSignIn(needs, permit, params.applicationId);
        return { clients: clients.map((client) => present(client, needs.clock.now())), connection, people30Days: people, lastSignInAt: moment(lastAt) };
      },
    }),
  ];
}
