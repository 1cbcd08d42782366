import { record } from '../../audit/index.ts';
import type { CreateClient } from '@bailiwick/contract/federation';
import { addApplicationIn } from '../../directory/index.ts';
import { digestOf, newId, randomToken } from '../../platform/crypto/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { events } from '../events.ts';
import type { FederationNeeds } from '../needs.ts';
import { defaultAuthentication, defaultGrantTypes, defaultScopes, hasSecret, inconsistencyOf, type Client, type NamedClient } from './client.ts';
import { findApplication, findNamedClient, insertClient, isClientIdTaken } from './store.ts';

/** 256 random bits: nobody guesses them, so a plain digest keeps them (no slow hash on every token request). */
export const newSecret = (): string => `bws_${randomToken(256)}`;

/** A client, and the application it belongs to when none was named. The secret leaves this function once. */
export async function addClient({ clock, database, announce, gate }: Pick<FederationNeeds, 'clock' | 'database' | 'announce' | 'gate'>, permit: Permit<'federation.client.add'>, input: CreateClient): Promise<{ client: NamedClient; secret: string | null }> {
  const now = clock.now();
  const authentication = input.authentication ?? defaultAuthentication(input.kind);
  const secret = hasSecret(authentication) ? newSecret() : null;
  return database.transaction(async (tx) => {
    const id = input.clientId ?? `client_${randomToken(128)}`;
    if (await isClientIdTaken(tx, id)) throw refuse.client_id_taken({ clientId: id });
    if (input.applicationId && !(await findApplication(tx, input.applicationId))) throw refuse.no_such_application({ applicationId: input.applicationId });
    const client: Client = {
      id,
      applicationId: input.applicationId ?? newId(),
      name: input.name,
      kind: input.kind,
      authentication,
      secretDigest: secret === null ? null : digestOf(secret),
      previousSecretDigest: null,
      previousSecretExpiresAt: null,
      secretMadeAt: secret === null ? null : now,
      jwks: input.jwks,
      jwksUri: input.jwksUri,
      redirectUris: input.redirectUris,
      postLogoutRedirectUris: input.postLogoutRedirectUris,
      grantTypes: input.grantTypes ?? defaultGrantTypes(input.kind),
      scopes: input.scopes ?? defaultScopes(input.kind),
      audiences: input.audiences,
      idTokenAlgorithm: input.idTokenAlgorithm,
      accessTokenAlgorithm: input.accessTokenAlgorithm,
      requiresPkce: input.requiresPkce,
      requiresPushedRequests: input.requiresPushedRequests,
      isFirstParty: input.isFirstParty,
      requiresGrant: input.requiresGrant,
      leastAssuranceLevel: input.leastAssuranceLevel,
      homeUri: input.homeUri,
      initiateLoginUri: input.initiateLoginUri,
      backchannelLogoutUri: input.backchannelLogoutUri,
      createdAt: now,
      updatedAt: now,
      lastUsedAt: null,
    };
    const why = inconsistencyOf(client);
    if (why) throw refuse.client_not_consistent({ why });
    const application = input.applicationId
      ? { id: input.applicationId }
      : await addApplicationIn({ clock }, tx, gate.system('federation', 'directory.application.add'), { name: input.name, kind: 'oidc', url: input.homeUri });
    await insertClient(tx, { ...client, applicationId: application.id });
    await record(tx, {
      action: 'federation.client.add',
      actor: permit.actor,
      actorName: permit.actorName,
      target: `client:${id}`,
      targetName: input.name,
      at: now,
      outcome: 'allowed',
      facts: { applicationId: application.id, kind: client.kind, authentication, grantTypes: client.grantTypes, redirectUris: client.redirectUris, requiresPkce: client.requiresPkce },
    });
    await announce(tx, { kind: events.clientAdded, subject: `client:${id}`, at: now, facts: { applicationId: application.id } });
    const made = await findNamedClient(tx, id);
    if (!made) throw refuse.no_such_client({ clientId: id });
    return { client: made, secret };
  });
}
