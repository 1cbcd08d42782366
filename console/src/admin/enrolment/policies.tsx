import { useQuery } from '@tanstack/react-query';
import { IconFingerprint } from '@tabler/icons-react';
import { enrolmentPoliciesQuery, type EnrolmentPolicy } from '../../api/enrolment.ts';
import { at } from '../../ui/at.ts';
import { ButtonLink } from '../../ui/button-link.tsx';
import { May } from '../../ui/me.tsx';
import { PageSentence } from '../../ui/page-sentence.tsx';
import { RouteLink } from '../../ui/route-link.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { ShareLine } from '../../ui/spark.tsx';
import { EmptyState, Loaded } from '../../ui/state.tsx';
import { day } from '../../ui/time.ts';
import { Tone } from '../../ui/tone.tsx';
import { words } from '../../words/index.ts';
import { rich } from '../../words/rich.tsx';
import css from './enrolment.module.css';
import { audienceInWords, forecastInWords, toneOf, wantInWords, wholeOf } from './in-words.ts';

export function EnrolmentPolicies() {
  const w = words.enrolment;
  const query = useQuery(enrolmentPoliciesQuery);
  const items = query.data?.items ?? [];
  const on = items.filter((one) => one.state === 'on').length;
  const stopped = items.filter((one) => one.state === 'stopped').length;
  const make = <May permission="authentication.enrolment.make"><ButtonLink to={at.enrolmentEditor('new')}>{w.make}</ButtonLink></May>;
  return (
    <>
      <PageSentence title={w.title} sentence={query.data ? (on + stopped === 0 ? w.sentenceEmpty : rich(w.sentence(on, stopped))) : words.ui.loading} note={w.note} actions={make} />
      <Loaded query={query}>
        {({ items: policies }) =>
          policies.length === 0 ? (
            <EmptyState icon={IconFingerprint} title={w.empty} actions={make}>
              {w.emptyText}
            </EmptyState>
          ) : (
            <Sheet isFlush>
              {policies.map((policy) => (
                <Row key={policy.id} policy={policy} />
              ))}
            </Sheet>
          )
        }
      </Loaded>
    </>
  );
}

function Row({ policy }: { policy: EnrolmentPolicy }) {
  const w = words.enrolment;
  const whole = wholeOf(policy);
  const text = w.ready(policy.counts.ready, whole);
  return (
    <div className={css.row}>
      <div>
        <RouteLink to={at.enrolmentPolicy(policy.id)} className={css.name ?? ''}>
          {policy.name}
        </RouteLink>
        <span className="quiet-under">
          {audienceInWords(policy.audience)}: {wantInWords(policy.want)}
        </span>
      </div>
      <div className={css.bar}>
        <span>
          <strong>{text}</strong> <span className="quiet">· {rich(forecastInWords(policy.forecast, whole))}</span>
        </span>
        <ShareLine share={whole === 0 ? 0 : policy.counts.ready / whole} target={1} name={text} />
      </div>
      <div className={css.state}>
        <Tone tone={toneOf[policy.state]}>{w.states[policy.state]}</Tone>
        <span className="small quiet">
          {w.deadline(day(policy.deadlineAt))}
          {policy.percent < 100 ? ` · ${w.staged(policy.percent)}` : ''}
        </span>
      </div>
    </div>
  );
}
