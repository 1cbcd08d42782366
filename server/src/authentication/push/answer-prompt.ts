import type { PromptAnswered } from '@bailiwick/contract/push';
import { record } from '../../audit/index.ts';
import { isSame, randomBytes } from '../../platform/crypto/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import { refuse } from '../errors.ts';
import { disavowIn } from '../factor/disavow.ts';
import type { Needs } from '../needs.ts';
import { personActor } from '../session/person-actor.ts';
import type { Subject } from '../session/store.ts';
import { noProgress } from '../sign-in/next-step.ts';
import { attempt } from '../throttle/attempt.ts';
import { digitsContext } from './ask-prompt.ts';
import { isSignedBy } from './device-key.ts';
import { countAfterSuccess, digitsTyped, mostTries, signedTexts, type Answer } from './push.ts';
import { answerPromptRow, disavowPrompts, emptyAskingSignIns, findPrompt, findPushDevice, lockPushCount, markPushDeviceUsed, savePushCount, takeNonce, type PushDevice, type PushPrompt } from './store.ts';
import { offIfFatigueIn } from './switch-push.ts';

type AnswerNeeds = Pick<Needs, 'clock' | 'database' | 'announce' | 'keys' | 'mailer' | 'countSignIn' | 'config'>;

export interface Given {
  readonly deviceId: string;
  readonly promptId: string;
  readonly decision: 'approve' | 'deny' | 'not_me';
  readonly digits: string;
  readonly nonce: string;
  readonly signature: string;
  readonly address: string;
}

const said = (outcome: PromptAnswered['outcome'], waitSeconds: number | null = null): PromptAnswered => ({ outcome, waitSeconds });

/**
 * The telephone says yes, no, or "this was not me". Its key speaks for it, not a session: the signature is over the house, the
 * question, its nonce, the decision and the digits, so that none of it can be taken to another question or said twice (replay).
 */
export async function answerPrompt(needs: AnswerNeeds, given: Given): Promise<PromptAnswered> {
  const { database, clock, config } = needs;
  const { found, prompt } = await database.read(async (tx) => ({ found: await findPushDevice(tx, given.deviceId), prompt: await findPrompt(tx, given.promptId) }));
  // The same for a device that nobody has, one that was removed or switched off, and a wrong signature.
  if (!found || found.device.disabledAt || !isSignedBy(found.device.publicKey, signedTexts.answer({ origin: config.url.origin, ...given }), given.signature)) {
    if (found) await database.transaction((tx) => note(tx, needs, found.subject, given, 'refused', found.device.disabledAt ? 'the device is switched off' : 'the signature is wrong'));
    throw refuse.push_device_not_found();
  }
  const { device, subject } = found;
  // A question to somebody else is none to this device, whoever told it the id.
  if (!prompt || prompt.personId !== subject.personId) {
    await database.transaction((tx) => note(tx, needs, subject, given, 'refused', 'this question is not to this person'));
    return said('over');
  }
  const taken = await database.read((tx) => takeNonce(tx, prompt.id, Buffer.from(given.nonce, 'base64url'), randomBytes(32), clock.now()));
  if (!taken) return said('over');
  if (given.decision === 'approve') return approve(needs, given, device, subject, prompt, taken.tries);
  return given.decision === 'deny' ? close(needs, given, device, subject, 'denied') : close(needs, given, device, subject, 'disavowed');
}

async function approve(needs: AnswerNeeds, given: Given, device: PushDevice, subject: Subject, prompt: PushPrompt, tries: number): Promise<PromptAnswered> {
  // 63B-4 3.2.2: wrong digits count with every other wrong try of this factor, wait by wait, up to a hundred.
  const outcome = await attempt(needs, { subject, named: subject, username: subject.username, deviceId: null, address: given.address }, 'push', async () => {
    const digits = needs.keys.open(prompt.sealedDigits, digitsContext(prompt.id));
    if (!isSame(digits, digitsTyped(given.digits))) return { is: 'wrong' };
    return {
      is: 'right',
      async use(tx) {
        const now = needs.clock.now();
        const count = await lockPushCount(tx, subject.personId, now);
        if (!(await answerPromptRow(tx, prompt.id, 'approved', device.id, now))) return null;
        await savePushCount(tx, subject.personId, countAfterSuccess({ ...count, waiting: count.waiting - 1 }));
        await markPushDeviceUsed(tx, device.id, now);
        await note(tx, needs, subject, given, 'allowed', 'approved');
        return true;
      },
    };
  });
  if (outcome.is === 'proven') return said('approved');
  if (outcome.is === 'wait') return said('wait', outcome.seconds);
  if (tries < mostTries) return said('wrong');
  await close(needs, given, device, subject, 'wrong');
  return said('over');
}

async function close(needs: AnswerNeeds, given: Given, device: PushDevice, subject: Subject, answer: Exclude<Answer, 'approved' | 'replaced'>): Promise<PromptAnswered> {
  return needs.database.transaction(async (tx) => {
    const now = needs.clock.now();
    await lockPushCount(tx, subject.personId, now);
    if (!(await answerPromptRow(tx, given.promptId, answer, device.id, now))) return said('over');
    await note(tx, needs, subject, given, answer === 'wrong' ? 'refused' : 'allowed', answer);
    if (answer === 'disavowed') {
      await emptyAskingSignIns(tx, subject.personId, given.promptId, { ...noProgress, isDisavowed: true }, now);
      await disavowPrompts(tx, subject.personId, device.id, now);
      await disavowIn(tx, needs, { actor: personActor(subject.personId), actorName: `${subject.displayName}, on ${device.name}` }, subject, { about: 'push_prompt', createdAt: now });
    }
    await offIfFatigueIn(tx, needs, subject, await lockPushCount(tx, subject.personId, now));
    return said(answer === 'wrong' ? 'over' : answer);
  });
}

/** Never the digits: what was typed may be somebody's password. */
const note = (tx: Tx, { clock }: Pick<Needs, 'clock'>, subject: Subject, given: Given, outcome: 'allowed' | 'refused', reason: string): Promise<void> =>
  record(tx, { action: 'authentication.push-prompt.answer', actor: personActor(subject.personId), actorName: subject.displayName, target: `person:${subject.personId}`, targetName: subject.displayName, at: clock.now(), outcome, reason, facts: { promptId: given.promptId, deviceId: given.deviceId, decision: given.decision, address: given.address } });
