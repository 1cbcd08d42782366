import { isInScope } from '../../directory/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { FederationNeeds } from '../needs.ts';
import { listConsents } from '../sign-in/store.ts';
import { participationsOf, tilesOf, type ParticipationRow, type TileRow } from './store.ts';

type Needs = Pick<FederationNeeds, 'config' | 'clock' | 'database'>;

export interface Tile {
  readonly applicationId: string;
  readonly name: string;
  readonly description: string | null;
  readonly icon: string | null;
  readonly href: string | null;
  readonly lastOpenedAt: Date | null;
}

/** 63C-4 3.11.1: a launch is a signal that makes the application begin; it is told by whom to sign people in. */
function hrefOf(tile: TileRow, issuer: string): string | null {
  if (!tile.initiateLoginUri) return tile.homeUri;
  const url = new URL(tile.initiateLoginUri);
  url.searchParams.set('iss', issuer);
  return url.href;
}

export async function readTiles({ config, clock, database }: Needs, { personId }: Permit<'federation.own.read'>): Promise<readonly Tile[]> {
  if (!personId) return [];
  const rows = await database.read((tx) => tilesOf(tx, personId, clock.now()));
  return rows.map((row) => ({ applicationId: row.applicationId, name: row.name, description: row.description, icon: row.icon, href: hrefOf(row, config.url.origin), lastOpenedAt: row.lastOpenedAt }));
}

export const readConsents = async ({ database }: Needs, { personId }: Permit<'federation.own.read'>): Promise<{ clientId: string; name: string; scopes: string[]; givenAt: Date }[]> =>
  personId ? database.read((tx) => listConsents(tx, personId)) : [];

/** What a person is, or lately was, signed in to. Beyond the reach of the permit there is nobody. */
export async function readApplicationsOfPerson({ database }: Needs, permit: Permit<'federation.participation.read'>, personId: string): Promise<readonly ParticipationRow[]> {
  if (!(await database.read((tx) => isInScope(tx, permit.scope, personId)))) throw refuse.no_such_person({ personId });
  return database.read((tx) => participationsOf(tx, personId));
}
