import { afterAll, beforeAll, expect, it } from 'vitest';
import { refuse as authenticationRefusals } from '../src/authentication/errors.ts';
import { refusalSentences, type SaidCode } from '../src/authentication/pages/phrases/refusals.ts';
import { refuse as directoryRefusals } from '../src/directory/errors.ts';
import { refuse as federationRefusals } from '../src/federation/errors.ts';
import { declaredRefusals, type Refusal } from '../src/platform/errors/index.ts';
import { refuse as platformRefusals } from '../src/platform/http/gate.ts';
import { openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => { world = await openWorld(); });
afterAll(() => world.close());

/** What the pages of the portal ask for beside what is one's own. */
const portalAlsoAsks = [
  'GET /api/v1/people', 'POST /api/v1/people/:personId/access-pass',
  'GET /api/v1/resets', 'POST /api/v1/resets/:resetId/approve', 'POST /api/v1/resets/:resetId/refuse', 'POST /api/v1/resets/:resetId/cancel', 'POST /api/v1/resets/:resetId/pass',
  'GET /api/v1/live',
];
/** Said before anything became a request, so nobody has asked for a language yet. */
const beforeTheRequest = ['platform.head_too_large', 'platform.request_too_slow', 'platform.request_unreadable'];

const said = Object.keys(refusalSentences.de) as SaidCode[];

it('whatever the portal can be refused has a sentence in every language', () => {
  const routes = world.app.domains.modules.flatMap((module) => module.routes ?? []);
  const portal = routes.filter((one) => /^\/api\/v1\/me(\/|$)/.test(one.path) || portalAlsoAsks.includes(`${one.method} ${one.path}`));
  expect(portal.length, 'a door of the portal has another name now').toBeGreaterThan(30);
  for (const door of portalAlsoAsks) expect(portal.map((one) => `${one.method} ${one.path}`)).toContain(door);
  const codes = new Set([...portal.flatMap((one) => (one.refusals ?? []).map((refusal) => refusal.code)), ...declaredRefusals().flatMap(({ code }) => (code.startsWith('platform.') && !beforeTheRequest.includes(code) ? [code] : []))]);
  expect([...codes].filter((code) => !said.includes(code as SaidCode))).toEqual([]);
});

it('every sentence belongs to a refusal that is declared', () => {
  // A bug is no refusal, and is said like one.
  const declared = [...declaredRefusals().map((one) => one.code), 'platform.bug'];
  expect(said.filter((code) => !declared.includes(code))).toEqual([]);
});

it('a sentence asks for no fact that its refusal lacks, and ends like one', () => {
  const refusals = { authentication: authenticationRefusals, directory: directoryRefusals, federation: federationRefusals, platform: platformRefusals } as unknown as Readonly<Record<string, Readonly<Record<string, (facts: object) => Refusal>>>>;
  const factsOf = (code: string): ReadonlySet<string> => {
    const asked = new Set(code === 'platform.bug' ? ['reference'] : []);
    const [domain = '', name = ''] = code.split('.');
    refusals[domain]?.[name]?.(new Proxy({}, { get: (_target, fact) => { asked.add(String(fact)); return ''; } }));
    return asked;
  };
  for (const [language, sentences] of Object.entries(refusalSentences)) {
    for (const [code, sentence] of Object.entries(sentences)) {
      const asked = [...sentence.matchAll(/\{(\w+)\}/g)].map((found) => found[1]!);
      const has = [...factsOf(code)];
      // The state of a reset is a word of the code.
      expect([language, code, asked.sort()]).toEqual([language, code, code === 'authentication.reset_not_open' ? [] : has.sort()]);
      expect(sentence, `${language} ${code}`).not.toMatch(/[.!]$|'|"|^\s|\s$| {2}/);
    }
  }
});
