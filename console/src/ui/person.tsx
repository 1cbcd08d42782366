import type { ReactNode } from 'react';
import { at } from './at.ts';
import css from './person.module.css';
import { RouteLink } from './route-link.tsx';

const initials = (name: string): string => {
  const parts = name.split(/\s+/).filter(Boolean);
  return ((parts[0]?.[0] ?? '') + (parts.length > 1 ? (parts.at(-1)?.[0] ?? '') : '')).toUpperCase();
};

function Initials({ name, isGone = false }: { name: string; isGone?: boolean }) {
  return (
    <span className={css.initials} data-gone={isGone || undefined} aria-hidden="true">
      {initials(name)}
    </span>
  );
}

/** A person in a list: initials, name, one quiet line. */
function PersonLine({ id, name, under, isGone = false }: { id: string | null; name: string; under?: ReactNode; isGone?: boolean }) {
  return (
    <span className={css.line}>
      <Initials name={name} isGone={isGone} />
      <span className={css.words}>
        {id ? (
          <RouteLink to={at.person(id)} className={css.name}>
            {name}
          </RouteLink>
        ) : (
          <span className={css.name}>{name}</span>
        )}
        {under ? <span className={css.under}>{under}</span> : null}
      </span>
    </span>
  );
}

export const Person = { Initials, Line: PersonLine };
