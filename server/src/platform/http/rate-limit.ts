import type { Clock } from '../clock/index.ts';
import { sql, type Database } from '../db/index.ts';
import { refuse } from './gate.ts';

export interface RateLimits {
  /** Counts one use of `key`, or throws `too_many_requests` when `limit` per window is spent. Shared by all nodes. */
  take(key: string, limit: number, windowSeconds: number): Promise<void>;
  sweep(): Promise<void>;
}

/**
 * Whom a limit by address is about. Anybody with IPv6 has 2^64 addresses of their own: their network counts as one, or a
 * password could be tried at everybody's name from ever new addresses (63B-4 3.2.2).
 */
export function networkOf(address: string): string {
  const plain = address.toLowerCase().replace(/%.*$/, '');
  if (!plain.includes(':')) return plain;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain)?.[1];
  if (mapped) return mapped;
  const [head = '', tail] = plain.split('::');
  const left = head.split(':').filter(Boolean);
  const right = (tail ?? '').split(':').filter(Boolean);
  const groups = tail === undefined ? left : [...left, ...Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0'), ...right];
  return `${groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}

/** Fixed windows counted in PostgreSQL. For doors where guessing pays (sign-in, codes, tokens), not for every request. */
export function openRateLimits({ database, clock, isOn }: { database: Database; clock: Clock; isOn: boolean }): RateLimits {
  return {
    async take(key, limit, windowSeconds) {
      if (!isOn) return;
      const now = clock.now().getTime();
      const windowMs = windowSeconds * 1_000;
      const start = Math.floor(now / windowMs) * windowMs;
      const [row] = await database.read((tx) => sql<{ taken: number }>(tx)`
        insert into platform.rate_limit (key, window_start, taken)
             values (${key}, ${new Date(start)}, 1)
        on conflict (key, window_start) do update set taken = rate_limit.taken + 1
          returning taken`);
      if (row && row.taken > limit) throw refuse.too_many_requests({ retryAfterSeconds: Math.max(1, Math.ceil((start + windowMs - now) / 1_000)) });
    },
    async sweep() {
      await database.read((tx) => sql(tx)`delete from platform.rate_limit where window_start < ${new Date(clock.now().getTime() - 86_400_000)}`);
    },
  };
}
