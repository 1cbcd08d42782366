import { afterAll, beforeAll, expect, it } from 'vitest';
import { sql } from '../../platform/db/index.ts';
import { authenticationWorld, type AuthenticationWorld } from '../../../testing/authentication-world.ts';
import { sweepJob } from '../sweep.ts';
import { openTally } from './keep-tally.ts';

let world: AuthenticationWorld;
let token: string;
let maria: Awaited<ReturnType<AuthenticationWorld['settled']>>;
beforeAll(async () => {
  world = await authenticationWorld();
  maria = await world.settled('Maria', 'Gonzalez', 'four words are enough');
  await world.makeAdministrator(maria.person.id);
  // Longer than a session, since hours go by here.
  token = (JSON.parse((await maria.browser.api('POST', '/api/v1/tokens', { name: 'times', permissions: ['authentication.policy.read'], expiresInDays: 1 })).text) as { token: string }).token;
});
afterAll(() => world.close());

interface Times {
  readonly methods: readonly { readonly methods: readonly string[]; readonly signIns: number; readonly timed: number; readonly medianSeconds: number | null }[];
  readonly tries: readonly { readonly method: string; readonly wrong: number; readonly toldToWait: number }[];
  readonly unfinished: readonly { readonly proven: readonly string[]; readonly count: number }[];
}
const times = async (): Promise<Times> => JSON.parse((await world.browser().send('GET', '/api/v1/sign-in-times', { headers: { authorization: `Bearer ${token}` } })).text) as Times;

/** The page is shown, and so many seconds later the session is there. */
async function signInWithin(seconds: number): Promise<void> {
  const chrome = world.browser();
  const page = await chrome.get('/sign-in');
  const began = /name="began" value="(\d+)"/.exec(page.text)![1]!;
  world.wait(seconds * 1_000);
  await chrome.submit('/sign-in', { step: 'username', username: 'maria', began });
  await chrome.submit('/sign-in', { step: 'password', password: maria.password });
  expect((await chrome.submit('/sign-in', { step: 'totp', code: maria.totp.code() })).location).toBe('/');
  world.wait(30_000);
}

it('setting up is not counted as a sign-in', async () => {
  expect((await times()).methods).toEqual([]);
});

it('a sign-in counts from the page shown to the session, and one that was left open over lunch has no time', async () => {
  for (const seconds of [13, 14, 14]) await signInWithin(seconds);
  await signInWithin(3_600);
  await expect.poll(async () => (await times()).methods[0]?.signIns, { timeout: 20_000 }).toBe(4);
  const [only] = (await times()).methods;
  expect(only).toMatchObject({ methods: ['password', 'totp'], timed: 3 });
  // All three between 12 and 20 s, however busy the machine is.
  expect(only!.medianSeconds).toBeGreaterThan(12);
  expect(only!.medianSeconds).toBeLessThan(60);
  const metrics = await world.metrics.text();
  expect(metrics).toMatch(/bailiwick_sign_in_seconds_count\{method="password\+totp"\} 3/);
});

it('wrong tries are counted by factor, and what a known person did not finish by how far it came', async () => {
  const chrome = world.browser();
  await chrome.get('/sign-in');
  await chrome.submit('/sign-in', { step: 'username', username: 'maria' });
  await chrome.submit('/sign-in', { step: 'password', password: 'not this one' });
  await chrome.submit('/sign-in', { step: 'password', password: maria.password });
  const stranger = world.browser();
  await stranger.get('/sign-in');
  await stranger.submit('/sign-in', { step: 'username', username: 'nobody-here' });
  await expect.poll(async () => (await times()).tries, { timeout: 20_000 }).toEqual([{ method: 'password', wrong: 1, toldToWait: 0 }]);
  world.wait(31 * 60_000);
  await sweepJob({ ...world, announce: world.events.announce }).run({}, { signal: new AbortController().signal } as never);
  expect((await times()).unfinished).toContainEqual({ proven: ['password'], count: 1 });
  expect(JSON.stringify((await times()).unfinished)).not.toContain('null');
});

it('of many at once each is counted, with few statements, on several processes', async () => {
  let statements = 0;
  const counting = { read: async <T>(work: Parameters<typeof world.database.read<T>>[0]): Promise<T> => ((statements += 1), world.database.read(work)) };
  const [one, two] = [openTally({ database: counting, clock: world.clock }), openTally({ database: counting, clock: world.clock })];
  for (let n = 0; n < 500; n += 1) {
    one.add('done', 'passkey', [2, 3, 4][n % 3]!);
    two.add('done', 'passkey', [4, 3, 2][n % 3]!);
  }
  await expect.poll(async () => (await times()).methods.find((each) => each.methods[0] === 'passkey')?.signIns, { timeout: 20_000 }).toBe(1_000);
  expect(statements).toBeLessThan(10);
});

it('a count that cannot be written costs nobody anything', async () => {
  const tally = openTally({ database: { read: () => Promise.reject(new Error('the database is away')) }, clock: world.clock });
  tally.add('done', 'passkey', 2);
  await new Promise((resolve) => setTimeout(resolve, 20));
  tally.add('done', 'passkey', 2);
});

it('the tally names nobody', async () => {
  const rows = await world.database.read((tx) => sql<Record<string, unknown>>(tx)`select * from authn.sign_in_tally`);
  expect(rows.length).toBeGreaterThan(3);
  expect(JSON.stringify(rows)).not.toMatch(new RegExp(`maria|nobody-here|${maria.person.id}`));
});
