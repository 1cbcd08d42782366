import { Anchor, Group, Modal, Stack } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { IconTimeline } from '@tabler/icons-react';
import { useState } from 'react';
import { auditList, type AuditEntry, type AuditFilters } from '../../api/audit.ts';
import { at } from '../../ui/at.ts';
import { DataList, type Column } from '../../ui/data-list.tsx';
import { Facts } from '../../ui/facts.tsx';
import proof from '../../ui/proof-mark.module.css';
import { RouteLink } from '../../ui/route-link.tsx';
import { EmptyState } from '../../ui/state.tsx';
import { exact, number } from '../../ui/time.ts';
import { Tone } from '../../ui/tone.tsx';
import { When } from '../../ui/when.tsx';
import { words } from '../../words/index.ts';

const pageOf = (subject: string | null): string | null => {
  const [kind, id] = subject?.split(':') ?? [];
  if (!id) return null;
  return { person: at.person(id), application: at.application(id), movement: at.movement(id), role: at.role(id) }[kind ?? ''] ?? null;
};

function Named({ subject, name }: { subject: string | null; name: string | null }) {
  const page = pageOf(subject);
  const text = name ?? subject ?? '';
  return page ? <RouteLink to={page}>{text}</RouteLink> : <>{text}</>;
}

/** A stream of sentences; the raw entry is one key away. */
export function AuditList({ filters }: { filters: AuditFilters }) {
  const w = words.audit;
  const list = useInfiniteQuery(auditList(filters));
  const [open, setOpen] = useState<AuditEntry | null>(null);
  const columns: Column<AuditEntry>[] = [
    { key: 'at', title: w.columns.at, width: '150px', render: (one) => <When at={one.at} /> },
    {
      key: 'sentence',
      title: w.columns.sentence,
      width: '6fr',
      render: (one) => (
        <>
          {one.sentence}
          {one.reason && !one.sentence.endsWith(one.reason) ? <span className="quiet-under">{one.reason}</span> : null}
        </>
      ),
    },
    { key: 'outcome', title: w.columns.outcome, width: '100px', render: (one) => <Tone tone={one.outcome === 'allowed' ? 'neutral' : 'danger'}>{w.outcomes[one.outcome]}</Tone> },
    { key: 'seq', title: w.columns.seq, width: '90px', isNumber: true, render: (one) => (one.seq === null ? <span className="quiet">{w.notSealed}</span> : number(one.seq)) },
  ];
  return (
    <>
      <DataList
        name={w.title}
        query={list}
        columns={columns}
        keyOf={(one) => String(one.seq ?? `${one.at}${one.action}${one.target}`)}
        onOpen={setOpen}
        rowHeight={48}
        card={(one) => (
          <>
            <span>{one.sentence}</span>
            <Group justify="space-between" fz="xs" c="dimmed">
              <When at={one.at} />
              {one.outcome === 'refused' ? <Tone tone="danger">{w.outcomes.refused}</Tone> : null}
            </Group>
          </>
        )}
        empty={
          <EmptyState icon={IconTimeline} title={w.empty}>
            {w.emptyText}
          </EmptyState>
        }
      />
      {open ? (
        <Modal opened onClose={() => setOpen(null)} title={open.sentence} size="lg">
          <Stack gap="md">
            <Facts
              facts={[
                [w.columns.at, exact(new Date(open.at))],
                [w.columns.seq, open.seq === null ? w.notSealed : number(open.seq)],
                [w.action, <code key="action">{open.action}</code>],
                [
                  w.actor,
                  <span key="actor">
                    <Named subject={open.actor} name={open.actorName} /> ·{' '}
                    <Anchor component={RouteLink} to={at.auditOf({ actor: open.actor })} onClick={() => setOpen(null)}>
                      {w.onlyActor}
                    </Anchor>
                  </span>,
                ],
                [
                  w.target,
                  open.target ? (
                    <span key="target">
                      <Named subject={open.target} name={open.targetName} /> ·{' '}
                      <Anchor component={RouteLink} to={at.auditOf({ target: open.target })} onClick={() => setOpen(null)}>
                        {w.onlyTarget}
                      </Anchor>
                    </span>
                  ) : null,
                ],
                [w.columns.outcome, <Tone key="outcome" tone={open.outcome === 'allowed' ? 'good' : 'danger'}>{w.outcomes[open.outcome]}</Tone>],
                [w.reason, open.reason],
                [w.hash, open.hash ? <code key="hash">{open.hash}</code> : null],
              ]}
            />
            <div>
              <h3>{w.raw}</h3>
              <pre className={proof.raw} tabIndex={0}>
                {JSON.stringify(open, null, 2)}
              </pre>
            </div>
          </Stack>
        </Modal>
      ) : null}
    </>
  );
}
