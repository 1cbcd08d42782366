import { days, hours, later } from '../platform/clock/index.ts';
import type { JobDefinition } from '../platform/jobs/index.ts';
import { sweepFactors } from './factor/store.ts';
import type { Needs } from './needs.ts';
import { sweepPush } from './push/store.ts';
import { sweepRecovery } from './recovery/store.ts';
import { expireResets } from './reset/store.ts';
import { announceEnded } from './session/end-sessions.ts';
import { endExpiredSessions, forgetSessions } from './session/store.ts';
import { boundSignIns, sweepSignIns } from './sign-in/store.ts';
import { addToTally, sweepTally } from './tally/store.ts';
import { dayOf, methodOf, type Counted } from './tally/tally.ts';
import { boundNames, sweepThrottles } from './throttle/store.ts';

const keepEndedSessionsMs = days(90);
const keepTallyMs = days(400);

/** The same set of proofs may come in two orders. */
function leftOf(left: Awaited<ReturnType<typeof sweepSignIns>>, day: string): readonly Counted[] {
  const counts = new Map<string, number>();
  for (const { methods, count } of left) counts.set(methodOf(methods), (counts.get(methodOf(methods)) ?? 0) + count);
  return [...counts].map(([method, count]) => ({ day, outcome: 'left', method, upToSeconds: 0, count }));
}

/** What a flood of made-up names may leave behind: some 40 MB, and gone after a week. */
export const mostRememberedNames = 100_000;
export const mostUnprovenSignIns = 100_000;

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
      const left = await sweepSignIns(tx, now);
      await addToTally(tx, leftOf(left, dayOf(now)));
      await sweepTally(tx, dayOf(later(now, -keepTallyMs)));
      await sweepPush(tx, now, later(now, -days(1)));
      await sweepFactors(tx, now, later(now, -hours(1)), later(now, -days(30)));
      await sweepThrottles(tx, later(now, -days(7)), later(now, -days(365)));
      await boundNames(tx, mostRememberedNames);
      await boundSignIns(tx, mostUnprovenSignIns);
      await sweepRecovery(tx, later(now, -days(2)), later(now, -hours(24)));
      await expireResets(tx, now);
      await forgetSessions(tx, later(now, -keepEndedSessionsMs));
    });
  },
});
