import { sql, textArray, type Tx } from '../../platform/db/index.ts';
import type { Place } from './place.ts';

export async function findPlaces(tx: Tx): Promise<readonly Place[]> {
  return sql<Place>(tx)`select id, name, networks::text[] as networks from authn.place order by lower(name)`;
}

/** Null when another place has the name. */
export async function addPlace(tx: Tx, place: Place, now: Date): Promise<Place | null> {
  const [row] = await sql<Place>(tx)`
    insert into authn.place (id, name, networks, created_at, updated_at)
         values (${place.id}, ${place.name}, ${textArray(place.networks)}::cidr[], ${now}, ${now})
    on conflict (lower(name)) do nothing
      returning id, name, networks::text[] as networks`;
  return row ?? null;
}

export async function findPlaceForUpdate(tx: Tx, id: string): Promise<Place | null> {
  const [row] = await sql<Place>(tx)`select id, name, networks::text[] as networks from authn.place where id = ${id} for update`;
  return row ?? null;
}

export async function hasOtherPlaceNamed(tx: Tx, name: string, id: string): Promise<boolean> {
  const [row] = await sql<{ isTaken: boolean }>(tx)`select exists (select from authn.place where lower(name) = lower(${name}) and id <> ${id}) as is_taken`;
  return row?.isTaken ?? false;
}

export async function savePlace(tx: Tx, place: Place, now: Date): Promise<void> {
  await sql(tx)`update authn.place set name = ${place.name}, networks = ${textArray(place.networks)}::cidr[], updated_at = ${now} where id = ${place.id}`;
}

export async function removePlace(tx: Tx, id: string): Promise<Place | null> {
  const [row] = await sql<Place>(tx)`delete from authn.place where id = ${id} returning id, name, networks::text[] as networks`;
  return row ?? null;
}

export async function countPlaces(tx: Tx): Promise<number> {
  const [row] = await sql<{ count: number }>(tx)`select count(*)::integer as count from authn.place`;
  return row?.count ?? 0;
}
