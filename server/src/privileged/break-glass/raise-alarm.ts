import { record } from '../../audit/index.ts';
import { endedAsDrill, endSessionIn } from '../../authentication/index.ts';
import { newId } from '../../platform/crypto/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { DomainEvent, Subscriber } from '../../platform/events/index.ts';
import type { ActorId } from '../../platform/http/index.ts';
import { breakGlassUsed } from '../events.ts';
import type { Needs } from '../needs.ts';
import { alarmRecipients, hasUse, insertUse, lockAccount, openEnvelope, proveDrill } from './store.ts';

type AlarmNeeds = Pick<Needs, 'clock' | 'announce' | 'mailer' | 'config'>;

/**
 * A session of a break-glass account has begun. Its event was written in the transaction of the sign-in, so there is no session
 * without this alarm; use, audit, mail and event are one transaction again. Events are delivered within a second; the promise is 60 s.
 */
export const alarmSubscriber = (needs: AlarmNeeds): Subscriber => ({ name: 'privileged.raise-alarm', kinds: ['break_glass_session_started'], deliver: (tx, event) => raiseAlarmIn(tx, needs, event) });

async function raiseAlarmIn(tx: Tx, needs: AlarmNeeds, event: DomainEvent): Promise<void> {
  const { sessionId, device, address } = event.facts as { sessionId: string; device: string; address: string };
  const personId = event.subject.slice('person:'.length);
  const account = await lockAccount(tx, personId);
  // A second delivery; or an account that was retired in the moment between, whose session is worth nothing.
  if (!account || (await hasUse(tx, sessionId))) return;
  const drill = await proveDrill(tx, personId, event.at);
  const isDrill = drill !== null;
  const to = await alarmRecipients(tx);
  const useId = newId();
  await insertUse(tx, { id: useId, personId, sessionId, drillId: drill?.id ?? null, at: event.at, address, device, told: to.length });
  await openEnvelope(tx, personId, event.at, isDrill);
  const by = { actor: `person:${personId}` as ActorId, actorName: account.name };
  await record(tx, { action: isDrill ? 'privileged.break-glass.drill' : 'privileged.break-glass.use', ...by, target: `person:${personId}`, targetName: account.name, at: event.at, outcome: 'allowed', facts: { sessionId, device, address, envelope: account.seal?.envelope ?? null, told: to.length, isDrill } });
  await needs.announce(tx, breakGlassUsed(personId, event.at, { useId, sessionId, isDrill, address }));
  // The drill has shown what it had to: nobody works with the account.
  if (isDrill) await endSessionIn(tx, needs, { actor: 'system:break-glass' as ActorId, actorName: 'Bailiwick' }, { personId, sessionId, reason: endedAsDrill });
  const { subject, text } = alarmText({ name: account.name, at: event.at, device, address, isDrill, startedBy: drill?.startedByName ?? null, page: new URL('/admin/break-glass', needs.config.url).href });
  for (const address_ of to) await needs.mailer.post(tx, { to: address_, subject: `${needs.config.organisation}: ${subject}`, text });
}

export function alarmText(one: { name: string; at: Date; device: string; address: string; isDrill: boolean; startedBy: string | null; page: string }): { readonly subject: string; readonly text: string } {
  const moment = one.at.toISOString().replace('T', ' ').replace(/\..*/, ' UTC');
  const where = `${moment}, ${one.device}, address ${one.address}`;
  return one.isDrill
    ? { subject: `Drill: ${one.name} was signed in with`, text: `This was a drill, started by ${one.startedBy ?? 'an administrator'}.\n\n${one.name} was signed in with: ${where}. The session has ended by itself.\n\nThe key goes into a new envelope now; seal it here:\n${one.page}` }
    : { subject: `ALARM: ${one.name} was used`, text: `Somebody signed in with ${one.name} and can do everything an administrator can: ${where}.\n\nNo drill was under way. If nobody told you of an emergency, end its sessions and retire the account here, then look into the audit for what it did:\n${one.page}\n\nThis stays red on Today until somebody acknowledges it with a reason.` };
}
