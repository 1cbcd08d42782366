import { sql, type Tx } from '../../platform/db/index.ts';

export interface TileRow {
  readonly applicationId: string;
  readonly name: string;
  readonly description: string | null;
  readonly icon: string | null;
  readonly initiateLoginUri: string | null;
  readonly homeUri: string | null;
  readonly lastOpenedAt: Date | null;
}

/** What the person may open: applications that everybody may sign in to, those they hold a grant in, those they have an account in. Recent first. */
export const tilesOf = (tx: Tx, personId: string, now: Date): Promise<TileRow[]> =>
  sql<TileRow>(tx)`
    with held as (
      select distinct g.application_id
        from authz.grant_card g
       where g.person_id = ${personId} and g.ended_at is null and (g.expires_at is null or g.expires_at > ${now})
    ), signing as (
      select distinct on (c.application_id) c.application_id, c.initiate_login_uri, c.home_uri
        from federation.client c
       where 'authorization_code' = any (c.grant_types)
         and (not c.requires_grant or exists (select from held h where h.application_id = c.application_id))
       order by c.application_id, (c.initiate_login_uri is null), (c.home_uri is null), c.created_at
    ), opened as (
      select c.application_id, max(p.last_at) as last_opened_at
        from federation.participation p
        join federation.client c on c.id = p.client_id
       where p.person_id = ${personId}
       group by c.application_id
    )
    select a.application_id, a.name, a.description, a.icon, s.initiate_login_uri, coalesce(s.home_uri, a.url) as home_uri, o.last_opened_at
      from directory.application_card a
      left join signing s on s.application_id = a.application_id
      left join opened o on o.application_id = a.application_id
     where a.removed_at is null
       and (s.application_id is not null
            or (a.url is not null and not exists (select from federation.client c where c.application_id = a.application_id)
                and (exists (select from held h where h.application_id = a.application_id)
                     or exists (select from directory.account_card d where d.application_id = a.application_id and d.person_id = ${personId} and d.status = 'active'))))
     order by o.last_opened_at desc nulls last, lower(a.name)
     limit 300`;

export interface ParticipationRow {
  readonly clientId: string;
  readonly applicationId: string;
  readonly name: string;
  readonly since: Date;
  readonly lastAt: Date;
  readonly endedAt: Date | null;
  readonly logoutState: 'waiting' | 'told' | 'given_up' | 'not_needed' | null;
}

export const participationsOf = (tx: Tx, personId: string): Promise<ParticipationRow[]> =>
  sql<ParticipationRow>(tx)`
    select p.client_id, c.application_id, c.name, p.since, p.last_at, p.ended_at, p.logout_state
      from federation.participation p
      join federation.client c on c.id = p.client_id
     where p.person_id = ${personId}
     order by p.last_at desc
     limit 200`;

export interface SessionApplicationRow {
  readonly sessionId: string;
  readonly applicationId: string;
  readonly name: string;
  readonly lastAt: Date;
}

/** One line per application, however many clients it has; last used first. */
export async function applicationsOfSessions(tx: Tx, sessionIds: readonly string[]): Promise<SessionApplicationRow[]> {
  if (sessionIds.length === 0) return [];
  return sql<SessionApplicationRow>(tx)`
    select p.session_id, c.application_id, a.name, max(p.last_at) as last_at
      from federation.participation p
      join federation.client c on c.id = p.client_id
      join directory.application_card a on a.application_id = c.application_id
     where p.session_id = any (${[...sessionIds]}::uuid[])
     group by p.session_id, c.application_id, a.name
     order by last_at desc, a.name`;
}
