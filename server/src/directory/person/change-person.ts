import { recordAll } from '../../audit/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { personChanged, type Changes } from '../events.ts';
import type { Needs, NeedsWithin } from './needs.ts';
import { differences, displayNameOf, withoutPrivate, type Person, type PersonAttributes, type PersonChange, type PersonId } from './person.ts';
import { refuseProblem } from './refuse-problem.ts';
import { findPeopleForUpdate, findPerson, isBelow, isInScope, updatePeople } from './store.ts';

interface Input {
  readonly personId: PersonId;
  readonly change: PersonChange;
}
export interface ChangedPerson {
  readonly personId: PersonId;
  readonly changes: Changes;
}

/** HR or an administrator corrects or moves somebody. Nothing different: nothing happens, nothing is recorded. */
export const changePerson = (needs: Needs, permit: Permit<'directory.person.change'>, input: Input): Promise<Person> =>
  needs.database.transaction(async (tx) => {
    if (!(await isInScope(tx, permit.scope, input.personId))) throw refuse.person_not_found({ person: input.personId });
    const { managerId } = input.change;
    if (managerId && (await isBelow(tx, managerId, input.personId))) {
      const [person, manager] = [await findPerson(tx, input.personId), await findPerson(tx, managerId)];
      throw refuse.manager_circle({ person: person?.displayName ?? input.personId, manager: manager?.displayName ?? managerId });
    }
    await changePersonIn(needs, tx, permit, input);
    return (await findPerson(tx, input.personId))!;
  });

/** Without the question about circles of managers: an HR file may let two people change places. The database asks it at commit. */
export async function changePersonIn(needs: NeedsWithin, tx: Tx, permit: Permit<'directory.person.change'>, input: Input): Promise<ChangedPerson | null> {
  const [changed] = await changePeopleIn(needs, tx, permit, [input]);
  return changed ?? null;
}

/** Many at once; answers those that really changed. */
export async function changePeopleIn({ clock, announce }: NeedsWithin, tx: Tx, permit: Permit<'directory.person.change'>, inputs: readonly Input[]): Promise<ChangedPerson[]> {
  if (inputs.length === 0) return [];
  const now = clock.now();
  const people = await findPeopleForUpdate(tx, inputs.map((input) => input.personId));
  const changed: { readonly person: Person; readonly after: PersonAttributes; readonly changes: ReturnType<typeof differences> }[] = [];
  for (const { personId, change } of inputs) {
    const person = people.get(personId);
    if (!person) throw refuse.person_not_found({ person: personId });
    if (person.status === 'left') throw refuse.person_has_left({ person: person.displayName });
    const names = { givenName: change.givenName ?? person.givenName, familyName: change.familyName ?? person.familyName };
    // The shown name follows the names until somebody chose another.
    const displayName = change.displayName ?? (person.displayName === displayNameOf(person) ? displayNameOf(names) : undefined);
    const changes = differences(person, { ...change, displayName });
    if (Object.keys(changes).length === 0) continue;
    const after = { ...person, ...Object.fromEntries(Object.entries(changes).map(([name, pair]) => [name, pair[1]])) };
    refuseProblem(after);
    changed.push({ person, after, changes });
  }
  if (changed.length === 0) return [];

  await updatePeople(tx, changed.map(({ person, after }) => ({ ...after, id: person.id })), now);
  await recordAll(
    tx,
    changed.map(({ person, changes }) => ({ action: 'directory.person.change', actor: permit.actor, actorName: permit.actorName, target: `person:${person.id}`, targetName: person.displayName, at: now, outcome: 'allowed', facts: { changes: withoutPrivate(changes), ...(changes.privateEmail ? { isPrivateEmailChanged: true } : {}) } })),
  );
  await announce(tx, changed.map(({ person, changes }) => personChanged(person.id, now, { changes: withoutPrivate(changes) })));
  return changed.map(({ person, changes }) => ({ personId: person.id, changes: withoutPrivate(changes) }));
}
