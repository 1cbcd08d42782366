import { z } from 'zod';
import { html } from '../../platform/html/index.ts';
import { networkOf, page, redirect, route, type AnyRoute, type Answer, type PageFrame } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { field, hidden } from '../pages/forms.ts';
import { speakerFor, type PhraseName } from '../pages/phrases.ts';
import { signInCookie } from '../sign-in/sign-in.ts';
import { isSetupLinkOpen, makeFirstAdministrator } from './make-first-administrator.ts';

const text = z.string().trim().max(120).default('');
const form = z.object({ token: z.string().max(100).default(''), given_name: text, family_name: text, email: z.string().trim().max(254).default(''), username: z.string().trim().max(254).default('') });
type Form = z.infer<typeof form>;
type Problems = { readonly [Name in keyof Form]?: PhraseName };

const empty: Form = { token: '', given_name: '', family_name: '', email: '', username: '' };
const isOpen = 'the one-time link stands for itself; printed on the host only';

export function setUpRoutes(needs: Needs & { readonly pageFrame: PageFrame }): readonly AnyRoute[] {
  function draw(languages: readonly string[], csrf: string, values: Form, problems: Problems): Answer {
    const speaker = speakerFor(languages);
    const { say } = speaker;
    const error = (name: keyof Form): string | null => (problems[name] ? say(problems[name]) : null);
    const content = html`<h1>${say('setup_title')}</h1><p class="hint">${say('setup_hint')}</p><form method="post" action="/set-up" novalidate>${hidden('csrf', csrf)}${hidden('token', values.token)}${field({ name: 'given_name', label: say('given_name'), autocomplete: 'given-name', value: values.given_name, error: error('given_name'), isFirst: true, maxLength: 120 })}${field({ name: 'family_name', label: say('family_name'), autocomplete: 'family-name', value: values.family_name, error: error('family_name'), maxLength: 120 })}${field({ name: 'email', label: say('email'), type: 'email', autocomplete: 'email', value: values.email, error: error('email'), maxLength: 254 })}${field({ name: 'username', label: say('username'), autocomplete: 'username', value: values.username, error: error('username'), maxLength: 254 })}<button type="submit">${say('continue')}</button></form>`;
    return page(needs.pageFrame.frame({ title: say('setup_title'), content, languages }), { status: Object.keys(problems).length > 0 ? 400 : 200 });
  }

  function problemsOf(values: Form): Problems {
    const missing = (name: 'given_name' | 'family_name' | 'email' | 'username'): Problems => (values[name] === '' ? { [name]: 'missing' } : {});
    return {
      ...missing('given_name'),
      ...missing('family_name'),
      ...(z.email().safeParse(values.email).success ? {} : { email: 'email_wrong' as const }),
      ...(/^[\p{L}\p{N}._@+-]+$/u.test(values.username) ? {} : { username: 'username_wrong' as const }),
      ...missing('email'),
      ...missing('username'),
    };
  }

  return [
    route({
      method: 'GET',
      path: '/set-up',
      permission: null,
      public: isOpen,
      summary: 'Make the first administrator',
      query: z.object({ token: z.string().max(100).default('') }),
      refusals: [refuse.setup_link_not_valid],
      run: async ({ query, csrf, languages, request }) => {
        await needs.rateLimits.take(`set-up ${networkOf(request.address)}`, 30, 60);
        if (!(await isSetupLinkOpen(needs, query.token))) throw refuse.setup_link_not_valid();
        return draw(languages, csrf, { ...empty, token: query.token }, {});
      },
    }),
    route({
      method: 'POST',
      path: '/set-up',
      permission: null,
      public: isOpen,
      summary: 'Make the first administrator',
      accepts: 'form',
      body: form,
      refusals: [refuse.setup_link_not_valid, refuse.administrator_exists],
      run: async ({ body, csrf, languages, request }) => {
        await needs.rateLimits.take(`set-up ${networkOf(request.address)}`, 30, 60);
        const problems = problemsOf(body);
        if (Object.keys(problems).length > 0) return draw(languages, csrf, body, problems);
        const held = await makeFirstAdministrator(needs, body.token, { givenName: body.given_name, familyName: body.family_name, email: body.email, username: body.username });
        if (!held) return draw(languages, csrf, body, { username: 'username_taken' });
        return redirect('/enrol', [{ name: signInCookie, value: held.secret }]);
      },
    }),
  ];
}
