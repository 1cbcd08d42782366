import { record } from '../../audit/index.ts';
import { activatePersonIn, keepDates, personId } from '../../directory/index.ts';
import { days, later } from '../../platform/clock/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import { dayIn, endOf } from './dates.ts';
import { keepsWaitingDays } from './hr-import.ts';
import type { Needs } from './needs.ts';
import { dueToStart, findFeed, putAway, staleImports } from './store.ts';

/** Everybody whose first day has come. */
export async function startDueIn(needs: Needs, tx: Tx, timeZone: string, now: Date): Promise<void> {
  for (const { personId: id } of await dueToStart(tx, dayIn(timeZone, now))) await activatePersonIn(needs, tx, needs.gate.system('hr-feed', 'directory.person.activate'), { personId: personId(id) });
}

/**
 * Days begin and end by the organisation's calendar, without another import. No brake here: each end date was shown, and
 * counted by the brake, when it came; holding a whole year's contracts on the 31st of December would leave doors open.
 */
export async function followCalendar(needs: Needs): Promise<void> {
  const { clock, database, gate } = needs;
  const { timeZone } = await database.read(findFeed);
  const permits = { activate: gate.system('hr-feed', 'directory.person.activate'), leave: gate.system('hr-feed', 'directory.person.leave') };
  await keepDates(needs, permits, { dayOf: (moment) => dayIn(timeZone, moment), endOf: (day) => endOf(day, timeZone) });

  const now = clock.now();
  await database.transaction(async (tx) => {
    for (const { id, fileName } of await staleImports(tx, later(now, -days(keepsWaitingDays)))) {
      await putAway(tx, id, now);
      await record(tx, { action: 'lifecycle.hr-import.refuse', actor: 'system:hr-feed', actorName: 'Bailiwick', target: `hr-import:${id}`, targetName: fileName, at: now, outcome: 'allowed', reason: `nobody applied it within ${keepsWaitingDays} days`, facts: {} });
    }
  });
}
