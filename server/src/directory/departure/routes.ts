import { dismissDepartureBody, heldDepartureList, personParams } from '@bailiwick/contract/directory';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../person/needs.ts';
import { personId } from '../person/person.ts';
import { dismissDeparture, readHeldDepartures } from './settle-departures.ts';

export const departureRoutes = (needs: Needs): AnyRoute[] => [
  route({
    method: 'GET',
    path: '/api/v1/held-departures',
    permission: 'directory.person.leave',
    summary: 'Who left according to a source and is held, because nobody else could sign in as administrator',
    output: heldDepartureList,
    run: async ({ permit }) => ({ items: (await readHeldDepartures(needs, permit)).map((one) => ({ ...one, happenedAt: one.happenedAt.toISOString(), heldAt: one.heldAt.toISOString() })) }),
  }),
  route({
    method: 'POST',
    path: '/api/v1/held-departures/:personId/dismiss',
    permission: 'directory.person.leave',
    summary: 'They stay: the held departure is put away; it comes back if the source says so again',
    params: personParams,
    body: dismissDepartureBody,
    refusals: [refuse.departure_not_held],
    run: ({ permit, params, body }) => dismissDeparture(needs, permit, { personId: personId(params.personId), reason: body.reason }),
  }),
];
