import type { Clock } from '../src/platform/clock/index.ts';

/** Runs as fast as the real one, from another moment on. */
export interface MovingClock extends Clock {
  /** From now on it is this moment. */
  set(moment: Date): void;
  forward(ms: number): void;
}

export function movingClock(start?: Date): MovingClock {
  let offset = start === undefined ? 0 : start.getTime() - Date.now();
  return {
    now: () => new Date(Date.now() + offset),
    set(moment) {
      offset = moment.getTime() - Date.now();
    },
    forward(ms) {
      offset += ms;
    },
  };
}
