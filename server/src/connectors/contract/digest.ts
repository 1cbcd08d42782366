import { createHash } from 'node:crypto';
import type { Observation } from './connector.ts';

/** Activity and bookkeeping move by themselves; a digest is about the state that was wanted. */
const volatile = new Set(['updatedAt', 'etag', 'lastSignInAt', 'lastUsedAt']);

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key, inner]) => inner !== undefined && !volatile.has(key))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, inner]) => [key, canonical(inner)]),
    );
  }
  return value;
}

/** The vendor object is left out: it carries version counters and times that change when nothing else does. */
export function digestOf(seen: Pick<Observation, 'exists' | 'resource' | 'isGranted' | 'openSessions'>): string {
  const resource = seen.resource === undefined ? undefined : { ...seen.resource, attributes: undefined };
  const state = { exists: seen.exists, resource, isGranted: seen.isGranted, openSessions: seen.openSessions };
  return createHash('sha256').update(JSON.stringify(canonical(state))).digest('hex');
}

/** An observation with its digest: the last step of every `observe`. */
export function observation(seen: Omit<Observation, 'digest'>): Observation {
  return { ...seen, digest: digestOf(seen) };
}
