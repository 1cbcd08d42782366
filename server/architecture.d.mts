/** Each domain and the domains it may import; see architecture.mjs. */
export const mayImport: Readonly<Record<string, readonly string[]>>;
