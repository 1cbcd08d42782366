import type { JobDefinition } from '../../platform/jobs/index.ts';
import { noticeIn } from '../factor/notice.ts';
import type { Needs } from '../needs.ts';
import { inWords, whereIs } from '../place/where-is.ts';
import { findSubject } from '../session/store.ts';
import { takeStrangeTriesToTell } from './store.ts';

/** Three are a forgotten password; this many in a day are somebody else, or somebody in need of help. */
export const triesUntilTold = 10;

/**
 * ASVS 6.3.5: a person hears, once a day, that strangers try their account. Not told from the door where the try is made: there the
 * mail would take its time for people and for nobody else, and the time would tell who exists (ASVS 6.3.8).
 */
export const tellOfTriesJob = (needs: Pick<Needs, 'clock' | 'database' | 'mailer' | 'config' | 'geography'>): JobDefinition => ({
  name: 'authentication.tell-of-tries',
  schedule: '*/5 * * * *',
  maxAttempts: 3,
  async run(_payload, { signal }) {
    for (let told = 100; told === 100 && !signal.aborted; ) {
      told = await needs.database.transaction(async (tx) => {
        const now = needs.clock.now();
        const due = await takeStrangeTriesToTell(tx, triesUntilTold, now, 100);
        if (due.length === 0) return 0;
        const find = await whereIs(tx, needs);
        for (const one of due) {
          const subject = await findSubject(tx, one.personId);
          if (subject?.isActive) await noticeIn(tx, needs, subject, { about: 'strange_tries', tries: one.tries, from: inWords(one.lastAddress, find(one.lastAddress)) });
        }
        return due.length;
      });
    }
  },
});
