import { Button, Menu, NumberInput, Stack, Textarea } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { IconChevronDown, IconUsers } from '@tabler/icons-react';
import { useState } from 'react';
import { enrolmentPolicyQuery, excuseFromEnrolment, readinessList, removeEnrolmentPolicy, turnEnrolmentPolicy, type EnrolmentPolicyWithDays, type EnrolmentState, type ReadinessRow, type Situation } from '../../api/enrolment.ts';
import { AccessPassDialog } from '../../ui/access-pass.tsx';
import { at } from '../../ui/at.ts';
import { ButtonLink } from '../../ui/button-link.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { DataList, type Column } from '../../ui/data-list.tsx';
import { Facts } from '../../ui/facts.tsx';
import { useMay } from '../../ui/me.tsx';
import { useNow } from '../../ui/now.ts';
import { PageSentence } from '../../ui/page-sentence.tsx';
import { Person } from '../../ui/person.tsx';
import { say } from '../../ui/said.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { ShareBar } from '../../ui/share-bar.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { EmptyState, Loaded } from '../../ui/state.tsx';
import { day } from '../../ui/time.ts';
import { Tone, type ToneName } from '../../ui/tone.tsx';
import { useFilters, useGo } from '../../ui/use-filters.ts';
import { When } from '../../ui/when.tsx';
import { words } from '../../words/index.ts';
import { rich } from '../../words/rich.tsx';
import css from './enrolment.module.css';
import { audienceInWords, forecastInWords, toneOf, wantInWords, wholeOf } from './in-words.ts';
import { Picture } from './picture.tsx';

type Turn = Exclude<EnrolmentState, 'stopped'>;
type Asked = { is: 'turn'; to: Turn } | { is: 'remove' } | { is: 'pass' | 'excuse'; person: ReadinessRow };

export function EnrolmentPolicyPage() {
  const { policyId } = useParams({ strict: false }) as { policyId: string };
  const query = useQuery(enrolmentPolicyQuery(policyId));
  return <Loaded query={query}>{(policy) => <Shown policy={policy} />}</Loaded>;
}

function Shown({ policy }: { policy: EnrolmentPolicyWithDays }) {
  const w = words.enrolment.one;
  const go = useGo();
  const queries = useQueryClient();
  const [asked, ask] = useState<Asked | null>(null);
  const mayTurn = useMay('authentication.enrolment.turn');
  const mayChange = useMay('authentication.enrolment.change');
  const now = useNow(60_000);
  const whole = wholeOf(policy);
  const renew = (): Promise<void> => queries.invalidateQueries({ queryKey: ['enrolment'] });
  const turns = (['on', 'report-only', 'draft'] as const).filter((state) => state !== policy.state);
  return (
    <>
      <PageSentence
        title={policy.name}
        trail={[{ title: words.enrolment.title, to: at.enrolment }]}
        sentence={rich(w.sentence(policy.counts.ready, whole, audienceInWords(policy.audience), forecastInWords(policy.forecast, whole), day(policy.deadlineAt), Date.parse(policy.deadlineAt) < now))}
        note={<Tone tone={toneOf[policy.state]}>{words.enrolment.states[policy.state]}</Tone>}
        actions={
          <>
            {mayTurn ? (
              <Menu position="bottom-end">
                <Menu.Target>
                  <Button variant="default" rightSection={<IconChevronDown size={14} />}>
                    {w.facts.state}
                  </Button>
                </Menu.Target>
                <Menu.Dropdown>
                  {turns.map((to) => (
                    <Menu.Item key={to} onClick={() => ask({ is: 'turn', to })}>
                      {w.turnTo[to]}
                    </Menu.Item>
                  ))}
                  <Menu.Divider />
                  <Menu.Item color="red" onClick={() => ask({ is: 'remove' })}>
                    {w.remove}
                  </Menu.Item>
                </Menu.Dropdown>
              </Menu>
            ) : null}
            {mayChange ? <ButtonLink to={at.enrolmentEditor(policy.id)}>{w.edit}</ButtonLink> : null}
          </>
        }
      />
      <Stack gap="lg">
        {policy.stopped ? (
          <Sheet title={w.stoppedTitle} tone="danger" actions={mayTurn ? <Button size="compact-sm" onClick={() => ask({ is: 'turn', to: 'on' })}>{w.resume}</Button> : null}>
            <p>
              {w.stopped(policy.stopped.keptOut, policy.stopped.tried)} <span className="quiet"><When at={policy.stopped.at} /></span>
            </p>
          </Sheet>
        ) : null}
        <div className={css.columns}>
          <Sheet title={w.picture} lead={w.pictureLead}>
            <Picture policy={policy} />
          </Sheet>
          <Sheet title={w.rule}>
            <Facts
              facts={[
                [w.facts.who, audienceInWords(policy.audience)],
                [w.facts.want, wantInWords(policy.want)],
                [w.facts.starts, day(policy.startsAt)],
                [w.facts.deadline, day(policy.deadlineAt)],
                [w.facts.skips, w.skips(policy.skips)],
                [w.facts.stage, w.stage(policy.percent)],
              ]}
            />
          </Sheet>
        </div>
        <People policy={policy} ask={ask} />
      </Stack>
      {asked?.is === 'turn' ? (
        <Confirm
          title={w.turnTitle[asked.to]}
          effect={w.turnEffect[asked.to](policy.counts.asked, day(policy.deadlineAt))}
          action={w.turnTo[asked.to]}
          onConfirm={async () => {
            await turnEnrolmentPolicy(policy.id, asked.to);
            await renew();
            say(w.turned(policy.name, words.enrolment.states[asked.to]));
          }}
          onClose={() => ask(null)}
        />
      ) : null}
      {asked?.is === 'remove' ? (
        <Confirm
          title={w.removeTitle(policy.name)}
          effect={w.removeEffect}
          action={w.remove}
          isDangerous
          onConfirm={async () => {
            await removeEnrolmentPolicy(policy.id);
            say(w.removed(policy.name));
            go(at.enrolment);
            await queries.invalidateQueries({ queryKey: ['enrolment', 'list'] });
          }}
          onClose={() => ask(null)}
        />
      ) : null}
      {asked?.is === 'pass' ? <AccessPassDialog personId={asked.person.personId} name={asked.person.displayName} onClose={() => ask(null)} /> : null}
      {asked?.is === 'excuse' ? <MoreTime policyId={policy.id} person={asked.person} renew={renew} onClose={() => ask(null)} /> : null}
    </>
  );
}

const toneOfSituation: Readonly<Record<Situation, ToneName>> = { ready: 'good', not_ready: 'attention', never_signed_in: 'attention', cannot_judge: 'neutral' };
const colourOf: Readonly<Record<Situation, string>> = { ready: 'var(--good)', not_ready: 'var(--attention)', never_signed_in: 'var(--danger)', cannot_judge: 'var(--quiet)' };

function People({ policy, ask }: { policy: EnrolmentPolicyWithDays; ask: (asked: Asked) => void }) {
  const w = words.enrolment.one;
  const [filters, change] = useFilters();
  const list = useInfiniteQuery(readinessList(policy.id, { search: filters['search'], situation: filters['situation'] }));
  const now = useNow(60_000);
  const mayIssue = useMay('authentication.access-pass.issue');
  const mayExcuse = useMay('authentication.enrolment.excuse');
  const counts = list.data?.pages[0]?.counts ?? policy.counts;
  const shares = ([['ready', counts.ready], ['not_ready', counts.notReady], ['never_signed_in', counts.neverSignedIn], ['cannot_judge', counts.cannotJudge]] as const).map(([key, number]) => ({ key, title: w.situations[key], count: number, colour: colourOf[key] }));
  const situation = (one: ReadinessRow) => (
    <span className={css.situation}>
      <Tone tone={toneOfSituation[one.situation]}>{w.situations[one.situation]}</Tone>
      {one.helpAskedAt ? <Tone tone="danger">{w.askedForHelp}</Tone> : one.isBeforeTheDoor ? <Tone tone="danger">{w.beforeTheDoor}</Tone> : null}
      {one.isInStage || one.situation === 'ready' ? null : <span className="small quiet">{w.notInStage}</span>}
    </span>
  );
  const lacks = (one: ReadinessRow) => (
    <>
      {one.situation === 'cannot_judge' ? w.cannotJudge : one.missing ? w.missing[one.missing] : ''}
      {one.excusedUntil && Date.parse(one.excusedUntil) > now ? <span className="quiet-under">{w.moreTimeUntil} {day(one.excusedUntil)}</span> : null}
    </>
  );
  const action = (one: ReadinessRow) =>
    one.situation === 'never_signed_in' && mayIssue ? (
      <Button size="compact-sm" variant="default" onClick={() => ask({ is: 'pass', person: one })}>
        {w.pass}
      </Button>
    ) : one.situation === 'not_ready' && mayExcuse && policy.state === 'on' ? (
      <Button size="compact-sm" variant="default" onClick={() => ask({ is: 'excuse', person: one })}>
        {w.excuse}
      </Button>
    ) : null;
  const columns: Column<ReadinessRow>[] = [
    { key: 'name', title: w.columns.name, width: '2fr', render: (one) => <Person.Line id={one.personId} name={one.displayName} under={[one.title, one.department].filter(Boolean).join(' · ')} /> },
    { key: 'situation', title: w.columns.situation, width: '2fr', render: situation },
    { key: 'missing', title: w.columns.missing, width: '2fr', render: lacks },
    { key: 'skips', title: w.columns.skips, width: '80px', isNumber: true, render: (one) => (one.situation === 'ready' ? '' : `${one.skips} / ${policy.skips}`) },
    { key: 'last', title: w.columns.last, width: '130px', render: (one) => <When at={one.lastSignInAt} /> },
    { key: 'action', title: w.columns.action, width: '170px', render: action },
  ];
  return (
    <section aria-label={w.people}>
      <Stack gap="sm">
        <ShareBar shares={shares} chosen={filters['situation'] ?? null} onChoose={(key) => change({ situation: key ?? undefined })} name={w.people} />
        <SearchField value={filters['search'] ?? ''} onChange={(search) => change({ search })} label={w.search} />
        <DataList
          name={w.people}
          query={list}
          columns={columns}
          keyOf={(one) => one.personId}
          rowHeight={52}
          card={(one) => (
            <>
              <Person.Line id={one.personId} name={one.displayName} under={one.department} />
              {situation(one)}
              <span className="small quiet">
                {one.missing && one.situation !== 'cannot_judge' ? `${w.columns.missing}: ` : ''}
                {lacks(one)}
              </span>
              {action(one)}
            </>
          )}
          empty={
            <EmptyState icon={IconUsers} title={w.nobody}>
              {w.nobodyText}
            </EmptyState>
          }
        />
      </Stack>
    </section>
  );
}

function MoreTime({ policyId, person, renew, onClose }: { policyId: string; person: ReadinessRow; renew: () => Promise<void>; onClose: () => void }) {
  const w = words.enrolment.one;
  const [days, setDays] = useState(7);
  const [reason, setReason] = useState('');
  return (
    <Confirm
      title={w.excuseTitle(person.displayName)}
      effect={
        <Stack gap="md">
          <p>{w.excuseText}</p>
          <NumberInput label={w.excuseDays} min={1} max={14} clampBehavior="strict" allowDecimal={false} value={days} onChange={(value) => setDays(Number(value) || 1)} />
          <Textarea label={w.excuseReason} placeholder={w.excuseReasonExample} value={reason} onChange={(event) => setReason(event.currentTarget.value)} required maxLength={500} />
        </Stack>
      }
      action={w.excuse}
      isReady={reason.trim() !== ''}
      onConfirm={async () => {
        await excuseFromEnrolment(policyId, { personId: person.personId, days, reason: reason.trim() });
        await renew();
        say(w.excused(person.displayName));
      }}
      onClose={onClose}
    />
  );
}
