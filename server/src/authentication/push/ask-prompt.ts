import { record } from '../../audit/index.ts';
import { later } from '../../platform/clock/index.ts';
import { digestOf, newId, randomBytes, randomDigits } from '../../platform/crypto/index.ts';
import type { Needs } from '../needs.ts';
import { personActor } from '../session/person-actor.ts';
import { deviceOf } from '../session/start-session.ts';
import type { Subject } from '../session/store.ts';
import { addProofIn, turnPageIn, type Held } from '../sign-in/progress.ts';
import type { SignIn } from '../sign-in/sign-in.ts';
import { isDisabled } from '../throttle/store.ts';
import { approvalLifeMs, mayAskAgain, mostPrompts, placeOf, promptLifeMs, stateOf, type PromptState } from './push.ts';
import { sendJobName } from './send-push.ts';
import { addPrompt, findPushDevices, lastPromptOf, lastPromptOfBrowser, lockPushCount, replacePrompts, savePushCount, useApproval } from './store.ts';
import { offIfFatigueIn, watchJobName } from './switch-push.ts';

export const digitsContext = (promptId: string): string => `authn.push_prompt/${promptId}/digits`;

export type Asked = { readonly is: 'asked'; readonly held: Held } | { readonly is: 'off' | 'too_many' | 'lost' };

type AskNeeds = Pick<Needs, 'clock' | 'database' | 'announce' | 'mailer' | 'config' | 'keys' | 'jobs' | 'applicationOf'>;

/**
 * One question to the person's telephones, for this sign-in. The dispatcher offers it only after another factor was proven, or in a session: whoever does not
 * know the password sends nothing, and whoever knows it is stopped at three (ASVS 6.6.4).
 */
export async function askPrompt(needs: AskNeeds, signIn: SignIn, subject: Subject, from: { readonly address: string; readonly userAgent: string }): Promise<Asked> {
  const application = await needs.applicationOf(signIn.returnTo);
  return needs.database.transaction(async (tx): Promise<Asked> => {
    const now = needs.clock.now();
    const { personId } = subject;
    const count = await lockPushCount(tx, personId, now);
    const devices = (await findPushDevices(tx, personId)).filter((device) => !device.disabledAt);
    const why = devices.length === 0 || (await isDisabled(tx, `person:${personId}`, 'push')) || (await offIfFatigueIn(tx, needs, subject, count)) ? 'off' : mayAskAgain(count) ? null : 'too_many';
    const entry = { action: 'authentication.push-prompt.send', actor: personActor(personId), actorName: subject.displayName, target: `person:${personId}`, targetName: subject.displayName, at: now };
    if (why) {
      await record(tx, { ...entry, outcome: 'refused', reason: why === 'off' ? 'push approval is off' : 'three questions since the last right answer', facts: { address: from.address } });
      return { is: why };
    }
    // After the line, as the telephone's "this was not me" does: two that waited for each other would both be lost.
    const held = await turnPageIn(tx, needs, signIn.id);
    if (!held || held.signIn.personId !== personId) return { is: 'lost' };
    await replacePrompts(tx, signIn.id, now);
    const id = newId();
    const expiresAt = later(now, promptLifeMs);
    await addPrompt(tx, {
      id,
      personId,
      signInId: signIn.id,
      // 63B-4 3.1.3.2: six digits, with 20 bits far below 64, so that tries are limited.
      sealedDigits: needs.keys.seal(randomDigits(6), digitsContext(id)),
      nonce: randomBytes(32),
      place: placeOf(signIn.returnTo, application),
      application,
      browser: deviceOf(from.userAgent),
      address: from.address,
      createdAt: now,
      expiresAt,
    });
    await savePushCount(tx, personId, count.sent + 1);
    await record(tx, { ...entry, outcome: 'allowed', facts: { promptId: id, devices: devices.length, address: from.address, sinceLastSuccess: count.sent + 1 } });
    for (const device of devices) if (device.sealedSubscription) await needs.jobs.enqueue(tx, sendJobName, { promptId: id, deviceId: device.id });
    if (count.sent + 1 >= mostPrompts) await needs.jobs.enqueue(tx, watchJobName, { personId }, { runAt: later(expiresAt, 50), key: `watch-push ${personId}` });
    return { is: 'asked', held };
  });
}

export type Used = { readonly is: 'proven'; readonly held: Held } | { readonly is: PromptState | 'none' };

/** The page that asked takes the right answer: once, and no other page can. */
export async function usePrompt({ clock, database }: Pick<Needs, 'clock' | 'database'>, signIn: SignIn): Promise<Used> {
  return database.transaction(async (tx): Promise<Used> => {
    const now = clock.now();
    const prompt = await lastPromptOf(tx, signIn.id);
    if (!prompt) return { is: 'none' };
    const state = stateOf(prompt, now);
    if (state !== 'approved' || prompt.personId !== signIn.personId) return { is: state };
    const held = (await useApproval(tx, signIn.id, later(now, -approvalLifeMs), now)) ? await addProofIn(tx, { clock }, signIn.id, { method: 'push', at: now.toISOString() }) : null;
    return held ? { is: 'proven', held } : { is: 'used' };
  });
}

/** What the page of the sign-in shows. */
export type PushView = { readonly is: 'off' } | { readonly is: 'ready'; readonly last: PromptState | 'none' } | { readonly is: 'waiting' | 'approved'; readonly digits: string; readonly secondsLeft: number };

export async function lookAtPrompt({ clock, database, keys }: Pick<Needs, 'clock' | 'database' | 'keys'>, signIn: SignIn): Promise<PushView> {
  const now = clock.now();
  const { prompt, isOff } = await database.read(async (tx) => ({ prompt: await lastPromptOf(tx, signIn.id), isOff: signIn.personId === null || (await findPushDevices(tx, signIn.personId)).every((device) => device.disabledAt) }));
  const state = prompt ? stateOf(prompt, now) : 'none';
  if (prompt && (state === 'waiting' || state === 'approved')) return { is: state, digits: keys.open(prompt.sealedDigits, digitsContext(prompt.id)).toString('utf8'), secondsLeft: Math.max(0, Math.ceil((prompt.expiresAt.getTime() - now.getTime()) / 1_000)) };
  return isOff ? { is: 'off' } : { is: 'ready', last: state };
}

/** What the browser that asked hears while it waits: about its own question and no other. */
export async function stateForBrowser({ clock, database }: Pick<Needs, 'clock' | 'database'>, signInSecret: string | undefined): Promise<'waiting' | 'approved' | 'over'> {
  const now = clock.now();
  const prompt = signInSecret ? await database.read((tx) => lastPromptOfBrowser(tx, digestOf(signInSecret), now)) : null;
  const state = prompt ? stateOf(prompt, now) : 'expired';
  return state === 'waiting' || state === 'approved' ? state : 'over';
}
