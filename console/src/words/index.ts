import { en } from './en/index.ts';

/** Every visible sentence of the console. Another language is another object of this type: a missing one does not compile. */
export type Words = typeof en;

/** Catalogues beside English, loaded only when asked for. */
const others: Readonly<Record<string, () => Promise<Words>>> = {
  de: async () => (await import('./de/index.ts')).de,
  fr: async () => (await import('./fr/index.ts')).fr,
  es: async () => (await import('./es/index.ts')).es,
};

/** Each in its own words, so that whoever cannot read the page finds theirs. */
export const languages = { en: 'English', de: 'Deutsch', fr: 'Français', es: 'Español' } as const;

/** The chosen catalogue. Read it inside functions, never at module level: it is set before the first paint, not before the first import. */
export let words: Words = en;
export let language = 'en';

/** `wanted`: as the server chose for this page, by what was picked on a page of ours, or else by what the browser asks for. */
export async function chooseWords(wanted: string): Promise<void> {
  const load = others[wanted];
  if (!load) return;
  words = await load();
  language = wanted;
}
