import type { Refusal } from '../../platform/errors/index.ts';
import type { SayRefusal } from '../../platform/http/index.ts';
import { fill, languageFor, speakerFor, typeset, type PhraseName } from './phrases.ts';
import { refusalSentences, refusalTitles } from './phrases/refusals.ts';

const sentences = {
  de: typeset('de', refusalSentences.de),
  fr: typeset('fr', refusalSentences.fr),
  es: typeset('es', refusalSentences.es),
};

const factsOf = (refusal: Refusal): Readonly<Record<string, string>> => Object.fromEntries(Object.entries(refusal.facts).map(([key, value]) => [key, String(value)]));

/** The one place that says a refusal in another language than that of its declaration. */
export const sayRefusal: SayRefusal = (refusal, languages) => {
  const language = languageFor(languages);
  if (language === 'en' || !Object.hasOwn(sentences[language], refusal.code)) return null;
  return { language, title: refusalTitles[language][refusal.code === 'platform.bug' ? 'bug' : refusal.kind], detail: fill(sentences[language][refusal.code]!, factsOf(refusal)) };
};

/** Whoever meets these on a page by itself has no list to load again and no API to describe; they are told how to go on from there. */
const onPages: Readonly<Record<string, PhraseName>> = {
  'platform.forged_request': 'error_forged',
  'platform.not_found': 'error_not_found',
  'platform.input_invalid': 'error_input',
  'platform.bug': 'error_bug',
  'platform.unavailable': 'error_unavailable',
  'platform.body_too_large': 'error_too_large',
  'platform.body_unreadable': 'error_input',
  'platform.body_type_unknown': 'error_input',
  'platform.address_unreadable': 'error_address',
  'platform.not_permitted': 'error_not_permitted',
  'authentication.setup_link_not_valid': 'link_used',
};

/** The same as a whole sentence for a page. */
export function sayRefusalOnPage(refusal: Refusal, languages: readonly string[]): string {
  const phrase = onPages[refusal.code];
  if (phrase) return speakerFor(languages).say(phrase, factsOf(refusal));
  const text = sayRefusal(refusal, languages)?.detail ?? refusal.message;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
