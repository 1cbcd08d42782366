import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authenticationWorld, type AuthenticationWorld } from '../authentication-world.ts';

/**
 * Enumeration (63B-4 3.2.2, ASVS 6.3.8), measured in two ways. What is asked of the database is exact: for each kind of person the
 * same statements in the same order as for a name that nobody has. The time is a distribution: pairs of tries side by side, so that
 * whatever else the machine does falls on both, and a test of ranks that a busy machine does not upset.
 */
let world: AuthenticationWorld;
const kinds = ['nobody', 'works here', 'has left', 'has no factor'] as const;
type Kind = (typeof kinds)[number];
const names: Record<Kind, string> = { nobody: 'nora', 'works here': 'anna', 'has left': 'gust', 'has no factor': 'petr' };
type Browser = ReturnType<AuthenticationWorld['browser']>;
let stranger: (cookies?: Map<string, string>) => Browser;

beforeAll(async () => {
  world = await authenticationWorld();
  await world.settled('Anna', 'Linde', 'four words are enough');
  const gust = await world.settled('Gust', 'Linde', 'four words are many');
  await world.leave(gust.person.id);
  await world.addPerson('Petr', 'Linde');
  await world.hashing.spend('so that the decoy is made');
  stranger = (cookies) => {
    const browser = world.browser();
    for (const [name, value] of cookies ?? []) browser.cookies.set(name, value);
    return browser;
  };
}, 120_000);
afterAll(() => world.close());

/** The text of every statement that `work` sends, in order. Nothing else runs in this world. */
async function statementsOf(work: () => Promise<unknown>): Promise<readonly string[]> {
  const seen: string[] = [];
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    const [first] = args as [string | { text?: string }];
    const text = typeof first === 'string' ? first : (first.text ?? '');
    // What is counted for everybody alike, beside the answer, and whether the look is still the firm's, come in their own time.
    if (!text.includes('authn.sign_in_tally') && text !== 'select version from authn.branding') seen.push(text.replace(/\s+/g, ' ').trim());
    return (query as (...all: unknown[]) => unknown).apply(this, args);
  } as typeof query;
  try {
    await work();
  } finally {
    pg.Client.prototype.query = query;
  }
  return seen;
}

interface Door {
  readonly door: string;
  begin(browser: Browser, name: string): Promise<void>;
  end(browser: Browser): Promise<{ readonly status: number }>;
}
const named = async (browser: Browser, at: '/sign-in' | '/recover', name: string): Promise<void> => {
  await browser.get(at);
  await browser.submit(at, { step: 'username', username: name });
};
const doors: readonly Door[] = [
  { door: 'the name', begin: async (browser) => void (await browser.get('/sign-in')), end: (browser) => browser.send('POST', '/sign-in', { form: { csrf: browser.csrf, step: 'username', username: 'NAME' } }) },
  { door: 'a password', begin: (browser, name) => named(browser, '/sign-in', name), end: (browser) => browser.send('POST', '/sign-in', { form: { csrf: browser.csrf, step: 'password', password: 'not this one at all' } }) },
  { door: 'an access pass', begin: (browser, name) => named(browser, '/sign-in', name), end: (browser) => browser.send('POST', '/sign-in', { form: { csrf: browser.csrf, step: 'access-pass', code: 'ABCD-EFGH-JKLM-NPQR' } }) },
  { door: 'a recovery code', begin: (browser, name) => named(browser, '/recover', name), end: (browser) => browser.send('POST', '/recover', { form: { csrf: browser.csrf, step: 'recovery-code', code: '1-ABCDE-FGHJK-MNPQR' } }) },
  { door: 'a code that is not due', begin: (browser, name) => named(browser, '/sign-in', name), end: (browser) => browser.send('POST', '/sign-in', { form: { csrf: browser.csrf, step: 'totp', code: '123456' } }) },
  { door: 'a look at the page', begin: (browser, name) => named(browser, '/sign-in', name), end: (browser) => browser.send('GET', '/sign-in') },
];

describe('the database is asked the same, whoever is named', () => {
  async function seenAt({ begin, end }: Door, kind: Kind, browser: Browser): Promise<readonly string[]> {
    await begin(browser, names[kind]);
    let status = 0;
    const statements = await statementsOf(async () => { ({ status } = await end(browser)); });
    return [`answered ${status}`, ...statements];
  }

  for (const door of doors) {
    it(`at the door of ${door.door}`, async () => {
      let currentName = '';
      const end: Door['end'] = door.door === 'the name' ? (browser) => browser.send('POST', '/sign-in', { form: { csrf: browser.csrf, step: 'username', username: currentName } }) : door.end;
      const seen = new Map<Kind, readonly string[]>();
      for (const kind of kinds) {
        currentName = names[kind];
        seen.set(kind, await seenAt({ ...door, end }, kind, stranger()));
      }
      expect(seen.get('nobody')!.length, 'something was asked').toBeGreaterThan(1);
      for (const [kind, statements] of seen) expect(statements, kind).toEqual(seen.get('nobody'));
      world.wait(2 * 3_600_000);
    });
  }

  it('nor does a browser that carries our own signed cookie, of somebody else who works here, learn more', async () => {
    const insider = await world.settled('Iris', 'Inside', 'four words are plenty');
    const cookies = new Map([...insider.browser.cookies].filter(([name]) => name.endsWith('-device')));
    expect(cookies.size).toBe(1);
    const seen = new Map<Kind, readonly string[]>();
    for (const kind of kinds) seen.set(kind, await seenAt(doors[1]!, kind, stranger(cookies)));
    for (const [kind, statements] of seen) expect(statements, kind).toEqual(seen.get('nobody'));
    world.wait(2 * 3_600_000);
  });

  it('nor when it is told to wait', async () => {
    const seen = new Map<Kind, readonly string[]>();
    for (const kind of kinds) {
      let last: readonly string[] = [];
      for (let guess = 0; guess < 7; guess += 1) last = await seenAt(doors[1]!, kind, stranger());
      expect(last[0]).toBe('answered 429');
      seen.set(kind, last);
    }
    for (const [kind, statements] of seen) expect(statements, kind).toEqual(seen.get('nobody'));
    world.wait(6 * 3_600_000);
  });
});

it('nor does the time tell: of pairs of wrong tries side by side neither is the slower one more often than chance would have it', async () => {
  const rounds = 24;
  for (const kind of ['works here', 'has left', 'has no factor'] as const) {
    const pairs: { readonly them: number; readonly nobody: number }[] = [];
    const timeOf = async (name: string): Promise<number> => {
      const browser = stranger();
      await doors[1]!.begin(browser, name);
      const startedAt = performance.now();
      const { status } = await doors[1]!.end(browser);
      const took = performance.now() - startedAt;
      expect(status).toBe(401);
      return took;
    };
    for (let round = 0; round < rounds; round += 1) {
      // Who goes first changes, so that a cold start falls on both.
      const first = await timeOf(round % 2 === 0 ? names[kind] : names.nobody);
      const second = await timeOf(round % 2 === 0 ? names.nobody : names[kind]);
      pairs.push(round % 2 === 0 ? { them: first, nobody: second } : { them: second, nobody: first });
      // Past the longest wait: every try is really made.
      world.wait(2 * 3_600_000);
    }
    const slower = pairs.filter(({ them, nobody }) => them > nobody).length;
    const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
    const [them, nobody] = [median(pairs.map((one) => one.them)), median(pairs.map((one) => one.nobody))];
    const said = `${kind}: slower in ${slower} of ${rounds} pairs, medians ${them.toFixed(1)} and ${nobody.toFixed(1)} ms`;
    // The sign test: by chance alone a difference of this size comes once in 100,000 runs; without the decoy hash it is 24 of 24.
    expect(Math.abs(slower - rounds / 2), said).toBeLessThanOrEqual(10);
    expect(Math.max(them, nobody) / Math.min(them, nobody), said).toBeLessThan(1.8);
  }
}, 180_000);
