import { z } from 'zod';
import { html } from '../../platform/html/index.ts';
import { page, redirect, route, type AnyRoute, type PageFrame } from '../../platform/http/index.ts';
import type { Needs } from '../needs.ts';
import { hidden } from '../pages/forms.ts';
import { speakerFor } from '../pages/phrases.ts';
import { signInCookie } from '../sign-in/sign-in.ts';
import { endSignedOutSession } from './sign-out.ts';
import { sessionCookie } from './read-session.ts';

export function signOutRoutes(needs: Pick<Needs, 'clock' | 'database' | 'announce' | 'config'> & { readonly pageFrame: PageFrame }): readonly AnyRoute[] {
  const { config, pageFrame } = needs;
  return [
    route({
      method: 'GET',
      path: '/sign-out',
      permission: null,
      public: 'whoever opens it is only asked; nothing ends by a link',
      summary: 'Ask before signing out',
      query: z.object({ done: z.string().optional() }),
      run: async ({ principal, csrf, languages }) => {
        const { say } = speakerFor(languages);
        const title = say('sign_out');
        const content = principal?.sessionId
          ? html`<h1>${title}</h1><p>${say('sign_out_question', { organisation: config.organisation })}</p><form method="post" action="/sign-out">${hidden('csrf', csrf)}<button type="submit">${say('sign_out')}</button></form><p class="ways"><a href="/">${say('stay')}</a></p>`
          : html`<h1>${say('signed_out')}</h1><a class="button" href="/sign-in">${say('sign_in')}</a>`;
        return page(pageFrame.frame({ title, content, languages }));
      },
    }),
    route({
      method: 'POST',
      path: '/sign-out',
      permission: null,
      public: 'ends the session of the browser that asks, and no other',
      summary: 'Sign out',
      accepts: 'form',
      body: z.object({}),
      run: async ({ principal }) => {
        if (principal?.sessionId && principal.personId) await endSignedOutSession(needs, principal);
        return redirect('/sign-out?done=1', [
          { name: sessionCookie, value: null },
          { name: signInCookie, value: null },
        ]);
      },
    }),
  ];
}
