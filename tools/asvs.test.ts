import { expect, it } from 'vitest';
import { knownIds, requirements } from './asvs-requirements.mjs';
import { asvsPage, markersOf } from './asvs.mjs';

const said = (file: string, text: string) => markersOf({ file, text }).map((one: { id: string; kind: string; name: string | null; says: string; reason: string | null }) => [one.id, one.kind, one.name, one.says, one.reason]);

it('the list has every requirement of V6 and V7 once, and knows all 345 ids', () => {
  expect(knownIds.size).toBe(345);
  const wanted = [...knownIds].filter((id) => /^[67]\./.test(id as string));
  expect(requirements.map(([id]: [string]) => id)).toEqual(wanted);
});

it('a marker names the test, the declaration, the table or the heading that it stands beside', () => {
  expect(said('server/src/a/a.test.ts', "// ASVS 6.5.1\nit('a code works once', () => {\n  // ASVS 7.2.3, 7.2.4\n  expect(1).toBe(1);\n});\nit('over is over (ASVS 7.4.1)', () => {});")).toEqual([
    ['6.5.1', 'test', 'a code works once', 'kept', null],
    ['7.2.3', 'test', 'a code works once', 'kept', null],
    ['7.2.4', 'test', 'a code works once', 'kept', null],
    ['7.4.1', 'test', 'over is over', 'kept', null],
  ]);
  expect(said('e2e/b.spec.ts', "// ASVS 6.2.4\nit.each(['password1'])('refuses %s, it\\'s common', (one) => {});")).toEqual([['6.2.4', 'test', "refuses %s, it's common", 'kept', null]]);
  expect(said('server/src/a/a.ts', '/** Begins (63B-4 5.1, ASVS 7.2.3). */\nexport async function start() {\n  if (x) {\n    // ASVS 7.4.3: offered.\n    if (y) end();\n  }\n}')).toEqual([
    ['7.2.3', 'code', 'start', 'kept', null],
    ['7.4.3', 'code', 'start', 'kept', null],
  ]);
  expect(said('server/src/a/0001.sql', "comment on table authn.session is 'digests only (ASVS 7.2.3)';")).toEqual([['7.2.3', 'code', 'table authn.session', 'kept', null]]);
  expect(said('docs/how-to/c.md', '# A page\n## Waiting\nGrows (ASVS 6.1.1).')).toEqual([['6.1.1', 'document', 'Waiting', 'kept', null]]);
});

it('a reason is taken to the end of the line; the name of the standard and shorter numbers are no markers', () => {
  expect(said('server/src/a/a.ts', '/* ASVS 6.6.1 does not apply: no code goes by SMS */\nconst a = 1;\n// ASVS 6.5.5 otherwise: one step more\nconst b = 2;')).toEqual([
    ['6.6.1', 'code', 'a', 'does not apply', 'no code goes by SMS'],
    ['6.5.5', 'code', 'b', 'otherwise', 'one step more'],
  ]);
  expect(said('server/src/a/a.ts', '// ASVS 5.0.0, ASVS 6.3, ASVS 5.0 appendix C, ASVS 7.2.3.4')).toEqual([]);
});

const two = [['6.5.1', 2, 'codes work once'], ['7.1.1', 2, 'it is written down']] as const;
const faultsOf = (...sources: { file: string; text: string }[]): readonly string[] => asvsPage(sources, two).faults;
const kept = { file: 'server/src/a.test.ts', text: "it('works once (ASVS 6.5.1)', () => {});" };
const written = { file: 'docs/how-to/d.md', text: '# D\nASVS 7.1.1' };

it('what nothing keeps is a fault, and so is a marker for a requirement that does not exist', () => {
  expect(faultsOf(kept, written)).toEqual([]);
  expect(faultsOf(kept).join()).toMatch(/^7\.1\.1 \(it is written down\) has neither/);
  expect(faultsOf(kept, written, { file: 'server/src/b.ts', text: '// ASVS 6.5.9' })).toEqual(['server/src/b.ts: ASVS 5.0.0 has no requirement 6.5.9']);
});

it('a document keeps only what asks for a document', () => {
  expect(faultsOf({ file: 'docs/decisions/1.md', text: 'ASVS 6.5.1' }, written).join()).toMatch(/^6\.5\.1 .* has neither/);
});

it('a requirement cannot be kept and not apply, and a reason must be given', () => {
  expect(faultsOf(kept, written, { file: 'server/src/b.ts', text: '// ASVS 6.5.1 does not apply: no codes' }).join()).toContain('it is one or the other');
  expect(faultsOf(written, { file: 'server/src/b.ts', text: '// ASVS 6.5.1 does not apply: ' }).join()).toContain('no reason is given');
});

it('the page counts honestly: what is done otherwise is not counted as kept', () => {
  const page = asvsPage([kept, written, { file: 'server/src/b.ts', text: '// ASVS 6.5.1 otherwise: twice on Sundays' }], two).parts.join('\n');
  expect(page).toContain('Of 2 requirements 0 are held by tests, 1 by code or documents alone, 1 otherwise');
  expect(page).toContain('otherwise: twice on Sundays');
  expect(page).toContain('[works once](../../server/src/a.test.ts)');
});
