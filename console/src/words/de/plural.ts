const format = new Intl.NumberFormat('de');

/** `1.204`, `0,8`. */
export const number = (n: number): string => format.format(n);
/** `1 Person`, `1.204 Personen`. */
export const count = (n: number, one: string, other: string): string => `${number(n)} ${n === 1 ? one : other}`;
/** The same with the number marked as what matters: `**3** Personen`. */
export const strongCount = (n: number, one: string, other: string): string => `**${number(n)}** ${n === 1 ? one : other}`;
/** `einmal`, `3-mal`. */
export const times = (n: number): string => (n === 1 ? 'einmal' : `${number(n)}-mal`);
/** `A, B oder C`. */
export const join = (values: readonly string[], word = 'und'): string => (values.length < 2 ? (values[0] ?? '') : `${values.slice(0, -1).join(', ')} ${word} ${values.at(-1)}`);
