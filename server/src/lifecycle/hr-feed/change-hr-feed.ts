import type { HrFeedSettings } from '@bailiwick/contract/hr-feed';
import { record } from '../../audit/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { isTimeZone } from './dates.ts';
import type { Needs } from './needs.ts';
import { findFeed, saveFeed } from './store.ts';

/** Where days begin and end, and who needs an end date. */
export const changeHrFeed = ({ clock, database }: Needs, permit: Permit<'lifecycle.hr-feed.change'>, input: { readonly timeZone?: string | undefined; readonly employmentTypesWithEndDate?: readonly string[] | undefined }): Promise<HrFeedSettings> =>
  database.transaction(async (tx) => {
    if (input.timeZone !== undefined && !isTimeZone(input.timeZone)) throw refuse.hr_time_zone_unknown({ timeZone: input.timeZone });
    const before = await findFeed(tx);
    const after: HrFeedSettings = { timeZone: input.timeZone ?? before.timeZone, employmentTypesWithEndDate: [...(input.employmentTypesWithEndDate ?? before.employmentTypesWithEndDate)] };
    const now = clock.now();
    await saveFeed(tx, after, now);
    await record(tx, { action: 'lifecycle.hr-feed.change', actor: permit.actor, actorName: permit.actorName, target: 'hr-feed', targetName: 'HR feed', at: now, outcome: 'allowed', facts: { before, after } });
    return after;
  });
