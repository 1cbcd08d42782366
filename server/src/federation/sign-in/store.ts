import { sql, type Tx } from '../../platform/db/index.ts';

export interface PersonClaims {
  readonly personId: string;
  readonly displayName: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly username: string;
  readonly workEmail: string | null;
  readonly department: string | null;
  readonly title: string | null;
  readonly updatedAt: Date;
}

/** Only of a person who may act now; of anybody else there is nothing to say. */
export async function findPersonClaims(tx: Tx, personId: string): Promise<PersonClaims | undefined> {
  const [row] = await sql<PersonClaims>(tx)`
    select person_id, display_name, given_name, family_name, username, work_email, department, title, updated_at
      from directory.person_card
     where person_id = ${personId} and status = 'active'`;
  return row;
}

/** Names of what the person holds by an open grant in one application. */
export async function grantedNames(tx: Tx, personId: string, applicationId: string, now: Date): Promise<readonly string[]> {
  const rows = await sql<{ name: string }>(tx)`
    select g.entitlement_name as name
      from authz.grant_card g
     where g.person_id = ${personId} and g.application_id = ${applicationId}
       and g.ended_at is null and (g.expires_at is null or g.expires_at > ${now})
     order by g.entitlement_name`;
  return rows.map((row) => row.name);
}

export async function hasOpenGrant(tx: Tx, personId: string, applicationId: string, now: Date): Promise<boolean> {
  const rows = await sql(tx)`
    select g.person_id
      from authz.grant_card g
     where g.person_id = ${personId} and g.application_id = ${applicationId}
       and g.ended_at is null and (g.expires_at is null or g.expires_at > ${now})
     limit 1`;
  return rows.length > 0;
}

/** When the person agreed to at least these scopes. */
export async function consentTo(tx: Tx, personId: string, clientId: string, scopes: readonly string[]): Promise<Date | null> {
  const [row] = await sql<{ givenAt: Date }>(tx)`
    select given_at from federation.consent where person_id = ${personId} and client_id = ${clientId} and scopes @> ${[...scopes]}::text[]`;
  return row?.givenAt ?? null;
}

export async function saveConsent(tx: Tx, consent: { personId: string; clientId: string; scopes: readonly string[]; givenAt: Date }): Promise<void> {
  await sql(tx)`
    insert into federation.consent (person_id, client_id, scopes, given_at)
         values (${consent.personId}, ${consent.clientId}, ${[...consent.scopes]}::text[], ${consent.givenAt})
    on conflict (person_id, client_id) do update
            set given_at = excluded.given_at,
                scopes = (select array_agg(distinct s) from unnest(consent.scopes || excluded.scopes) as s)`;
}

export const listConsents = (tx: Tx, personId: string): Promise<{ clientId: string; name: string; scopes: string[]; givenAt: Date }[]> =>
  sql<{ clientId: string; name: string; scopes: string[]; givenAt: Date }>(tx)`
    select o.client_id, c.name, o.scopes, o.given_at
      from federation.consent o
      join federation.client c on c.id = o.client_id
     where o.person_id = ${personId}
     order by lower(c.name)`;

export async function deleteConsent(tx: Tx, personId: string, clientId: string): Promise<boolean> {
  return (await sql(tx)`delete from federation.consent where person_id = ${personId} and client_id = ${clientId} returning client_id`).length > 0;
}
