import { recordAll } from '../../audit/index.ts';
import { newId, randomDigits } from '../../platform/crypto/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { personJoined, personStarted } from '../events.ts';
import type { Needs, NeedsWithin } from './needs.ts';
import { dayOf, displayNameOf, personId, standingFrom, usernameFor, usernameStem, type NewPerson, type Person } from './person.ts';
import { refuseProblem } from './refuse-problem.ts';
import { insertPeople, takenUsernames, type PersonRow } from './store.ts';

/** Somebody joins, from HR or made by hand: active from the first day, staged until then. */
export const addPerson = (needs: Needs, permit: Permit<'directory.person.add'>, input: NewPerson): Promise<Person> => needs.database.transaction((tx) => addPersonIn(needs, tx, permit, input));

export async function addPersonIn(needs: NeedsWithin, tx: Tx, permit: Permit<'directory.person.add'>, input: NewPerson): Promise<Person> {
  const [person] = await addPeopleIn(needs, tx, permit, [input]);
  return person!;
}

/** Many at once, for a whole HR file; those of one batch may name each other as managers (give them ids with newId()). */
export async function addPeopleIn({ clock, announce }: NeedsWithin, tx: Tx, permit: Permit<'directory.person.add'>, inputs: readonly NewPerson[]): Promise<Person[]> {
  if (inputs.length === 0) return [];
  const now = clock.now();
  const today = dayOf(now);
  const withNames = inputs.map((input) => ({ ...input, workEmail: input.workEmail ?? null }));
  const wanted = withNames.flatMap((one) => [one.workEmail, one.username].filter((name) => name != null));
  const wantedBy = Map.groupBy(wanted, (name) => name.toLowerCase());
  const isWithoutAddress = (one: (typeof withNames)[number]): boolean => !one.username && (!one.workEmail || wantedBy.get(one.workEmail.toLowerCase())!.length > 1);
  const taken = await takenUsernames(tx, wanted, [...new Set(withNames.filter(isWithoutAddress).map(usernameStem))]);
  const stems = [...new Set(withNames.filter((one) => !one.username && one.workEmail && taken.has(one.workEmail.toLowerCase())).map(usernameStem))];
  if (stems.length > 0) for (const name of await takenUsernames(tx, [], stems)) taken.add(name);
  for (const one of withNames) if (one.username) taken.add(one.username.toLowerCase());

  const rows = withNames.map((input): PersonRow => {
    const startDate = input.startDate ?? null;
    const username = input.username ?? usernameFor(input, (candidate) => taken.has(candidate), randomDigits(8));
    taken.add(username.toLowerCase());
    return {
      id: input.id ?? personId(newId()),
      employeeNumber: input.employeeNumber ?? null,
      username,
      givenName: input.givenName,
      familyName: input.familyName,
      displayName: input.displayName ?? displayNameOf(input),
      workEmail: input.workEmail,
      privateEmail: input.privateEmail ?? null,
      title: input.title ?? null,
      department: input.department ?? null,
      division: input.division ?? null,
      location: input.location ?? null,
      employmentType: input.employmentType ?? null,
      managerId: input.managerId ?? null,
      startDate,
      endDate: input.endDate ?? null,
      status: standingFrom(startDate, today),
      source: input.source,
    };
  });
  for (const row of rows) refuseProblem(row);

  const people = await insertPeople(tx, rows, now);
  await recordAll(
    tx,
    people.map((person) => ({ action: 'directory.person.add', actor: permit.actor, actorName: permit.actorName, target: `person:${person.id}`, targetName: person.displayName, at: now, outcome: 'allowed', facts: { employeeNumber: person.employeeNumber, department: person.department, title: person.title, startDate: person.startDate, endDate: person.endDate, source: person.source, status: person.status } })),
  );
  await announce(tx, people.flatMap((person) => [personJoined(person.id, now, { source: person.source, startDate: person.startDate }), ...(person.status === 'active' ? [personStarted(person.id, now)] : [])]));
  return people;
}
