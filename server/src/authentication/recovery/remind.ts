import { days, later } from '../../platform/clock/index.ts';
import type { JobDefinition } from '../../platform/jobs/index.ts';
import type { Needs } from '../needs.ts';
import { findSubject } from '../session/store.ts';
import { confirmedAddressesOf, lockToRemind, noteReminded } from './store.ts';

const everyMs = days(365);
const batch = 100;

/** Once a year: are the codes still where they were put, are the addresses still yours (63B-4 4.2.1.3). */
export const remindOfRecovery = ({ clock, database, mailer, config }: Pick<Needs, 'clock' | 'database' | 'mailer' | 'config'>): JobDefinition => ({
  name: 'authentication.remind-of-recovery',
  schedule: '23 6 * * *',
  maxAttempts: 3,
  async run(_payload, { signal }) {
    const now = clock.now();
    const before = later(now, -everyMs);
    for (let reminded = batch; reminded === batch && !signal.aborted; ) {
      reminded = await database.transaction(async (tx) => {
        const people = await lockToRemind(tx, before, batch);
        for (const personId of people) {
          const subject = await findSubject(tx, personId);
          if (!subject || !(await noteReminded(tx, personId, before, now))) continue;
          const to = subject.workEmail ?? (await confirmedAddressesOf(tx, personId))[0];
          if (to) await mailer.post(tx, { to, subject: `${config.organisation}: Could you still get back in?`, text: `${subject.displayName},\n\nonce a year, one minute: are your recovery codes still where you put them, and are the addresses for getting back in still yours? Look at both, and say that they are right:\n\n${new URL('/security', config.url).href}` });
        }
        return people.length;
      });
    }
  },
});
