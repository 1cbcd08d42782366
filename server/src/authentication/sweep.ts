import { days, hours, later } from '../platform/clock/index.ts';
import type { JobDefinition } from '../platform/jobs/index.ts';
import { sweepFactors } from './factor/store.ts';
import type { Needs } from './needs.ts';
import { sweepRecovery } from './recovery/store.ts';
import { expireResets } from './reset/store.ts';
import { announceEnded } from './session/end-sessions.ts';
import { endExpiredSessions, forgetSessions } from './session/store.ts';
import { sweepSignIns } from './sign-in/store.ts';
import { sweepThrottles } from './throttle/store.ts';

const keepEndedSessionsMs = days(90);

/** Closes sessions whose time is over, so that applications hear of it, and forgets what nobody needs any more. */
export const sweepJob = ({ clock, database, announce }: Pick<Needs, 'clock' | 'database' | 'announce'>): JobDefinition => ({
  name: 'authentication.sweep',
  schedule: '*/5 * * * *',
  maxAttempts: 3,
  async run(_payload, { signal }) {
    const now = clock.now();
    for (let closed = 500; closed === 500 && !signal.aborted; ) {
      closed = await database.transaction(async (tx) => {
        const ended = await endExpiredSessions(tx, now, 500);
        for (const one of ended) await announceEnded(tx, announce, [one], one.endReason, now);
        return ended.length;
      });
    }
    await database.transaction(async (tx) => {
      await sweepSignIns(tx, now);
      await sweepFactors(tx, now, later(now, -hours(1)), later(now, -days(30)));
      await sweepThrottles(tx, later(now, -days(7)), later(now, -days(365)));
      await sweepRecovery(tx, later(now, -days(2)), later(now, -hours(24)));
      await expireResets(tx, now);
      await forgetSessions(tx, later(now, -keepEndedSessionsMs));
    });
  },
});
