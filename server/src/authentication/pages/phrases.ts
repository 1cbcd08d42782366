import { recoveryPhrases } from './phrases/recovery.ts';
import { applicationPhrases } from './phrases/applications.ts';
import { pushPhrases } from './phrases/push.ts';
import { certificatePhrases } from './phrases/certificate.ts';
import { enrolmentPhrases } from './phrases/enrolment.ts';
import { framePhrases } from './phrases/frame.ts';
import type { Language } from './phrases/languages.ts';
import { passkeyModelPhrases } from './phrases/passkey-models.ts';
import { sessionPhrases } from './phrases/sessions.ts';
import { signInPhrases } from './phrases/sign-in.ts';

/** Every sentence of the pages that the server renders; each room brings its own, in every language. */
const rooms = [
  signInPhrases,
  framePhrases,
  applicationPhrases,
  passkeyModelPhrases,
  sessionPhrases,
  enrolmentPhrases,
  certificatePhrases,
  pushPhrases,
  recoveryPhrases,
] as const;

type NamesOf<Room> = Room extends { readonly en: infer Phrases } ? keyof Phrases & string : never;
export type PhraseName = NamesOf<(typeof rooms)[number]>;
export type { Language };

/** French sets a space before these marks, and no line may begin with one. */
export const typeset = (language: Language, phrases: Readonly<Record<string, string>>): Readonly<Record<string, string>> => (language === 'fr' ? Object.fromEntries(Object.entries(phrases).map(([name, text]) => [name, text.replace(/ ([?!:;»])/g, '\u00a0$1').replace(/« /g, '«\u00a0')])) : phrases);

const catalogue = Object.fromEntries((['en', 'de', 'fr', 'es'] as const).map((language) => [language, typeset(language, Object.assign({}, ...rooms.map((room) => room[language])))])) as Readonly<Record<Language, Readonly<Record<PhraseName, string>>>>;

export interface Speaker {
  readonly language: Language;
  say(name: PhraseName, facts?: Readonly<Record<string, string | number>>): string;
}

/** The first language of the browser that we speak; else English. */
export const languageFor = (languages: readonly string[]): Language => languages.map((one) => one.split('-')[0]!).find((one): one is Language => Object.hasOwn(catalogue, one)) ?? 'en';

/** `{name}` becomes the fact of that name. */
export const fill = (text: string, facts: Readonly<Record<string, string | number>>): string => text.replace(/\{(\w+)\}/g, (whole, key: string) => String(facts[key] ?? whole));

export function speakerFor(languages: readonly string[]): Speaker {
  const language = languageFor(languages);
  const phrases = catalogue[language];
  return { language, say: (name, facts = {}) => fill(phrases[name], facts) };
}
