/**
 * One text for one value (RFC 8785, JSON canonicalization): keys in order, no spaces. What is hashed is this text, kept as it is,
 * so that nobody has to rebuild it to verify it. Characters that PostgreSQL cannot read back as JSON are replaced.
 */
export function canonical(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : 'null';
  if (typeof value === 'string') return text(value);
  if (typeof value === 'bigint') return text(String(value));
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'null' : `"${value.toISOString()}"`;
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one)).join(',')}]`;
  if (typeof value === 'object') {
    // Cleaned before they are put in order: two keys that are the same after cleaning are one.
    const entries = new Map(Object.entries(value).flatMap(([key, inner]) => (inner === undefined || typeof inner === 'function' || typeof inner === 'symbol' ? [] : [[clean(key), inner as unknown] as const])));
    return `{${[...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`;
  }
  return 'null';
}

const clean = (value: string): string => value.toWellFormed().replaceAll('\u0000', '\ufffd');
const text = (value: string): string => JSON.stringify(clean(value));
