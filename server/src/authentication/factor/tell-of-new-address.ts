import type { Tx } from '../../platform/db/index.ts';
import type { DomainEvent, Subscriber } from '../../platform/events/index.ts';
import type { Needs } from '../needs.ts';
import { findSubject } from '../session/store.ts';
import { noticeIn } from './notice.ts';

/** [before, after], as the directory announces it. */
function changeOf(event: DomainEvent, attribute: 'username' | 'workEmail'): readonly [string | null, string | null] | null {
  const change = (event.facts['changes'] as Readonly<Record<string, unknown>> | undefined)?.[attribute];
  return Array.isArray(change) && change.length === 2 ? (change as [string | null, string | null]) : null;
}

/**
 * Whoever gets an address changed gets the notices of somebody else from then on: the address of before is told (ASVS 6.3.7).
 * After the fact, since the directory stands below and knows nothing of sign-ins.
 */
export const newAddressSubscriber = (needs: Pick<Needs, 'mailer' | 'config' | 'clock'>): Subscriber => ({
  name: 'authentication.new-address',
  kinds: ['person_changed'],
  async deliver(tx: Tx, event) {
    const username = changeOf(event, 'username');
    const workEmail = changeOf(event, 'workEmail');
    if (!username && !workEmail) return;
    const subject = await findSubject(tx, event.subject.slice('person:'.length));
    if (!subject?.isActive) return;
    await noticeIn(tx, needs, { ...subject, workEmail: workEmail?.[0] ?? subject.workEmail }, { about: 'name_or_address_changed', username: username ? subject.username : null, workEmail: workEmail ? subject.workEmail : null });
  },
});
