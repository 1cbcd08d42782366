export const permissions = ['audit.entry.read', 'audit.chain.read', 'audit.entry.prune'] as const;
