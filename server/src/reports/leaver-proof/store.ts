import { cursorOf, fragment, parseTimeCursor, sql, type Tx } from '../../platform/db/index.ts';
import { refuse } from '../errors.ts';

export interface LeaverProof {
  readonly movementId: string;
  readonly personId: string;
  readonly personName: string;
  readonly happenedAt: Date;
  readonly plannedAt: Date;
  readonly provenAt: Date | null;
  readonly timeToZeroMs: number | null;
  readonly systems: number;
  readonly proven: number;
  readonly state: string;
}

/** Newest first; `cursor` is where the page before ended. */
export async function listLeaverProofs(tx: Tx, { cursor, limit }: { readonly cursor: string | undefined; readonly limit: number }): Promise<{ readonly items: readonly LeaverProof[]; readonly next: string | null }> {
  const after = cursor === undefined ? null : parseTimeCursor(cursor);
  if (cursor !== undefined && !after) throw refuse.cursor_unknown();
  const rows = await sql<LeaverProof>(tx)`
    select m.movement_id, m.person_id, p.display_name as person_name, m.happened_at, m.planned_at, m.proven_at, m.state,
           (extract(epoch from m.zero_at - m.happened_at) * 1000)::float8 as time_to_zero_ms, s.systems, s.proven
      from lifecycle.movement_card m
      join directory.person_card p on p.person_id = m.person_id
      join lateral (
        select count(*) as systems, count(*) filter (where is_proven) as proven
          from (select bool_and(state = 'proven') as is_proven from lifecycle.step_card where movement_id = m.movement_id group by coalesce(application_id::text, surface)) each) s on true
     where m.kind = 'leaver'
       ${after ? fragment`and (date_trunc('milliseconds', m.planned_at), m.movement_id) < (${after.key}::timestamptz, ${after.id}::uuid)` : fragment``}
     order by date_trunc('milliseconds', m.planned_at) desc, m.movement_id desc
     limit ${limit + 1}`;
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last ? cursorOf({ key: last.plannedAt.toISOString(), id: last.movementId }) : null };
}
