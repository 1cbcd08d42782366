const rules = new Intl.PluralRules('en');
const format = new Intl.NumberFormat('en');

/** `1 person`, `1,204 people`. */
export const count = (n: number, one: string, other: string): string => `${format.format(n)} ${rules.select(n) === 'one' ? one : other}`;
/** The same with the number marked as what matters: `**3** people`. */
export const strongCount = (n: number, one: string, other: string): string => `**${format.format(n)}** ${rules.select(n) === 'one' ? one : other}`;
