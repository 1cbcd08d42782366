import type { Refusal } from '../errors/index.ts';

/** A refusal in words of one language. `detail` is written as declarations are: no capital but where the language wants one, no full stop. */
export interface SaidRefusal {
  readonly language: string;
  readonly title: string;
  readonly detail: string;
}

/** The plug that says a refusal in the reader's language; the authentication domain brings it. Null: the English of the declaration stands. */
export type SayRefusal = (refusal: Refusal, languages: readonly string[]) => SaidRefusal | null;
