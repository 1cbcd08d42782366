import { Fragment, type ReactNode } from 'react';

/** Sentences of the catalogue mark what matters as **word**; this makes it strong, and leaves everything else text. */
export function rich(sentence: string): ReactNode {
  return sentence.split('**').map((part, index) => (index % 2 === 1 ? <strong key={index}>{part}</strong> : <Fragment key={index}>{part}</Fragment>));
}
