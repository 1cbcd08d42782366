import { Button } from '@mantine/core';
import { useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { words } from '../words/index.ts';
import css from './life-line.module.css';
import { useNow } from './now.ts';
import { ProofMark, type ProofState } from './proof-mark.tsx';
import { RouteLink } from './route-link.tsx';
import { When } from './when.tsx';

export interface LifePoint {
  readonly key: string;
  readonly at: string;
  readonly title: string;
  readonly under?: ReactNode;
  readonly to?: string | null;
  readonly proof: ProofState | null;
}

/** What happened to one person, in order; what lies ahead is dashed. */
export function LifeLine({ points }: { points: readonly LifePoint[] }) {
  const now = useNow(60_000);
  const ordered = points.toSorted((a, b) => a.at.localeCompare(b.at));
  const ahead = ordered.findIndex((point) => new Date(point.at).getTime() > now);
  const frame = useRef<HTMLDivElement>(null);
  // The newest is what one came for: begin at the end.
  useLayoutEffect(() => {
    if (frame.current) frame.current.scrollLeft = frame.current.scrollWidth;
  }, [points.length]);
  // A telephone shows the newest, so that what stands below is not a long way down.
  const [isWhole, setWhole] = useState(false);
  const isPast = (index: number): boolean => ahead === -1 || index < ahead;
  return (
    <div className={css.frame} ref={frame} tabIndex={0} role="group" aria-label={words.people.person.lifeLine}>
      {isWhole || ordered.length <= 5 ? null : (
        <Button className={css.whole ?? ''} size="compact-sm" variant="default" onClick={() => setWhole(true)}>
          {words.people.person.lifeLineWhole(ordered.length)}
        </Button>
      )}
      <ol className={css.line} data-whole={isWhole || undefined}>
        {ordered.map((point, index) => (
          <li key={point.key} className={css.point} data-proof={point.proof ?? undefined} data-ahead={isPast(index) ? undefined : true}>
            <span className={css.knob} aria-hidden="true" />
            <span className={css.title}>{point.to ? <RouteLink to={point.to}>{point.title}</RouteLink> : point.title}</span>
            <span className={css.under}>
              <When at={point.at} />
            </span>
            {point.under ? <span className={css.under}>{point.under}</span> : null}
            {point.proof ? (
              <span>
                <ProofMark proof={{ state: point.proof }} />
              </span>
            ) : null}
          </li>
        ))}
      </ol>
    </div>
  );
}
