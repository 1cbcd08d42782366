import { record } from '../../audit/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { ActorId } from '../../platform/http/index.ts';
import type { Needs } from '../needs.ts';
import type { Subject } from '../session/store.ts';
import { recoveryCodeCount } from '../sign-in/next-step.ts';
import { startAnew } from '../throttle/store.ts';
import { newRecoveryCode } from './code.ts';
import { noticeIn } from './notice.ts';
import { saveRecoveryCodes } from './store.ts';

export interface FreshCodes {
  readonly slots: readonly number[];
  /** As shown; only their hashes are kept. */
  readonly shown: readonly string[];
  readonly hashed: readonly { readonly slot: number; readonly hash: string }[];
}

export const allSlots: readonly number[] = Array.from({ length: recoveryCodeCount }, (_, slot) => slot);

/** Ten hashes take their time: outside of any transaction. */
export async function drawRecoveryCodes({ hashing }: Pick<Needs, 'hashing'>, slots: readonly number[]): Promise<FreshCodes> {
  const codes = slots.map((slot) => ({ slot, ...newRecoveryCode(slot) }));
  const hashed = await Promise.all(codes.map(async ({ slot, secret }) => ({ slot, hash: await hashing.hash(secret) })));
  return { slots, shown: codes.map((code) => code.shown), hashed };
}

export async function issueRecoveryCodesIn(tx: Tx, needs: Pick<Needs, 'clock' | 'mailer' | 'config'>, by: { actor: ActorId; actorName: string }, subject: Subject, codes: FreshCodes): Promise<void> {
  const now = needs.clock.now();
  await saveRecoveryCodes(tx, subject.personId, codes.hashed, now);
  if (codes.slots.length === recoveryCodeCount) await startAnew(tx, `person:${subject.personId}`, 'recovery-code');
  await record(tx, { action: 'authentication.recovery-codes.issue', actor: by.actor, actorName: by.actorName, target: `person:${subject.personId}`, targetName: subject.displayName, at: now, outcome: 'allowed', facts: { codes: codes.slots.length } });
  await noticeIn(tx, needs, subject, { about: 'recovery_codes_issued' });
}
