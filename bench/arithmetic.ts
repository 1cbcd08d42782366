/** The arithmetic of the measurements. Pure: numbers in, numbers out. */

export interface Spread {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  readonly count: number;
}

/** Nearest rank: the smallest value that at least `share` of all values do not exceed. No value is invented between two measured ones. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return Number.NaN;
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))]!;
}

export function spreadOf(values: readonly number[] | Float64Array): Spread {
  const sorted = Float64Array.from(values).sort();
  return { p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95), p99: percentile(sorted, 0.99), max: percentile(sorted, 1), count: sorted.length };
}

export function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export interface Ratio {
  readonly value: number;
  /** 95 % interval of the median, by bootstrap over the rounds. */
  readonly low: number;
  readonly high: number;
  readonly rounds: number;
}

/**
 * Ours against theirs, each pair measured back to back: whatever slows the machine slows both, so the pair says more than
 * either number. `roll` gives numbers from 0 to 1; the same dice give the same interval.
 */
export function pairedRatio(pairs: readonly (readonly [ours: number, theirs: number])[], roll: () => number = seeded(1)): Ratio {
  const ratios = pairs.map(([ours, theirs]) => ours / theirs).filter(Number.isFinite);
  const medians = Array.from({ length: 1_000 }, () => median(ratios.map(() => ratios[Math.floor(roll() * ratios.length)]!))).sort((a, b) => a - b);
  return { value: median(ratios), low: percentile(medians, 0.025), high: percentile(medians, 0.975), rounds: ratios.length };
}

/** The exponent s of y = a·n^s: 0 means that size does not matter, 1 that twice the size takes twice as long. */
export function growthExponent(points: readonly (readonly [size: number, value: number])[]): number {
  const logs = points.map(([size, value]) => [Math.log(size), Math.log(value)] as const);
  const mean = (index: 0 | 1): number => logs.reduce((sum, point) => sum + point[index], 0) / logs.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const covariance = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const variance = logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return covariance / variance;
}

/** mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** When each request of an open loop is meant to be sent, in milliseconds from its beginning: random arrivals at a steady mean rate. */
export function arrivals(ratePerSecond: number, seconds: number, roll: () => number = seeded(7)): Float64Array {
  const times: number[] = [];
  for (let at = 0; ;) {
    at += (-Math.log(1 - roll()) / ratePerSecond) * 1_000;
    if (at >= seconds * 1_000) return Float64Array.from(times);
    times.push(at);
  }
}
