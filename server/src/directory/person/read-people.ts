import type { Database } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { peopleTally } from '../inventory/store.ts';
import type { Person, PersonId } from './person.ts';
import { countReports, findPerson, isInScope, listAttributeValues, listPeople, type PeopleFilter, type PersonInList } from './store.ts';

interface Needs {
  readonly database: Database;
}

export const readPeople = ({ database }: Needs, permit: Permit<'directory.person.read'>, filter: Omit<PeopleFilter, 'scope'>): Promise<{ items: PersonInList[]; next: string | null; total: { staged: number; active: number; left: number } }> =>
  database.read(async (tx) => ({ ...(await listPeople(tx, { ...filter, scope: permit.scope })), total: await peopleTally(tx) }));

export type MayShowPerson = Permit<'directory.person.read'> | Permit<'directory.person.add'> | Permit<'directory.person.change'> | Permit<'directory.person.leave'> | Permit<'directory.person.rehire'>;

/** Outside of the scope a person does not exist: the answer must not tell the two apart. */
export const readPerson = ({ database }: Needs, permit: MayShowPerson, id: PersonId): Promise<Person & { managerName: string | null; reports: number }> =>
  database.read(async (tx) => {
    const person = (await isInScope(tx, permit.scope, id)) ? await findPerson(tx, id) : null;
    if (!person || person.source === 'break-glass') throw refuse.person_not_found({ person: id });
    const manager = person.managerId ? await findPerson(tx, person.managerId) : null;
    // A private address is nobody's business but HR's: managers and the help desk see the work address.
    const privateEmail = permit.scope.is === 'everything' ? person.privateEmail : null;
    return { ...person, privateEmail, managerName: manager?.displayName ?? null, reports: await countReports(tx, id) };
  });

export const readAttributeValues = ({ database }: Needs, _permit: Permit<'directory.person.read'>): ReturnType<typeof listAttributeValues> => database.read(listAttributeValues);
