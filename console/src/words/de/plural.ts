import { countingIn, joined } from '../plural.ts';

export const { number, count, strongCount } = countingIn('de');
/** `einmal`, `3-mal`. */
export const times = (n: number): string => (n === 1 ? 'einmal' : `${number(n)}-mal`);
/** `A, B und C`, `A, B oder C`. */
export const join = (values: readonly string[], word = 'und'): string => joined(values, word);
