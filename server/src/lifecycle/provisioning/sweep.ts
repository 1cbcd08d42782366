import { record } from '../../audit/index.ts';
import { hours, later, minutes } from '../../platform/clock/index.ts';
import { movementAlarmed } from '../events.ts';
import { isOpen } from '../movement/movement.ts';
import type { OwnSurface } from '../movement/own-surface.ts';
import { jobs as names } from '../movement/plan-movement.ts';
import * as movements from '../movement/store.ts';
import { readSystemJob } from '../reconciliation/start-reading.ts';
import * as readings from '../reconciliation/store.ts';
import { observeSurfaces } from './observe-surfaces.ts';
import type { RunNeeds } from './run-system.ts';
import * as store from './store.ts';

/** PRODUCT 2.2: whatever is not confirmed after 4 h is an alarm. */
export const alarmAfterMs = hours(4);

/** Each minute: gives back the steps of dead runners, wakes what is due and was not woken, raises alarms. */
export async function sweep(needs: Pick<RunNeeds, 'clock' | 'database' | 'announce' | 'jobs'> & { readonly surfaces: readonly OwnSurface[] }): Promise<{ readonly systems: readonly string[]; readonly alarms: number }> {
  const { clock, database, announce, jobs } = needs;
  const systems = await database.transaction(async (tx) => {
    await store.giveBackOfTheDead(tx, clock.now());
    const due = await store.systemsWithDueSteps(tx, clock.now());
    for (const { applicationId, people } of due) {
      for (let slot = 0; slot < Math.min(people, 4); slot += 1) await jobs.enqueue(tx, names.runSystem, { applicationId }, { key: `${names.runSystem}:${applicationId}:${slot}` });
    }
    // A reading whose process stopped in the middle goes on where it was.
    for (const { applicationId } of await readings.forgottenReadings(tx, later(clock.now(), -minutes(3)))) {
      await jobs.enqueue(tx, readSystemJob, { applicationId }, { key: `${readSystemJob}:${applicationId}`, queue: `${readSystemJob}:${applicationId}` });
    }
    return due.map((row) => row.applicationId);
  });
  await observeSurfaces(needs, null);
  const alarms = await database.transaction(async (tx) => {
    const now = clock.now();
    const late = await movements.lateMovements(tx, later(now, -alarmAfterMs));
    for (const movement of late) {
      const open = (await movements.stepsOf(tx, movement.id)).filter((step) => isOpen(step.state));
      await movements.markAlarmed(tx, movement.id, now);
      await record(tx, {
        action: 'lifecycle.movement.alarm', actor: 'system:lifecycle', actorName: 'Bailiwick', target: `person:${movement.personId}`, targetName: movement.title, at: now, outcome: 'allowed',
        reason: `${open.length} steps are not proven 4 h after they were planned`, facts: { movementId: movement.id, kind: movement.kind, open: open.map((step) => ({ system: step.applicationName ?? step.surface, title: step.title, state: step.state, problem: step.problem })) },
      });
      await announce(tx, movementAlarmed(movement.id, now, { personId: movement.personId, kind: movement.kind, open: open.length }));
    }
    return late.length;
  });
  return { systems, alarms };
}
