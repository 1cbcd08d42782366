import * as contract from '@bailiwick/contract/sessions';
import { z } from 'zod';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { addNamedPlace, changePlace, readPlaces, removeNamedPlace } from './change-places.ts';

const one = z.object({ placeId: z.uuid() });
const refusals = [refuse.network_unreadable, refuse.network_too_wide, refuse.place_exists];

export function placeRoutes(needs: Pick<Needs, 'clock' | 'database'>): readonly AnyRoute[] {
  return [
    route({ method: 'GET', path: '/api/v1/places', permission: 'authentication.place.read', summary: 'Named networks, such as an office', output: contract.placeList, run: async ({ permit }) => ({ items: (await readPlaces(needs, permit)).map((place) => ({ ...place, networks: [...place.networks] })) }) }),
    route({ method: 'POST', path: '/api/v1/places', permission: 'authentication.place.change', summary: 'Name a network', body: contract.setPlace, output: contract.place, status: 201, refusals: [...refusals, refuse.too_many_places], run: async ({ permit, body }) => asAnswer(await addNamedPlace(needs, permit, body)) }),
    route({ method: 'PUT', path: '/api/v1/places/:placeId', permission: 'authentication.place.change', summary: 'Change a named network', params: one, body: contract.setPlace, output: contract.place, refusals: [...refusals, refuse.place_not_found], run: async ({ permit, params, body }) => asAnswer(await changePlace(needs, permit, params.placeId, body)) }),
    route({ method: 'DELETE', path: '/api/v1/places/:placeId', permission: 'authentication.place.change', summary: 'Remove a named network', params: one, refusals: [refuse.place_not_found], run: ({ permit, params }) => removeNamedPlace(needs, permit, params.placeId) }),
  ];
}

const asAnswer = ({ id, name, networks }: { id: string; name: string; networks: readonly string[] }) => ({ id, name, networks: [...networks] });
