import type { Subscriber } from '../../platform/events/index.ts';
import { alarmRecipients } from '../break-glass/store.ts';
import type { Needs } from '../needs.ts';
import { findName } from './store.ts';

/** Strangers guess at the last way in for administrators: everybody who hears of a break-glass account hears of this, too. */
export const guessesSubscriber = ({ config, mailer }: Pick<Needs, 'config' | 'mailer'>): Subscriber => ({
  name: 'privileged.tell-of-guesses',
  kinds: ['last_way_in_guessed'],
  async deliver(tx, event) {
    const { failures } = event.facts as { failures: number };
    const name = await findName(tx, event.subject.slice('person:'.length));
    if (name === null) return;
    const page = new URL('/admin/break-glass', config.url).href;
    const text = `${failures} wrong tries in a row were made to sign in as ${name}. Whoever makes them would have locked this administrator out by now, and nobody else can sign in as administrator: so nothing was switched off, and browsers in which ${name} has never signed in have one try an hour, all together.\n\n${name} can sign in from the usual browser. What ends this: a passkey, which nobody can guess at, a second administrator, or two sealed break-glass accounts.\n\n${page}`;
    for (const to of await alarmRecipients(tx)) await mailer.post(tx, { to, subject: `${config.organisation}: Somebody guesses at the last way in for administrators`, text });
  },
});
