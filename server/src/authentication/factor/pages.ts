import { z } from 'zod';
import { html } from '../../platform/html/index.ts';
import { networkOf, page, route, type AnyRoute, type PageFrame } from '../../platform/http/index.ts';
import type { Needs } from '../needs.ts';
import { hidden } from '../pages/forms.ts';
import { speakerFor } from '../pages/phrases.ts';
import { disavow } from './disavow.ts';

const token = z.object({ token: z.string().max(100).default('') });

/** The page behind the link of every notice. Opening it changes nothing, since mail scanners open links. */
export function disavowalRoutes(needs: Pick<Needs, 'clock' | 'database' | 'announce' | 'rateLimits'> & { readonly pageFrame: PageFrame }): readonly AnyRoute[] {
  return [
    route({
      method: 'GET',
      path: '/not-me',
      permission: null,
      public: 'the link from a notice stands for itself; all it can do is end sessions',
      summary: 'Ask before ending every session',
      query: token,
      run: async ({ query, csrf, languages }) => {
        const { say } = speakerFor(languages);
        const content = html`<h1>${say('not_me_title')}</h1><p>${say('not_me_hint')}</p><form method="post" action="/not-me">${hidden('csrf', csrf)}${hidden('token', query.token)}<button type="submit">${say('not_me_button')}</button></form>`;
        return page(needs.pageFrame.frame({ title: say('not_me_title'), content, languages }));
      },
    }),
    route({
      method: 'POST',
      path: '/not-me',
      permission: null,
      public: 'the link from a notice stands for itself; all it can do is end sessions',
      summary: 'End every session of the person whom the notice told',
      accepts: 'form',
      body: token,
      run: async ({ body, request, languages }) => {
        await needs.rateLimits.take(`not-me ${networkOf(request.address)}`, 30, 60);
        const { say } = speakerFor(languages);
        const isDone = await disavow(needs, body.token);
        const content = html`<h1>${say('not_me_title')}</h1><p role="status">${say(isDone ? 'not_me_done' : 'link_used')}</p><a class="button" href="/sign-in">${say('sign_in')}</a>`;
        return page(needs.pageFrame.frame({ title: say('not_me_title'), content, languages }), { status: isDone ? 200 : 404 });
      },
    }),
  ];
}
