import { useSyncExternalStore } from 'react';

/** One clock for every relative time on the page; ticks only while somebody looks. */
let listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | null = null;

function subscribe(listener: () => void): () => void {
  listeners = new Set(listeners).add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && timer) {
      clearInterval(timer);
      timer = null;
    }
  };
}

const coarse = new Map<number, number>();
const rounded = (step: number): number => {
  const value = Math.floor(now / step) * step;
  if (coarse.get(step) !== value) coarse.set(step, value);
  return value;
};

/** Milliseconds since the epoch, renewed at most once per `step`. */
export function useNow(step = 1_000): number {
  if (listeners.size === 0) now = Date.now();
  return useSyncExternalStore(subscribe, () => rounded(step));
}

export const currentTime = (): number => Date.now();
