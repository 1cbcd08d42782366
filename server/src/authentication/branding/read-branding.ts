import type * as contract from '@bailiwick/contract/branding';
import type { Needs } from '../needs.ts';
import { faceOf } from './face.ts';
import { contrastsOf, lookOf, ownLook, type Look } from './shades.ts';
import { findBranding, type Branding } from './store.ts';

export const presentLook = (look: Look): contract.ShadesOfColour => ({ light: { ...look.light }, dark: { ...look.dark }, contrasts: [...contrastsOf(look)] });

export function presentBranding(branding: Branding, organisation: string): contract.Branding {
  const { colour, logo, changedAt, changedByName } = branding;
  return {
    organisation,
    colour,
    logo: logo && { path: faceOf(branding).logo!.path, type: logo.type, bytes: logo.bytes.length },
    changedAt: changedAt?.toISOString() ?? null,
    changedByName,
    own: presentLook(ownLook),
    ...presentLook(colour === null ? ownLook : lookOf(colour)),
  };
}

export const readBranding = async ({ database, config }: Pick<Needs, 'database' | 'config'>): Promise<contract.Branding> => presentBranding(await database.read(findBranding), config.organisation);
