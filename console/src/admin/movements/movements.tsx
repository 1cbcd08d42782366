import { Anchor, Group, NativeSelect, SimpleGrid, Stack } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { IconArrowsExchange } from '@tabler/icons-react';
import { movementList, type MovementKind, type MovementState, type MovementSummary } from '../../api/lifecycle.ts';
import { at } from '../../ui/at.ts';
import { DataList, type Column } from '../../ui/data-list.tsx';
import { PageSentence } from '../../ui/page-sentence.tsx';
import { Person } from '../../ui/person.tsx';
import { RouteLink } from '../../ui/route-link.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { asSentence, EmptyState } from '../../ui/state.tsx';
import { useFilters, useGo } from '../../ui/use-filters.ts';
import { When } from '../../ui/when.tsx';
import { words } from '../../words/index.ts';
import { rich } from '../../words/rich.tsx';
import { MovementLine, MovementStateWord, provenSystems, Took } from './movement-line.tsx';

export function movementSentence(open: readonly MovementSummary[], hasMore: boolean) {
  const w = words.movements;
  if (open.length === 0) return w.sentenceNone;
  if (hasMore) return rich(w.sentenceMany(open.length));
  return rich(w.sentence(open.length, open.filter((one) => one.state === 'alarm').length));
}

export function Movements() {
  const w = words.movements;
  const go = useGo();
  const [filters, change] = useFilters();
  const open = useInfiniteQuery(movementList({ isOpen: true }, 50));
  const list = useInfiniteQuery(movementList({ kind: filters['kind'], state: filters['state'], personId: filters['person'] }));
  const running = open.data?.pages.flatMap((page) => page.items) ?? [];

  const columns: Column<MovementSummary>[] = [
    { key: 'person', title: w.columns.person, width: 'minmax(200px, 2fr)', render: (one) => <Person.Line id={one.personId} name={one.personName} under={[w.kinds[one.kind], one.department].filter(Boolean).join(' · ')} isGone={one.kind === 'leaver'} /> },
    { key: 'plan', title: w.columns.plan, width: '3fr', render: (one) => <RouteLink to={at.movement(one.id)}>{one.plan || one.title}</RouteLink> },
    { key: 'systems', title: w.columns.systems, width: '110px', render: (one) => w.ofSystems(provenSystems(one).proven, one.systems.length) },
    { key: 'state', title: w.columns.state, width: '100px', render: (one) => <MovementStateWord state={one.state} /> },
    { key: 'happened', title: w.columns.happened, width: '120px', render: (one) => <When at={one.happenedAt} /> },
    { key: 'took', title: w.columns.took, width: '120px', isNumber: true, render: (one) => <Took movement={one} /> },
  ];
  return (
    <>
      <PageSentence title={w.title} sentence={open.data ? movementSentence(running, open.hasNextPage) : words.ui.loading} note={w.note} />
      <Stack gap="lg">
        {running.length > 0 ? (
          <Sheet title={w.running} isFlush>
            <SimpleGrid cols={{ base: 1, md: 2 }} spacing={0} verticalSpacing={0}>
              {running.slice(0, 12).map((one) => (
                <MovementLine key={one.id} movement={one} />
              ))}
            </SimpleGrid>
          </Sheet>
        ) : null}
        <Group gap="sm">
          <NativeSelect
            aria-label={w.filterKind}
            value={filters['kind'] ?? ''}
            onChange={(event) => change({ kind: event.currentTarget.value })}
            data={[{ value: '', label: w.allKinds }, ...(Object.keys(w.kinds) as MovementKind[]).map((kind) => ({ value: kind, label: w.kinds[kind] }))]}
          />
          <NativeSelect
            aria-label={w.filterState}
            value={filters['state'] ?? ''}
            onChange={(event) => change({ state: event.currentTarget.value })}
            data={[{ value: '', label: w.allStates }, ...(Object.keys(w.states) as MovementState[]).map((state) => ({ value: state, label: w.states[state] }))]}
          />
        </Group>
        <DataList
          name={w.title}
          query={list}
          columns={columns}
          keyOf={(one) => one.id}
          onOpen={(one) => go(at.movement(one.id))}
          card={(one) => (
            <>
              <Group justify="space-between" wrap="nowrap">
                <strong>{asSentence(one.title)}</strong>
                <MovementStateWord state={one.state} />
              </Group>
              <span>{one.plan}</span>
              <Group justify="space-between" fz="xs" c="dimmed">
                <When at={one.happenedAt} />
                <Took movement={one} />
              </Group>
            </>
          )}
          empty={
            <EmptyState icon={IconArrowsExchange} title={filters['kind'] || filters['state'] ? w.nothingFits : w.empty} actions={<Anchor href={at.hrFeed}>{w.toHr}</Anchor>}>
              {w.emptyText}
            </EmptyState>
          }
        />
      </Stack>
    </>
  );
}
