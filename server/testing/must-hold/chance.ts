/** Chance that can be told again: the same seed draws the same values (mulberry32). */
export interface Chance {
  readonly seed: number;
  /** 0 ≤ x < 1 */
  next(): number;
  /** 0 ≤ n < below */
  number(below: number): number;
  pick<T>(from: readonly T[]): T;
  isTrue(probability: number): boolean;
}

export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const number = (below: number): number => Math.floor(next() * below);
  return { seed, next, number, pick: (from) => from[number(from.length)]!, isTrue: (probability) => next() < probability };
}

/** Another seed every day of the run, unless one is given: `SEED=… npm test`. */
export const seedOfRun = (): number => Number(process.env['SEED'] ?? Date.now() % 1_000_000_000);
