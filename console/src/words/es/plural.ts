import { countingIn } from '../plural.ts';

export const { number, count, strongCount } = countingIn('es');
