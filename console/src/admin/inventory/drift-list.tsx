import { Button, Group, Stack, Textarea } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { IconEqual } from '@tabler/icons-react';
import { useState } from 'react';
import { adoptDrift, driftList, revertDrift, type Drift } from '../../api/lifecycle.ts';
import { at } from '../../ui/at.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { DataList, type Column } from '../../ui/data-list.tsx';
import { RouteLink } from '../../ui/route-link.tsx';
import { say } from '../../ui/said.tsx';
import { EmptyState, sentence } from '../../ui/state.tsx';
import { Tone } from '../../ui/tone.tsx';
import { When } from '../../ui/when.tsx';
import { useMay } from '../../ui/me.tsx';
import { words } from '../../words/index.ts';

/** Differences between what was decided and what the systems show; each is adopted or reverted. */
export function DriftList({ applicationId }: { applicationId?: string }) {
  const w = words.applications.drift;
  const queries = useQueryClient();
  const list = useInfiniteQuery(driftList({ ...(applicationId ? { applicationId } : {}), state: 'open' }));
  const [asked, ask] = useState<{ is: 'adopt' | 'revert'; drift: Drift } | null>(null);
  const [reason, setReason] = useState('');
  const renew = (): Promise<void> => queries.invalidateQueries({ predicate: ({ queryKey }) => ['drift', 'grants', 'connections', 'movements'].includes(String(queryKey[0])) });
  const close = (): void => {
    ask(null);
    setReason('');
  };
  const mayDecide = useMay('lifecycle.drift.revert');
  const acts = (drift: Drift) => !mayDecide ? null : (
    <Group gap={6}>
      {drift.kind === 'unexplained_holding' ? (
        <Button size="compact-xs" variant="default" onClick={() => ask({ is: 'adopt', drift })}>
          {w.adopt}
        </Button>
      ) : null}
      <Button size="compact-xs" variant="default" onClick={() => ask({ is: 'revert', drift })}>
        {w.revert}
      </Button>
    </Group>
  );
  const columns: Column<Drift>[] = [
    {
      key: 'what',
      title: w.columns.what,
      width: '4fr',
      render: (one) => (
        <>
          {one.personId ? <RouteLink to={at.person(one.personId)}>{sentence(one.title)}</RouteLink> : sentence(one.title)}
          <span className="quiet-under">
            <Tone tone={one.severity === 'high' ? 'danger' : 'attention'} isBoxed={false}>
              {w.kinds[one.kind]}
            </Tone>
          </span>
        </>
      ),
    },
    ...(applicationId ? [] : [{ key: 'system', title: w.columns.system, width: '1fr', render: (one: Drift) => <RouteLink to={at.application(one.applicationId)}>{one.applicationName}</RouteLink> }]),
    { key: 'found', title: w.columns.found, width: '130px', render: (one) => <When at={one.foundAt} /> },
    { key: 'act', title: w.columns.act, width: '170px', render: acts },
  ];
  return (
    <>
      <DataList
        name={w.title}
        query={list}
        columns={columns}
        keyOf={(one) => one.id}
        rowHeight={56}
        card={(one) => (
          <>
            <span>{sentence(one.title)}</span>
            <span className="small quiet">
              {one.applicationName} · <When at={one.foundAt} />
            </span>
            {acts(one)}
          </>
        )}
        empty={
          <EmptyState icon={IconEqual} title={w.empty}>
            {w.emptyText}
          </EmptyState>
        }
      />
      {asked ? (
        <Confirm
          title={asked.is === 'adopt' ? w.adoptTitle : w.revert}
          effect={
            <Stack gap="sm">
              <strong>{sentence(asked.drift.title)}</strong>
              <p>{asked.is === 'adopt' ? w.adoptEffect : w.revertEffect}</p>
              {asked.is === 'adopt' ? <Textarea label={w.reason} value={reason} onChange={(event) => setReason(event.currentTarget.value)} required /> : null}
            </Stack>
          }
          action={asked.is === 'adopt' ? w.adopt : w.revert}
          isReady={asked.is === 'revert' || reason.trim().length >= 3}
          onConfirm={async () => {
            await (asked.is === 'adopt' ? adoptDrift(asked.drift.id, reason.trim()) : revertDrift(asked.drift.id));
            await renew();
            say(asked.is === 'adopt' ? w.adopted : w.reverted);
          }}
          onClose={close}
        />
      ) : null}
    </>
  );
}
