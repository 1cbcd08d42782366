import { countingIn, joined } from '../plural.ts';

/** `0 compte`, `1 compte`, `2 comptes`. */
export const { number, isOne, count, strongCount } = countingIn('fr');
/** `A, B et C`, `A, B ou C`. */
export const join = (values: readonly string[], word = 'et'): string => joined(values, word);
