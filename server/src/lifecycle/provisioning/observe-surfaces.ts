import { record } from '../../audit/index.ts';
import { later, type Clock } from '../../platform/clock/index.ts';
import { sha256 } from '../../platform/crypto/index.ts';
import type { Database } from '../../platform/db/index.ts';
import type { Announce } from '../../platform/events/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import type { OwnSurface } from '../movement/own-surface.ts';
import { jobs as names } from '../movement/plan-movement.ts';
import { settleMovementIn } from '../movement/settle-movement.ts';
import * as store from './store.ts';

/** The read-back of what we hold ourselves, in a transaction after the one that ended it. Null: of every movement. */
export async function observeSurfaces(
  { clock, database, announce, jobs, surfaces }: { clock: Clock; database: Database; announce: Announce; jobs: Pick<Jobs, 'enqueue'>; surfaces: readonly OwnSurface[] },
  movementId: string | null,
): Promise<void> {
  await database.transaction(async (tx) => {
    const now = clock.now();
    const movements = new Set<string>();
    for (const step of await store.openSurfaceSteps(tx, movementId)) {
      const surface = surfaces.find((one) => one.name === step.surface);
      if (surface === undefined) continue;
      const { isGone, facts } = await surface.observe(tx, step.personId);
      const seen = isGone ? 'nothing is open' : 'something is still open';
      await store.saveSurface(tx, step.id, {
        state: isGone ? 'proven' : 'contradicted', at: now, seen,
        proof: { via: `our own ${surface.title.toLowerCase()}`, consistency: 'strong', digest: sha256(JSON.stringify([step.surface, step.personId, isGone, facts])).toString('hex'), facts },
      });
      movements.add(step.movementId);
      if (isGone) {
        await record(tx, { action: 'lifecycle.step.prove', actor: 'system:lifecycle', actorName: 'Bailiwick', target: `person:${step.personId}`, targetName: surface.title, at: now, outcome: 'allowed', facts: { movementId: step.movementId, stepId: step.id, surface: step.surface, ...facts } });
      } else {
        // Something began in the same moment: it ends too, and is looked at again.
        await surface.endFor(tx, step.personId);
        await jobs.enqueue(tx, names.observeSurfaces, { movementId: step.movementId }, { key: `${names.observeSurfaces}:${step.movementId}`, runAt: later(now, 1_000) });
      }
    }
    for (const one of movements) await settleMovementIn({ clock, announce }, tx, one);
  });
}
