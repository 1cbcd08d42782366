import { recordAll } from '../../audit/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { personLeft } from '../events.ts';
import type { Needs, NeedsWithin } from './needs.ts';
import type { Person, PersonId, PersonSource } from './person.ts';
import { findPeopleForUpdate, findPerson, isInScope, setStanding } from './store.ts';

interface Input {
  readonly personId: PersonId;
  readonly reason: string;
  /** The moment HR names; time to zero access counts from here. Default: now. */
  readonly happenedAt?: Date | undefined;
  /** Who says so. */
  readonly source?: PersonSource | undefined;
}

/** Somebody leaves. From this commit on they are nobody here: every session is refused when it is read; the rest follows the event. */
export const leavePerson = (needs: Needs, permit: Permit<'directory.person.leave'>, input: Input): Promise<Person> =>
  needs.database.transaction(async (tx) => {
    if (!(await isInScope(tx, permit.scope, input.personId))) throw refuse.person_not_found({ person: input.personId });
    await leavePersonIn(needs, tx, permit, input);
    return (await findPerson(tx, input.personId))!;
  });

export const leavePersonIn = (needs: NeedsWithin, tx: Tx, permit: Permit<'directory.person.leave'>, input: Input): Promise<void> => leavePeopleIn(needs, tx, permit, [input]);

/** Many at once. Somebody who has left already, or the last administrator, refuses the whole. */
export async function leavePeopleIn({ clock, announce }: NeedsWithin, tx: Tx, permit: Permit<'directory.person.leave'>, inputs: readonly Input[]): Promise<void> {
  if (inputs.length === 0) return;
  const now = clock.now();
  const people = await findPeopleForUpdate(tx, inputs.map((input) => input.personId));
  for (const { personId } of inputs) {
    const person = people.get(personId);
    if (!person) throw refuse.person_not_found({ person: personId });
    if (person.status === 'left') throw refuse.person_has_left({ person: person.displayName });
  }
  await setStanding(tx, inputs.map(({ personId }) => ({ id: personId, status: 'left', leftAt: now })), now);
  await recordAll(
    tx,
    inputs.map(({ personId, reason, happenedAt = now, source = 'manual' }) => ({ action: 'directory.person.leave', actor: permit.actor, actorName: permit.actorName, target: `person:${personId}`, targetName: people.get(personId)!.displayName, at: now, outcome: 'allowed', reason, facts: { happenedAt, source } })),
  );
  await announce(tx, inputs.map(({ personId, reason, happenedAt = now, source = 'manual' }) => personLeft(personId, now, { happenedAt: happenedAt.toISOString(), reason, source })));
}
