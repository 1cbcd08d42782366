import type { BlockList } from './block-list.ts';

export const passwordRule = {
  /** Where it is the only factor (63B-4 3.1.1.2). */
  minimumAlone: 15,
  /** Where a second factor is forced. */
  minimumWithSecondFactor: 8,
  maximum: 256,
} as const;

/** What the page says about it; there are no composition rules and no expiry (63B-4 3.1.1.2, ASVS 6.2.5, 6.2.10). */
export const passwordRuleInWords = `${passwordRule.minimumWithSecondFactor} to ${passwordRule.maximum} characters of any kind (${passwordRule.minimumAlone} where no second factor is asked), not among the common ones, and more than names of the person or the company`;

export type PasswordOutcome =
  | { readonly is: 'accepted'; readonly normalised: string; readonly length: number }
  | { readonly is: 'too_short'; readonly atLeast: number }
  | { readonly is: 'too_long'; readonly atMost: number }
  | { readonly is: 'common' }
  | { readonly is: 'expected'; readonly word: string };

/** NFC, so that the same characters typed on another keyboard are the same password; each code point counts as one. */
export const normalised = (password: string): string => password.normalize('NFC');

/** Judges a new password as a whole; never cut, never changed but for NFC. `words`: the organisation's and the person's own. */
export function judgePassword(password: string, rule: { readonly isSecondFactorForced: boolean; readonly words: readonly string[]; readonly blockList: BlockList }): PasswordOutcome {
  const text = normalised(password);
  const length = [...text].length;
  const atLeast = rule.isSecondFactorForced ? passwordRule.minimumWithSecondFactor : passwordRule.minimumAlone;
  if (length < atLeast) return { is: 'too_short', atLeast };
  if (length > passwordRule.maximum) return { is: 'too_long', atMost: passwordRule.maximum };
  const folded = text.toLowerCase();
  if (rule.blockList.has(folded) || isRepetition(folded, rule.blockList) || isSequence(folded)) return { is: 'common' };
  const word = expectedWord(folded, rule.words);
  if (word !== null) return { is: 'expected', word };
  return { is: 'accepted', normalised: text, length };
}

/** `passwordpassword`, `aaaaaaaaaaaaaaa`: long only by saying the same again. */
function isRepetition(text: string, blockList: BlockList): boolean {
  for (let size = 1; size <= text.length / 2; size += 1) {
    if (text.length % size !== 0) continue;
    const unit = text.slice(0, size);
    if (text === unit.repeat(text.length / size) && (size < 8 || blockList.has(unit))) return true;
  }
  return false;
}

/** Neighbours in the alphabet or among the digits from end to end: `abcdefghijklmno`, `9876543210`. */
function isSequence(text: string): boolean {
  const points = [...text].map((character) => character.codePointAt(0)!);
  const steps = new Set(points.slice(1).map((point, index) => point - points[index]!));
  return steps.size === 1 && (steps.has(1) || steps.has(-1));
}

/** As people type a name where the keyboard lacks a letter: `söhne`, `sohne`, `soehne`. */
const spelledOut: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', ø: 'oe', å: 'aa', æ: 'ae', œ: 'oe', ß: 'ss' };
const spellings = (word: string): readonly string[] => [word, word.normalize('NFD').replace(/\p{M}/gu, ''), word.replace(/[äöüøåæœß]/gu, (letter) => spelledOut[letter]!)];

/** A word of the person or the company with less than four other letters around it (ASVS 6.2.11). */
function expectedWord(text: string, words: readonly string[]): string | null {
  const telling = [...new Set(words.flatMap((one) => one.normalize('NFC').toLowerCase().split(/[^\p{L}\p{N}]+/u)).flatMap(spellings))].filter((one) => [...one].length >= 3).sort((a, b) => b.length - a.length);
  let rest = text;
  let found: string | null = null;
  for (const word of telling) {
    if (!rest.includes(word)) continue;
    found ??= word;
    rest = rest.replaceAll(word, '');
  }
  if (found === null) return null;
  return [...rest.replace(/[^\p{L}]+/gu, '')].length < 4 ? found : null;
}
