import type { MovementPreview } from '../api/lifecycle.ts';
import { words } from '../words/index.ts';
import css from './plan-list.module.css';
import { asSentence } from './state.tsx';

type Planned = Pick<MovementPreview['systems'][number]['steps'][number], 'title' | 'reason' | 'isRemoval' | 'heldBecause'>;

/** A movement before it happens, as a diff: what comes and what goes, system by system. */
export function PlanList({ systems }: { systems: readonly { readonly name: string; readonly steps: readonly Planned[] }[] }) {
  const w = words.movements;
  return (
    <div className={css.frame} tabIndex={0} role="group" aria-label={w.plan}>
      {systems.map((system) => (
        <div className={css.system} key={system.name}>
          <h3>{system.name}</h3>
          <ul className={css.steps}>
            {system.steps.map((step, index) => (
              <li className={css.step} key={index}>
                <span className={css.sign} data-removes={step.isRemoval || undefined} role="img" aria-label={step.isRemoval ? w.preview.removes : w.preview.gives}>
                  {step.isRemoval ? '−' : '+'}
                </span>
                <span>
                  {asSentence(step.title).replace(/\.$/, '')}
                  <span className={css.why}>
                    {' '}
                    · {step.reason}
                    {step.heldBecause ? ` · ${w.waitingFor[step.heldBecause]}` : ''}
                  </span>
                </span>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </div>
  );
}
