import { useQuery } from '@tanstack/react-query';
import { IconClock } from '@tabler/icons-react';
import { signInTimesQuery, type SignInTimes as Times } from '../../api/branding.ts';
import { Facts } from '../../ui/facts.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { EmptyState, Loaded } from '../../ui/state.tsx';
import { number } from '../../ui/time.ts';
import { words } from '../../words/index.ts';
import css from './sign-in-times.module.css';

const named = (methods: readonly string[]): string => methods.map((one) => words.face.times.methods[one] ?? one).join(' + ');

/** Median seconds by what people sign in with: what asks the least of people, measured. */
export function SignInTimes() {
  const w = words.face.times;
  const query = useQuery(signInTimesQuery);
  return (
    <Sheet title={w.title} lead={w.lead}>
      <Loaded query={query} rows={3}>
        {(times) =>
          times.methods.length + times.tries.length === 0 ? (
            <EmptyState icon={IconClock} title={w.none}>
              {w.noneText}
            </EmptyState>
          ) : (
            <Shown times={times} />
          )
        }
      </Loaded>
    </Sheet>
  );
}

function Shown({ times }: { times: Times }) {
  const w = words.face.times;
  const most = Math.max(...times.methods.map((one) => one.medianSeconds ?? 0), 1);
  return (
    <>
      <ul className={css.list}>
        {times.methods.map((one) => (
          <li key={one.methods.join()} className={css.line}>
            <span className={css.name}>{named(one.methods)}</span>
            <span className={css.bar} aria-hidden="true">
              {one.medianSeconds === null ? null : <span className={css.fill} style={{ width: `${(one.medianSeconds / most) * 100}%` }} />}
            </span>
            <span className={css.seconds}>{one.medianSeconds === null ? '–' : w.seconds(one.medianSeconds)}</span>
            <span className={css.under}>
              {w.signIns(one.signIns)}, {one.slowSeconds === null ? w.notTimed : w.slow(w.seconds(one.slowSeconds))}
            </span>
          </li>
        ))}
      </ul>
      {times.tries.length + times.unfinished.length > 0 ? (
        <div className={css.more}>
          {times.tries.length > 0 ? (
            <div>
              <h3>{w.tries}</h3>
              <Facts facts={times.tries.map((one) => [named([one.method]), [w.wrong(one.wrong), ...(one.toldToWait > 0 ? [w.toldToWait(one.toldToWait)] : [])].join(', ')] as const)} />
            </div>
          ) : null}
          {times.unfinished.length > 0 ? (
            <div>
              <h3>{w.unfinished}</h3>
              <Facts facts={times.unfinished.map((one) => [w.after(named(one.proven)), number(one.count)] as const)} />
              <p className="small quiet">{w.unfinishedText}</p>
            </div>
          ) : null}
        </div>
      ) : null}
    </>
  );
}
