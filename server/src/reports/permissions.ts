export const permissions = ['reports.today.read', 'reports.life-line.read', 'reports.leaver-proof.read', 'reports.live.read'] as const;
