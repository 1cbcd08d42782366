import { Progress } from '@mantine/core';
import { IconBan, IconClock, IconHourglass, IconProgress, type Icon } from '@tabler/icons-react';
import type { MovementState, MovementSummary } from '../../api/lifecycle.ts';
import { at } from '../../ui/at.ts';
import { useNow } from '../../ui/now.ts';
import { RouteLink } from '../../ui/route-link.tsx';
import { asSentence } from '../../ui/state.tsx';
import { duration } from '../../ui/time.ts';
import { Tone, type ToneName } from '../../ui/tone.tsx';
import { words } from '../../words/index.ts';
import css from './movement-line.module.css';

export const stateTones: Readonly<Record<MovementState, ToneName>> = { planned: 'neutral', running: 'neutral', waiting: 'attention', alarm: 'danger', done: 'good', cancelled: 'neutral' };

const stateIcons: Readonly<Partial<Record<MovementState, Icon>>> = { planned: IconClock, running: IconProgress, waiting: IconHourglass, cancelled: IconBan };

export function MovementStateWord({ state }: { state: MovementState }) {
  const icon = stateIcons[state];
  return <Tone tone={stateTones[state]} {...(icon ? { icon } : {})}>{words.movements.states[state]}</Tone>;
}

/** From the HR time to the last proof; counts on while something is not proven. */
export function Took({ movement }: { movement: Pick<MovementSummary, 'timeToProvenMs' | 'happenedAt' | 'state'> }) {
  const now = useNow(1_000);
  if (movement.timeToProvenMs !== null) return <span className="number">{duration(movement.timeToProvenMs)}</span>;
  if (['cancelled', 'planned', 'done'].includes(movement.state)) return <span>–</span>;
  return <span className="number">{words.movements.notYet(duration(now - new Date(movement.happenedAt).getTime()))}</span>;
}

export const provenSystems = (movement: Pick<MovementSummary, 'systems'>): { proven: number; all: number } => ({
  proven: movement.systems.filter((system) => system.worst === 'proven').length,
  all: movement.systems.length,
});

/** A running movement on one line: who, how far, how long. */
export function MovementLine({ movement }: { movement: MovementSummary }) {
  const w = words.movements;
  const { proven, all } = provenSystems(movement);
  return (
    <RouteLink to={at.movement(movement.id)} className={css.line ?? ''}>
      <span className={css.head}>
        <span className={css.title}>{asSentence(movement.title).replace(/\.$/, '')}</span>
        <MovementStateWord state={movement.state} />
      </span>
      <Progress.Root size={6} radius="sm">
        <Progress.Section value={movement.steps === 0 ? 0 : (movement.proven / movement.steps) * 100} color={movement.state === 'alarm' ? 'var(--danger)' : 'var(--good)'} aria-label={w.ofSystems(proven, all)} />
      </Progress.Root>
      <span className={css.under}>
        <span>{w.ofSystems(proven, all)}</span>
        <Took movement={movement} />
      </span>
    </RouteLink>
  );
}
