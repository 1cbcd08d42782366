import { sql, type Tx } from '../../platform/db/index.ts';
import type { AssuranceLevel } from '../sign-in/strength.ts';
import type { SetLimit } from './session-limit.ts';

export const findSetLimits = (tx: Tx): Promise<readonly SetLimit[]> => sql<SetLimit>(tx)`select assurance_level, overall_seconds, idle_seconds from authn.session_limit`;

export interface StoredLimit extends SetLimit {
  readonly justification: string | null;
  readonly setAt: Date;
  readonly setByName: string;
}

export const findStoredLimits = (tx: Tx): Promise<readonly StoredLimit[]> => sql<StoredLimit>(tx)`select assurance_level, overall_seconds, idle_seconds, justification, set_at, set_by_name from authn.session_limit`;

export async function saveLimit(tx: Tx, limit: SetLimit & { readonly justification: string | null; readonly setAt: Date; readonly setBy: string; readonly setByName: string }): Promise<void> {
  await sql(tx)`
    insert into authn.session_limit (assurance_level, overall_seconds, idle_seconds, justification, set_at, set_by, set_by_name)
         values (${limit.assuranceLevel}, ${limit.overallSeconds}, ${limit.idleSeconds}, ${limit.justification}, ${limit.setAt}, ${limit.setBy}, ${limit.setByName})
    on conflict (assurance_level) do update
            set overall_seconds = excluded.overall_seconds, idle_seconds = excluded.idle_seconds, justification = excluded.justification,
                set_at = excluded.set_at, set_by = excluded.set_by, set_by_name = excluded.set_by_name`;
}

export async function removeLimit(tx: Tx, level: AssuranceLevel): Promise<void> {
  await sql(tx)`delete from authn.session_limit where assurance_level = ${level}`;
}

/** A shorter limit holds for open sessions at once; a longer one from the next sign-in on. Returns how many end earlier now. */
export async function shortenSessions(tx: Tx, { assuranceLevel, overallSeconds, idleSeconds }: SetLimit): Promise<number> {
  const rows = await sql<{ id: string }>(tx)`
    update authn.session s
       set expires_at = least(s.expires_at, s.authenticated_at + make_interval(secs => ${overallSeconds})),
           idle_expires_at = least(s.idle_expires_at, s.authenticated_at + make_interval(secs => ${overallSeconds}), s.last_seen_at + make_interval(secs => coalesce(${idleSeconds}::integer, ${overallSeconds})))
     where s.assurance_level = ${assuranceLevel} and s.ended_at is null
       and (s.expires_at > s.authenticated_at + make_interval(secs => ${overallSeconds})
            or (${idleSeconds}::integer is not null and s.idle_expires_at > s.last_seen_at + make_interval(secs => ${idleSeconds}::integer)))
 returning s.id`;
  return rows.length;
}
