import { later, seconds } from '../../platform/clock/index.ts';

/** At this many wrong tries in a row, from wherever, the authenticator is disabled and must be enrolled anew (63B-4 3.2.2). */
export const failuresUntilDisabled = 100;

/** Waits begin with this wrong try. */
export const failuresUntilWaiting = 5;

const longestWaitSeconds = 3_600;

/** 30 s after the fifth wrong try in a row, doubling up to an hour (63B-4 3.2.2). */
export function waitSecondsAfter(failures: number): number {
  if (failures < failuresUntilWaiting) return 0;
  return Math.min(longestWaitSeconds, 30 * 2 ** Math.min(failures - failuresUntilWaiting, 10));
}

export interface Wait {
  readonly failures: number;
  readonly notBefore: Date;
}

/** Of whoever guesses on at what is not switched off: from here on every wrong try costs the longest wait. */
export const longestWaitFrom = (now: Date): Wait => ({ failures: failuresUntilWaiting + Math.ceil(Math.log2(longestWaitSeconds / 30)), notBefore: later(now, seconds(longestWaitSeconds)) });

/** All browsers that a person has never signed in with are one source of tries; each of the others is one by itself. */
export const unfamiliar = 'unfamiliar';
export const familiar = (deviceId: string): string => `device:${deviceId}`;

/** Of a source that nothing is held against. */
export const noWait: Wait = { failures: 0, notBefore: new Date(0) };

export type Turn = { readonly is: 'granted'; readonly next: Wait } | { readonly is: 'wait'; readonly seconds: number };

/** What such a source gets, at whatever moment: it waits for nothing. */
export const firstTurn = { is: 'granted', next: { failures: 1, notBefore: noWait.notBefore } } as const satisfies Turn;

/**
 * A try is counted as wrong before it is checked and forgiven when it was right. INVARIANT: of many guesses sent at once no
 * more get through than one after the other would.
 */
export function takeTurn(wait: Wait, now: Date): Turn {
  const restMs = wait.notBefore.getTime() - now.getTime();
  if (restMs > 0) return { is: 'wait', seconds: Math.ceil(restMs / 1_000) };
  const failures = wait.failures + 1;
  const waitSeconds = waitSecondsAfter(failures);
  // Without a wait not even `now`: a try that began a millisecond earlier, on this node or another, may come to its turn later.
  return { is: 'granted', next: { failures, notBefore: waitSeconds === 0 ? wait.notBefore : later(now, seconds(waitSeconds)) } };
}
