import { Fragment, type ReactNode } from 'react';

/** Texts of the server put names into backticks; here they become code. */
export function ticked(text: string): ReactNode {
  return text.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : <Fragment key={index}>{part}</Fragment>));
}
