import { passkeyOptions } from '@bailiwick/contract/authentication';
import { z } from 'zod';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { asked, openWalk, posted, type WalkNeeds } from './walk.ts';

/** The pages of the sign-in: each GET shows where it stands, each POST takes one step of it. */
export function signInRoutes(needs: WalkNeeds): readonly AnyRoute[] {
  const { look, take, challengeToProve, challengeToEnrol, comeBack } = openWalk(needs);
  const open = { permission: null, public: 'people sign in here; nobody is known yet' } as const;
  return [
    route({ method: 'GET', path: '/sign-in', ...open, summary: 'Sign in', query: asked, run: look('sign-in') }),
    route({ method: 'POST', path: '/sign-in', ...open, summary: 'One step of signing in', accepts: 'form', body: posted, run: take('sign-in') }),
    route({ method: 'GET', path: '/enrol', ...open, summary: 'Set up how you sign in', query: asked, run: look('enrol') }),
    route({ method: 'POST', path: '/enrol', ...open, summary: 'One step of setting up', accepts: 'form', body: posted, run: take('sign-in') }),
    route({ method: 'GET', path: '/recover', ...open, summary: 'Get back in', query: asked, run: look('recover') }),
    route({ method: 'POST', path: '/recover', ...open, summary: 'One step of getting back in', accepts: 'form', body: posted, run: take('recover') }),
    route({ method: 'GET', path: '/sign-in/certificate/back', ...open, summary: 'Back from the certificate door', query: z.object({ ticket: z.string().max(100).default('') }), run: comeBack }),
    route({ method: 'POST', path: '/sign-in/passkey-options', ...open, summary: 'A challenge to prove with a passkey', output: passkeyOptions, run: challengeToProve }),
    route({ method: 'POST', path: '/enrol/passkey-options', ...open, summary: 'A challenge to enrol a passkey during the first sign-in', output: passkeyOptions, run: challengeToEnrol }),
  ];
}
