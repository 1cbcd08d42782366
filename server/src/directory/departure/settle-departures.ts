import { record } from '../../audit/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { heldDepartures, movedDepartures, settleHeldDepartures } from './store.ts';
import { leavePersonIn } from '../person/leave-person.ts';
import type { Needs } from '../person/needs.ts';
import { findPerson } from '../person/store.ts';
import type { PersonId } from '../person/person.ts';

export const readHeldDepartures = ({ database }: Pick<Needs, 'database'>, _permit: Permit<'directory.person.leave'>) => database.read(heldDepartures);

/** Departures that were held: each is tried again, and happens when somebody else can sign in as administrator by now. */
export async function settleDepartures(needs: Needs, permit: Permit<'directory.person.leave'>): Promise<number> {
  for (const { personId } of await needs.database.read(movedDepartures)) await dismissDepartures(needs, permit, [personId], 'the end date was changed');
  let settled = 0;
  for (const one of await needs.database.read(heldDepartures)) {
    const isSettled = await needs.database
      .transaction((tx) => leavePersonIn(needs, tx, permit, one))
      .then(
        () => true,
        (error: unknown) => {
          const code = error instanceof Error && 'code' in error ? error.code : null;
          if (code === refuse.last_way_in.code || code === refuse.person_is_held.code) return false;
          // They left by another door meanwhile.
          if (code === refuse.person_has_left.code) return needs.database.transaction((tx) => settleHeldDepartures(tx, [one.personId]));
          throw error;
        },
      );
    if (isSettled) settled += 1;
  }
  return settled;
}

/** The source was wrong, or a person knows better: the question is put away. It comes back if the source says so again. */
export async function dismissDeparture(needs: Needs, permit: Permit<'directory.person.leave'>, input: { readonly personId: PersonId; readonly reason: string }): Promise<void> {
  if (!(await dismissDepartures(needs, permit, [input.personId], input.reason))) throw refuse.departure_not_held();
}

const dismissDepartures = (needs: Needs, permit: Permit<'directory.person.leave'>, people: readonly PersonId[], reason: string): Promise<boolean> => needs.database.transaction((tx) => dismissDeparturesIn(needs, tx, permit, people, reason));

/** Of these people, the departures that are held: the source itself says by now that they stay. */
export async function dismissDeparturesIn({ clock }: Pick<Needs, 'clock'>, tx: Tx, permit: Permit<'directory.person.leave'>, people: readonly PersonId[], reason: string): Promise<boolean> {
  let isAny = false;
  for (const personId of people) {
    if (!(await settleHeldDepartures(tx, [personId]))) continue;
    isAny = true;
    const person = await findPerson(tx, personId);
    await record(tx, { action: 'directory.departure.dismiss', actor: permit.actor, actorName: permit.actorName, target: `person:${personId}`, targetName: person?.displayName ?? null, at: clock.now(), outcome: 'allowed', reason, facts: {} });
  }
  return isAny;
}
