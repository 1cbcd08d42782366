import { Button, Group, NativeSelect, Stack } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { IconUserPlus, IconUsers } from '@tabler/icons-react';
import { useState } from 'react';
import { attributesQuery, peopleList, type PersonCard } from '../../api/directory.ts';
import { at } from '../../ui/at.ts';
import { ButtonLink } from '../../ui/button-link.tsx';
import { DataList, type Column } from '../../ui/data-list.tsx';
import { PageSentence } from '../../ui/page-sentence.tsx';
import { Person } from '../../ui/person.tsx';
import { PersonStatusWord } from '../../ui/person-status.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { EmptyState } from '../../ui/state.tsx';
import { useFilters, useGo } from '../../ui/use-filters.ts';
import { Day } from '../../ui/when.tsx';
import { May } from '../../ui/me.tsx';
import { words } from '../../words/index.ts';
import { rich } from '../../words/rich.tsx';
import { AddPersonDialog } from './person-form.tsx';

export function People() {
  const w = words.people;
  const go = useGo();
  const [filters, change] = useFilters();
  const [isAdding, setAdding] = useState(filters['add'] === 'person');
  const list = useInfiniteQuery(peopleList({ search: filters['search'], status: filters['status'], department: filters['department'], managerId: filters['managerId'] }));
  const attributes = useQuery(attributesQuery);
  const total = list.data?.pages[0]?.total;
  const isFiltered = Boolean(filters['search'] || filters['status'] || filters['department'] || filters['managerId']);

  const columns: Column<PersonCard>[] = [
    { key: 'person', title: w.columns.person, width: '3fr', render: (one) => <Person.Line id={one.id} name={one.displayName} under={one.title ?? one.workEmail} isGone={one.status === 'left'} /> },
    { key: 'department', title: w.columns.department, width: '2fr', render: (one) => one.department },
    { key: 'location', title: w.columns.location, width: '1fr', render: (one) => one.location },
    { key: 'manager', title: w.columns.manager, width: '2fr', render: (one) => one.managerName },
    { key: 'number', title: w.columns.number, width: '90px', render: (one) => <span className="number">{one.employeeNumber}</span> },
    { key: 'start', title: w.columns.start, width: '110px', render: (one) => <Day on={one.startDate} none="" /> },
    { key: 'status', title: w.columns.status, width: '110px', render: (one) => <PersonStatusWord status={one.status} /> },
  ];
  return (
    <>
      <PageSentence
        title={w.title}
        sentence={total ? (total.active + total.staged + total.left === 0 ? w.sentenceEmpty : rich(w.sentence(total.active, total.staged, total.left))) : words.ui.loading}
        actions={
          <May permission="directory.person.add">
            <Button variant="default" leftSection={<IconUserPlus size={16} />} onClick={() => setAdding(true)}>
              {w.add}
            </Button>
          </May>
        }
      />
      <Stack gap="sm">
        <Group gap="sm">
          <SearchField value={filters['search'] ?? ''} onChange={(search) => change({ search })} label={w.search} />
          <NativeSelect
            aria-label={w.filterStatus}
            value={filters['status'] ?? ''}
            onChange={(event) => change({ status: event.currentTarget.value })}
            data={[{ value: '', label: w.allStatuses }, ...(['active', 'staged', 'left'] as const).map((status) => ({ value: status, label: w.statuses[status] }))]}
          />
          <NativeSelect
            aria-label={w.filterDepartment}
            value={filters['department'] ?? ''}
            onChange={(event) => change({ department: event.currentTarget.value })}
            data={[{ value: '', label: w.allDepartments }, ...(attributes.data?.department ?? []).map((department) => ({ value: department, label: department }))]}
          />
        </Group>
        <DataList
          name={w.title}
          query={list}
          columns={columns}
          keyOf={(one) => one.id}
          onOpen={(one) => go(at.person(one.id))}
          rowHeight={52}
          card={(one) => (
            <Group justify="space-between" wrap="nowrap" align="flex-start">
              <Person.Line id={one.id} name={one.displayName} under={[one.title, one.department].filter(Boolean).join(' · ')} isGone={one.status === 'left'} />
              <PersonStatusWord status={one.status} />
            </Group>
          )}
          empty={
            isFiltered ? (
              <EmptyState
                icon={IconUsers}
                title={w.nobodyFits}
                actions={
                  <Button variant="default" onClick={() => change({ search: '', status: '', department: '', managerId: '' })}>
                    {w.showEverybody}
                  </Button>
                }
              >
                {w.nobodyFitsText}
              </EmptyState>
            ) : (
              <EmptyState icon={IconUsers} title={w.empty} actions={<ButtonLink to={at.hrFeed}>{words.movements.toHr}</ButtonLink>}>
                {w.emptyText}
              </EmptyState>
            )
          }
        />
      </Stack>
      {isAdding ? <AddPersonDialog
          onClose={() => {
            setAdding(false);
            if (filters['add']) change({ add: undefined });
          }}
        /> : null}
    </>
  );
}
