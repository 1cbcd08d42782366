import type { ReactNode } from 'react';
import css from './rule-card.module.css';

export function RuleCards({ isWide = false, children }: { isWide?: boolean; children: ReactNode }) {
  return <ul className={css.cards} data-wide={isWide || undefined}>{children}</ul>;
}

/** One rule: what holds, why, by which norm, and whether it is as it came. */
export function RuleCard({ title, value, sign, why, norm, standing, action }: { title: string; value: ReactNode; sign?: ReactNode; why?: ReactNode; norm: string; standing: string; action?: ReactNode }) {
  return (
    <li className={css.card}>
      <h3 className={css.title}>{title}</h3>
      <p className={css.value}>{value}</p>
      {sign}
      {why ? <p className={css.why}>{why}</p> : null}
      <div className={css.foot}>
        <span>
          {norm} · {standing}
        </span>
        {action}
      </div>
    </li>
  );
}
