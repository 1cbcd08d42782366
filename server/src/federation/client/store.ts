import { cursorOf, fragment, join, json, parseCursor, sql, type Tx } from '../../platform/db/index.ts';
import type { Client, NamedClient } from './client.ts';

/** Counters of changes; equal numbers mean that what is kept in memory is what the database holds. */
export interface Revisions {
  readonly clients: number;
  readonly keys: number;
}

export async function readRevisions(tx: Tx): Promise<Revisions> {
  const rows = await sql<{ subject: 'clients' | 'keys'; number: number }>(tx)`select subject, number from federation.revision`;
  return { clients: rows.find((row) => row.subject === 'clients')?.number ?? 0, keys: rows.find((row) => row.subject === 'keys')?.number ?? 0 };
}

const columns = fragment`c.id, c.application_id, c.name, c.kind, c.authentication, c.secret_digest, c.previous_secret_digest, c.previous_secret_expires_at, c.secret_made_at,
  c.jwks, c.jwks_uri, c.redirect_uris, c.post_logout_redirect_uris, c.grant_types, c.scopes, c.audiences, c.id_token_algorithm, c.access_token_algorithm,
  c.requires_pkce, c.requires_pushed_requests, c.is_first_party, c.requires_grant, c.least_assurance_level, c.home_uri, c.initiate_login_uri, c.backchannel_logout_uri,
  c.created_at, c.updated_at, c.last_used_at`;

export async function findClient(tx: Tx, id: string): Promise<Client | undefined> {
  const [row] = await sql<Client>(tx)`select ${columns} from federation.client c where c.id = ${id}`;
  return row;
}

export async function findClientForChange(tx: Tx, id: string): Promise<Client | undefined> {
  const [row] = await sql<Client>(tx)`select ${columns} from federation.client c where c.id = ${id} for update`;
  return row;
}


export async function findNamedClient(tx: Tx, id: string): Promise<NamedClient | undefined> {
  const [row] = await sql<NamedClient>(tx)`
    select ${columns}, a.name as application_name
      from federation.client c
      join directory.application_card a on a.application_id = c.application_id
     where c.id = ${id}`;
  return row;
}

/** In order of name; a cursor that is not ours begins at the beginning. */
export async function listNamedClients(tx: Tx, wanted: { applicationId?: string | undefined; search?: string | undefined; cursor?: string | undefined; limit: number }): Promise<{ items: NamedClient[]; next: string | null }> {
  const after = wanted.cursor === undefined ? null : parseCursor(wanted.cursor);
  const conditions = [
    fragment`true`,
    ...(wanted.applicationId ? [fragment`c.application_id = ${wanted.applicationId}`] : []),
    ...(wanted.search ? [fragment`(position(lower(${wanted.search}) in lower(c.name)) > 0 or c.id = ${wanted.search})`] : []),
    ...(after ? [fragment`(lower(c.name), c.id) > (${after.key}, ${after.id})`] : []),
  ];
  const rows = await sql<NamedClient>(tx)`
    select ${columns}, a.name as application_name
      from federation.client c
      join directory.application_card a on a.application_id = c.application_id
     where ${join(conditions, fragment` and `)}
     order by lower(c.name), c.id
     limit ${wanted.limit + 1}`;
  const items = rows.slice(0, wanted.limit);
  const last = items.at(-1);
  return { items, next: rows.length > wanted.limit && last ? cursorOf({ key: last.name.toLowerCase(), id: last.id }) : null };
}

export async function isClientIdTaken(tx: Tx, id: string): Promise<boolean> {
  return (await sql(tx)`select id from federation.client where id = ${id}`).length > 0;
}

export async function insertClient(tx: Tx, client: Client): Promise<void> {
  await sql(tx)`
    insert into federation.client (
      id, application_id, name, kind, authentication, secret_digest, previous_secret_digest, previous_secret_expires_at, secret_made_at, jwks, jwks_uri,
      redirect_uris, post_logout_redirect_uris, grant_types, scopes, audiences, id_token_algorithm, access_token_algorithm, requires_pkce, requires_pushed_requests,
      is_first_party, requires_grant, least_assurance_level, home_uri, initiate_login_uri, backchannel_logout_uri, created_at, updated_at)
    values (
      ${client.id}, ${client.applicationId}, ${client.name}, ${client.kind}, ${client.authentication}, ${client.secretDigest}, ${client.previousSecretDigest}, ${client.previousSecretExpiresAt}, ${client.secretMadeAt},
      ${client.jwks === null ? null : json(client.jwks)}, ${client.jwksUri}, ${[...client.redirectUris]}::text[], ${[...client.postLogoutRedirectUris]}::text[], ${[...client.grantTypes]}::text[], ${[...client.scopes]}::text[], ${[...client.audiences]}::text[],
      ${client.idTokenAlgorithm}, ${client.accessTokenAlgorithm}, ${client.requiresPkce}, ${client.requiresPushedRequests}, ${client.isFirstParty}, ${client.requiresGrant}, ${client.leastAssuranceLevel},
      ${client.homeUri}, ${client.initiateLoginUri}, ${client.backchannelLogoutUri}, ${client.createdAt}, ${client.updatedAt})`;
}

export async function updateClient(tx: Tx, client: Client): Promise<void> {
  await sql(tx)`
    update federation.client
       set name = ${client.name}, authentication = ${client.authentication}, secret_digest = ${client.secretDigest}, previous_secret_digest = ${client.previousSecretDigest},
           previous_secret_expires_at = ${client.previousSecretExpiresAt}, secret_made_at = ${client.secretMadeAt}, jwks = ${client.jwks === null ? null : json(client.jwks)}, jwks_uri = ${client.jwksUri},
           redirect_uris = ${[...client.redirectUris]}::text[], post_logout_redirect_uris = ${[...client.postLogoutRedirectUris]}::text[], grant_types = ${[...client.grantTypes]}::text[],
           scopes = ${[...client.scopes]}::text[], audiences = ${[...client.audiences]}::text[], id_token_algorithm = ${client.idTokenAlgorithm}, access_token_algorithm = ${client.accessTokenAlgorithm},
           requires_pkce = ${client.requiresPkce}, requires_pushed_requests = ${client.requiresPushedRequests}, is_first_party = ${client.isFirstParty}, requires_grant = ${client.requiresGrant},
           least_assurance_level = ${client.leastAssuranceLevel}, home_uri = ${client.homeUri}, initiate_login_uri = ${client.initiateLoginUri},
           backchannel_logout_uri = ${client.backchannelLogoutUri}, updated_at = ${client.updatedAt}
     where id = ${client.id}`;
}

export async function deleteClient(tx: Tx, id: string): Promise<void> {
  await sql(tx)`delete from federation.client where id = ${id}`;
}

/** Exact to a minute: a write per token would cost more than the token. */
export async function markClientUsed(tx: Tx, id: string, now: Date): Promise<void> {
  await sql(tx)`update federation.client set last_used_at = ${now} where id = ${id} and (last_used_at is null or last_used_at < ${new Date(now.getTime() - 60_000)})`;
}

export async function signInFacts(tx: Tx, applicationId: string, since: Date): Promise<{ people: number; lastAt: Date | null }> {
  const [row] = await sql<{ people: number; lastAt: Date | null }>(tx)`
    select count(distinct p.person_id) filter (where p.last_at >= ${since})::integer as people, max(p.last_at) as last_at
      from federation.participation p
      join federation.client c on c.id = p.client_id
     where c.application_id = ${applicationId}`;
  return row ?? { people: 0, lastAt: null };
}

export async function findApplication(tx: Tx, applicationId: string): Promise<{ applicationId: string; name: string } | undefined> {
  const [row] = await sql<{ applicationId: string; name: string }>(tx)`select application_id, name from directory.application_card where application_id = ${applicationId}`;
  return row;
}
