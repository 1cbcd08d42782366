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
  if (standing.state === 'done') {
    const { provenAt, zeroAt } = standing;
    const { personId, kind, happenedAt } = movement;
    // "Every step was read back" is said of steps; where there were none, nothing was proven, and the plan is in the audit.
    if (steps.length > 0) {
      const givenUp = steps.filter((step) => step.state === 'skipped').length;
      await record(tx, {
        action: provenAt === null ? 'lifecycle.movement.finish' : 'lifecycle.movement.prove', actor: 'system:lifecycle', actorName: 'Bailiwick', target: `person:${personId}`, targetName: movement.title, at, outcome: 'allowed',
        facts: { movementId, kind, happenedAt, zeroAt, ...(provenAt === null ? { proven: steps.length - givenUp, givenUp } : { provenAt, milliseconds: provenAt.getTime() - happenedAt.getTime() }) },
      });
    }
    if (provenAt !== null) await announce(tx, movementProven(movementId, at, { personId, kind, provenAt: provenAt.toISOString() }));
  }
  await announce(tx, movementChanged(movementId, at, { personId: movement.personId, state: standing.state }));
}
