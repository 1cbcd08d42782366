import { fragment, sql, type Tx } from '../../platform/db/index.ts';

export interface ApiToken {
  readonly id: string;
  readonly name: string;
  readonly permissions: readonly string[];
  readonly ownerId: string | null;
  readonly ownerName: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | null;
  readonly endedAt: Date | null;
}

// As JSON, since this is read for every request: hundreds of names cost less so than as an array.
const columns = fragment`t.id, t.name, to_jsonb(t.permissions) as permissions, t.owner_id, c.display_name as owner_name, t.created_at, t.expires_at, t.last_used_at, t.ended_at`;

/** As for sessions: the owner must be active now. A token made on the host has no owner to ask about. */
export async function readApiToken(tx: Tx, digest: Buffer, now: Date): Promise<ApiToken | null> {
  const [row] = await sql<ApiToken>(tx)`
    select ${columns}
      from authn.api_token t
      left join directory.person_standing p on p.person_id = t.owner_id
      left join directory.person_card c on c.person_id = t.owner_id
     where t.digest = ${digest}
       and t.ended_at is null
       and t.expires_at > ${now}
       and (t.owner_id is null or p.is_active)`;
  return row ?? null;
}

export async function markTokenUsed(tx: Tx, id: string, now: Date): Promise<void> {
  await sql(tx)`update authn.api_token set last_used_at = ${now} where id = ${id} and (last_used_at is null or last_used_at < ${now})`;
}

export async function addApiToken(tx: Tx, token: { id: string; digest: Buffer; name: string; permissions: readonly string[]; ownerId: string | null; createdBy: string; createdAt: Date; expiresAt: Date }): Promise<void> {
  await sql(tx)`
    insert into authn.api_token (id, digest, name, permissions, owner_id, created_by, created_at, expires_at)
         values (${token.id}, ${token.digest}, ${token.name}, ${[...token.permissions]}, ${token.ownerId}, ${token.createdBy}, ${token.createdAt}, ${token.expiresAt})`;
}

/** `ownerId` null: everybody's, and those of nobody. */
export async function listApiTokens(tx: Tx, ownerId: string | null): Promise<readonly ApiToken[]> {
  return sql<ApiToken>(tx)`
    select ${columns}
      from authn.api_token t
      left join directory.person_card c on c.person_id = t.owner_id
     where ${ownerId}::uuid is null or t.owner_id = ${ownerId}
     order by (t.ended_at is null) desc, t.created_at desc
     limit 500`;
}

export async function endApiToken(tx: Tx, id: string, ownerId: string | null, at: Date, reason: string): Promise<ApiToken | null> {
  const [row] = await sql<ApiToken>(tx)`
    update authn.api_token t
       set ended_at = ${at}, end_reason = ${reason}
     where id = ${id} and ended_at is null and (${ownerId}::uuid is null or owner_id = ${ownerId})
 returning id, name, permissions, owner_id, null::text as owner_name, created_at, expires_at, last_used_at, ended_at`;
  return row ?? null;
}

export async function endApiTokensOf(tx: Tx, ownerId: string, at: Date, reason: string): Promise<readonly { readonly id: string }[]> {
  return sql<{ id: string }>(tx)`
    update authn.api_token
       set ended_at = ${at}, end_reason = ${reason}
     where owner_id = ${ownerId} and ended_at is null
 returning id`;
}

export async function openApiTokenCount(tx: Tx, ownerId: string, now: Date): Promise<number> {
  const [row] = await sql<{ count: number }>(tx)`select count(*)::integer as count from authn.api_token where owner_id = ${ownerId} and ended_at is null and expires_at > ${now}`;
  return row?.count ?? 0;
}
