import type { ReactNode } from 'react';
import css from './facts.module.css';

/** Pairs of word and value; empty ones are left out. */
export function Facts({ facts, isStrip = false }: { facts: readonly (readonly [string, ReactNode])[]; isStrip?: boolean }) {
  return (
    <dl className={isStrip ? css.strip : css.facts}>
      {facts
        .filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([name, value], index) => (
          // The same word may stand there twice: two mails to one address.
          <div className={css.pair} key={`${index} ${name}`}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
