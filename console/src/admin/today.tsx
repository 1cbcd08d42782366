import { Button, Table } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { IconCircleCheck, IconFileImport, IconPlugConnected, IconShieldCheck } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { movementList } from '../api/lifecycle.ts';
import { todayQuery, type Need, type Today as TodayAnswer } from '../api/reports.ts';
import { at } from '../ui/at.ts';
import { PageSentence } from '../ui/page-sentence.tsx';
import { RouteLink } from '../ui/route-link.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { ShareLine, Spark } from '../ui/spark.tsx';
import { EmptyState, Loaded, sentence } from '../ui/state.tsx';
import { day, duration, number, percent } from '../ui/time.ts';
import { Tone, type ToneName } from '../ui/tone.tsx';
import { words } from '../words/index.ts';
import { rich } from '../words/rich.tsx';
import { MovementLine } from './movements/movement-line.tsx';
import css from './today.module.css';

export function Today() {
  const query = useQuery(todayQuery);
  return <Loaded query={query}>{(today) => <Shown today={today} />}</Loaded>;
}

function Shown({ today }: { today: TodayAnswer }) {
  const w = words.today;
  const open = useInfiniteQuery(movementList({ isOpen: true }, 20));
  const running = open.data?.pages.flatMap((page) => page.items) ?? [];
  const { accounts, applications, tiedToNobody, people } = today.inventory;
  const isEmpty = accounts === 0 && people <= 1;
  return (
    <>
      <PageSentence
        title={w.title}
        sentence={
          isEmpty ? (
            w.sentenceEmpty
          ) : applications === 0 ? (
            w.sentenceNoSystem
          ) : (
            <>
              {rich(w.accounts(accounts))}
              {w.sentence.in}
              {rich(w.systems(applications))}
              {tiedToNobody > 0 ? (
                <>
                  {w.sentence.tied}
                  <RouteLink to={at.inventory}>{rich(w.sentence.nobody(tiedToNobody))}</RouteLink>
                </>
              ) : (
                w.sentence.allTied
              )}
              {w.sentence.end}
            </>
          )
        }
        note={w.note(people)}
      />
      <div className={css.stack}>
        {isEmpty ? <FirstSteps /> : <Metrics today={today} />}
        <div className={css.columns}>
          <div className={css.stack}>
            <Sheet title={w.needs} isFlush>
              {today.needs.length === 0 ? (
                <EmptyState icon={IconCircleCheck} title={w.needsNone}>
                  {w.needsNoneText}
                </EmptyState>
              ) : (
                <ul className={css.needs}>
                  {today.needs.map((need) => (
                    <NeedLine key={need.kind} need={need} />
                  ))}
                </ul>
              )}
            </Sheet>
            {today.weeks.length > 1 ? <Weeks today={today} /> : null}
          </div>
          <Sheet title={w.running} isFlush actions={<RouteLink to={at.movements}>{w.allMovements}</RouteLink>}>
            {running.length === 0 ? <EmptyState icon={IconCircleCheck} title={w.runningNone} /> : running.slice(0, 8).map((movement) => <MovementLine key={movement.id} movement={movement} />)}
          </Sheet>
        </div>
      </div>
    </>
  );
}

const urgencyTones: Readonly<Record<Need['urgency'], ToneName>> = { now: 'danger', today: 'attention', soon: 'neutral' };

function NeedLine({ need }: { need: Need }) {
  const w = words.today;
  return (
    <li className={css.need}>
      <span>
        <Tone tone={urgencyTones[need.urgency]}>{w.urgency[need.urgency]}</Tone>
      </span>
      <span>
        <span className={css.needTitle}>{need.title}</span>
        <p>{sentence(w.otherwise(need.otherwise))}</p>
      </span>
      <Button component={RouteLink} to={need.link} size="compact-sm" variant="default" aria-label={`${w.settle}: ${need.title}`}>
        {w.settle}
      </Button>
    </li>
  );
}

function Metric({ name, figure, tone, under, children }: { name: string; figure: ReactNode; tone?: 'danger' | undefined; under: ReactNode; children?: ReactNode }) {
  return (
    <div className={css.metric}>
      <dt>{name}</dt>
      <dd>
        <span className={css.figure} data-tone={tone}>
          {figure}
        </span>
        <span className={css.under}>{under}</span>
        <div className={css.spark}>{children}</div>
      </dd>
    </div>
  );
}

function Metrics({ today }: { today: TodayAnswer }) {
  const w = words.today.metrics;
  const { mfaAdoption: mfa, timeToZero: zero, signIns, weeks } = today;
  const share = mfa.whole === 0 ? 0 : mfa.part / mfa.whole;
  const last = weeks.at(-1);
  const zeroUnder = zero.count === 0 ? w.noLeaver : `${w.zeroText(zero.count)}${zero.open > 0 ? `, ${w.zeroOpen(zero.open)}` : ''}`;
  return (
    <dl className={css.metrics}>
      <Metric name={w.mfa} figure={percent(share)} under={`${w.mfaText(mfa.part, mfa.whole)}, ${w.phishingResistant(mfa.phishingResistant)}`}>
        <ShareLine share={share} target={mfa.target} name={w.target(percent(mfa.target))} />
      </Metric>
      <Metric name={w.zero} figure={zero.p50Ms === null ? '–' : duration(zero.p50Ms)} under={zeroUnder}>
        <Spark values={weeks.map((week) => week.medianTimeToZeroMs)} name={w.weeks} />
      </Metric>
      <Metric name={w.zero95} figure={zero.p95Ms === null ? '–' : duration(zero.p95Ms)} tone={zero.p95Ms !== null && zero.p95Ms > zero.targetMs ? 'danger' : undefined} under={w.target(duration(zero.targetMs))}>
        {zero.p95Ms === null ? null : <ShareLine share={zero.p95Ms / Math.max(zero.p95Ms, zero.targetMs * 1.25)} target={zero.targetMs / Math.max(zero.p95Ms, zero.targetMs * 1.25)} name={w.target(duration(zero.targetMs))} />}
      </Metric>
      <Metric name={w.signIns} figure={number(signIns.lastDay)} under={w.failed(signIns.failedLastDay, signIns.failedBaselinePerDay.toFixed(1).replace(/\.0$/, ''))}>
        <Spark values={weeks.map((week) => week.signIns)} name={w.weeks} />
      </Metric>
      <Metric name={w.moves} figure={last ? `${last.joiners} · ${last.movers} · ${last.leavers}` : '–'} under={w.weeks}>
        <Spark values={weeks.map((week) => week.joiners + week.movers + week.leavers)} name={w.weeks} />
      </Metric>
    </dl>
  );
}

const bars = { joiners: 'var(--mantine-color-brand-7)', movers: 'var(--mantine-color-brand-3)', leavers: 'var(--mantine-color-gray-5)' } as const;

function Weeks({ today }: { today: TodayAnswer }) {
  const w = words.today.chart;
  const [isTable, setTable] = useState(false);
  const { weeks } = today;
  const most = Math.max(1, ...weeks.map((week) => week.joiners + week.movers + week.leavers));
  const names = { joiners: w.joiners, movers: w.movers, leavers: w.leavers };
  return (
    <Sheet
      title={w.title}
      actions={
        <Button size="compact-xs" variant="subtle" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
          {w.table}
        </Button>
      }
    >
      {isTable ? (
        <Table.ScrollContainer minWidth={480}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                {[w.week, w.joiners, w.movers, w.leavers, w.medianZero, w.signIns, w.failed].map((name) => (
                  <Table.Th key={name}>{name}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {weeks.toReversed().map((week) => (
                <Table.Tr key={week.from}>
                  <Table.Td>{day(week.from)}</Table.Td>
                  <Table.Td>{week.joiners}</Table.Td>
                  <Table.Td>{week.movers}</Table.Td>
                  <Table.Td>{week.leavers}</Table.Td>
                  <Table.Td>{week.medianTimeToZeroMs === null ? '–' : duration(week.medianTimeToZeroMs)}</Table.Td>
                  <Table.Td>{number(week.signIns)}</Table.Td>
                  <Table.Td>{number(week.failedSignIns)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      ) : (
        <>
          <div className={css.legend}>
            {(Object.keys(bars) as (keyof typeof bars)[]).map((key) => (
              <span key={key}>
                <span className={css.swatch} style={{ background: bars[key] }} aria-hidden="true" />
                {names[key]}
              </span>
            ))}
          </div>
          <div className={css.bars} role="img" aria-label={`${w.title}: ${weeks.reduce((sum, week) => sum + week.joiners, 0)} ${w.joiners}, ${weeks.reduce((sum, week) => sum + week.movers, 0)} ${w.movers}, ${weeks.reduce((sum, week) => sum + week.leavers, 0)} ${w.leavers}`}>
            {weeks.map((week) => (
              <div className={css.week} key={week.from} title={`${day(week.from)}: ${week.joiners} ${w.joiners}, ${week.movers} ${w.movers}, ${week.leavers} ${w.leavers}`}>
                {(['leavers', 'movers', 'joiners'] as const).map((key) => (
                  <span key={key} style={{ height: `${(week[key] / most) * 100}%`, background: bars[key] }} />
                ))}
              </div>
            ))}
          </div>
          <div className={css.ends}>
            <span>{weeks[0] ? day(weeks[0].from) : ''}</span>
            <span>{weeks.at(-1) ? day(weeks.at(-1)!.from) : ''}</span>
          </div>
        </>
      )}
    </Sheet>
  );
}

function FirstSteps() {
  const w = words.today.first;
  const steps = [
    { to: at.hrFeed, icon: IconFileImport, title: w.people, text: w.peopleText },
    { to: at.connect, icon: IconPlugConnected, title: w.applications, text: w.applicationsText },
    { to: at.role('new'), icon: IconShieldCheck, title: w.roles, text: w.rolesText },
  ];
  return (
    <section aria-label={w.title}>
      <ol className={css.first}>
        {steps.map((step) => (
          <li key={step.to}>
            <RouteLink to={step.to}>
              <strong>
                <step.icon size={20} stroke={1.6} aria-hidden="true" />
                {step.title}
              </strong>
              <span className="quiet">{step.text}</span>
            </RouteLink>
          </li>
        ))}
      </ol>
    </section>
  );
}
