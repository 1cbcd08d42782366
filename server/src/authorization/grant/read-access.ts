import { accountsOfPeople, isInScope, personId as personIdOf, type Account, type PersonId } from '../../directory/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import type { GrantId } from './grant.ts';
import { accessOf, findGrantWithProof, listGrants, type GrantFilter, type GrantWithProof } from './store.ts';

type Reading = Pick<Needs, 'database'>;

export interface PersonAccess {
  readonly items: readonly GrantWithProof[];
  readonly accounts: readonly Account[];
}

/** Why does she have this: every open grant of one person with its source and what the target shows. */
export const readAccess = ({ database }: Reading, permit: Permit<'authorization.grant.read'>, personId: PersonId): Promise<PersonAccess> =>
  database.read(async (tx) => {
    if (!(await isInScope(tx, permit.scope, personId))) throw refuse.person_not_found({ person: personId });
    return { items: await accessOf(tx, personId), accounts: await accountsOfPeople(tx, [personId]) };
  });

/** One's own. A token without a person has none. */
export const readOwnAccess = ({ database }: Reading, permit: Permit<'authorization.own.read'>): Promise<PersonAccess> =>
  database.read(async (tx) => {
    if (permit.personId === null) return { items: [], accounts: [] };
    const own = personIdOf(permit.personId);
    return { items: await accessOf(tx, own), accounts: await accountsOfPeople(tx, [own]) };
  });

export const readGrants = ({ database }: Reading, permit: Permit<'authorization.grant.read'>, filter: Omit<GrantFilter, 'scope'>): Promise<{ items: GrantWithProof[]; next: string | null }> => database.read((tx) => listGrants(tx, { ...filter, scope: permit.scope }));

export async function readGrant({ database }: Reading, _permit: Permit<'authorization.grant.give'> | Permit<'authorization.grant.end'>, id: GrantId): Promise<GrantWithProof> {
  const grant = await database.read((tx) => findGrantWithProof(tx, id));
  if (!grant) throw refuse.grant_not_found({ grant: id });
  return grant;
}
