import { record } from '../../audit/index.ts';
import { findPerson, type PersonId } from '../../directory/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { consoleRoleGiven, consoleRoleTaken } from '../events.ts';
import { keepPrivilegeMark } from '../grant/privilege.ts';
import type { Needs, NeedsWithin } from '../needs.ts';
import { consoleRoleWords, type ConsoleRole, type ConsoleRoleName } from './console-role.ts';
import { consoleRolesOf, deleteConsoleRole, firstAdministrator, insertConsoleRole, listConsoleRoles, lockAdministrators } from './store.ts';

interface Input {
  readonly personId: PersonId;
  readonly role: ConsoleRoleName;
  readonly reason: string;
}

export const giveConsoleRole = (needs: Needs, permit: Permit<'authorization.console-role.give'>, input: Input): Promise<void> => needs.database.transaction((tx) => giveConsoleRoleIn(needs, tx, permit, input));

export async function giveConsoleRoleIn({ clock, announce }: NeedsWithin, tx: Tx, permit: Permit<'authorization.console-role.give'>, input: Input): Promise<void> {
  const person = await findPerson(tx, input.personId);
  if (!person) throw refuse.person_not_found({ person: input.personId });
  if (person.source === 'break-glass' && input.role !== 'administrator') throw refuse.break_glass_account();
  if (person.status !== 'active') throw refuse.administrator_not_active({ person: person.displayName });
  const now = clock.now();
  const isNew = await insertConsoleRole(tx, { personId: input.personId, role: input.role, since: now, givenBy: permit.actor, givenByName: permit.actorName });
  if (!isNew) throw refuse.console_role_held({ person: person.displayName, role: consoleRoleWords[input.role] });
  await keepPrivilegeMark(tx, input.personId);
  await record(tx, { action: 'authorization.console-role.give', actor: permit.actor, actorName: permit.actorName, target: `person:${person.id}`, targetName: person.displayName, at: now, outcome: 'allowed', reason: input.reason, facts: { role: input.role } });
  await announce(tx, consoleRoleGiven(person.id, now, { role: input.role }));
}

/** For the set-up link: only while nobody runs this house, however many open the link at once. */
export async function makeFirstAdministratorIn(needs: NeedsWithin, tx: Tx, permit: Permit<'authorization.console-role.give'>, input: { readonly personId: PersonId }): Promise<void> {
  await lockAdministrators(tx);
  if (await firstAdministrator(tx)) throw refuse.administrator_exists();
  await giveConsoleRoleIn(needs, tx, permit, { personId: input.personId, role: 'administrator', reason: 'the first administrator, made by the set-up link' });
}

export const takeConsoleRole = (needs: Needs, permit: Permit<'authorization.console-role.take'>, input: Omit<Input, 'reason'> & { readonly reason?: string | undefined }): Promise<void> => needs.database.transaction((tx) => takeConsoleRoleIn(needs, tx, permit, input));

export async function takeConsoleRoleIn({ clock, announce, lastWayIn }: NeedsWithin, tx: Tx, permit: Permit<'authorization.console-role.take'>, input: Omit<Input, 'reason'> & { readonly reason?: string | undefined }): Promise<void> {
  const person = await findPerson(tx, input.personId);
  if (!person) throw refuse.person_not_found({ person: input.personId });
  if (person.source === 'break-glass' && person.status === 'active') throw refuse.break_glass_account();
  if (input.role === 'administrator' && (await lastWayIn?.heldOf(tx, [input.personId]))?.has(input.personId)) throw refuse.last_administrator();
  if (!(await deleteConsoleRole(tx, input.personId, input.role))) throw refuse.console_role_not_held({ person: person.displayName, role: consoleRoleWords[input.role] });
  await keepPrivilegeMark(tx, input.personId);
  const now = clock.now();
  await record(tx, { action: 'authorization.console-role.take', actor: permit.actor, actorName: permit.actorName, target: `person:${person.id}`, targetName: person.displayName, at: now, outcome: 'allowed', reason: input.reason ?? null, facts: { role: input.role } });
  await announce(tx, consoleRoleTaken(person.id, now, { role: input.role }));
}

/** Whoever leaves runs nothing any more; a rehired administrator begins as everybody else. */
export async function takeAllConsoleRolesIn(needs: NeedsWithin, tx: Tx, permit: Permit<'authorization.console-role.take'>, personId: PersonId): Promise<void> {
  for (const role of await consoleRolesOf(tx, personId)) await takeConsoleRoleIn(needs, tx, permit, { personId, role, reason: 'the person left' });
}

export const readConsoleRoles = ({ database }: Pick<Needs, 'database'>, _permit: Permit<'authorization.console-role.read'>): Promise<ConsoleRole[]> => database.read(listConsoleRoles);
