import { z } from 'zod';
import { digestOf } from '../../platform/crypto/index.ts';
import { html } from '../../platform/html/index.ts';
import { networkOf, page, redirect, route, type AnyRoute, type Answer, type PageFrame } from '../../platform/http/index.ts';
import type { Needs } from '../needs.ts';
import { ways } from '../pages/forms.ts';
import { speakerFor } from '../pages/phrases.ts';
import { signInCookie } from '../sign-in/sign-in.ts';
import { askForHelp, isStuck } from './ask-for-help.ts';
import { helpForm } from './page-parts.ts';

type PageNeeds = Pick<Needs, 'clock' | 'database' | 'rateLimits'> & { readonly pageFrame: PageFrame };

/** For whoever has to set something up and cannot: what to do, never a dead end. */
export function helpRoutes(needs: PageNeeds): readonly AnyRoute[] {
  const open = { permission: null, public: 'only for the browser of a sign-in in which somebody has proven something; any other is sent to the sign-in page' } as const;
  const digest = (cookies: Readonly<Record<string, string | undefined>>): Buffer | null => (cookies[signInCookie] ? digestOf(cookies[signInCookie]) : null);

  function draw(languages: readonly string[], csrf: string, isNoted: boolean): Answer {
    const speaker = speakerFor(languages);
    const { say } = speaker;
    const title = say('enrolment_help_title');
    const content = html`<h1>${title}</h1>${isNoted ? html`<p role="status" id="help-noted">${say('enrolment_help_noted')}</p>` : html`<p>${say('enrolment_help_device')}</p><p>${say('enrolment_help_desk')}</p>${helpForm(csrf, speaker)}`}${ways([['/enrol', say('enrolment_help_back')], ['/sign-in?again=1', say('back')]])}`;
    return page(needs.pageFrame.frame({ title, content, languages }));
  }

  return [
    route({
      method: 'GET',
      path: '/enrol/help',
      ...open,
      summary: 'What to do when one cannot set up what is asked for',
      run: async ({ cookies, csrf, languages }) => ((await isStuck(needs, digest(cookies))) ? draw(languages, csrf, false) : redirect('/sign-in')),
    }),
    route({
      method: 'POST',
      path: '/enrol/help',
      ...open,
      summary: 'Say that one cannot set up what is asked for',
      accepts: 'form',
      body: z.object({}),
      run: async ({ cookies, csrf, languages, request }) => {
        await needs.rateLimits.take(`enrolment help ${networkOf(request.address)}`, 60, 60);
        return (await askForHelp(needs, digest(cookies), request.address)) ? draw(languages, csrf, true) : redirect('/sign-in');
      },
    }),
  ];
}
