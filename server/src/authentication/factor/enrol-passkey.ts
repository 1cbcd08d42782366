import { record } from '../../audit/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { ActorId } from '../../platform/http/index.ts';
import type { Needs } from '../needs.ts';
import type { Subject } from '../session/store.ts';
import { noticeIn } from './notice.ts';
import { enrolPasskeyIn, type EnrolledPasskey } from './passkey.ts';

/** Keeps a passkey, says so in the audit and to the person. */
export async function addPasskeyIn(tx: Tx, needs: Pick<Needs, 'clock' | 'config' | 'announce' | 'mailer'>, by: { actor: ActorId; actorName: string }, subject: Subject, input: { name: string | null; response: unknown }): Promise<EnrolledPasskey> {
  const outcome = await enrolPasskeyIn(tx, needs, subject, input);
  if (outcome.is !== 'enrolled') return outcome;
  const now = needs.clock.now();
  await record(tx, { action: 'authentication.factor.add', actor: by.actor, actorName: by.actorName, target: `person:${subject.personId}`, targetName: subject.displayName, at: now, outcome: 'allowed', facts: { factor: 'passkey', passkeyId: outcome.id, isUserVerified: outcome.isUserVerified, attestation: outcome.attestation, model: outcome.model } });
  await needs.announce(tx, { kind: 'factor_added', subject: `person:${subject.personId}`, at: now, facts: { factor: 'passkey' } });
  await noticeIn(tx, needs, subject, { about: 'factor_added', factor: 'passkey' });
  return outcome;
}
