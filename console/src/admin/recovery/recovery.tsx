import { Button, NativeSelect, Stack, Switch, Tabs } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { IconLifebuoy } from '@tabler/icons-react';
import { useState } from 'react';
import { changeRecoverySettings, drillsQuery, recoverySettingsQuery, resetList, type Drill, type RecoverySettings } from '../../api/recovery.ts';
import { at } from '../../ui/at.ts';
import { DataList, type Column } from '../../ui/data-list.tsx';
import { useMe } from '../../ui/me.tsx';
import { PageSentence } from '../../ui/page-sentence.tsx';
import { ResetList } from '../../ui/reset-list.tsx';
import { RouteLink } from '../../ui/route-link.tsx';
import { say, sayProblem } from '../../ui/said.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { EmptyState, Loaded } from '../../ui/state.tsx';
import { useFilters, useGo } from '../../ui/use-filters.ts';
import { Day } from '../../ui/when.tsx';
import { words } from '../../words/index.ts';
import { rich } from '../../words/rich.tsx';
import { StartDrill } from './start-drill.tsx';

/** Who gets back in, and how: resets that wait for a second person, drills, and the rules. */
export function Recovery() {
  const w = words.recovery.page;
  const { permissions } = useMe();
  const [filters, change] = useFilters();
  const waiting = useInfiniteQuery(resetList('waiting'));
  const needs = { resets: 'authentication.reset.read', drills: 'authentication.recovery-drill.read', settings: 'authentication.recovery-settings.read' } as const;
  const tabs = (Object.keys(needs) as (keyof typeof needs)[]).filter((name) => permissions.includes(needs[name]));
  const tab = filters['tab'] || 'resets';
  const drills = useQuery({ ...drillsQuery, enabled: tab === 'drills' && tabs.includes('drills') });
  const rules = useQuery({ ...recoverySettingsQuery, enabled: tab === 'settings' && tabs.includes('settings') });
  const count = waiting.data?.pages.flatMap((page) => page.items).length ?? 0;
  const latest = drills.data?.items[0];
  const sentences = {
    resets: waiting.data && w.sentence(count),
    drills: drills.data && (latest ? w.sentenceDrill(latest.name, words.recovery.drills.sentence(latest.able, latest.people, latest.unable + latest.stalled, latest.notBegun)) : w.sentenceNoDrill),
    settings: rules.data && w.sentenceRules(rules.data.needsSecondApprover),
  };
  return (
    <>
      <PageSentence title={w.title} sentence={rich(sentences[tab as keyof typeof sentences] ?? words.ui.loading)} note={w.notes[tab as keyof typeof w.notes]} />
      <Tabs value={tab} onChange={(tab) => change({ tab: tab ?? undefined })}>
        <Tabs.List mb="md">
          {tabs.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {w.tabs[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="resets">
          <Resets />
        </Tabs.Panel>
        {tabs.includes('drills') ? (
          <Tabs.Panel value="drills">
            <Drills />
          </Tabs.Panel>
        ) : null}
        {tabs.includes('settings') ? (
          <Tabs.Panel value="settings">
            <Settings />
          </Tabs.Panel>
        ) : null}
      </Tabs>
    </>
  );
}

function Resets() {
  const w = words.recovery.resets;
  const [filters, change] = useFilters();
  const state = filters['state'] === 'all' ? 'all' : 'waiting';
  return (
    <Stack gap="sm">
      <NativeSelect
        aria-label={w.filter}
        maw={240}
        value={state}
        onChange={(event) => change({ state: event.currentTarget.value === 'all' ? 'all' : undefined })}
        data={[
          { value: 'waiting', label: w.waiting },
          { value: 'all', label: w.all },
        ]}
      />
      <ResetList state={state} />
    </Stack>
  );
}

function Drills() {
  const w = words.recovery.drills;
  const go = useGo();
  const { permissions } = useMe();
  const [isStarting, setStarting] = useState(false);
  const query = useQuery(drillsQuery);
  const mayStart = permissions.includes('authentication.recovery-drill.start');
  const button = mayStart ? <Button onClick={() => setStarting(true)}>{w.start}</Button> : null;
  const ends = (one: Drill) => (
    <>
      {one.endedAt ? w.over : w.open} <Day on={(one.endedAt ?? one.endsAt).slice(0, 10)} />
    </>
  );
  const columns: Column<Drill>[] = [
    {
      key: 'name',
      title: w.columns.name,
      width: '3fr',
      render: (one) => (
        <>
          <RouteLink to={at.recoveryDrill(one.id)}>
            <strong>{one.name}</strong>
          </RouteLink>
          <span className="quiet-under">{w.by(one.startedByName)}</span>
        </>
      ),
    },
    { key: 'people', title: w.columns.people, width: '90px', isNumber: true, render: (one) => one.people },
    { key: 'able', title: w.columns.able, width: '90px', isNumber: true, render: (one) => one.able },
    { key: 'trouble', title: w.columns.trouble, width: '160px', isNumber: true, render: (one) => one.unable + one.stalled },
    { key: 'notBegun', title: w.columns.notBegun, width: '110px', isNumber: true, render: (one) => one.notBegun },
    { key: 'ends', title: w.columns.ends, width: '190px', render: ends },
  ];
  const rows = query.data ? { pages: [{ items: query.data.items, next: null }] } : undefined;
  return (
    <Stack gap="sm">
      {query.data && query.data.items.length > 0 ? <div>{button}</div> : null}
      <DataList
        name={words.recovery.page.tabs.drills}
        query={{ data: rows, error: query.error, hasNextPage: false, isFetchingNextPage: false, isPlaceholderData: false, fetchNextPage: () => undefined, refetch: query.refetch }}
        columns={columns}
        keyOf={(one) => one.id}
        onOpen={(one) => go(at.recoveryDrill(one.id))}
        rowHeight={52}
        card={(one) => (
          <>
            <strong>{one.name}</strong>
            <span>{rich(w.sentence(one.able, one.people, one.unable + one.stalled, one.notBegun))}</span>
            <span className="small quiet">{ends(one)}</span>
          </>
        )}
        empty={
          <EmptyState icon={IconLifebuoy} title={w.empty} actions={button}>
            {w.emptyText}
          </EmptyState>
        }
      />
      {isStarting ? <StartDrill onClose={() => setStarting(false)} /> : null}
    </Stack>
  );
}

function Settings() {
  const w = words.recovery.settings;
  const queries = useQueryClient();
  const { permissions } = useMe();
  const query = useQuery(recoverySettingsQuery);
  const isReadOnly = !permissions.includes('authentication.recovery-settings.change');
  const set = (change: Partial<RecoverySettings>): void =>
    void changeRecoverySettings(change).then((saved) => {
      queries.setQueryData(recoverySettingsQuery.queryKey, saved);
      say(w.saved);
    }, sayProblem);
  return (
    <Sheet title={words.recovery.page.tabs.settings} lead={w.lead}>
      <Loaded query={query} rows={3}>
        {(settings) => (
          <Stack gap="md">
            <Switch label={w.second} description={w.secondText} checked={settings.needsSecondApprover} disabled={isReadOnly} onChange={(event) => set({ needsSecondApprover: event.currentTarget.checked })} />
            <Switch label={w.managers} description={w.managersText} checked={settings.managersApprove} disabled={isReadOnly} onChange={(event) => set({ managersApprove: event.currentTarget.checked })} />
            <p className="quiet">{w.never}</p>
          </Stack>
        )}
      </Loaded>
    </Sheet>
  );
}
