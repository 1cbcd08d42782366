import { refusals } from '../platform/errors/index.ts';

export const refuse = refusals('reports', {
  person_not_found: { kind: 'not_found', say: (f: { person: string }) => `there is no person \`${f.person}\` that you may see; search by name` },
  cursor_unknown: { kind: 'invalid', say: () => 'this page mark is not one of ours; begin again without `cursor`' },
});
