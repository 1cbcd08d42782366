import { consents, personApplications, tiles } from '@bailiwick/contract/federation';
import { z } from 'zod';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { FederationNeeds } from '../needs.ts';
import { readApplicationsOfPerson, readConsents, readTiles } from './read-own.ts';
import { takeBackConsent } from './take-back-consent.ts';

type Needs = Pick<FederationNeeds, 'config' | 'clock' | 'database'>;

export function launcherRoutes(needs: Needs): readonly AnyRoute[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/me/applications',
      permission: 'federation.own.read',
      summary: 'The applications you may open, recent first',
      output: tiles,
      async run({ permit }) {
        const items = await readTiles(needs, permit);
        return { items: items.map((tile) => ({ ...tile, lastOpenedAt: tile.lastOpenedAt?.toISOString() ?? null })) };
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/me/consents',
      permission: 'federation.own.read',
      summary: 'What you agreed to hand to applications that are not the company\'s own',
      output: consents,
      async run({ permit }) {
        const items = await readConsents(needs, permit);
        return { items: items.map((item) => ({ ...item, givenAt: item.givenAt.toISOString() })) };
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/v1/me/consents/:clientId',
      permission: 'federation.own.change',
      summary: 'Take an agreement back; the application loses what it got by it',
      params: z.object({ clientId: z.string().min(1).max(100) }),
      refusals: [refuse.no_such_consent],
      async run({ permit, params }) {
        await takeBackConsent(needs, permit, params);
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/people/:personId/applications',
      permission: 'federation.participation.read',
      summary: 'What a person is, or lately was, signed in to',
      params: z.object({ personId: z.uuid() }),
      output: personApplications,
      refusals: [refuse.no_such_person],
      async run({ permit, params }) {
        const rows = await readApplicationsOfPerson(needs, permit, params.personId);
        return { items: rows.map((row) => ({ ...row, since: row.since.toISOString(), lastAt: row.lastAt.toISOString(), endedAt: row.endedAt?.toISOString() ?? null })) };
      },
    }),
  ];
}
