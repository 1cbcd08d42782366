import { record } from '../../audit/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { ActorId, Principal } from '../../platform/http/index.ts';
import type { JobDefinition } from '../../platform/jobs/index.ts';
import { whoChanges, type OwnPermit } from '../factor/change-factors.ts';
import { noticeIn } from '../factor/notice.ts';
import type { Needs } from '../needs.ts';
import { findSubject, type Subject } from '../session/store.ts';
import { startAnew } from '../throttle/store.ts';
import { anotherFactorIfOff } from './pair-device.ts';
import { isFatigue, mostPrompts, type Count } from './push.ts';
import { disablePushDevices, enablePushDevices, lockPushCount, savePushCount } from './store.ts';

type SwitchNeeds = Pick<Needs, 'clock' | 'announce' | 'mailer' | 'config'>;

const by = { actor: 'system:authentication' as ActorId, actorName: 'Bailiwick' };

/**
 * MFA fatigue (PRODUCT 2.8, 63B-4 3.1.3.2): three questions in a row that nobody answered rightly. Push approval is off for the person; her other
 * factors go on, so whoever hammers gains nothing but this. `count` as it stands under the lock.
 */
export async function offIfFatigueIn(tx: Tx, needs: SwitchNeeds, subject: Subject, count: Count): Promise<boolean> {
  if (!isFatigue(count)) return false;
  const now = needs.clock.now();
  const { personId } = subject;
  const devices = await disablePushDevices(tx, personId, 'three questions in a row were denied or not answered', now);
  if (devices.length === 0) return true;
  await record(tx, { action: 'authentication.push.disable', ...by, target: `person:${personId}`, targetName: subject.displayName, at: now, outcome: 'allowed', reason: 'three questions in a row were denied or not answered', facts: { prompts: mostPrompts, devices } });
  await needs.announce(tx, { kind: 'push_disabled', subject: `person:${personId}`, at: now, facts: { why: 'fatigue', prompts: mostPrompts, devices } });
  await noticeIn(tx, needs, subject, { about: 'push_disabled', prompts: mostPrompts });
  return true;
}

export const watchJobName = 'authentication.watch-push';

/** Comes when the last of three questions is over: silence is an answer too, and nobody else would notice it. */
export const watchJob = (needs: SwitchNeeds & Pick<Needs, 'database'>): JobDefinition => ({
  name: watchJobName,
  maxAttempts: 5,
  async run(payload) {
    const { personId } = payload as { personId: string };
    await needs.database.transaction(async (tx) => {
      const subject = await findSubject(tx, personId);
      if (subject) await offIfFatigueIn(tx, needs, subject, await lockPushCount(tx, personId, needs.clock.now()));
    });
  },
});

/** The person switches it on again, by a fresh sign-in with another factor. */
export async function switchOwnPushOn(needs: SwitchNeeds & Pick<Needs, 'database'>, permit: OwnPermit, principal: Principal): Promise<void> {
  const subject = await whoChanges(needs, permit, principal);
  const { personId } = subject;
  await needs.database.transaction(async (tx) => {
    const now = needs.clock.now();
    await anotherFactorIfOff(tx, principal, personId);
    const count = await lockPushCount(tx, personId, now);
    const devices = await enablePushDevices(tx, personId);
    if (devices.length === 0) return;
    await savePushCount(tx, personId, count.waiting);
    await startAnew(tx, `person:${personId}`, 'push');
    await record(tx, { action: 'authentication.push.enable', actor: permit.actor, actorName: permit.actorName, target: `person:${personId}`, targetName: subject.displayName, at: now, outcome: 'allowed', facts: { devices } });
    await needs.announce(tx, { kind: 'push_enabled', subject: `person:${personId}`, at: now, facts: { devices } });
    await noticeIn(tx, needs, subject, { about: 'push_enabled' });
  });
}
