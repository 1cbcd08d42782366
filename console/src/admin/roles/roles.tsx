import { Stack } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { IconShieldCheck } from '@tabler/icons-react';
import { roleList, type Role } from '../../api/authorization.ts';
import { at } from '../../ui/at.ts';
import { ButtonLink } from '../../ui/button-link.tsx';
import { DataList, type Column } from '../../ui/data-list.tsx';
import { PageSentence } from '../../ui/page-sentence.tsx';
import { RouteLink } from '../../ui/route-link.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { EmptyState } from '../../ui/state.tsx';
import { number } from '../../ui/time.ts';
import { useFilters, useGo } from '../../ui/use-filters.ts';
import { May } from '../../ui/me.tsx';
import { words } from '../../words/index.ts';
import { rich } from '../../words/rich.tsx';
import { ruleInWords } from './rule.ts';

const systems = (role: Role): number => new Set(role.entitlements.map((one) => one.applicationId)).size;

export function Roles() {
  const w = words.roles;
  const go = useGo();
  const [filters, change] = useFilters();
  const list = useInfiniteQuery(roleList(filters['search']));
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const birthright = rows.filter((role) => role.rule !== null).length;
  const columns: Column<Role>[] = [
    {
      key: 'name',
      title: w.columns.name,
      width: '2fr',
      render: (one) => (
        <>
          <RouteLink to={at.role(one.id)}>
            <strong>{one.name}</strong>
          </RouteLink>
          {one.description ? <span className="quiet-under">{one.description}</span> : null}
        </>
      ),
    },
    { key: 'rule', title: w.columns.rule, width: '3fr', render: (one) => ruleInWords(one.rule) },
    { key: 'gives', title: w.columns.gives, width: '2fr', render: (one) => w.gives(one.entitlements.length, systems(one)) },
    { key: 'people', title: w.columns.people, width: '90px', isNumber: true, render: (one) => number(one.people) },
  ];
  return (
    <>
      <PageSentence title={w.title} sentence={list.data ? (rows.length === 0 && !filters['search'] ? w.sentenceEmpty : rich(w.sentence(birthright, rows.length - birthright))) : words.ui.loading} note={w.note} actions={<May permission="authorization.role.make"><ButtonLink to={at.role('new')}>{w.make}</ButtonLink></May>} />
      <Stack gap="sm">
        <SearchField value={filters['search'] ?? ''} onChange={(search) => change({ search })} label={w.search} />
        <DataList
          name={w.title}
          query={list}
          columns={columns}
          keyOf={(one) => one.id}
          onOpen={(one) => go(at.role(one.id))}
          rowHeight={52}
          card={(one) => (
            <>
              <strong>{one.name}</strong>
              <span>{ruleInWords(one.rule)}</span>
              <span className="small quiet">{w.gives(one.entitlements.length, systems(one))}</span>
            </>
          )}
          empty={
            filters['search'] ? (
              <EmptyState icon={IconShieldCheck} title={words.ui.nothingFound}>
                {words.ui.nothingFoundText}
              </EmptyState>
            ) : (
              <EmptyState icon={IconShieldCheck} title={w.empty} actions={<ButtonLink to={at.role('new')}>{w.make}</ButtonLink>}>
                {w.emptyText}
              </EmptyState>
            )
          }
        />
      </Stack>
    </>
  );
}
