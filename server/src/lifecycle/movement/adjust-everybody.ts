import { desiredEntitlements, rolesWithEntitlements } from '../../authorization/index.ts';
import type { Database } from '../../platform/db/index.ts';
import { planMovementIn, type PlanningNeeds } from './plan-movement.ts';
import * as store from './store.ts';

const atOnce = 200;

/**
 * After roles changed: who has another birthright now than the grants say gets a movement, the others nothing.
 * Takes a part of the people and answers where to go on; null when everybody was looked at.
 */
export async function adjustPart(needs: PlanningNeeds & { readonly database: Database }, after: string | null): Promise<{ readonly next: string | null; readonly planned: number }> {
  const { database, clock } = needs;
  const { people, differing } = await database.read(async (tx) => {
    const roles = await rolesWithEntitlements(tx);
    const some = await store.activePeopleAfter(tx, after, atOnce);
    const grants = await store.openGrantsOfMany(tx, some.map((person) => person.id));
    const byPerson = Map.groupBy(grants, (grant) => grant.personId);
    return {
      people: some,
      differing: some.filter((person) => {
        const desired = desiredEntitlements(person, roles);
        const own = byPerson.get(person.id) ?? [];
        const has = new Set<string>(own.map((grant) => grant.entitlementId));
        return [...desired.keys()].some((id) => !has.has(id)) || own.some((grant) => grant.source === 'birthright' && !desired.has(grant.entitlementId as never));
      }),
    };
  });
  let planned = 0;
  for (const person of differing) {
    const at = clock.now();
    const id = await database.transaction((tx) => planMovementIn(needs, tx, { personId: person.id, kind: 'adjust', cause: 'the roles changed', happenedAt: at, plannedBy: { actor: 'system:lifecycle', name: 'Bailiwick' }, isAutomatic: true }));
    if (id !== null) planned += 1;
  }
  return { next: people.length === atOnce ? (people.at(-1)?.id ?? null) : null, planned };
}
