import { Group, Stack } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { IconFileImport } from '@tabler/icons-react';
import { hrImportList, type HrImportSummary } from '../../api/hr-feed.ts';
import { at } from '../../ui/at.ts';
import { DataList, type Column } from '../../ui/data-list.tsx';
import { useNow } from '../../ui/now.ts';
import { PageSentence } from '../../ui/page-sentence.tsx';
import { RouteLink } from '../../ui/route-link.tsx';
import { EmptyState } from '../../ui/state.tsx';
import { number, relative } from '../../ui/time.ts';
import { Tone, type ToneName } from '../../ui/tone.tsx';
import { useGo } from '../../ui/use-filters.ts';
import { When } from '../../ui/when.tsx';
import { May } from '../../ui/me.tsx';
import { words } from '../../words/index.ts';
import { rich } from '../../words/rich.tsx';
import { Drop } from './drop.tsx';

const tones: Readonly<Record<HrImportSummary['state'], ToneName>> = { uploaded: 'attention', previewed: 'attention', held: 'danger', applied: 'good', refused: 'neutral' };

export function ImportState({ state }: { state: HrImportSummary['state'] }) {
  return <Tone tone={tones[state]}>{words.hrFeed.states[state]}</Tone>;
}

export function HrFeed() {
  const w = words.hrFeed;
  const go = useGo();
  const now = useNow(1_000);
  const list = useInfiniteQuery(hrImportList);
  const files = list.data?.pages.flatMap((page) => page.items) ?? [];
  const waiting = files.find((file) => ['uploaded', 'previewed', 'held'].includes(file.state));
  const applied = files.find((file) => file.state === 'applied');

  const some = (key: 'joiner' | 'mover' | 'leaver' | 'badRows', title: string): Column<HrImportSummary> => ({
    key,
    title,
    width: '80px',
    isNumber: true,
    render: (one) => (one.counts ? number(key === 'joiner' ? one.counts.joiner + one.counts.staged + one.counts.rehire : one.counts[key]) : '–'),
  });
  const columns: Column<HrImportSummary>[] = [
    { key: 'file', title: w.columns.file, width: '3fr', render: (one) => <RouteLink to={at.hrImport(one.id)}>{one.fileName}</RouteLink> },
    { key: 'state', title: w.columns.state, width: '150px', render: (one) => <ImportState state={one.state} /> },
    some('joiner', w.columns.joiners),
    some('mover', w.columns.movers),
    some('leaver', w.columns.leavers),
    some('badRows', w.columns.bad),
    { key: 'uploaded', title: w.columns.uploaded, width: '130px', render: (one) => <When at={one.uploadedAt} /> },
    { key: 'by', title: w.columns.by, width: '1fr', render: (one) => one.uploadedBy },
  ];
  return (
    <>
      <PageSentence
        title={w.title}
        sentence={
          list.data ? (
            waiting ? (
              <RouteLink to={at.hrImport(waiting.id)}>{rich(w.sentenceWaiting(waiting.fileName))}</RouteLink>
            ) : applied?.appliedAt ? (
              rich(w.sentence(relative(new Date(applied.appliedAt), now), applied.fileName))
            ) : (
              w.sentenceEmpty
            )
          ) : (
            words.ui.loading
          )
        }
        note={w.note}
      />
      <Stack gap="lg">
        <May permission="lifecycle.hr-import.upload">
          <Drop />
        </May>
        <Stack gap="xs">
          <h2>{w.history}</h2>
          <DataList
            name={w.history}
            query={list}
            columns={columns}
            keyOf={(one) => one.id}
            onOpen={(one) => go(at.hrImport(one.id))}
            card={(one) => (
              <>
                <Group justify="space-between" wrap="nowrap">
                  <strong>{one.fileName}</strong>
                  <ImportState state={one.state} />
                </Group>
                <span className="small quiet">
                  <When at={one.uploadedAt} /> · {one.uploadedBy}
                </span>
              </>
            )}
            empty={
              <EmptyState icon={IconFileImport} title={w.empty}>
                {w.emptyText}
              </EmptyState>
            }
          />
        </Stack>
      </Stack>
    </>
  );
}
