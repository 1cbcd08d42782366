import type { EnrolmentPolicyWithDays } from '../../api/enrolment.ts';
import { day as sayDay } from '../../ui/time.ts';
import { words } from '../../words/index.ts';
import { wholeOf } from './in-words.ts';
import css from './picture.module.css';

const dayMs = 86_400_000;
const dayOf = (date: string): number => Math.floor(Date.parse(date.length === 10 ? `${date}T00:00:00Z` : date) / dayMs);
/** Labels stay inside of the frame: they end at their place where it is to the right, and begin there where it is to the left. */
const placed = (x: number): { readonly left: string; readonly transform: string } => ({ left: `${x}%`, transform: x > 50 ? 'translateX(-100%)' : 'none' });

/** Who is ready by day, from zero, against all of them and the deadline; the forecast goes on where the counting ends. */
export function Picture({ policy }: { policy: EnrolmentPolicyWithDays }) {
  const w = words.enrolment.one;
  const { days, forecast } = policy;
  const whole = wholeOf(policy);
  const first = days[0];
  const last = days.at(-1);
  if (!first || !last || whole === 0) return <p className="quiet">{w.pictureEmpty}</p>;
  const deadline = dayOf(policy.deadlineAt);
  const from = dayOf(first.day);
  const today = dayOf(last.day);
  // A forecast far beyond the deadline would squeeze what has happened into a corner; it leaves the picture instead.
  const limit = Math.max(today, deadline) + Math.max(7, Math.round((Math.max(today, deadline) - from) / 4));
  const aim = forecast.is === 'day' ? dayOf(forecast.day) : null;
  const to = Math.max(today, deadline, aim === null ? 0 : Math.min(aim, limit)) + 1;
  const top = Math.max(whole, ...days.map((one) => one.whole));
  const x = (at: number): number => ((at - from) / Math.max(1, to - from)) * 100;
  const y = (count: number): number => 100 - (count / top) * 100;
  const line = days.map((one) => `${x(dayOf(one.day)).toFixed(2)},${y(one.ready).toFixed(2)}`).join(' ');
  const isAimInside = aim !== null && aim <= to;
  const aimY = aim === null ? 0 : isAimInside ? y(whole) : y(last.ready + ((whole - last.ready) * (to - today)) / (aim - today));
  return (
    <>
      <div className={css.frame} role="img" aria-label={`${w.picture}: ${w.readyNow(last.ready)}, ${w.whole(whole)}, ${w.deadlineLabel(sayDay(policy.deadlineAt))}`}>
        <svg className={css.svg} viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
          <line className={css.base} x1="0" x2="100" y1="100" y2="100" />
          <line className={css.whole} x1="0" x2="100" y1={y(whole)} y2={y(whole)} />
          <polygon className={css.area} points={`${x(from).toFixed(2)},100 ${line} ${x(today).toFixed(2)},100`} />
          <polyline className={css.line} points={line} />
          {aim === null ? null : <line className={css.forecast} x1={x(today)} y1={y(last.ready)} x2={x(Math.min(aim, to))} y2={aimY} />}
          {deadline >= from ? <line className={css.deadline} x1={x(deadline)} x2={x(deadline)} y1="0" y2="100" /> : null}
        </svg>
        <span className={css.dot} style={{ left: `${x(today)}%`, top: `${y(last.ready)}%` }} />
        <span className={`${css.label} ${css.left}`} style={{ top: `${y(whole)}%` }}>
          {w.whole(whole)}
        </span>
        {deadline >= from ? (
          <span className={`${css.label} ${css.top}`} style={placed(x(deadline))}>
            {w.deadlineLabel(sayDay(policy.deadlineAt))}
          </span>
        ) : null}
        <span className={`${css.label} ${css.now}`} data-early={x(today) < 20 || undefined} style={{ left: `${x(today)}%`, top: `${y(last.ready)}%` }}>
          {w.readyNow(last.ready)}
        </span>
        {forecast.is === 'day' ? (
          <span className={`${css.label} ${css.bottom}`} style={placed(x(Math.min(aim ?? to, to)))}>
            {w.forecastLabel(sayDay(forecast.day))}
          </span>
        ) : null}
      </div>
      <details>
        <summary>{w.asTable}</summary>
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">{w.day}</th>
              <th scope="col">{w.readyShort}</th>
              <th scope="col">{w.of}</th>
            </tr>
          </thead>
          <tbody>
            {days.toReversed().map((one) => (
              <tr key={one.day}>
                <td>{sayDay(one.day)}</td>
                <td>{one.ready}</td>
                <td>{one.whole}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  );
}
