import { sql, textArray, type Tx } from '../../platform/db/index.ts';
import type { PersonId, PersonSource } from '../person/person.ts';

/** What a source said and the last way in kept from happening. */
export interface HeldDeparture {
  readonly personId: PersonId;
  readonly source: PersonSource;
  readonly reason: string;
  readonly happenedAt: Date;
  readonly heldAt: Date;
  readonly endDate: string | null;
}

/** False: it was held before. The moment that HR named first stays: time to zero access counts from there. */
export async function holdDeparture(tx: Tx, one: HeldDeparture): Promise<boolean> {
  const rows = await sql<{ personId: string }>(tx)`
    insert into directory.held_departure (person_id, source, reason, happened_at, held_at, end_date)
         values (${one.personId}, ${one.source}, ${one.reason}, ${one.happenedAt}, ${one.heldAt}, ${one.endDate})
    on conflict (person_id) do nothing
      returning person_id`;
  return rows.length > 0;
}

export async function settleHeldDepartures(tx: Tx, people: readonly PersonId[]): Promise<boolean> {
  return (await sql<{ personId: string }>(tx)`delete from directory.held_departure where person_id = any(${textArray(people)}::uuid[]) returning person_id`).length > 0;
}

/** A calendar reported them, and the end date is another one by now. */
export const movedDepartures = (tx: Tx): Promise<{ personId: PersonId; personName: string }[]> =>
  sql<{ personId: PersonId; personName: string }>(tx)`
    select h.person_id, p.display_name as person_name
      from directory.held_departure h
      join directory.person p on p.id = h.person_id
     where h.end_date is not null and p.end_date is distinct from h.end_date`;

export const heldDepartures = (tx: Tx): Promise<(HeldDeparture & { readonly personName: string })[]> =>
  sql<HeldDeparture & { personName: string }>(tx)`select person_id, person_name, source, reason, happened_at, held_at, end_date from directory.held_departure_card order by held_at, person_id`;
