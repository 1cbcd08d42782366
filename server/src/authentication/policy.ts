import { signInPolicy } from '@bailiwick/contract/authentication';
import { sessionLimit, setSessionLimit as setLimit } from '@bailiwick/contract/sessions';
import { z } from 'zod';
import { route, type AnyRoute } from '../platform/http/index.ts';
import { refuse } from './errors.ts';
import { passwordRuleInWords } from './factor/password.ts';
import type { Needs } from './needs.ts';
import { readSessionLimits, setSessionLimit } from './session-limit/set-session-limit.ts';
import { mostOpenSessions } from './session/session.ts';
import { workforceFloor, type AssuranceLevel } from './sign-in/strength.ts';
import { failuresUntilDisabled } from './throttle/throttle.ts';

/** The limits as they are enforced, documented where 63B-4 5.2, ASVS 7.1.1 and ASVS 7.1.2 ask for it. */
export const policyRoutes = (needs: Pick<Needs, 'clock' | 'database'>): readonly AnyRoute[] => [
  route({
    method: 'GET',
    path: '/api/v1/sign-in-policy',
    permission: 'authentication.policy.read',
    summary: 'How people sign in here: levels, limits, rules',
    output: signInPolicy,
    run: async () => ({
      assuranceLevel: workforceFloor.level,
      sessionLimits: await needs.database.read(readSessionLimits),
      mostOpenSessions,
      passwordRule: passwordRuleInWords,
      failuresUntilDisabled,
    }),
  }),
  route({
    method: 'PUT',
    path: '/api/v1/sign-in-policy/session-limits/:assuranceLevel',
    permission: 'authentication.policy.change',
    summary: 'Choose how long sessions of a level last',
    params: z.object({ assuranceLevel: z.enum(['1', '2', '3']) }),
    body: setLimit,
    output: z.object({ items: z.array(sessionLimit) }),
    refusals: [refuse.session_limit_too_long, refuse.idle_limit_too_long, refuse.session_limit_needs_reason],
    run: async ({ permit, params, body }) => ({ items: await setSessionLimit(needs, permit, { assuranceLevel: Number(params.assuranceLevel) as AssuranceLevel, ...body }) }),
  }),
];
