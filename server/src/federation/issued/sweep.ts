import { days, later } from '../../platform/clock/index.ts';
import type { JobDefinition } from '../../platform/jobs/index.ts';
import { sweepParticipations } from '../logout/store.ts';
import type { FederationNeeds } from '../needs.ts';
import { sweepIssued } from './store.ts';

const batch = 5_000;

/** Takes out what has expired, a batch per transaction: no long lock, and a crash loses nothing. */
export const sweepJob = ({ clock, database }: Pick<FederationNeeds, 'clock' | 'database'>): JobDefinition => ({
  name: 'federation.sweep',
  schedule: '*/5 * * * *',
  async run(_payload, { signal }) {
    const now = clock.now();
    while (!signal.aborted && (await database.transaction((tx) => sweepIssued(tx, now, batch))) === batch);
    while (!signal.aborted && (await database.transaction((tx) => sweepParticipations(tx, later(now, -days(120)), batch))) === batch);
  },
});
