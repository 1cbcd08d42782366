import { signInTimes, signInTimesQuery } from '@bailiwick/contract/sign-in-times';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import type { Needs } from '../needs.ts';
import { readSignInTimes } from './read-sign-in-times.ts';

export const signInTimesRoute = (needs: Pick<Needs, 'clock' | 'database'>): AnyRoute =>
  route({
    method: 'GET',
    path: '/api/v1/sign-in-times',
    permission: 'authentication.policy.read',
    summary: 'How long signing in takes, by what people sign in with; wrong tries and what was left unfinished',
    query: signInTimesQuery,
    output: signInTimes,
    run: ({ query }) => readSignInTimes(needs, query.days),
  });
