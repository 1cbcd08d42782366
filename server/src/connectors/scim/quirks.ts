/** What a SCIM server says about itself (RFC 7643 5), as far as it changes what we send. */
export interface Quirks {
  readonly hasPatch: boolean;
  readonly hasFilter: boolean;
  readonly hasEtag: boolean;
  readonly maximumResults: number;
}

/** For a server without ServiceProviderConfig: what nearly all can do. */
export const defaultQuirks: Quirks = { hasPatch: true, hasFilter: true, hasEtag: false, maximumResults: 1_000 };

export function quirksOf(config: unknown): Quirks {
  if (config === null || typeof config !== 'object') return defaultQuirks;
  const feature = (name: string): Record<string, unknown> => {
    const value = (config as Record<string, unknown>)[name];
    return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {};
  };
  const supports = (name: string, otherwise: boolean): boolean => {
    const { supported } = feature(name);
    return typeof supported === 'boolean' ? supported : typeof supported === 'string' ? supported.toLowerCase() === 'true' : otherwise;
  };
  const maximum = Number(feature('filter')['maxResults']);
  return {
    hasPatch: supports('patch', defaultQuirks.hasPatch),
    hasFilter: supports('filter', defaultQuirks.hasFilter),
    hasEtag: supports('etag', defaultQuirks.hasEtag),
    maximumResults: Number.isInteger(maximum) && maximum > 0 ? maximum : defaultQuirks.maximumResults,
  };
}
