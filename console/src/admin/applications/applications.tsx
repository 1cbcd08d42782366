import { Group, SegmentedControl, Stack } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { IconApps, IconPlugConnected } from '@tabler/icons-react';
import { applicationList, type Application } from '../../api/directory.ts';
import { connectionsQuery, type Connection } from '../../api/lifecycle.ts';
import { AppIcon } from '../../ui/app-icon.tsx';
import { at } from '../../ui/at.ts';
import { ButtonLink } from '../../ui/button-link.tsx';
import { DataList, type Column } from '../../ui/data-list.tsx';
import { PageSentence } from '../../ui/page-sentence.tsx';
import { RouteLink } from '../../ui/route-link.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { EmptyState, ErrorState, LoadingState } from '../../ui/state.tsx';
import { number } from '../../ui/time.ts';
import { Tone, type ToneName } from '../../ui/tone.tsx';
import { useFilters, useGo } from '../../ui/use-filters.ts';
import { When } from '../../ui/when.tsx';
import { May, useMay } from '../../ui/me.tsx';
import { words } from '../../words/index.ts';
import { rich } from '../../words/rich.tsx';
import css from './tile.module.css';

const healthTones: Readonly<Record<Connection['health'], ToneName>> = { unknown: 'neutral', healthy: 'good', away: 'danger', misconfigured: 'attention' };

export function Health({ connection, isBoxed = true }: { connection: Connection | undefined; isBoxed?: boolean }) {
  const w = words.applications;
  if (!connection) return <Tone tone="neutral" isBoxed={isBoxed}>{w.notConnected}</Tone>;
  if (connection.mode === 'paused') return <Tone tone="attention" isBoxed={isBoxed}>{w.modes.paused}</Tone>;
  return <Tone tone={healthTones[connection.health]} isBoxed={isBoxed}>{w.health[connection.health]}</Tone>;
}

export function Applications() {
  const w = words.applications;
  const go = useGo();
  const [filters, change] = useFilters();
  const list = useInfiniteQuery(applicationList(filters['search']));
  const mayConnections = useMay('lifecycle.connection.read');
  const connections = useQuery({ ...connectionsQuery, enabled: mayConnections });
  const rows = (list.data?.pages.flatMap((page) => page.items) ?? []).filter((one) => one.removedAt === null);
  const connectionOf = (one: Application): Connection | undefined => connections.data?.items.find((connection) => connection.applicationId === one.id);
  const away = connections.data?.items.filter((one) => one.health === 'away').length ?? 0;
  const isTable = filters['view'] === 'table';
  const columns: Column<Application>[] = [
    {
      key: 'name',
      title: w.columns.name,
      width: '3fr',
      render: (one) => (
        <Group gap={10} wrap="nowrap">
          <AppIcon kind={one.kind} name={one.name} />
          <RouteLink to={at.application(one.id)}>{one.name}</RouteLink>
        </Group>
      ),
    },
    { key: 'health', title: w.columns.health, width: '170px', render: (one) => <Health connection={connectionOf(one)} /> },
    { key: 'accounts', title: w.columns.accounts, width: '90px', isNumber: true, render: (one) => number(one.accounts) },
    { key: 'nobody', title: w.columns.nobody, width: '110px', isNumber: true, render: (one) => number(one.tiedToNobody) },
    { key: 'entitlements', title: w.columns.entitlements, width: '100px', isNumber: true, render: (one) => number(one.entitlements) },
    { key: 'owner', title: w.columns.owner, width: '2fr', render: (one) => one.ownerName },
    { key: 'read', title: w.columns.read, width: '130px', render: (one) => <When at={connectionOf(one)?.lastReading?.finishedAt} none="–" /> },
  ];
  const empty = filters['search'] ? (
    <EmptyState icon={IconApps} title={words.ui.nothingFound}>
      {words.ui.nothingFoundText}
    </EmptyState>
  ) : (
    <EmptyState icon={IconPlugConnected} title={w.empty} actions={<ButtonLink to={at.connect}>{w.connect}</ButtonLink>}>
      {w.emptyText}
    </EmptyState>
  );
  return (
    <>
      <PageSentence
        title={w.title}
        sentence={list.data ? (rows.length === 0 && !filters['search'] ? w.sentenceEmpty : rich(w.sentence(rows.length, connections.data?.items.length ?? 0, away))) : words.ui.loading}
        note={w.note}
        actions={
          <May permission="lifecycle.connection.make">
            <ButtonLink to={at.connect}>{w.connect}</ButtonLink>
          </May>
        }
      />
      <Stack gap="md">
        <Group gap="sm">
          <SearchField value={filters['search'] ?? ''} onChange={(search) => change({ search })} label={w.search} />
          <SegmentedControl
            aria-label={w.view}
            value={isTable ? 'table' : 'tiles'}
            onChange={(view) => change({ view: view === 'table' ? 'table' : undefined })}
            data={[
              { value: 'tiles', label: w.tiles },
              { value: 'table', label: w.table },
            ]}
          />
        </Group>
        {isTable ? (
          <DataList name={w.title} query={list} columns={columns} keyOf={(one) => one.id} onOpen={(one) => go(at.application(one.id))} rowHeight={52} card={(one) => <TileInside one={one} connection={connectionOf(one)} />} empty={empty} />
        ) : list.data ? (
          rows.length === 0 ? (
            empty
          ) : (
            <ul className={css.tiles}>
              {rows.map((one) => (
                <li key={one.id}>
                  <RouteLink to={at.application(one.id)} className={css.tile ?? ''}>
                    <TileInside one={one} connection={connectionOf(one)} />
                  </RouteLink>
                </li>
              ))}
            </ul>
          )
        ) : list.error ? (
          <ErrorState error={list.error} retry={() => void list.refetch()} />
        ) : (
          <LoadingState />
        )}
      </Stack>
    </>
  );
}

function TileInside({ one, connection }: { one: Application; connection: Connection | undefined }) {
  const w = words.applications;
  return (
    <>
      <span className={css.head}>
        <AppIcon kind={one.kind} name={one.name} />
        <span className={css.words}>
          <span className={css.name}>{one.name}</span>
          <span className={css.kind}>{w.kinds[one.kind]}{connection ? ` · ${w.modes[connection.mode]}` : ''}</span>
        </span>
      </span>
      <span className={css.foot}>
        <span>
          {w.accounts(one.accounts)}
          {one.tiedToNobody > 0 ? ` · ${w.nobody(one.tiedToNobody)}` : ''}
        </span>
        <Health connection={connection} isBoxed={false} />
      </span>
    </>
  );
}
