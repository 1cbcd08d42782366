import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { authenticationWorld, type AuthenticationWorld } from '../../../testing/authentication-world.ts';

/** Somebody with a list of names asks for recovery codes, to see who works here, and who has an address (ASVS 6.3.8). */
let world: AuthenticationWorld;
const kinds = ['nobody', 'has an address', 'has none', 'has power', 'has left'] as const;
const names: Readonly<Record<(typeof kinds)[number], string>> = { nobody: 'nora', 'has an address': 'anna', 'has none': 'petr', 'has power': 'otto', 'has left': 'gust' };
let questions = 0;

beforeAll(async () => {
  world = await authenticationWorld();
  for (const kind of kinds.slice(1)) {
    const { person } = await world.settled(names[kind][0]!.toUpperCase() + names[kind].slice(1), 'Linde', 'four words are enough');
    if (kind !== 'has none') await world.database.pool.query("insert into authn.recovery_address (id, person_id, kind, address, added_at, confirmed_at) values (gen_random_uuid(), $1, 'own', $2, now(), now())", [person.id, `${names[kind]}@home.example`]);
    if (kind === 'has power') await world.makeAdministrator(person.id);
    if (kind === 'has left') await world.leave(person.id);
  }
  const { query } = pg.Client.prototype;
  vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...given: unknown[]) {
    // The look of the pages is asked for once a second, and tries are tallied four times a second, whoever comes.
    if (!/authn\.(branding|sign_in_tally)/.test(JSON.stringify(given[0]))) questions += 1;
    return (query as (...values: unknown[]) => unknown).apply(this, given) as never;
  });
}, 120_000);
afterAll(async () => {
  vi.restoreAllMocks();
  await world.close();
});
beforeEach(() => world.wait(25 * 3_600_000));

interface Seen {
  readonly pages: readonly string[];
  readonly questions: readonly number[];
}

async function walk(name: string, steps: readonly Readonly<Record<string, string>>[]): Promise<Seen> {
  const chrome = world.browser();
  await chrome.get('/recover');
  await chrome.submit('/recover', { step: 'username', username: name });
  await chrome.get('/recover?with=mailed-code');
  const seen: { pages: string[]; questions: number[] } = { pages: [], questions: [] };
  for (const step of steps) {
    const before = questions;
    const reply = await chrome.submit('/recover', step);
    seen.questions.push(questions - before);
    seen.pages.push(`${reply.status} ${reply.text.replaceAll(name, 'NAME').replace(/name="csrf" value="[^"]+"/g, '')}`);
  }
  return seen;
}

it('asking for a code shows the same page after the same number of questions to the database, whoever is named', async () => {
  const send = { step: 'mailed-code', send: 'yes' };
  const seen: Seen[] = [];
  for (const kind of kinds) seen.push(await walk(names[kind], [send, send]));
  expect(seen[0]!.pages[0]).toContain('If there is a confirmed address');
  expect(seen[0]!.questions[0]).toBeGreaterThan(4);
  for (const [index, kind] of kinds.entries()) expect(seen[index], kind).toEqual(seen[0]);
});

it('a wrong code shows the same page, whoever is named', async () => {
  const seen: Seen[] = [];
  for (const kind of kinds) seen.push(await walk(names[kind], [{ step: 'mailed-code', send: 'yes' }, { step: 'mailed-code', code: '1234 5678' }]));
  expect(seen[0]!.pages[1]).toContain('401');
  for (const [index, kind] of kinds.entries()) expect(seen[index]!.pages, kind).toEqual(seen[0]!.pages);
});

it('nor does it tell at the sixth code in an hour', async () => {
  const send = { step: 'mailed-code', send: 'yes' };
  const seen: Seen[] = [];
  for (const kind of kinds) seen.push(await walk(names[kind], Array.from({ length: 6 }, () => send)));
  expect(seen[0]!.pages[5]).toContain('Too many codes were asked for.');
  for (const [index, kind] of kinds.entries()) expect(seen[index], kind).toEqual(seen[0]);
});

it('not even the right code of a name that nobody has opens anything', async () => {
  const chrome = world.browser();
  await chrome.get('/recover');
  await chrome.submit('/recover', { step: 'username', username: 'nora' });
  await chrome.submit('/recover', { step: 'mailed-code', send: 'yes' });
  await world.database.pool.query('update authn.mailed_code set hash = $1 where person_id is null', [await world.hashing.hash('12345678')]);
  expect((await chrome.submit('/recover', { step: 'mailed-code', code: '12345678' })).status).toBe(401);
});
