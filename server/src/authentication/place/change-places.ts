import { record } from '../../audit/index.ts';
import { newId } from '../../platform/crypto/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { isTooWide, networkFrom, type Place } from './place.ts';
import { addPlace, countPlaces, findPlaceForUpdate, findPlaces, hasOtherPlaceNamed, removePlace, savePlace } from './store.ts';

type PlaceNeeds = Pick<Needs, 'clock' | 'database'>;
type ChangePermit = Permit<'authentication.place.change'>;

/** Each page that shows places reads all of them. */
export const mostPlaces = 200;

interface Wish {
  readonly name: string;
  readonly networks: readonly string[];
}

function networksOf({ networks }: Wish): readonly string[] {
  return [
    ...new Set(
      networks.map((typed) => {
        const network = networkFrom(typed);
        if (network === null) throw refuse.network_unreadable({ network: typed.slice(0, 80) });
        if (isTooWide(network)) throw refuse.network_too_wide({ network });
        return network;
      }),
    ),
  ];
}

export const readPlaces = ({ database }: Pick<Needs, 'database'>, _permit: Permit<'authentication.place.read'>): Promise<readonly Place[]> => database.read(findPlaces);

export async function addNamedPlace({ clock, database }: PlaceNeeds, permit: ChangePermit, wish: Wish): Promise<Place> {
  const networks = networksOf(wish);
  return database.transaction(async (tx) => {
    if ((await countPlaces(tx)) >= mostPlaces) throw refuse.too_many_places({ atMost: mostPlaces });
    const place = await addPlace(tx, { id: newId(), name: wish.name, networks }, clock.now());
    if (!place) throw refuse.place_exists({ name: wish.name });
    await recordPlace(tx, 'authentication.place.add', permit, place, clock.now(), { networks: place.networks });
    return place;
  });
}

export async function changePlace({ clock, database }: PlaceNeeds, permit: ChangePermit, id: string, wish: Wish): Promise<Place> {
  const networks = networksOf(wish);
  return database.transaction(async (tx) => {
    const before = await findPlaceForUpdate(tx, id);
    if (!before) throw refuse.place_not_found({ place: id });
    if (await hasOtherPlaceNamed(tx, wish.name, id)) throw refuse.place_exists({ name: wish.name });
    const place = { id, name: wish.name, networks };
    await savePlace(tx, place, clock.now());
    await recordPlace(tx, 'authentication.place.change', permit, place, clock.now(), { before: { name: before.name, networks: before.networks }, after: { name: place.name, networks } });
    return place;
  });
}

export async function removeNamedPlace({ clock, database }: PlaceNeeds, permit: ChangePermit, id: string): Promise<void> {
  await database.transaction(async (tx) => {
    const place = await removePlace(tx, id);
    if (!place) throw refuse.place_not_found({ place: id });
    await recordPlace(tx, 'authentication.place.remove', permit, place, clock.now(), { networks: place.networks });
  });
}

async function recordPlace(tx: Tx, action: string, permit: ChangePermit, place: Place, at: Date, facts: Record<string, unknown>): Promise<void> {
  await record(tx, { action, actor: permit.actor, actorName: permit.actorName, target: `place:${place.id}`, targetName: place.name, at, outcome: 'allowed', facts });
}
