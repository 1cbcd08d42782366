import { refusals } from '../platform/errors/index.ts';

export const refuse = refusals('reports', {
  cursor_unknown: { kind: 'invalid', say: () => 'this page mark is not one of ours; begin again without `cursor`' },
});
