import { signInPolicy } from '@bailiwick/contract/authentication';
import { route, type AnyRoute } from '../platform/http/index.ts';
import { passwordRuleInWords } from './factor/password.ts';
import { sessionLimits } from './session/session.ts';
import { workforceFloor, type AssuranceLevel } from './sign-in/strength.ts';
import { failuresUntilDisabled } from './throttle/throttle.ts';

/** The limits as they are enforced, documented where 63B-4 5.2 and ASVS 7.1.1 ask for it. */
export const policyRoute = (): AnyRoute =>
  route({
    method: 'GET',
    path: '/api/v1/sign-in-policy',
    permission: 'authentication.policy.read',
    summary: 'How people sign in here: levels, limits, rules',
    output: signInPolicy,
    run: async () => ({
      assuranceLevel: workforceFloor.level,
      sessionLimits: ([1, 2, 3] satisfies AssuranceLevel[]).map((level) => ({ assuranceLevel: level, overallSeconds: sessionLimits[level].overallMs / 1_000, idleSeconds: sessionLimits[level].idleMs === null ? null : sessionLimits[level].idleMs / 1_000, source: sessionLimits[level].source })),
      passwordRule: passwordRuleInWords,
      failuresUntilDisabled,
    }),
  });
