import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconApps } from '@tabler/icons-react';
import { useState } from 'react';
import { myApplicationsQuery, type Tile } from '../api/federation.ts';
import { AppIcon } from '../ui/app-icon.tsx';
import { useMe } from '../ui/me.tsx';
import { PageSentence } from '../ui/page-sentence.tsx';
import { SearchField } from '../ui/search-field.tsx';
import { EmptyState, Loaded } from '../ui/state.tsx';
import { When } from '../ui/when.tsx';
import { words } from '../words/index.ts';
import { rich } from '../words/rich.tsx';
import css from './launcher.module.css';
import { DrillTask } from './recovery/drill-notice.tsx';

/** Only http and https lead anywhere; an address of another kind is shown, never followed. */
const safe = (href: string | null): string | null => (href && /^https?:\/\//i.test(href) ? href : href?.startsWith('/') && !href.startsWith('//') ? href : null);

export function Launcher() {
  const w = words.portal.launcher;
  const me = useMe();
  const query = useQuery(myApplicationsQuery);
  const [search, setSearch] = useState('');
  const name = me.person?.displayName.split(' ')[0] ?? '';
  const count = query.data?.items.length ?? 0;
  return (
    <>
      <PageSentence title={w.title} sentence={query.data ? rich(count === 0 ? w.helloNone(name) : w.hello(name, count)) : words.ui.loading} />
      <DrillTask />
      <Loaded query={query}>
        {({ items }) => {
          const fitting = items.filter((tile) => `${tile.name} ${tile.description ?? ''}`.toLowerCase().includes(search.trim().toLowerCase()));
          return items.length === 0 ? (
            <EmptyState icon={IconApps} title={w.empty}>
              {w.emptyText}
            </EmptyState>
          ) : (
            <Stack gap="md">
              {items.length > 6 ? <SearchField value={search} onChange={setSearch} label={w.search} isFocused /> : null}
              {fitting.length === 0 ? (
                <EmptyState icon={IconApps} title={w.nothingFits}>
                  {words.ui.nothingFoundText}
                </EmptyState>
              ) : (
                <ul className={css.tiles}>
                  {fitting.map((tile) => (
                    <li key={tile.applicationId}>
                      <TileShown tile={tile} />
                    </li>
                  ))}
                </ul>
              )}
            </Stack>
          );
        }}
      </Loaded>
    </>
  );
}

function TileShown({ tile }: { tile: Tile }) {
  const w = words.portal.launcher;
  const href = safe(tile.href);
  const inside = (
    <>
      <AppIcon name={tile.name} />
      <span className={css.words}>
        <span className={css.name}>{tile.name}</span>
        <span className="small quiet">
          {href === null ? (
            w.noStart
          ) : tile.lastOpenedAt ? (
            <>
              {w.recent} <When at={tile.lastOpenedAt} />
            </>
          ) : (
            tile.description
          )}
        </span>
      </span>
    </>
  );
  return href ? (
    <a className={css.tile} href={href}>
      {inside}
    </a>
  ) : (
    <div className={css.tile} data-still>
      {inside}
    </div>
  );
}
