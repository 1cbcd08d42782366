import { minuteInWords } from '../../platform/clock/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Needs } from '../needs.ts';
import type { ResetRequest } from './reset.ts';
import { secondPersonsFor, type SecondPerson } from './store.ts';

/** A house with more of them has a desk that looks at the page; nobody's mailbox is filled by one request. */
export const mostTold = 20;

type Asked = Pick<ResetRequest, 'personId' | 'askedBy' | 'askedByName' | 'reason' | 'expiresAt'>;

/** An hour is short: whoever may be the second person hears of it, never whoever asked. Answers how many; that nobody has an address is no error. */
export async function tellSecondPersonsIn(tx: Tx, { mailer, config, peopleGroups }: Pick<Needs, 'mailer' | 'config' | 'peopleGroups'>, request: Asked, personName: string): Promise<number> {
  const persons = await secondPersonsFor(tx, peopleGroups, request, mostTold);
  for (const one of persons) {
    const { subject, text } = inWords(one, request, personName, new URL(one.isManager ? '/team' : '/admin/recovery', config.url).href);
    await mailer.post(tx, { to: one.address, subject: `${config.organisation}: ${subject}`, text });
  }
  return persons.length;
}

/** Not how the person was recognised: that is for the page, where one is signed in. */
function inWords(one: SecondPerson, { askedByName, reason, expiresAt }: Asked, personName: string, link: string): { readonly subject: string; readonly text: string } {
  const until = minuteInWords(expiresAt);
  return {
    subject: `A reset for ${personName} needs a second person`,
    text: `${one.displayName},\n\n${askedByName} asked to reset how ${personName} signs in (${reason.replace(/\s+/g, ' ')}). Nothing happens until a second person has looked at it, and you may be the one. It ends by itself at ${until}.\n\nSee there how the person was recognised, then approve or refuse:\n\n${link}\n\nIf it is not there any more, somebody has decided already, or the hour is over.`,
  };
}
