import * as contract from '@bailiwick/contract/authentication';
import { z } from 'zod';
import { route, type AnyRoute, type Principal } from '../../platform/http/index.ts';
import type { Faces } from '../branding/face.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { endOtherOwnSessions, endOwnSession, endSessionsOfEverybody, endSessionsOfPerson } from './end-sessions.ts';
import { readMe, readOwnSessions, readSessionsOfPerson } from './read-me.ts';

const person = z.object({ personId: z.uuid() });
const one = z.object({ sessionId: z.uuid() });

export function sessionRoutes(needs: Pick<Needs, 'clock' | 'config' | 'database' | 'announce' | 'permissionsOf' | 'consoleRoles' | 'applicationsOfSessions' | 'geography'> & { readonly faces: Pick<Faces, 'recent'> }): readonly AnyRoute[] {
  return [
    route({ method: 'GET', path: '/api/v1/me', permission: 'authentication.own.read', summary: 'Who I am and what I may do', output: contract.me, run: ({ principal }: { principal: Principal }) => readMe(needs, principal) }),
    route({ method: 'GET', path: '/api/v1/me/sessions', permission: 'authentication.own.session.read', summary: 'My sessions, open ones first', output: contract.sessionList, refusals: [refuse.not_a_person], run: ({ permit, principal }) => readOwnSessions(needs, permit, principal) }),
    route({
      method: 'DELETE',
      path: '/api/v1/me/sessions/:sessionId',
      permission: 'authentication.own.session.end',
      summary: 'End one of my sessions',
      params: one,
      refusals: [refuse.not_a_person, refuse.session_not_found],
      run: ({ permit, principal, params }) => endOwnSession(needs, permit, principal, { sessionId: params.sessionId, reason: 'ended by the person' }),
    }),
    route({
      method: 'POST',
      path: '/api/v1/me/sessions/end-others',
      permission: 'authentication.own.session.end',
      summary: 'End all my sessions but this one',
      output: contract.sessionsEnded,
      refusals: [refuse.not_a_person],
      run: async ({ permit, principal }) => ({ ended: await endOtherOwnSessions(needs, permit, principal) }),
    }),
    route({ method: 'GET', path: '/api/v1/people/:personId/sessions', permission: 'authentication.session.read', summary: 'Sessions of a person', params: person, output: contract.sessionList, refusals: [refuse.person_not_found], run: ({ permit, params }) => readSessionsOfPerson(needs, permit, params.personId) }),
    route({
      method: 'DELETE',
      path: '/api/v1/people/:personId/sessions/:sessionId',
      permission: 'authentication.session.end',
      summary: 'End one session of a person',
      params: z.object({ personId: z.uuid(), sessionId: z.uuid() }),
      refusals: [refuse.person_not_found, refuse.session_not_found],
      run: async ({ permit, params }) => void (await endSessionsOfPerson(needs, permit, params)),
    }),
    route({
      method: 'POST',
      path: '/api/v1/people/:personId/sessions/end-all',
      permission: 'authentication.session.end',
      summary: 'End every session of a person',
      params: person,
      output: contract.sessionsEnded,
      refusals: [refuse.person_not_found],
      run: async ({ permit, params }) => ({ ended: await endSessionsOfPerson(needs, permit, { personId: params.personId, sessionId: null }) }),
    }),
    route({
      method: 'POST',
      path: '/api/v1/sessions/end-everybody',
      permission: 'authentication.session.end-everybody',
      summary: 'End every session of everybody but this one; needs a fresh sign-in',
      body: contract.endEverybody,
      output: contract.everybodyEnded,
      run: ({ permit, principal, body }) => endSessionsOfEverybody(needs, permit, principal, body),
    }),
  ];
}
