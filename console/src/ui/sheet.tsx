import { useId, type ReactNode } from 'react';
import css from './sheet.module.css';

/** A bordered part of a page with its heading. */
export function Sheet({ title, lead, actions, tone, isFlush = false, children }: { title?: string; lead?: ReactNode; actions?: ReactNode; tone?: 'good' | 'attention' | 'danger'; isFlush?: boolean; children: ReactNode }) {
  const id = useId();
  return (
    <section className={css.sheet} data-tone={tone} data-flush={isFlush || undefined} aria-labelledby={title ? id : undefined}>
      {title ? (
        <div className={css.head}>
          <h2 id={id}>{title}</h2>
          {actions}
        </div>
      ) : null}
      {lead ? <p className={css.lead}>{lead}</p> : null}
      <div className={css.body}>{children}</div>
    </section>
  );
}
