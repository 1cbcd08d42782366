import { record } from '../../audit/index.ts';
import type { ActorId } from '../../platform/http/index.ts';
import type { Subscriber } from '../../platform/events/index.ts';
import { noticeIn } from '../factor/notice.ts';
import type { Needs } from '../needs.ts';
import { findSubject } from '../session/store.ts';
import { isDisabled, keepOn, switchOff } from './store.ts';
import { longestWaitFrom, unfamiliar } from './throttle.ts';

/**
 * A hundred wrong tries in a row have switched an authenticator off (63B-4 3.2.2), and strangers can do that to anybody. Where no
 * administrator could sign in any more, it comes back within a second, in the slow lane: strangers have one try an hour, all together,
 * and at every further hundred it is asked anew (decision 0021). Everybody else's stays off. The person is told either way.
 *
 * Asked here and not where the try is made: the question costs a lock that all administrators share, and a sign-in must not take
 * longer for those who have power than for those who have none, or for nobody.
 */
export const keepLastWayInSubscriber = (needs: Pick<Needs, 'clock' | 'announce' | 'mailer' | 'config' | 'lastWayIn'>): Subscriber => ({
  name: 'authentication.keep-last-way-in',
  kinds: ['factor_disabled'],
  async deliver(tx, event) {
    const { factor } = event.facts as { factor: string };
    // A key that may have been copied stays off whoever has it, and is told where it was found out.
    if (factor === 'passkey') return;
    const subject = await findSubject(tx, event.subject.slice('person:'.length));
    if (!subject?.isActive) return;
    const now = needs.clock.now();
    const counted = { account: `person:${subject.personId}`, authenticator: factor, source: unfamiliar };
    const isOpen = await needs.lastWayIn.isOpenIn(tx);
    // Enrolled anew, or forgiven on the host, in the moment between.
    if (!(await isDisabled(tx, counted.account, factor))) return;
    if (!isOpen) {
      const failures = await keepOn(tx, counted, longestWaitFrom(now), now);
      if (await needs.lastWayIn.isOpenIn(tx)) {
        await record(tx, { action: 'authentication.factor.disable', actor: 'system:authentication' as ActorId, actorName: 'Bailiwick', target: `person:${subject.personId}`, targetName: subject.displayName, at: now, outcome: 'refused', reason: 'the last way in for administrators', facts: { factor, failures } });
        await needs.announce(tx, { kind: 'last_way_in_guessed', subject: event.subject, at: now, facts: { factor, failures } });
        await noticeIn(tx, needs, subject, { about: 'factor_kept', factor, failures });
        return;
      }
      // Nobody could sign in before either: nothing was lost with this one.
      await switchOff(tx, counted, event.at);
    }
    await noticeIn(tx, needs, subject, { about: 'factor_disabled', factor });
  },
});
