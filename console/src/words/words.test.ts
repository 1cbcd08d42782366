import { describe, expect, it } from 'vitest';
import { de } from './de/index.ts';
import { en } from './en/index.ts';
import { es } from './es/index.ts';
import { fr } from './fr/index.ts';

type Tree = { readonly [name: string]: unknown };

/** Every sentence with its way there; of a function, what it says for one and for several of something. */
function sentences(tree: Tree, way = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(tree)) {
    const here = way === '' ? name : `${way}.${name}`;
    if (typeof value === 'string') found.set(here, value);
    else if (typeof value === 'function') found.set(here, String(value));
    else if (typeof value === 'object' && value !== null) for (const [deeper, text] of sentences(value as Tree, here)) found.set(deeper, text);
  }
  return found;
}

const marks = (text: string): string => `${(text.match(/\*\*/g) ?? []).length} bold, ${(text.match(/\\?`/g) ?? []).length} code`;
const english = sentences(en);

/** The same word in both, or a name. */
const isWordLike = (text: string): boolean => text.length <= 24 && !/\w\w[.!?]$/.test(text);
/** Spanish writes the office of personnel with a period, which says nothing about the end. */
const endsOtherwise = (text: string, than: string): boolean => !/\bHH\.$/.test(text) && /[.?]$/.test(text) !== /[.?]$/.test(than);

describe.each([['German', de], ['French', fr], ['Spanish', es]])('%s', (_name, catalogue) => {
  const own = sentences(catalogue);

  it('says everything that English says, and nothing else', () => {
    expect([...own.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it('marks what matters where English marks it', () => {
    const wrong = [...own].filter(([way, text]) => !text.includes('=>') && marks(text) !== marks(english.get(way)!));
    expect(wrong.map(([way]) => way)).toEqual([]);
  });

  it('leaves no sentence in English', () => {
    const left = [...own].filter(([way, text]) => !text.includes('=>') && text === english.get(way) && !isWordLike(text));
    expect(left).toEqual([]);
  });

  it('says nothing empty that English says, and ends as a sentence where English does', () => {
    const wrong = [...own].filter(([way, text]) => !text.includes('=>') && ((text.trim() === '') !== (english.get(way)!.trim() === '') || endsOtherwise(text, english.get(way)!)));
    expect(wrong).toEqual([]);
  });
});
