import { scopeCondition } from '../../directory/index.ts';
import type { Scope } from '../../platform/http/index.ts';
import { cursorOf, fragment, parseTimeCursor, sql, type Tx } from '../../platform/db/index.ts';
import type { PeopleGroups } from '../needs.ts';
import type { ResetRequest } from './reset.ts';

const columns = fragment`r.id, r.person_id, r.asked_by, r.asked_by_name, r.asked_at, r.reason, r.identity_check, r.ticket, r.state, r.decided_by, r.decided_by_name, r.decided_at, r.decision_reason, r.expires_at`;

/** False when another one waits for this person already. */
export async function addReset(tx: Tx, one: Pick<ResetRequest, 'id' | 'personId' | 'askedBy' | 'askedByName' | 'askedAt' | 'reason' | 'identityCheck' | 'ticket' | 'expiresAt'>): Promise<boolean> {
  const rows = await sql<{ id: string }>(tx)`
    insert into authn.reset_request (id, person_id, asked_by, asked_by_name, asked_at, reason, identity_check, ticket, state, expires_at)
         values (${one.id}, ${one.personId}, ${one.askedBy}, ${one.askedByName}, ${one.askedAt}, ${one.reason}, ${one.identityCheck}, ${one.ticket}, 'open', ${one.expiresAt})
    on conflict (person_id) where state in ('open', 'approved') do nothing
      returning id`;
  return rows.length > 0;
}

/** For a decision: two who decide at once stand in line here. */
export async function lockReset(tx: Tx, id: string): Promise<ResetRequest | null> {
  const [row] = await sql<ResetRequest>(tx)`select ${columns} from authn.reset_request r where r.id = ${id} for update`;
  return row ?? null;
}

export async function saveDecision(tx: Tx, id: string, one: { readonly state: 'approved' | 'refused'; readonly decidedBy: string; readonly decidedByName: string; readonly decidedAt: Date; readonly decisionReason: string | null; readonly expiresAt: Date }): Promise<void> {
  await sql(tx)`
    update authn.reset_request
       set state = ${one.state}, decided_by = ${one.decidedBy}, decided_by_name = ${one.decidedByName}, decided_at = ${one.decidedAt}, decision_reason = ${one.decisionReason}, expires_at = ${one.expiresAt},
           ended_at = ${one.state === 'refused' ? one.decidedAt : null}
     where id = ${id}`;
}

export async function endReset(tx: Tx, id: string, state: 'issued' | 'cancelled', now: Date): Promise<void> {
  await sql(tx)`update authn.reset_request set state = ${state}, ended_at = ${now} where id = ${id}`;
}

export async function cancelResetsOf(tx: Tx, personId: string, now: Date): Promise<number> {
  return (await sql<{ id: string }>(tx)`update authn.reset_request set state = 'cancelled', ended_at = ${now} where person_id = ${personId} and state in ('open', 'approved') returning id`).length;
}

export async function expireResets(tx: Tx, now: Date): Promise<void> {
  await sql(tx)`update authn.reset_request set state = 'expired', ended_at = expires_at where state in ('open', 'approved') and expires_at <= ${now}`;
}

export interface ListedReset extends ResetRequest {
  readonly personName: string;
}

/** Newest first. Null for text that is no cursor of ours. */
export async function listResets(tx: Tx, scope: Scope, query: { readonly isOnlyWaiting: boolean; readonly cursor: string | undefined; readonly limit: number }, now: Date): Promise<{ readonly items: readonly ListedReset[]; readonly next: string | null } | null> {
  const after = query.cursor === undefined ? null : parseTimeCursor(query.cursor);
  if (query.cursor !== undefined && !after) return null;
  const rows = await sql<ListedReset>(tx)`
    select ${columns}, c.display_name as person_name
      from authn.reset_request r
      join directory.person_card c on c.person_id = r.person_id
     where ${await scopeCondition(tx, scope, fragment`r.person_id`)}
       and (not ${query.isOnlyWaiting}::boolean or (r.state in ('open', 'approved') and r.expires_at > ${now}))
       and ${after ? fragment`(r.asked_at, r.id) < (${after.key}::timestamptz, ${after.id}::uuid)` : fragment`true`}
     order by r.asked_at desc, r.id desc
     limit ${query.limit + 1}`;
  const items = rows.slice(0, query.limit);
  const last = items.at(-1);
  return { items, next: rows.length > query.limit && last ? cursorOf({ key: last.askedAt.toISOString(), id: last.id }) : null };
}

export interface SecondPerson {
  readonly displayName: string;
  readonly address: string;
  /** Decides as a manager, in the portal. */
  readonly isManager: boolean;
}

/**
 * Who could be the second person and can be written to, each mailbox once: those with a role for it, then the managers above, the
 * nearest first, where they may (`problemOfDecider` of the noun). Bounded, however many have the role.
 */
export function secondPersonsFor(tx: Tx, groups: Pick<PeopleGroups, 'decideResets'>, request: Pick<ResetRequest, 'personId' | 'askedBy'>, limit: number): Promise<readonly SecondPerson[]> {
  return sql<SecondPerson>(tx)`
    with recursive line as (
      select p.manager_id as person_id, 1 as steps
        from directory.person_card p
       where p.person_id = ${request.personId} and (select s.managers_approve from authn.recovery_settings s)
       union all
      select above.manager_id, line.steps + 1
        from line
        join directory.person_card above on above.person_id = line.person_id
       where line.steps < 20
    ), could as (
      select r.person_id, 0 as steps from (${groups.decideResets}) r
       union all
      select line.person_id, line.steps from line
    )
    select told.display_name, told.address, told.steps > 0 as is_manager
      from (select distinct on (lower(c.work_email)) c.display_name, c.work_email as address, could.steps, c.sort_name
              from could
              join directory.person_card c on c.person_id = could.person_id
             where c.status = 'active' and c.source <> 'break-glass' and c.work_email is not null
               and c.person_id not in (${request.askedBy}::uuid, ${request.personId}::uuid)
             order by lower(c.work_email), could.steps) as told
     order by told.steps, told.sort_name
     limit ${limit}`;
}
