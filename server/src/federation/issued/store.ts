import { json, sql, type Tx } from '../../platform/db/index.ts';

export interface IssuedRow {
  readonly kind: string;
  readonly payload: Record<string, unknown>;
  readonly consumedAt: Date | null;
  readonly hasUsedSuccessor: boolean;
  readonly grantId: string | null;
  readonly grant: Record<string, unknown> | null;
}

/**
 * INVARIANT: what belongs to a person who is not active, or to a sign-in session that has ended and it is bound to, is
 * not found. Ended is also: unused for too long, by the same clock as in the browser. What is not bound (offline access) ends
 * with a session that was ended so that everything ends with it (`takes_tokens`).
 * This is judged here, at every read, on every node, in the same statement: no event has to arrive first.
 * What names a grant is not found without it either: ending the grant ends the whole family.
 */
export async function findIssued(tx: Tx, digest: Buffer, kinds: readonly string[], now: Date): Promise<IssuedRow[]> {
  return sql<IssuedRow>(tx)`
    select p.kind, p.payload, p.consumed_at, p.grant_id, g.payload as "grant",
           p.consumed_at is not null and p.kind = 'RefreshToken' and exists (
             select from federation.payload n
              where n.grant_id = p.grant_id and n.kind = 'RefreshToken' and n.consumed_at is not null
                and (n.payload ->> 'rotations')::integer > coalesce((p.payload ->> 'rotations')::integer, 0)) as has_used_successor
      from federation.payload p
      left join federation.payload g on g.kind = 'Grant' and g.digest = sha256(convert_to(p.grant_id, 'UTF8'))
      left join directory.person_standing s on s.person_id = p.account_id
      left join authn.session_card c on c.session_id = p.session_id
     where p.digest = ${digest}
       and p.kind = any (${[...kinds]}::text[])
       and (p.account_id is null or s.is_active)
       and (not p.is_bound_to_session or (c.ended_at is null and c.expires_at > ${now} and c.idle_expires_at > ${now}))
       and c.takes_tokens is not true
       and (p.grant_id is null or g.kind is not null)`;
}

export interface NewIssued {
  readonly kind: string;
  readonly digest: Buffer;
  readonly payload: unknown;
  readonly grantId: string | null;
  readonly userCode: string | null;
  readonly uid: string | null;
  readonly clientId: string | null;
  readonly accountId: string | null;
  readonly sessionId: string | null;
  readonly isBoundToSession: boolean;
  readonly expiresAt: Date | null;
}

export async function saveIssued(tx: Tx, row: NewIssued): Promise<void> {
  await sql(tx)`
    insert into federation.payload (kind, digest, payload, grant_id, user_code, uid, client_id, account_id, session_id, is_bound_to_session, expires_at)
         values (${row.kind}, ${row.digest}, ${json(row.payload)}, ${row.grantId}, ${row.userCode}, ${row.uid}, ${row.clientId}, ${row.accountId}, ${row.sessionId}, ${row.isBoundToSession}, ${row.expiresAt})
    on conflict (kind, digest) do update
            set payload = excluded.payload, grant_id = excluded.grant_id, user_code = excluded.user_code, uid = excluded.uid, expires_at = excluded.expires_at`;
}

/** True for the first only: two servers that see the same thing at once agree who was first. */
export async function saveOnce(tx: Tx, row: NewIssued): Promise<boolean> {
  const saved = await sql(tx)`
    insert into federation.payload (kind, digest, payload, expires_at)
         values (${row.kind}, ${row.digest}, ${json(row.payload)}, ${row.expiresAt})
    on conflict (kind, digest) do nothing
      returning kind`;
  return saved.length > 0;
}

export async function findByUid(tx: Tx, kind: string, column: 'uid' | 'user_code', value: string): Promise<Record<string, unknown> | undefined> {
  const [row] = column === 'uid'
    ? await sql<{ payload: Record<string, unknown> }>(tx)`select payload from federation.payload where kind = ${kind} and uid = ${value}`
    : await sql<{ payload: Record<string, unknown> }>(tx)`select payload from federation.payload where kind = ${kind} and user_code = ${value}`;
  return row?.payload;
}

/** True when this call used it up; false when another had done so before. The first moment stays. */
export async function consumeIssued(tx: Tx, kind: string, digest: Buffer, now: Date): Promise<boolean> {
  const taken = await sql(tx)`update federation.payload set consumed_at = ${now} where kind = ${kind} and digest = ${digest} and consumed_at is null returning kind`;
  return taken.length > 0;
}

export async function extendIssued(tx: Tx, kind: string, digest: Buffer, expSeconds: number): Promise<void> {
  await sql(tx)`
    update federation.payload
       set payload = jsonb_set(payload, '{exp}', to_jsonb(${expSeconds}::bigint)), expires_at = to_timestamp(${expSeconds})
     where kind = ${kind} and digest = ${digest}`;
}

export interface EndedRow {
  readonly kind: string;
  readonly clientId: string | null;
  readonly accountId: string | null;
}

export const deleteIssued = (tx: Tx, kind: string, digest: Buffer): Promise<EndedRow[]> =>
  sql<EndedRow>(tx)`delete from federation.payload where kind = ${kind} and digest = ${digest} returning kind, client_id, account_id`;

export const deleteOfGrant = (tx: Tx, grantId: string): Promise<EndedRow[]> =>
  sql<EndedRow>(tx)`delete from federation.payload where grant_id = ${grantId} returning kind, client_id, account_id`;

export const deleteOfPerson = (tx: Tx, personId: string): Promise<EndedRow[]> =>
  sql<EndedRow>(tx)`delete from federation.payload where account_id = ${personId} returning kind, client_id, account_id`;

/** What rests on any session of a person but one. */
export const deleteOfOtherSessions = (tx: Tx, personId: string, keptSessionId: string | null): Promise<EndedRow[]> =>
  sql<EndedRow>(tx)`delete from federation.payload where account_id = ${personId} and session_id is not null and session_id is distinct from ${keptSessionId}::uuid returning kind, client_id, account_id`;

export const deleteOfPersonAndClient = (tx: Tx, personId: string, clientId: string): Promise<EndedRow[]> =>
  sql<EndedRow>(tx)`delete from federation.payload where account_id = ${personId} and client_id = ${clientId} returning kind, client_id, account_id`;

export const deleteOfClient = (tx: Tx, clientId: string): Promise<EndedRow[]> =>
  sql<EndedRow>(tx)`delete from federation.payload where client_id = ${clientId} returning kind, client_id, account_id`;

/** What was bound to a session that has ended, or with `takesTokens` everything that rests on it; it was out of reach before already. */
export const deleteOfSession = (tx: Tx, sessionId: string, takesTokens: boolean): Promise<EndedRow[]> =>
  sql<EndedRow>(tx)`delete from federation.payload where session_id = ${sessionId} and (is_bound_to_session or ${takesTokens}) returning kind, client_id, account_id`;

export async function sweepIssued(tx: Tx, before: Date, limit: number): Promise<number> {
  const gone = await sql(tx)`
    delete from federation.payload
     where (kind, digest) in (select kind, digest from federation.payload where expires_at < ${before} order by expires_at limit ${limit})
    returning kind`;
  return gone.length;
}

/** What a person still has here that would be found when shown. */
export async function countLive(tx: Tx, personId: string, now: Date): Promise<{ refreshTokens: number; accessTokens: number; grants: number }> {
  const [row] = await sql<{ refreshTokens: number; accessTokens: number; grants: number }>(tx)`
    select count(*) filter (where p.kind = 'RefreshToken' and p.consumed_at is null)::integer as refresh_tokens,
           count(*) filter (where p.kind = 'AccessToken')::integer as access_tokens,
           count(*) filter (where p.kind = 'Grant')::integer as grants
      from federation.payload p
      join directory.person_standing s on s.person_id = p.account_id
      left join authn.session_card c on c.session_id = p.session_id
     where p.account_id = ${personId}
       and s.is_active
       and p.expires_at > ${now}
       and (not p.is_bound_to_session or (c.ended_at is null and c.expires_at > ${now} and c.idle_expires_at > ${now}))
       and c.takes_tokens is not true`;
  return row ?? { refreshTokens: 0, accessTokens: 0, grants: 0 };
}

/** Rows that are stored for a person, live or not: after the end of everything there must be none. */
export async function countStored(tx: Tx, personId: string): Promise<number> {
  const [row] = await sql<{ stored: number }>(tx)`select count(*)::integer as stored from federation.payload where account_id = ${personId}`;
  return row?.stored ?? 0;
}

export interface Participation {
  readonly sessionId: string;
  readonly clientId: string;
  readonly personId: string;
  readonly sid: string;
}

/** True when this is the first time in this session. */
export async function takePart(tx: Tx, part: Participation, now: Date): Promise<boolean> {
  const [row] = await sql<{ isFirst: boolean }>(tx)`
    insert into federation.participation (session_id, client_id, person_id, sid, since, last_at)
         values (${part.sessionId}, ${part.clientId}, ${part.personId}, ${part.sid}, ${now}, ${now})
    on conflict (session_id, client_id) do update set last_at = excluded.last_at
      returning (xmax = 0) as is_first`;
  return row?.isFirst ?? false;
}
