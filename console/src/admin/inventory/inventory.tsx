import { Button, Group, NativeSelect, SegmentedControl, Stack } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { IconCircleCheck, IconStack2 } from '@tabler/icons-react';
import { useState } from 'react';
import { accountList, allApplications, changeAccount, inventoryQuery, type Account } from '../../api/directory.ts';
import { at } from '../../ui/at.ts';
import { ButtonLink } from '../../ui/button-link.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { PageSentence } from '../../ui/page-sentence.tsx';
import { say, sayProblem } from '../../ui/said.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { ShareBar } from '../../ui/share-bar.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { EmptyState } from '../../ui/state.tsx';
import { useFilters } from '../../ui/use-filters.ts';
import { words } from '../../words/index.ts';
import { rich } from '../../words/rich.tsx';
import { MarkDialog } from './account-dialogs.tsx';
import { DriftList } from './drift-list.tsx';
import { AccountsTable, useRenewAccounts } from './accounts-table.tsx';
import { suggestionQuery, type Suggestion } from './suggestion.ts';

const colours: Readonly<Record<Account['situation'], string>> = {
  linked: 'var(--mantine-color-brand-6)',
  unlinked: '#c98a1b',
  unmatched: '#dba64a',
  disputed: '#c4503f',
  collision: '#8f3b6a',
  deleted: 'var(--line-strong)',
};

export function InventoryPage() {
  const w = words.inventory;
  const queries = useQueryClient();
  const renew = useRenewAccounts();
  const [filters, change] = useFilters();
  const inventory = useQuery(inventoryQuery);
  const applications = useQuery(allApplications);
  const view = filters['situation'] ? 'all' : (filters['tab'] || 'nobody');
  const isAll = view === 'all';
  const list = useInfiniteQuery(accountList({ search: filters['search'], applicationId: filters['application'], situation: filters['situation'], kind: filters['kind'], ...(isAll ? {} : { tiedToNobody: true }) }));
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const [keys, setKeys] = useState<ReadonlySet<string>>(new Set());
  const chosen = rows.filter((row) => keys.has(row.id) && row.personId === null);
  const [asked, ask] = useState<{ is: 'mark' } | { is: 'accept'; pairs: { account: Account; suggestion: Suggestion }[] } | null>(null);
  const known = inventory.data;
  const isFiltered = Boolean(filters['search'] || filters['application'] || filters['situation']);

  const askToAccept = async (): Promise<void> => {
    const found = await Promise.all(chosen.map(async (account) => ({ account, suggestion: await queries.fetchQuery(suggestionQuery(account)) })));
    ask({ is: 'accept', pairs: found.flatMap(({ account, suggestion }) => (suggestion ? [{ account, suggestion }] : [])) });
  };
  return (
    <>
      <PageSentence
        title={w.title}
        sentence={known ? (known.accounts === 0 ? w.sentenceEmpty : rich(known.tiedToNobody === 0 ? w.sentenceClean(known.accounts, known.applications) : w.sentence(known.accounts, known.applications, known.tiedToNobody))) : words.ui.loading}
        note={known && known.tiedToNobody > 0 ? w.note : null}
      />
      <Stack gap="md">
        {known && known.accounts > 0 ? (
          <Sheet>
            <ShareBar
              name={w.filterSituation}
              chosen={filters['situation'] ?? null}
              onChoose={(situation) => change({ situation: situation ?? undefined, tab: situation ? 'all' : undefined })}
              shares={(Object.keys(colours) as Account['situation'][]).map((situation) => ({ key: situation, title: w.situations[situation], count: known.bySituation[situation] ?? 0, colour: colours[situation] }))}
            />
          </Sheet>
        ) : null}
        <Group gap="sm">
          <SegmentedControl
            size="sm"
            value={view}
            onChange={(next) => {
              setKeys(new Set());
              change({ tab: next === 'nobody' ? undefined : next, situation: undefined });
            }}
            data={[
              { value: 'nobody', label: w.views.nobody },
              { value: 'all', label: w.views.all },
              { value: 'drift', label: w.views.drift },
            ]}
          />
          {view === 'drift' ? null : (
            <>
              <SearchField value={filters['search'] ?? ''} onChange={(search) => change({ search })} label={w.search} width={260} />
              <NativeSelect
                aria-label={w.filterApplication}
                value={filters['application'] ?? ''}
                onChange={(event) => change({ application: event.currentTarget.value })}
                data={[{ value: '', label: w.allApplications }, ...(applications.data?.items ?? []).map((one) => ({ value: one.id, label: one.name }))]}
              />
            </>
          )}
          {chosen.length > 0 ? (
            <Group gap="xs" ml="auto">
              <span className="quiet">{words.ui.selected(chosen.length)}</span>
              <Button size="sm" onClick={() => void askToAccept().catch(sayProblem)}>
                {w.acceptMany(chosen.length)}
              </Button>
              <Button size="sm" variant="default" onClick={() => ask({ is: 'mark' })}>
                {w.markMany(chosen.length)}
              </Button>
            </Group>
          ) : null}
        </Group>
        {view === 'drift' ? (
          <Stack gap="sm">
            <p className="quiet">{words.applications.drift.lead}</p>
            <DriftList />
          </Stack>
        ) : (
          <AccountsTable
            query={list}
            selection={{ keys, change: setKeys }}
            empty={
              known?.accounts === 0 ? (
                <EmptyState icon={IconStack2} title={w.emptyAll} actions={<ButtonLink to={at.connect}>{w.connect}</ButtonLink>}>
                  {w.emptyAllText}
                </EmptyState>
              ) : isFiltered || isAll ? (
                <EmptyState icon={IconStack2} title={w.nothingFits}>
                  {words.ui.nothingFoundText}
                </EmptyState>
              ) : (
                <EmptyState icon={IconCircleCheck} title={w.empty}>
                  {w.emptyText}
                </EmptyState>
              )
            }
          />
        )}
      </Stack>
      {asked?.is === 'mark' ? (
        <MarkDialog
          accounts={chosen}
          onClose={() => {
            ask(null);
            setKeys(new Set());
          }}
        />
      ) : null}
      {asked?.is === 'accept' ? (
        <Confirm
          title={w.acceptMany(asked.pairs.length)}
          size="lg"
          isReady={asked.pairs.length > 0}
          effect={
            <Stack gap="sm">
              <p>{w.acceptManyEffect(asked.pairs.length)}</p>
              <ul>
                {asked.pairs.map(({ account, suggestion }) => (
                  <li key={account.id}>
                    <code>{account.login}</code> ({account.applicationName}) → <strong>{suggestion.person.displayName}</strong> <span className="quiet">{w.suggestionWhy[suggestion.because]}</span>
                  </li>
                ))}
              </ul>
            </Stack>
          }
          action={w.acceptMany(asked.pairs.length)}
          onConfirm={async () => {
            const { pairs } = asked;
            for (const { account, suggestion } of pairs) await changeAccount(account.id, { personId: suggestion.person.id });
            await renew();
            setKeys(new Set());
            say(w.acceptedMany(pairs.length), async () => {
              for (const { account } of pairs) await changeAccount(account.id, { personId: account.personId });
              await renew();
            });
          }}
          onClose={() => ask(null)}
        />
      ) : null}
    </>
  );
}
