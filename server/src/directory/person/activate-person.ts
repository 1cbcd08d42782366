import { recordAll } from '../../audit/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { personStarted } from '../events.ts';
import type { Needs, NeedsWithin } from './needs.ts';
import type { Person, PersonId } from './person.ts';
import { duePeople, findPeopleForUpdate, setStanding } from './store.ts';
import { leaveOrHoldPeopleIn } from './leave-person.ts';

/** The first day of somebody who was staged, or earlier on purpose. */
export const activatePerson = (needs: Needs, permit: Permit<'directory.person.activate'>, input: { readonly personId: PersonId }): Promise<void> => needs.database.transaction((tx) => activatePersonIn(needs, tx, permit, input));

export async function activatePersonIn(needs: NeedsWithin, tx: Tx, permit: Permit<'directory.person.activate'>, { personId }: { readonly personId: PersonId }): Promise<void> {
  const person = (await findPeopleForUpdate(tx, [personId])).get(personId);
  if (!person) throw refuse.person_not_found({ person: personId });
  if (person.status !== 'staged') throw refuse.person_not_staged({ person: person.displayName });
  await start(needs, tx, permit, [person]);
}

async function start({ clock, announce }: NeedsWithin, tx: Tx, permit: Permit<'directory.person.activate'>, people: readonly Person[]): Promise<void> {
  const now = clock.now();
  await setStanding(tx, people.map((person) => ({ id: person.id, status: 'active', leftAt: null })), now);
  await recordAll(
    tx,
    people.map((person) => ({ action: 'directory.person.activate', actor: permit.actor, actorName: permit.actorName, target: `person:${person.id}`, targetName: person.displayName, at: now, outcome: 'allowed', facts: { startDate: person.startDate } })),
  );
  await announce(tx, people.map((person) => personStarted(person.id, now)));
}

const atOnce = 200;

/** Whose midnight counts: an organisation's last day ends there, not in UTC. */
export interface Calendar {
  dayOf(moment: Date): string;
  /** The moment the next day begins. */
  endOf(day: string): Date;
}

/**
 * Dates become true by themselves: whose first day has come starts, whose last day is over leaves.
 * Each transaction takes some; the last administrator is held and does not hold up the others.
 */
export async function keepDates(needs: Needs, permits: { readonly activate: Permit<'directory.person.activate'>; readonly leave: Permit<'directory.person.leave'> }, calendar: Calendar): Promise<{ started: number; left: number }> {
  const today = calendar.dayOf(needs.clock.now());
  let started = 0;
  let left = 0;
  for (;;) {
    const count = await needs.database.transaction(async (tx) => {
      const { starting } = await duePeople(tx, today, atOnce);
      if (starting.length > 0) await start(needs, tx, permits.activate, starting);
      return starting.length;
    });
    started += count;
    if (count < atOnce) break;
  }
  const held = new Set<PersonId>();
  for (;;) {
    const due = await needs.database.transaction(async (tx) => (await duePeople(tx, today, atOnce + held.size)).ending.filter((person) => !held.has(person.id)));
    if (due.length === 0) break;
    for (const person of due) {
      const isGone = await leaveAtEnd(needs, permits.leave, person, calendar.endOf(person.endDate!));
      if (isGone) left += 1;
      else held.add(person.id);
    }
  }
  return { started, left };
}

/** The end of the last day is the moment it happened. False: held, and asked about on Today. */
const leaveAtEnd = (needs: Needs, permit: Permit<'directory.person.leave'>, person: Person, happenedAt: Date): Promise<boolean> =>
  needs.database
    .transaction((tx) => leaveOrHoldPeopleIn(needs, tx, permit, [{ personId: person.id, reason: `the end date ${person.endDate} has passed`, happenedAt, source: person.source === 'hr' ? 'hr' : 'manual', endDate: person.endDate }]))
    .then(
      (heldNow) => heldNow.size === 0,
      (error: unknown) => {
        // Held by the guard in the database, or somebody was quicker: asked again next time.
        if (error instanceof Error && 'code' in error && (error.code === refuse.person_is_held.code || error.code === refuse.person_has_left.code)) return false;
        throw error;
      },
    );
