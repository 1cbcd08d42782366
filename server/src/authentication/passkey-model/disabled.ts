import { record } from '../../audit/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { ActorId } from '../../platform/http/index.ts';
import { noticeIn } from '../factor/notice.ts';
import type { Needs } from '../needs.ts';
import { endSessionIn } from '../session/end-sessions.ts';
import type { Subject } from '../session/store.ts';
import { sessionsOfPersonAtLevel3 } from './store.ts';

const by = { actor: 'system:authentication' as ActorId, actorName: 'Bailiwick' };

/** A passkey was switched off by the house itself: its person learns of it, and whoever watches. */
export async function tellDisabledPasskeyIn(tx: Tx, needs: Pick<Needs, 'clock' | 'config' | 'announce' | 'mailer'>, subject: Subject, passkey: { readonly id: string; readonly name: string }, why: string): Promise<void> {
  const at = needs.clock.now();
  await record(tx, { action: 'authentication.factor.disable', ...by, target: `person:${subject.personId}`, targetName: subject.displayName, at, outcome: 'allowed', reason: why, facts: { factor: 'passkey', passkeyId: passkey.id } });
  await needs.announce(tx, { kind: 'factor_disabled', subject: `person:${subject.personId}`, at, facts: { factor: 'passkey' } });
  // Level 3 said that nobody can have copied the key.
  for (const { sessionId, personId } of await sessionsOfPersonAtLevel3(tx, subject.personId)) await endSessionIn(tx, needs, by, { personId, sessionId, reason: `a passkey was disabled: ${why}` });
  await noticeIn(tx, needs, subject, { about: 'passkey_disabled', name: passkey.name, why });
}
