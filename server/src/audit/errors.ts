import { refusals } from '../platform/errors/index.ts';

export const refuse = refusals('audit', {
  entry_not_found: { kind: 'not_found', say: (f: { seq: number }) => `audit entry ${f.seq} does not exist, or was exported and pruned; look in the archive` },
  cursor_unknown: { kind: 'invalid', say: () => 'the list cannot go on from this `cursor`; begin again without it' },
  too_young_to_prune: { kind: 'invalid', say: (f: { days: number }) => `entries are kept for at least ${f.days} days; choose an earlier \`before\`` },
});
