import type { StrangeTries } from '../api/sessions.ts';
import { words } from '../words/index.ts';
import { rich } from '../words/rich.tsx';
import { Sheet } from './sheet.tsx';
import css from './tries.module.css';
import { Day, When } from './when.tsx';
import { Where } from './where.tsx';

/** That strangers try an account; nothing where nobody does. */
export function Tries({ tries, isMine }: { tries: StrangeTries | undefined; isMine: boolean }) {
  const w = words.sessions.tries;
  if (!tries || tries.days.length === 0) return null;
  const sum = tries.days.reduce((all, one) => all + one.tries, 0);
  return (
    <Sheet title={w.title} tone="attention" lead={rich(isMine ? w.mine(sum) : w.theirs(sum))}>
      {tries.waitsUntil ? (
        <p>
          {w.waits} <When at={tries.waitsUntil} />. {isMine ? w.waitsMine : null}
        </p>
      ) : isMine ? (
        <p>{w.advice}</p>
      ) : null}
      <ul className={css.list}>
        {tries.days.slice(0, 7).map((one) => (
          <li key={one.day}>
            <span className={css.day}>
              <Day on={one.day} />
            </span>
            <span>
              {w.count(one.tries)}{' '}
              <When at={one.lastAt} /> {w.from} <Where address={one.lastAddress} where={one.where} />
            </span>
          </li>
        ))}
      </ul>
    </Sheet>
  );
}
