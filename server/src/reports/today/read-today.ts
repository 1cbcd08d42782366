import type { Today } from '@bailiwick/contract/reports';
import { days, later, type Clock } from '../../platform/clock/index.ts';
import type { Database } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { countNeeds, readInventory, readMfaAdoption, readRunning, readSignIns, readTimeToZero, readWeeks } from './store.ts';
import { mfaTarget, needsOf, timeToZeroTargetMs } from './today.ts';

interface Needs {
  readonly database: Database;
  readonly clock: Clock;
}

/** The page an administrator opens first: what stands, what waits, how well it goes. Times in ms. */
export async function readToday({ database, clock }: Needs, _permit: Permit<'reports.today.read'>): Promise<Today> {
  const now = clock.now();
  return database.read(async (tx) => {
    const [inventory, counts, mfa, timeToZero, running, signIns, weeks] = await Promise.all([
      readInventory(tx),
      countNeeds(tx, now),
      readMfaAdoption(tx),
      readTimeToZero(tx, later(now, -days(90))),
      readRunning(tx),
      readSignIns(tx, now),
      readWeeks(tx, now),
    ]);
    return {
      inventory,
      needs: [...needsOf({ ...counts, accountsTiedToNobody: inventory.tiedToNobody })],
      mfaAdoption: { ...mfa, target: mfaTarget },
      timeToZero: { ...timeToZero, targetMs: timeToZeroTargetMs },
      signIns,
      running: running.map((one) => ({ ...one, plannedAt: one.plannedAt.toISOString() })),
      weeks: [...weeks],
      at: now.toISOString(),
    };
  });
}
