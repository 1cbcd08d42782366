import { en } from './en/index.ts';

/** Every visible sentence of the console. Another language is another object of this type: a missing one does not compile. */
export type Words = typeof en;

/** Catalogues beside English, loaded only when asked for: `de: async () => (await import('./de/index.ts')).de`. */
const others: Readonly<Record<string, () => Promise<Words>>> = {};

/** The chosen catalogue. Read it inside functions, never at module level: it is set before the first paint, not before the first import. */
export let words: Words = en;
export let language = 'en';

export async function chooseWords(languages: readonly string[]): Promise<void> {
  for (const wanted of languages) {
    const base = wanted.toLowerCase().split('-')[0] ?? '';
    if (base === 'en') break;
    const load = others[base];
    if (load) {
      words = await load();
      language = base;
      break;
    }
  }
  document.documentElement.lang = language;
}
