import type { Tx } from '../../platform/db/index.ts';
import type { Needs } from '../needs.ts';
import { finderOf, type Whereabouts } from './place.ts';
import { findPlaces } from './store.ts';

/** Tells of addresses where they lie, by the named networks as they are now and by the GeoIP file if there is one. */
export async function whereIs(tx: Tx, { geography }: Pick<Needs, 'geography'>): Promise<(address: string) => Whereabouts> {
  const find = finderOf(await findPlaces(tx));
  return (address) => {
    const place = find(address);
    // A city beside an office would only raise doubt about what is certain.
    return { place, probably: place === null ? geography.probably(address) : null };
  };
}

/** For mail: `203.0.113.7 (probably Zürich, Switzerland)`. */
export const inWords = (address: string, { place, probably }: Whereabouts): string => (place !== null ? `${place} (${address})` : probably !== null ? `${address} (probably ${probably})` : address);
