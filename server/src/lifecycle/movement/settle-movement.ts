import { record } from '../../audit/index.ts';
import type { Clock } from '../../platform/clock/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Announce } from '../../platform/events/index.ts';
import { movementChanged, movementProven } from '../events.ts';
import { standingOf } from './movement.ts';
import * as store from './store.ts';

interface Needs {
  readonly clock: Clock;
  readonly announce: Announce;
}

/** Looks at all steps and says how the movement stands now; called whenever a step has changed. */
export async function settleMovementIn({ clock, announce }: Needs, tx: Tx, movementId: string, cancelReason: string | null = null): Promise<void> {
  const movement = await store.lockMovement(tx, movementId);
  if (movement === null || movement.state === 'done' || movement.state === 'cancelled') return;
  const steps = await store.standingSteps(tx, movementId);
  const standing = standingOf(steps, { isAlarmed: movement.alarmedAt !== null, plannedAt: movement.plannedAt });
  await store.saveStanding(tx, movementId, standing, cancelReason);
  const at = clock.now();
  if (standing.state === 'done' && standing.provenAt !== null) {
    const ms = standing.provenAt.getTime() - movement.happenedAt.getTime();
    // "Every step was read back" is said of steps; where there were none, nothing was proven, and the plan is in the audit.
    const givenUp = steps.filter((step) => step.state === 'skipped').length;
    if (steps.length > 0) {
      await record(tx, {
        action: givenUp === 0 ? 'lifecycle.movement.prove' : 'lifecycle.movement.finish', actor: 'system:lifecycle', actorName: 'Bailiwick', target: `person:${movement.personId}`, targetName: movement.title, at, outcome: 'allowed',
        facts: { movementId, kind: movement.kind, happenedAt: movement.happenedAt, provenAt: standing.provenAt, zeroAt: standing.zeroAt, milliseconds: ms, ...(givenUp > 0 ? { proven: steps.length - givenUp, givenUp } : {}) },
      });
    }
    if (givenUp === 0) await announce(tx, movementProven(movementId, at, { personId: movement.personId, kind: movement.kind, provenAt: standing.provenAt.toISOString() }));
  }
  await announce(tx, movementChanged(movementId, at, { personId: movement.personId, state: standing.state }));
}
