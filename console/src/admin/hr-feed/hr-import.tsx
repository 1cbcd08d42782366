import { Alert, Button, Group, Stack, Tabs, TextInput } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { IconAlertTriangle, IconChecks, IconHandStop } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { applyHrImport, hrChangeList, hrImportQuery, hrProblemList, refuseHrImport, type HrChange, type HrChangeKind, type HrImport, type HrProblem } from '../../api/hr-feed.ts';
import { at } from '../../ui/at.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { DataList, type Column } from '../../ui/data-list.tsx';
import { Diff } from '../../ui/diff.tsx';
import { PageSentence } from '../../ui/page-sentence.tsx';
import { Person } from '../../ui/person.tsx';
import { RouteLink } from '../../ui/route-link.tsx';
import { say } from '../../ui/said.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { EmptyState, Loaded, sentence } from '../../ui/state.tsx';
import { number } from '../../ui/time.ts';
import { Tone } from '../../ui/tone.tsx';
import { useFilters } from '../../ui/use-filters.ts';
import { Day, When } from '../../ui/when.tsx';
import { useMay } from '../../ui/me.tsx';
import { words } from '../../words/index.ts';
import { rich } from '../../words/rich.tsx';
import { ImportState } from './hr-feed.tsx';
import { Mapping } from './mapping.tsx';
import { Questions } from './questions.tsx';

const kinds: readonly HrChangeKind[] = ['leaver', 'conflict', 'rehire', 'joiner', 'mover', 'staged', 'ending', 'past', 'unchanged'];

export function HrImportPage() {
  const { importId } = useParams({ strict: false }) as { importId: string };
  const query = useQuery(hrImportQuery(importId));
  return <Loaded query={query}>{(file) => <Shown file={file} />}</Loaded>;
}

function sentenceOf(file: HrImport): ReactNode {
  const w = words.hrFeed.page;
  if (file.state === 'refused') return w.sentenceRefused;
  if (file.questions.length > 0) return rich(w.sentenceQuestions(file.questions.length));
  if (file.state === 'held') return rich(w.sentenceHeld(file.brake.removals));
  const counts = file.counts;
  if (!counts) return words.ui.loading;
  const joiners = counts.joiner + counts.staged + counts.rehire;
  const leavers = counts.leaver + counts.ending;
  if (file.state === 'applied') return rich(w.sentenceApplied(joiners, counts.mover, leavers));
  return joiners + counts.mover + leavers === 0 ? w.sentenceNothing : rich(w.sentence(joiners, counts.mover, leavers));
}

function Shown({ file }: { file: HrImport }) {
  const w = words.hrFeed;
  const queries = useQueryClient();
  const [filters, change] = useFilters();
  const [asked, ask] = useState<'apply' | 'refuse' | null>(null);
  const mayApply = useMay('lifecycle.hr-import.apply');
  const isOpen = ['uploaded', 'previewed', 'held'].includes(file.state);
  const canApply = (file.state === 'previewed' || (file.state === 'held' && file.brake.confirmWith !== null)) && file.questions.length === 0;
  const troubles = (file.counts?.badRows ?? 0) + (file.counts?.notices ?? 0);
  const tab = filters['tab'] || (file.questions.length > 0 ? 'mapping' : 'changes');
  return (
    <>
      <PageSentence
        title={file.fileName}
        trail={[{ title: w.title, to: at.hrFeed }]}
        sentence={sentenceOf(file)}
        note={
          <>
            <ImportState state={file.state} /> {file.counts ? w.page.note(file.counts.rows, file.counts.badRows) : null} {file.uploadedBy}, <When at={file.uploadedAt} />.
          </>
        }
        actions={
          isOpen && mayApply ? (
            <>
              <Button variant="default" onClick={() => ask('refuse')}>
                {w.page.refuse}
              </Button>
              <Button disabled={!canApply} onClick={() => ask('apply')} {...(file.state === 'held' ? { color: 'red' } : {})}>
                {w.page.apply}
              </Button>
            </>
          ) : file.state === 'applied' ? (
            <Button component={RouteLink} to={at.movements} variant="default">
              {w.page.toMovements}
            </Button>
          ) : null
        }
      />
      <Stack gap="lg">
        {file.sameFile ? (
          <Alert variant="light" icon={<IconChecks size={20} />}>
            {w.page.sameFile} <When at={file.sameFile.appliedAt} />. <RouteLink to={at.hrImport(file.sameFile.importId)}>{words.ui.wholePath}</RouteLink>
          </Alert>
        ) : null}
        {isOpen && file.brake.isHeld ? (
          <Sheet tone="danger" title={w.brake.title} lead={w.brake.text(file.brake.limit, file.brake.active)}>
            <ul>
              {file.brake.reasons.map((reason) => (
                <li key={reason.is}>{sentence(reason.text)}</li>
              ))}
            </ul>
            {file.brake.confirmWith === null ? <p>{w.brake.cannot}</p> : null}
          </Sheet>
        ) : null}
        {isOpen && mayApply && file.questions.length > 0 ? <Questions file={file} /> : null}
        {isOpen && file.consequences.length > 0 && file.questions.length === 0 ? (
          <Sheet title={w.page.consequences}>
            <ul>
              {file.consequences.map((line) => (
                <li key={line}>{sentence(line)}</li>
              ))}
            </ul>
          </Sheet>
        ) : null}
        <Tabs value={tab} onChange={(next) => change({ tab: next ?? undefined })}>
          <Tabs.List mb="md">
            <Tabs.Tab value="changes">{w.page.tabs.changes}</Tabs.Tab>
            <Tabs.Tab value="problems">
              {w.page.tabs.problems}
              {troubles > 0 ? ` (${number(troubles)})` : ''}
            </Tabs.Tab>
            <Tabs.Tab value="mapping">{w.page.tabs.mapping}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="changes">
            <Changes file={file} />
          </Tabs.Panel>
          <Tabs.Panel value="problems">
            <Problems file={file} />
          </Tabs.Panel>
          <Tabs.Panel value="mapping">
            <Mapping key={file.previewedAt ?? file.id} file={file} isOpen={isOpen && mayApply} />
          </Tabs.Panel>
        </Tabs>
      </Stack>
      {asked === 'apply' ? <ApplyDialog file={file} onClose={() => ask(null)} /> : null}
      {asked === 'refuse' ? (
        <Confirm
          title={w.page.refuse}
          effect={w.page.refuseEffect}
          action={w.page.refuse}
          onConfirm={async () => {
            await refuseHrImport(file.id);
            await queries.invalidateQueries({ queryKey: ['hr'] });
          }}
          onClose={() => ask(null)}
        />
      ) : null}
    </>
  );
}

/** Applying says what it does. When the brake holds, the number of people must be typed: a click is too easy. */
function ApplyDialog({ file, onClose }: { file: HrImport; onClose: () => void }) {
  const w = words.hrFeed;
  const queries = useQueryClient();
  const [typed, setTyped] = useState('');
  const needed = file.brake.isHeld ? file.brake.confirmWith : null;
  return (
    <Confirm
      title={w.page.applyTitle(file.fileName)}
      effect={
        <Stack gap="md">
          <ul>
            {file.consequences.map((line) => (
              <li key={line}>{sentence(line)}</li>
            ))}
          </ul>
          {needed === null ? null : (
            <Alert color="red" variant="light" icon={<IconHandStop size={20} />}>
              <TextInput label={w.brake.confirm(needed)} inputMode="numeric" autoComplete="off" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
            </Alert>
          )}
        </Stack>
      }
      action={needed === null ? w.page.apply : w.brake.action(needed)}
      isDangerous={needed !== null}
      isReady={needed === null || typed.trim() === String(needed)}
      onConfirm={async () => {
        await applyHrImport(file.id, needed);
        await queries.invalidateQueries();
        say(w.page.applied(file.fileName));
      }}
      onClose={onClose}
    />
  );
}

const attributeName = (attribute: string): string => (words.people.fields as Readonly<Record<string, string>>)[attribute] ?? attribute;

/** A joiner is told by what is known of the person; a change by before and after; the rest by the reason. */
function What({ change }: { change: HrChange }) {
  if (change.changes.length === 0) return <span>{sentence(change.why)}</span>;
  if (change.changes.every((line) => line.before === null) && change.personId === null) {
    return <span>{change.changes.filter((line) => line.after !== null && line.attribute !== 'givenName' && line.attribute !== 'familyName').map((line) => line.after).join(' · ')}</span>;
  }
  return <Diff lines={change.changes.map((line) => ({ name: attributeName(line.attribute), before: line.before, after: line.after }))} />;
}

function Changes({ file }: { file: HrImport }) {
  const w = words.hrFeed;
  const counts = file.counts;
  // Who stays as before is counted, and by name kept only until the file is applied.
  const present = kinds.filter((kind) => (counts?.[kind] ?? 0) > 0 && !(kind === 'unchanged' && file.state === 'applied'));
  const [chosen, choose] = useState<HrChangeKind | null>(null);
  const kind = chosen ?? present[0] ?? 'joiner';
  const list = useInfiniteQuery({ ...hrChangeList(file.id, kind), enabled: counts !== null && present.length > 0 });
  if (!counts || present.length === 0) {
    return (
      <EmptyState icon={IconChecks} title={w.noChanges}>
        {w.page.sentenceNothing}
      </EmptyState>
    );
  }
  const columns: Column<HrChange>[] = [
    { key: 'who', title: w.change.who, width: '2fr', render: (one) => <Person.Line id={one.personId} name={one.name} under={one.employeeNumber} isGone={one.kind === 'leaver'} /> },
    {
      key: 'what',
      title: w.change.what,
      width: '4fr',
      render: (one) => (
        <>
          <What change={one} />
          {one.effectiveOn ? (
            <span className="quiet-under">
              {w.change.on} <Day on={one.effectiveOn} />
            </span>
          ) : null}
        </>
      ),
    },
    { key: 'line', title: w.change.line, width: '70px', isNumber: true, render: (one) => one.line ?? '–' },
  ];
  return (
    <Stack gap="sm">
      <Group gap={6} role="group" aria-label={w.page.tabs.changes}>
        {present.map((one) => (
          <Button key={one} size="xs" variant={one === kind ? 'filled' : 'default'} aria-pressed={one === kind} onClick={() => choose(one)}>
            {w.kinds[one]} {number(counts[one])}
          </Button>
        ))}
      </Group>
      <p className="quiet">{w.kindTexts[kind]}</p>
      <DataList
        name={w.kinds[kind]}
        query={list}
        columns={columns}
        keyOf={(one) => String(one.position)}
        rowHeight={56}
        card={(one) => (
          <>
            <Person.Line id={one.personId} name={one.name} under={one.employeeNumber} isGone={one.kind === 'leaver'} />
            <What change={one} />
          </>
        )}
        empty={<EmptyState icon={IconChecks} title={w.noChanges} />}
      />
    </Stack>
  );
}

function Problems({ file }: { file: HrImport }) {
  const w = words.hrFeed.problems;
  const list = useInfiniteQuery(hrProblemList(file.id));
  const columns: Column<HrProblem>[] = [
    { key: 'line', title: w.columns.line, width: '70px', isNumber: true, render: (one) => number(one.line) },
    {
      key: 'problem',
      title: w.columns.problem,
      width: '3fr',
      render: (one) => (
        <>
          {sentence(one.text)}
          {one.employeeNumber ? <span className="quiet-under">{w.employee(one.employeeNumber)}</span> : null}
        </>
      ),
    },
    { key: 'value', title: w.columns.value, width: '2fr', render: (one) => (one.value === null ? null : <><span className="quiet">{one.header} </span><code>{one.value}</code></>) },
    { key: 'action', title: w.columns.action, width: '3fr', render: (one) => sentence(one.action) },
    { key: 'severity', title: w.columns.severity, width: '160px', render: (one) => <Tone tone={one.severity === 'bad' ? 'danger' : 'attention'}>{one.severity === 'bad' ? w.bad : w.notice}</Tone> },
  ];
  return (
    <DataList
      name={words.hrFeed.page.tabs.problems}
      query={list}
      columns={columns}
      keyOf={(one) => String(one.position) + one.code + (one.header ?? '')}
      rowHeight={52}
      card={(one) => (
        <>
          <Group justify="space-between" wrap="nowrap">
            <strong>
              {w.columns.line} {number(one.line)}
            </strong>
            <Tone tone={one.severity === 'bad' ? 'danger' : 'attention'}>{one.severity === 'bad' ? w.bad : w.notice}</Tone>
          </Group>
          <span>{sentence(one.text)}</span>
          <span className="quiet">{sentence(one.action)}</span>
        </>
      )}
      empty={
        <EmptyState icon={troubleIcon(file)} title={w.none}>
          {w.noneText}
        </EmptyState>
      }
    />
  );
}

const troubleIcon = (file: HrImport) => ((file.counts?.badRows ?? 0) > 0 ? IconAlertTriangle : IconChecks);
