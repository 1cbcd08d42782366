import { record } from '../../audit/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { personRehired, personStarted } from '../events.ts';
import type { Needs, NeedsWithin } from './needs.ts';
import { dayOf, differences, standingFrom, withoutPrivate, type Person, type PersonChange, type PersonId } from './person.ts';
import { refuseProblem } from './refuse-problem.ts';
import { findPeopleForUpdate, findPerson, isInScope, setStanding, updatePeople } from './store.ts';

interface Input {
  readonly personId: PersonId;
  readonly startDate: string | null;
  readonly endDate?: string | null | undefined;
  /** What else is different now: somebody may leave as a contractor and come back as an employee. */
  readonly attributes?: PersonChange | undefined;
  readonly reason: string;
}

/** Somebody comes back: the same person, with nothing of what they had; birthright follows as for anybody who joins. */
export const rehirePerson = (needs: Needs, permit: Permit<'directory.person.rehire'>, input: Input): Promise<Person> => needs.database.transaction((tx) => rehirePersonIn(needs, tx, permit, input));

export async function rehirePersonIn({ clock, announce }: NeedsWithin, tx: Tx, permit: Permit<'directory.person.rehire'>, input: Input): Promise<Person> {
  const now = clock.now();
  const person = (await findPeopleForUpdate(tx, [input.personId])).get(input.personId);
  if (!person || !(await isInScope(tx, permit.scope, input.personId))) throw refuse.person_not_found({ person: input.personId });
  if (person.status !== 'left') throw refuse.person_has_not_left({ person: person.displayName });
  const changes = differences(person, input.attributes ?? {});
  const after = { ...person, ...Object.fromEntries(Object.entries(changes).map(([name, pair]) => [name, pair[1]])), startDate: input.startDate, endDate: input.endDate ?? null };
  refuseProblem(after);
  const status = standingFrom(input.startDate, dayOf(now));
  await updatePeople(tx, [after], now);
  await setStanding(tx, [{ id: person.id, status, leftAt: null }], now);
  await record(tx, { action: 'directory.person.rehire', actor: permit.actor, actorName: permit.actorName, target: `person:${person.id}`, targetName: person.displayName, at: now, outcome: 'allowed', reason: input.reason, facts: { startDate: input.startDate, endDate: input.endDate ?? null, status, changes: withoutPrivate(changes) } });
  await announce(tx, personRehired(person.id, now, { startDate: input.startDate, reason: input.reason }));
  if (status === 'active') await announce(tx, personStarted(person.id, now));
  return (await findPerson(tx, person.id))!;
}
