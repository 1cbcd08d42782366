import { minuteInWords } from '../../platform/clock/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Subscriber } from '../../platform/events/index.ts';
import { administratorAddresses } from '../enrolment/store.ts';
import type { Needs } from '../needs.ts';
import { findSubject } from '../session/store.ts';

/**
 * Somebody said "this was not me": the page promises that the administrators are told, and only they can look whether what the
 * stranger added is still there. Whoever said it is not told again, and neither is an administrator about themselves.
 */
export const disavowalSubscriber = ({ mailer, config, peopleGroups }: Pick<Needs, 'mailer' | 'config' | 'peopleGroups'>): Subscriber => ({
  name: 'authentication.tell-of-disavowal',
  kinds: ['sign_in_disavowed'],
  async deliver(tx: Tx, event) {
    const subject = await findSubject(tx, event.subject.slice('person:'.length));
    if (!subject) return;
    const moment = minuteInWords(event.at);
    const page = new URL(`/admin/people/${subject.personId}?tab=signIns`, config.url).href;
    const text = `${subject.displayName} said at ${moment}: this was not me. Every session of the account has ended.\n\nWhoever it was may still know the password, or hold a factor that was added. Speak with ${subject.displayName}, look at how the account signs in, and take away what is not theirs:\n\n${page}`;
    for (const to of await administratorAddresses(tx, peopleGroups)) {
      if (to.toLowerCase() !== subject.workEmail?.toLowerCase()) await mailer.post(tx, { to, subject: `${config.organisation}: ${subject.displayName} said "this was not me"`, text });
    }
  },
});
