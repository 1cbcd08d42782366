import type { Clock } from '../../platform/clock/index.ts';
import { newId } from '../../platform/crypto/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import * as store from './store.ts';

export const readSystemJob = 'lifecycle.read-system';

/** Begins a reading, or answers the one that runs. */
export async function startReadingIn({ clock, jobs }: { readonly clock: Clock; readonly jobs: Pick<Jobs, 'enqueue'> }, tx: Tx, { applicationId, askedBy }: { readonly applicationId: string; readonly askedBy: string }): Promise<string> {
  const id = await store.startReading(tx, { id: newId(), applicationId, askedBy, at: clock.now() });
  await jobs.enqueue(tx, readSystemJob, { applicationId }, { key: `${readSystemJob}:${applicationId}`, queue: `${readSystemJob}:${applicationId}` });
  return id;
}
