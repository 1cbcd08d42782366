import { HoverCard } from '@mantine/core';
import type { ReactNode } from 'react';
import { words } from '../words/index.ts';
import { RouteLink } from './route-link.tsx';
import css from './why.module.css';

/** One sentence of why, on hover and on focus, with a link to the whole path. */
export function Why({ children, because, path }: { children: ReactNode; because: ReactNode; path?: string | null }) {
  return (
    <HoverCard openDelay={200} closeDelay={120} position="top-start" shadow="sm" withinPortal>
      <HoverCard.Target>
        <button type="button" className={css.why}>
          {children}
        </button>
      </HoverCard.Target>
      <HoverCard.Dropdown className={css.box}>
        <p>{because}</p>
        {path ? (
          <p>
            <RouteLink to={path}>{words.ui.wholePath}</RouteLink>
          </p>
        ) : null}
      </HoverCard.Dropdown>
    </HoverCard>
  );
}
