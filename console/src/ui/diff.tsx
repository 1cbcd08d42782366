import { words } from '../words/index.ts';
import css from './diff.module.css';

export interface DiffLine {
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** before → after, one line per thing that changes. */
export function Diff({ lines }: { lines: readonly DiffLine[] }) {
  const w = words.ui.diff;
  return (
    <div className={css.diff}>
      {lines.map((line) => (
        <div className={css.line} key={line.name}>
          <span className={css.name}>{line.name}</span>
          <span className={css.before}>
            <span className="visually-hidden">{w.before} </span>
            {line.before ?? <span className={css.nothing}>{w.nothing}</span>}
          </span>
          <span className={css.arrow} aria-hidden="true">
            →
          </span>
          <span className={css.after}>
            <span className="visually-hidden">{w.after} </span>
            {line.after ?? <span className={css.nothing}>{w.nothing}</span>}
          </span>
        </div>
      ))}
    </div>
  );
}
