const format = new Intl.NumberFormat('fr');

/** `12 040`, `0,8`. */
export const number = (n: number): string => format.format(n);
/** French says none and one in the singular: `0 compte`, `1 compte`, `2 comptes`. */
export const isOne = (n: number): boolean => Math.abs(n) < 2;
/** `1 personne`, `1 204 personnes`. */
export const count = (n: number, one: string, other: string): string => `${number(n)} ${isOne(n) ? one : other}`;
/** The same with the number marked as what matters: `**3** personnes`. */
export const strongCount = (n: number, one: string, other: string): string => `**${number(n)}** ${isOne(n) ? one : other}`;
/** `A, B et C`, `A, B ou C`. */
export const join = (values: readonly string[], word = 'et'): string => (values.length < 2 ? (values[0] ?? '') : `${values.slice(0, -1).join(', ')} ${word} ${values.at(-1)}`);
