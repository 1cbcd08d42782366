import type { CSSProperties } from 'react';
import css from './share-bar.module.css';
import { number } from './time.ts';

export interface Share {
  readonly key: string;
  readonly title: string;
  readonly count: number;
  readonly colour: string;
}

/** A whole in parts, labelled directly; a click on a part shows what is in it. */
export function ShareBar({ shares, chosen, onChoose, name }: { shares: readonly Share[]; chosen: string | null; onChoose: (key: string | null) => void; name: string }) {
  const present = shares.filter((share) => share.count > 0);
  return (
    <div role="group" aria-label={name}>
      <div className={css.bar} aria-hidden="true">
        {present.map((share) => (
          <button key={share.key} type="button" tabIndex={-1} className={css.part} data-dim={chosen && chosen !== share.key ? true : undefined} style={{ flexGrow: share.count, '--part': share.colour } as CSSProperties} onClick={() => onChoose(chosen === share.key ? null : share.key)} />
        ))}
      </div>
      <div className={css.labels}>
        {present.map((share) => (
          <button key={share.key} type="button" className={css.label} aria-pressed={chosen === share.key} style={{ '--part': share.colour } as CSSProperties} onClick={() => onChoose(chosen === share.key ? null : share.key)}>
            <span className={css.swatch} aria-hidden="true" />
            <strong>{number(share.count)}</strong> {share.title}
          </button>
        ))}
      </div>
    </div>
  );
}
