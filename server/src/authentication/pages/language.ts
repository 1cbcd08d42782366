import type { FastifyPluginAsync } from 'fastify';
import { html, type Html } from '../../platform/html/index.ts';
import type { Needs } from '../needs.ts';
import { speakerFor, type Language } from './phrases.ts';

/** Each in its own words, so that whoever cannot read the page finds theirs. */
const names: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch', fr: 'Français', es: 'Español' };

/** Read by platform/http before what the browser asks for. Two letters and nothing about anybody. */
export const languageCookie = 'bailiwick-language';
const rememberedSeconds = 365 * 86_400;

/** Links, since a form would need the secret of one; all they change is the words. */
export function languageSwitch(languages: readonly string[]): Html {
  const { language, say } = speakerFor(languages);
  return html`<nav class="languages" aria-label="${say('language')}"><ul>${(Object.keys(names) as Language[]).map((one) => html`<li>${one === language ? html`<span lang="${one}" aria-current="true">${names[one]}</span>` : html`<a href="/language/${one}" lang="${one}" hreflang="${one}" rel="nofollow">${names[one]}</a>`}</li>`)}</ul></nav>`;
}

/**
 * Remembers the language and goes back to the page that the link was on: browsers tell that to our own origin (referrer-policy
 * same-origin), and what was begun there is held by its own cookie. Where nothing is told, to the sign-in, which goes on as well.
 */
export const languageDoor = ({ config }: Pick<Needs, 'config'>): FastifyPluginAsync => async (app) => {
  app.get<{ Params: { language: string } }>('/language/:language', (request, reply) => {
    const { language } = request.params;
    // A page of somebody else must not even change the words.
    const isOurs = ['same-origin', 'none', undefined].includes(request.headers['sec-fetch-site'] as string | undefined);
    if (!Object.hasOwn(names, language) || !isOurs) return reply.callNotFound();
    reply.setCookie(`${config.isSecure ? '__Host-' : ''}${languageCookie}`, language, { path: '/', httpOnly: true, secure: config.isSecure, sameSite: 'lax', maxAge: rememberedSeconds });
    return reply.code(303).header('location', pageBefore(request.headers.referer, config.url.origin)).send();
  });
};

function pageBefore(referer: string | undefined, origin: string): string {
  if (referer === undefined || !URL.canParse(referer)) return '/sign-in';
  const { origin: from, pathname, search } = new URL(referer);
  // `//host` names another host (open redirect).
  return from === origin && !pathname.startsWith('//') && !pathname.startsWith('/language/') ? pathname + search : '/sign-in';
}
