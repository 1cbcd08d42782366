import { record } from '../../audit/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { ActorId } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import type { Subject } from '../session/store.ts';
import { startAnew } from '../throttle/store.ts';
import type { BlockList } from './block-list.ts';
import { noticeIn } from './notice.ts';
import { judgePassword, type PasswordOutcome } from './password.ts';
import { savePassword } from './store.ts';

type PasswordNeeds = Pick<Needs, 'clock' | 'announce' | 'mailer' | 'config' | 'hashing'>;

/** The floor of the workforce forces a second factor, so eight characters suffice (63B-4 3.1.1.2). */
const isSecondFactorForced = true;

/** Judges and hashes outside of the transaction, since hashing takes its time. */
export async function preparePassword({ config, hashing }: Pick<Needs, 'config' | 'hashing'>, blockList: BlockList, subject: Subject, password: string): Promise<(PasswordOutcome & { is: 'accepted' } & { hash: string }) | Exclude<PasswordOutcome, { is: 'accepted' }>> {
  // The words that no password may lean on (ASVS 6.1.2, 6.2.11).
  const words = [config.organisation, config.url.hostname, 'bailiwick', subject.displayName, subject.username, subject.workEmail ?? '', subject.privateEmail ?? ''];
  const outcome = judgePassword(password, { isSecondFactorForced, words, blockList });
  return outcome.is === 'accepted' ? { ...outcome, hash: await hashing.hash(outcome.normalised) } : outcome;
}

/** As refusals, for the API; the pages say the same in the person's language. */
export function refuseOutcome(outcome: Exclude<PasswordOutcome, { is: 'accepted' }>): Error {
  switch (outcome.is) {
    case 'too_short':
      return refuse.password_too_short({ atLeast: outcome.atLeast });
    case 'too_long':
      return refuse.password_too_long({ atMost: outcome.atMost });
    case 'common':
      return refuse.password_common();
    case 'expected':
      return refuse.password_expected({ word: outcome.word });
  }
}

/** Keeps a password that was accepted. A new one also lifts the disablement of the old one (63B-4 3.2.2: rebinding). */
export async function setPasswordIn(tx: Tx, needs: PasswordNeeds, by: { actor: ActorId; actorName: string }, subject: Subject, accepted: { hash: string; length: number }): Promise<void> {
  const now = needs.clock.now();
  const { isNew } = await savePassword(tx, subject.personId, accepted.hash, accepted.length, now);
  await startAnew(tx, `person:${subject.personId}`, 'password');
  await record(tx, { action: 'authentication.factor.add', actor: by.actor, actorName: by.actorName, target: `person:${subject.personId}`, targetName: subject.displayName, at: now, outcome: 'allowed', facts: { factor: 'password', isNew } });
  await needs.announce(tx, { kind: 'factor_added', subject: `person:${subject.personId}`, at: now, facts: { factor: 'password' } });
  await noticeIn(tx, needs, subject, isNew ? { about: 'factor_added', factor: 'password' } : { about: 'password_changed' });
}
