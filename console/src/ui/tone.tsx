import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconMinus, type Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import css from './tone.module.css';

export type ToneName = 'good' | 'attention' | 'danger' | 'neutral';
const icons: Readonly<Record<ToneName, Icon>> = { good: IconCircleCheck, attention: IconAlertTriangle, danger: IconCircleX, neutral: IconMinus };

/** A word with its meaning: shape and colour beside it, never colour alone. */
export function Tone({ tone, icon, isBoxed = true, children }: { tone: ToneName; icon?: Icon; isBoxed?: boolean; children: ReactNode }) {
  const Shape = icon ?? icons[tone];
  return (
    <span className={css.tone} data-tone={tone} data-boxed={isBoxed || undefined}>
      <Shape size={14} stroke={1.75} aria-hidden="true" />
      <span>{children}</span>
    </span>
  );
}
