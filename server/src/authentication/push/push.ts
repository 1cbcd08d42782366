import { minutes, seconds } from '../../platform/clock/index.ts';

/**
 * Push approval, an out-of-band factor (63B-4 3.1.3): the sign-in page shows six digits, the person types them on a telephone that
 * is paired, and the telephone signs them with a key that never leaves it. There is no "approve" without the digits.
 *
 *   asked ──▶ waiting ──▶ approved ──▶ used: one proof, of the sign-in that asked and of no other (ASVS 6.6.2)
 *                │  └────▶ denied, disavowed ("this was not me"), wrong (three times the wrong digits)
 *                └───────▶ expired after a minute, replaced by the next question of the same sign-in
 *
 * INVARIANT: at most three questions since the last right answer, whoever asks and however often (63B-4 3.1.3.2). When the
 * third of them is over without a right answer, push approval is off for that person; other factors go on (MFA fatigue).
 */
export const promptLifeMs = seconds(60);

/** A right answer waits this long for the page that asked. Together with the minute far below ten (63B-4 3.1.3.2). */
export const approvalLifeMs = minutes(2);

export const mostPrompts = 3;

/** Slips of the finger in one question; each also counts in the throttle of the person (63B-4 3.2.2). */
export const mostTries = 3;

/** 63B-4 4.1.2.2: ten minutes at most, once. */
export const pairingLifeMs = minutes(10);

/** 63B-4 4.1.2.2 asks for 112 bits where no identifier comes with it. */
export const pairingBits = 256;

export const mostPushDevices = 5;

export type Answer = 'approved' | 'denied' | 'disavowed' | 'wrong' | 'replaced';
export type PromptState = 'waiting' | 'used' | 'expired' | Answer;

export interface Prompt {
  readonly expiresAt: Date;
  readonly answer: Answer | null;
  readonly answeredAt: Date | null;
  readonly usedAt: Date | null;
}

export function stateOf({ expiresAt, answer, answeredAt, usedAt }: Prompt, now: Date): PromptState {
  if (usedAt) return 'used';
  if (answer === 'approved') return answeredAt && now.getTime() - answeredAt.getTime() < approvalLifeMs ? 'approved' : 'expired';
  return answer ?? (expiresAt > now ? 'waiting' : 'expired');
}

export interface Count {
  /** Since the last right answer. */
  readonly sent: number;
  /** Of these, not answered and not over yet. */
  readonly waiting: number;
}

/** True when three questions went by without a right answer. */
export const isFatigue = ({ sent, waiting }: Count): boolean => sent - waiting >= mostPrompts;

export const mayAskAgain = ({ sent }: Count): boolean => sent < mostPrompts;

/** After a right answer only what still waits is held against the person. */
export const countAfterSuccess = ({ waiting }: Count): number => Math.min(waiting, mostPrompts);

export type Place = 'portal' | 'console' | 'application';

/** What the person is told that the sign-in leads to. */
export function placeOf(returnTo: string, application: string | null): Place {
  if (application !== null) return 'application';
  return /^\/admin(?:[/?#]|$)/.test(returnTo) ? 'console' : 'portal';
}

/** As typed: spaces and dashes between the digits are no mistake. */
export const digitsTyped = (typed: string): string => typed.replace(/[\s-]/g, '');

/**
 * What the device signs: one kind of text per purpose, each naming this house, so that no signature is of use in another place
 * or for another purpose. Lines; none of the parts can hold a line break.
 */
export const signedTexts = {
  pairing: (of: { origin: string; challenge: string; publicKey: string }): string => ['bailiwick push pairing', of.origin, of.challenge, of.publicKey].join('\n'),
  waiting: (of: { origin: string; deviceId: string; nonce: string }): string => ['bailiwick push waiting', of.origin, of.deviceId, of.nonce].join('\n'),
  subscription: (of: { origin: string; deviceId: string; nonce: string; endpoint: string; p256dh: string; auth: string }): string => ['bailiwick push subscription', of.origin, of.deviceId, of.nonce, of.endpoint, of.p256dh, of.auth].join('\n'),
  answer: (of: { origin: string; deviceId: string; promptId: string; nonce: string; decision: string; digits: string }): string => ['bailiwick push answer', of.origin, of.deviceId, of.promptId, of.nonce, of.decision, of.digits].join('\n'),
};
