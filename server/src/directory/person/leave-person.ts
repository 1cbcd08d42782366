import { record, recordAll } from '../../audit/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { departureHeld, personLeft } from '../events.ts';
import { holdDeparture, settleHeldDepartures } from '../departure/store.ts';
import type { Needs, NeedsWithin } from './needs.ts';
import type { Person, PersonId, PersonSource } from './person.ts';
import { findPeopleForUpdate, findPerson, isInScope, setStanding } from './store.ts';

export interface Departure {
  readonly personId: PersonId;
  readonly reason: string;
  /** The moment HR names; time to zero access counts from here. Default: now. */
  readonly happenedAt?: Date | undefined;
  /** Who says so. */
  readonly source?: PersonSource | undefined;
  /** Where a calendar says so: the last day, which has passed. */
  readonly endDate?: string | null | undefined;
}

/** Somebody leaves. From this commit on they are nobody here: every session is refused when it is read; the rest follows the event. */
export const leavePerson = (needs: Needs, permit: Permit<'directory.person.leave'>, input: Departure): Promise<Person> =>
  needs.database.transaction(async (tx) => {
    if (!(await isInScope(tx, permit.scope, input.personId))) throw refuse.person_not_found({ person: input.personId });
    await leavePersonIn(needs, tx, permit, input);
    return (await findPerson(tx, input.personId))!;
  });

export const leavePersonIn = (needs: NeedsWithin, tx: Tx, permit: Permit<'directory.person.leave'>, input: Departure): Promise<void> => leavePeopleIn(needs, tx, permit, [input]);

/** Many at once. Somebody who has left already, or the last administrator, refuses the whole. */
export async function leavePeopleIn(needs: NeedsWithin, tx: Tx, permit: Permit<'directory.person.leave'>, inputs: readonly Departure[]): Promise<void> {
  if (inputs.length === 0) return;
  const people = await leavers(tx, inputs);
  const held = await heldOf(needs, tx, inputs);
  if (held.length > 0) throw refuse.last_way_in({ person: people.get(held[0]!.personId)!.displayName });
  await go(needs, tx, permit, inputs, people);
}

/**
 * For feeds and calendars, which cannot be told no: everybody leaves but whoever is the last way in for administrators. That
 * departure is written down, asked about on Today, and happens by itself as soon as somebody else can sign in (settleDepartures).
 */
export async function leaveOrHoldPeopleIn(needs: NeedsWithin, tx: Tx, permit: Permit<'directory.person.leave'>, inputs: readonly Departure[]): Promise<ReadonlySet<PersonId>> {
  if (inputs.length === 0) return new Set();
  const people = await leavers(tx, inputs);
  const held = await heldOf(needs, tx, inputs);
  const isHeld = new Set(held.map((one) => one.personId));
  const now = needs.clock.now();
  for (const { personId, reason, happenedAt = now, source = 'manual', endDate = null } of held) {
    if (!(await holdDeparture(tx, { personId, reason, happenedAt, source, endDate, heldAt: now }))) continue;
    const { displayName } = people.get(personId)!;
    await record(tx, { action: 'directory.person.leave', actor: permit.actor, actorName: permit.actorName, target: `person:${personId}`, targetName: displayName, at: now, outcome: 'refused', reason: refuse.last_way_in({ person: displayName }).message, facts: { says: reason, happenedAt, source, isHeld: true } });
    await needs.announce(tx, departureHeld(personId, now, { reason, source }));
  }
  const going = inputs.filter((one) => !isHeld.has(one.personId));
  if (going.length > 0) await go(needs, tx, permit, going, people);
  return isHeld;
}

async function leavers(tx: Tx, inputs: readonly Departure[]): Promise<Map<PersonId, Person>> {
  const people = await findPeopleForUpdate(tx, inputs.map((input) => input.personId));
  for (const { personId } of inputs) {
    const person = people.get(personId);
    if (!person) throw refuse.person_not_found({ person: personId });
    if (person.status === 'left') throw refuse.person_has_left({ person: person.displayName });
  }
  return people;
}

async function heldOf({ lastWayIn }: NeedsWithin, tx: Tx, inputs: readonly Departure[]): Promise<readonly Departure[]> {
  const held = await lastWayIn?.heldOf(tx, inputs.map((one) => one.personId));
  return held ? inputs.filter((one) => held.has(one.personId)) : [];
}

async function go({ clock, announce }: NeedsWithin, tx: Tx, permit: Permit<'directory.person.leave'>, inputs: readonly Departure[], people: ReadonlyMap<PersonId, Person>): Promise<void> {
  const now = clock.now();
  await setStanding(tx, inputs.map(({ personId }) => ({ id: personId, status: 'left', leftAt: now })), now);
  await settleHeldDepartures(tx, inputs.map((one) => one.personId));
  await recordAll(
    tx,
    inputs.map(({ personId, reason, happenedAt = now, source = 'manual' }) => ({ action: 'directory.person.leave', actor: permit.actor, actorName: permit.actorName, target: `person:${personId}`, targetName: people.get(personId)!.displayName, at: now, outcome: 'allowed', reason, facts: { happenedAt, source } })),
  );
  await announce(tx, inputs.map(({ personId, reason, happenedAt = now, source = 'manual' }) => personLeft(personId, now, { happenedAt: happenedAt.toISOString(), reason, source })));
}
