/** Numbers and what is counted, as `language` writes them: French has none in the singular, Spanish no point in numbers of four digits. */
export function countingIn(language: string) {
  const rules = new Intl.PluralRules(language);
  const format = new Intl.NumberFormat(language);
  /** `1,204`. */
  const number = (n: number): string => format.format(n);
  const isOne = (n: number): boolean => rules.select(n) === 'one';
  /** `1 person`, `1,204 people`. */
  const count = (n: number, one: string, other: string): string => `${number(n)} ${isOne(n) ? one : other}`;
  /** The same with the number marked as what matters: `**3** people`. */
  const strongCount = (n: number, one: string, other: string): string => `**${number(n)}** ${isOne(n) ? one : other}`;
  return { number, isOne, count, strongCount };
}

/** `A, B and C`, with the word of the language. */
export const joined = (values: readonly string[], word: string): string => (values.length < 2 ? (values[0] ?? '') : `${values.slice(0, -1).join(', ')} ${word} ${values.at(-1)}`);

export const { count, strongCount } = countingIn('en');
