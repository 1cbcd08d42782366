import { Button, NativeSelect, Stack } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { IconUsers } from '@tabler/icons-react';
import { useState } from 'react';
import { drillQuery, endDrill, type DrillDetail, type DrillPart } from '../../api/recovery.ts';
import { at } from '../../ui/at.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { DataList, type Column } from '../../ui/data-list.tsx';
import { Facts } from '../../ui/facts.tsx';
import { useMay } from '../../ui/me.tsx';
import { PageSentence } from '../../ui/page-sentence.tsx';
import { Person } from '../../ui/person.tsx';
import { say } from '../../ui/said.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { EmptyState, Loaded } from '../../ui/state.tsx';
import { duration } from '../../ui/time.ts';
import { Tone, type ToneName } from '../../ui/tone.tsx';
import { useFilters } from '../../ui/use-filters.ts';
import { Day, When } from '../../ui/when.tsx';
import { words } from '../../words/index.ts';
import { rich } from '../../words/rich.tsx';

const tones: Readonly<Record<DrillPart['state'], ToneName>> = { able: 'good', unable: 'danger', stalled: 'attention', under_way: 'neutral', not_begun: 'neutral' };
/** Who needs somebody comes first. */
const order: readonly DrillPart['state'][] = ['unable', 'stalled', 'not_begun', 'under_way', 'able'];

export function DrillPage() {
  const { drillId } = useParams({ strict: false }) as { drillId: string };
  const query = useQuery(drillQuery(drillId));
  return <Loaded query={query}>{(drill) => <Shown drill={drill} />}</Loaded>;
}

function Shown({ drill }: { drill: DrillDetail }) {
  const w = words.recovery.drills;
  const queries = useQueryClient();
  const [filters, change] = useFilters();
  const [isEnding, setEnding] = useState(false);
  const mayEnd = useMay('authentication.recovery-drill.end');
  const shown = [...drill.parts].filter((one) => !filters['state'] || one.state === filters['state']).sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  const stalls = (Object.keys(w.steps) as (keyof typeof w.steps)[]).map((step) => [step, drill.parts.filter((one) => one.stalledAt === step && one.state !== 'under_way').length] as const).filter(([, count]) => count > 0);
  const stateOf = (one: DrillPart) => <Tone tone={tones[one.state]}>{w.states[one.state]}</Tone>;
  const steps = (one: DrillPart): string => one.steps.map((each) => `${w.steps[each.step]}: ${w.outcome[each.outcome ?? 'open']}${each.seconds === null ? '' : ` (${duration(each.seconds * 1_000)})`}`).join(' · ');
  const where = (one: DrillPart) => (
    <>
      {one.stalledAt ? w.steps[one.stalledAt] : ''}
      {one.steps.length > 0 ? <span className="quiet-under">{steps(one)}</span> : null}
    </>
  );
  const took = (one: DrillPart): string => (one.seconds === null ? '' : duration(one.seconds * 1_000));
  const columns: Column<DrillPart>[] = [
    { key: 'person', title: w.part.person, width: '2fr', render: (one) => <Person.Line id={one.personId} name={one.personName} /> },
    { key: 'state', title: w.part.state, width: '130px', render: stateOf },
    { key: 'where', title: w.part.step, width: '4fr', render: where },
    { key: 'took', title: w.part.took, width: '110px', isNumber: true, render: took },
    { key: 'told', title: w.part.told, width: '130px', render: (one) => <When at={one.remindedAt ?? one.toldAt} none="" /> },
  ];
  return (
    <>
      <PageSentence
        title={drill.name}
        trail={[{ title: words.recovery.page.title, to: at.recovery('drills') }]}
        sentence={rich(w.sentence(drill.able, drill.people, drill.unable + drill.stalled, drill.notBegun))}
        note={
          <>
            {w.by(drill.startedByName)} · {drill.endedAt ? w.over : w.open} <Day on={(drill.endedAt ?? drill.endsAt).slice(0, 10)} />
            {drill.endReason ? ` (${drill.endReason})` : ''}
          </>
        }
        actions={
          mayEnd && drill.endedAt === null ? (
            <Button variant="default" onClick={() => setEnding(true)}>
              {w.end}
            </Button>
          ) : null
        }
      />
      <Stack gap="lg">
        <Sheet title={w.where}>{stalls.length === 0 ? <p className="quiet">{w.whereNone}</p> : <Facts isStrip facts={stalls.map(([step, count]) => [w.steps[step], String(count)])} />}</Sheet>
        <NativeSelect aria-label={w.filter} maw={240} value={filters['state'] ?? ''} onChange={(event) => change({ state: event.currentTarget.value })} data={[{ value: '', label: w.everybody }, ...order.map((state) => ({ value: state, label: w.states[state] }))]} />
        <DataList
          name={drill.name}
          query={{ data: { pages: [{ items: shown, next: null }] }, error: null, hasNextPage: false, isFetchingNextPage: false, isPlaceholderData: false, fetchNextPage: () => undefined, refetch: () => undefined }}
          columns={columns}
          keyOf={(one) => one.personId}
          rowHeight={64}
          card={(one) => (
            <>
              <strong>{one.personName}</strong>
              <div>{stateOf(one)}</div>
              <span>{where(one)}</span>
              <span className="small quiet">{took(one)}</span>
            </>
          )}
          empty={<EmptyState icon={IconUsers} title={words.ui.nothingFound} />}
        />
      </Stack>
      {isEnding ? (
        <Confirm
          title={w.end}
          effect={w.endEffect}
          action={w.end}
          onConfirm={async () => {
            await endDrill(drill.id);
            await queries.invalidateQueries({ queryKey: ['recovery', 'drills'] });
            say(w.endedNow);
          }}
          onClose={() => setEnding(false)}
        />
      ) : null}
    </>
  );
}
