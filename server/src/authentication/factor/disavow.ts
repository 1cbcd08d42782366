import { record } from '../../audit/index.ts';
import { digestOf } from '../../platform/crypto/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { ActorId } from '../../platform/http/index.ts';
import type { Needs } from '../needs.ts';
import { disavowRecoveryIn } from '../recovery/note-recovery.ts';
import { endApiTokensOf } from '../api-token/store.ts';
import { endSessionsIn } from '../session/end-sessions.ts';
import { findSubject, type Subject } from '../session/store.ts';
import { removeSignInsOf } from '../sign-in/store.ts';
import { forgetDevices } from '../throttle/store.ts';
import { endAccessPasses, takeDisavowal } from './store.ts';

/**
 * "This was not me": every session, pass, API token and sign-in under way ends now, and no device counts as familiar any more.
 * A token made by whoever sat there would outlive all of it (up to a year). False when the link was used or is too old.
 */
export async function disavow(needs: Pick<Needs, 'clock' | 'database' | 'announce'>, token: string): Promise<boolean> {
  const { clock, database } = needs;
  return database.transaction(async (tx) => {
    const now = clock.now();
    const taken = await takeDisavowal(tx, digestOf(token), now);
    const subject = taken && (await findSubject(tx, taken.personId));
    if (!taken || !subject) return false;
    await disavowIn(tx, needs, { actor: 'anonymous' as ActorId, actorName: `The notice to ${subject.displayName}` }, subject, taken);
    return true;
  });
}

/** The same, from wherever the person says it: a notice, or a prompt on their telephone. */
export async function disavowIn(tx: Tx, needs: Pick<Needs, 'clock' | 'announce'>, by: { readonly actor: ActorId; readonly actorName: string }, subject: Subject, notice: { readonly about: string; readonly createdAt: Date }): Promise<void> {
  const now = needs.clock.now();
  const ended = await endSessionsIn(tx, needs, by, { personId: subject.personId, reason: 'the person said: this was not me' });
  const passes = await endAccessPasses(tx, subject.personId, now);
  const tokens = await endApiTokensOf(tx, subject.personId, now, 'the person said: this was not me');
  await removeSignInsOf(tx, subject.personId);
  await forgetDevices(tx, subject.personId);
  const recovery = await disavowRecoveryIn(tx, needs, subject.personId, notice);
  await record(tx, { action: 'authentication.sign-in.disavow', ...by, target: `person:${subject.personId}`, targetName: subject.displayName, at: now, outcome: 'allowed', facts: { about: notice.about, sessions: ended, passes, apiTokens: tokens.map((one) => one.id), ...recovery } });
  await needs.announce(tx, { kind: 'sign_in_disavowed', subject: `person:${subject.personId}`, at: now, facts: { about: notice.about } });
}
