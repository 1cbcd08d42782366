import { consents, personApplications, tiles } from '@bailiwick/contract/federation';
import { z } from 'zod';
import { isInScope } from '../../directory/index.ts';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { FederationNeeds } from '../needs.ts';
import { listConsents } from '../sign-in/store.ts';
import { participationsOf, tilesOf, type TileRow } from './store.ts';
import { takeBackConsent } from './take-back-consent.ts';

type Needs = Pick<FederationNeeds, 'config' | 'clock' | 'database'>;

/** 63C-4 3.11.1: a launch is a signal that makes the application begin; it is told by whom to sign people in. */
function hrefOf(tile: TileRow, issuer: string): string | null {
  if (!tile.initiateLoginUri) return tile.homeUri;
  const url = new URL(tile.initiateLoginUri);
  url.searchParams.set('iss', issuer);
  return url.href;
}

export function launcherRoutes(needs: Needs): readonly AnyRoute[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/me/applications',
      permission: 'federation.own.read',
      summary: 'The applications you may open, recent first',
      output: tiles,
      async run({ permit }) {
        const { personId } = permit;
        if (!personId) return { items: [] };
        const rows = await needs.database.read((tx) => tilesOf(tx, personId, needs.clock.now()));
        return { items: rows.map((row) => ({ applicationId: row.applicationId, name: row.name, description: row.description, icon: row.icon, href: hrefOf(row, needs.config.url.origin), lastOpenedAt: row.lastOpenedAt?.toISOString() ?? null })) };
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/me/consents',
      permission: 'federation.own.read',
      summary: 'What you agreed to hand to applications that are not the company\'s own',
      output: consents,
      async run({ permit }) {
        const { personId } = permit;
        const items = personId ? await needs.database.read((tx) => listConsents(tx, personId)) : [];
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
        if (!(await needs.database.read((tx) => isInScope(tx, permit.scope, params.personId)))) throw refuse.no_such_person(params);
        const rows = await needs.database.read((tx) => participationsOf(tx, params.personId));
        return { items: rows.map((row) => ({ ...row, since: row.since.toISOString(), lastAt: row.lastAt.toISOString(), endedAt: row.endedAt?.toISOString() ?? null })) };
      },
    }),
  ];
}
