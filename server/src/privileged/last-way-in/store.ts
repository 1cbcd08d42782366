import { usableFactorsOf } from '../../authentication/index.ts';
import { sql, textArray, type Tx } from '../../platform/db/index.ts';
import { findAccounts } from '../break-glass/store.ts';
import { isWorking } from '../break-glass/account.ts';
import type { WaysIn } from './last-way-in.ts';

/** Whoever may close the last way in takes turns, on every node; the guard in the database takes the same lock (authz). Each then reads what is really left. */
export const lockWaysIn = (tx: Tx): Promise<unknown> => sql(tx)`select pg_advisory_xact_lock(hashtextextended('authz.administrators', 0))`;

/** Is anybody of these an administrator at all? Asked first, so that a file of a thousand leavers takes no lock for nothing. */
export async function hasAdministrators(tx: Tx, people: readonly string[]): Promise<boolean> {
  const [row] = await sql<{ isAny: boolean }>(tx)`select exists (select from authz.console_role_card where role = 'administrator' and person_id = any(${textArray(people)}::uuid[])) as is_any`;
  return row!.isAny;
}

export async function findWaysIn(tx: Tx): Promise<WaysIn> {
  const rows = await sql<{ personId: string; name: string }>(tx)`
    select r.person_id, r.person_name as name
      from authz.console_role_card r
      join directory.person_standing s on s.person_id = r.person_id
     where r.role = 'administrator' and s.is_active and not s.is_break_glass
     order by r.since, r.person_id`;
  const usable = await usableFactorsOf(tx, rows.map((row) => row.personId));
  return {
    administrators: rows.map((row) => ({ ...row, usable: usable.get(row.personId)! })),
    workingSealed: (await findAccounts(tx)).filter(isWorking).length,
  };
}

export async function findName(tx: Tx, personId: string): Promise<string | null> {
  const [row] = await sql<{ name: string }>(tx)`select display_name as name from directory.person_card where person_id = ${personId}`;
  return row?.name ?? null;
}
