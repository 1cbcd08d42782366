import type { DatabaseError } from 'pg';
import type { PersonId } from '../../directory/index.ts';
import { sql, type Tx } from '../../platform/db/index.ts';
import { refuse } from '../errors.ts';
import type { ConsoleRole, ConsoleRoleName } from './console-role.ts';

export async function listConsoleRoles(tx: Tx): Promise<ConsoleRole[]> {
  return sql<ConsoleRole>(tx)`select person_id, person_name, username, status, role, since, given_by, given_by_name from authz.console_role_card order by role, lower(person_name), person_id`;
}

export async function consoleRolesOf(tx: Tx, personId: PersonId): Promise<ConsoleRoleName[]> {
  const rows = await sql<{ role: ConsoleRoleName }>(tx)`select role from authz.console_role where person_id = ${personId} order by role`;
  return rows.map((row) => row.role);
}

/** The longest-serving administrator who works here; null: nobody runs this house yet. */
export async function firstAdministrator(tx: Tx): Promise<PersonId | null> {
  const [row] = await sql<{ personId: PersonId }>(tx)`select person_id from authz.console_role_card where role = 'administrator' and status = 'active' order by since, person_id limit 1`;
  return row?.personId ?? null;
}

/** The one administrator left, whom nothing may take away; null while there are several or none. For previews: the database says no by itself. */
export async function lastAdministrator(tx: Tx): Promise<PersonId | null> {
  const rows = await sql<{ personId: PersonId }>(tx)`select person_id from authz.console_role_card where role = 'administrator' and status = 'active' limit 2`;
  return rows.length === 1 ? rows[0]!.personId : null;
}

/** Two set-ups at once take turns. */
export async function lockAdministrators(tx: Tx): Promise<void> {
  await sql(tx)`select pg_advisory_xact_lock(hashtextextended('authz.administrators', 0))`;
}

export async function insertConsoleRole(tx: Tx, one: { readonly personId: PersonId; readonly role: ConsoleRoleName; readonly since: Date; readonly givenBy: string; readonly givenByName: string }): Promise<boolean> {
  const rows = await sql<{ role: string }>(tx)`
    insert into authz.console_role (person_id, role, since, given_by, given_by_name)
         values (${one.personId}, ${one.role}, ${one.since}, ${one.givenBy}, ${one.givenByName})
    on conflict do nothing
    returning role`;
  return rows.length > 0;
}

/** False: the person did not have it. The last administrator is refused by the database, also against somebody at the same moment. */
export async function deleteConsoleRole(tx: Tx, personId: PersonId, role: ConsoleRoleName): Promise<boolean> {
  try {
    const rows = await sql<{ role: string }>(tx)`delete from authz.console_role where person_id = ${personId} and role = ${role} returning role`;
    return rows.length > 0;
  } catch (error) {
    if ((error as DatabaseError).constraint === 'the_last_administrator_stays') throw refuse.last_administrator();
    throw error;
  }
}
