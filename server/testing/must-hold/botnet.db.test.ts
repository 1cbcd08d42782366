import { afterAll, beforeAll, expect, it } from 'vitest';
import { boundSignIns } from '../../src/authentication/sign-in/store.ts';
import { boundNames, countFailure } from '../../src/authentication/throttle/store.ts';
import { failuresUntilDisabled } from '../../src/authentication/throttle/throttle.ts';
import { softwareAuthenticator, type CreationOptions } from '../software-authenticator.ts';
import { visitor, type Visitor } from '../visitor.ts';
import { openWorld, type Actor, type World } from '../world.ts';
import { send, type RawReply } from './raw-door.ts';

/**
 * A botnet at the real doors, with the limits by address on: thousands of addresses, each of which is seen once. The proxy in front
 * is trusted, so the addresses are what it says.
 */
let world: World;
let anna: Actor;
let laptop: Visitor;

const from = (address: string): Visitor => visitor(world.address, world.clock, { wait: async (ms) => world.clock.forward(ms), headers: { 'x-forwarded-for': address } });
const addressOf = (bot: number): string => `100.${64 + (bot >> 14)}.${(bot >> 6) & 255}.${(bot & 63) + 1}`;
const count = async (text: string, values: unknown[] = []): Promise<number> => (await world.database.pool.query<{ count: number }>(text, values)).rows[0]!.count;
const entries = (): Promise<number> => count(`select (select count(*) from audit.inbox where body::jsonb->>'action' = 'authentication.sign-in.fail')::integer + (select count(*) from audit.entry where body::jsonb->>'action' = 'authentication.sign-in.fail')::integer as count`);
const mailsTo = async (who: Actor, subject: string): Promise<number> => count('select count(*)::integer as count from platform.mail where recipient like $1 and subject like $2', [`${who.credentials.username}%`, `%${subject}%`]);

beforeAll(async () => {
  world = await openWorld({ hasRateLimits: true, settings: { BAILIWICK_TRUSTED_PROXIES: '127.0.0.1' } });
  await world.setUp();
  anna = await world.hire('Anna', 'Linde');
  await world.signIn(anna);
  laptop = anna.browser;
}, 120_000);
afterAll(() => world.close());

/** One sign-in under way, shown by every bot: the cheapest way to try. */
async function prepared(username: string): Promise<(address: string, password: string) => Promise<RawReply>> {
  const scout = from('192.0.2.1');
  await scout.go('/sign-in');
  const asked = await scout.post('/sign-in', { step: 'username', username });
  const csrf = /name="csrf" value="([^"]+)"/.exec(asked.text)![1]!;
  const cookie = [...scout.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  return (address, password) => send(world.address, { method: 'POST', path: '/sign-in', headers: { 'x-forwarded-for': address, accept: 'text/html', cookie, 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ csrf, step: 'password', password }).toString() });
}

it('twelve hundred addresses that hammer one person get five guesses between them, and she signs in from her own laptop meanwhile (63B-4 3.2.2, ASVS 6.1.1)', async () => {
  const guess = await prepared(anna.credentials.username);
  const before = await entries();
  const startedAt = world.clock.now().getTime();
  const statuses = new Map<number, number>();
  let waitPage = '';
  const bots = 1_200;
  let next = 0;
  const herd = async (): Promise<void> => {
    for (let bot = next++; bot < bots; bot = next++) {
      const reply = await guess(addressOf(bot), `guess number ${bot}`);
      statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1);
      if (reply.status === 429) waitPage = reply.text;
      if (bot === bots / 2) {
        // In the middle of it.
        world.clock.forward(1_000);
        laptop.cookies.delete('bailiwick');
        expect((await laptop.signIn(anna.credentials)).at).toBe('/');
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, herd));
  // Her own sign-in forgives the count in a row, not the wait of strangers.
  const elapsedSeconds = (world.clock.now().getTime() - startedAt) / 1_000;
  // Five, and on a slow machine one more after 30 s, after another 60 s, and so on.
  const allowed = 5 + Math.floor(Math.log2(elapsedSeconds / 30 + 1));
  const granted = statuses.get(401)!;
  expect([granted >= 5 && granted <= allowed, statuses.get(429), statuses.size], `${granted} guesses in ${elapsedSeconds} s`).toEqual([true, bots - granted, 2]);
  expect(waitPage, 'the page says how long').toMatch(/Try again in \d+ (s|minutes)/);
  expect((await laptop.api<{ person: { id: string } }>('GET', '/api/v1/me')).person.id).toBe(anna.id);

  expect(await count('select count(*)::integer as count from authn.throttle_wait where account = $1', [`person:${anna.id}`]), 'one row for all strangers').toBe(1);
  expect((await entries()) - before, 'the audit hears of each guess, and of the 1st, 2nd, 4th, 8th ... that came too early').toBeLessThan(20);
  const { days } = await laptop.api<{ days: { tries: number }[] }>('GET', '/api/v1/me/strange-tries');
  expect(days.reduce((sum, one) => sum + one.tries, 0), 'she sees all of them').toBe(bots);
}, 180_000);

it('a hundred wrong tries in a row, over days, switch off the password and nothing else: her passkey signs her in, and she is told', async () => {
  const bea = await world.hire('Bea', 'Linde');
  await world.signIn(bea);
  const key = softwareAuthenticator({ origin: world.origin });
  const { options } = await bea.browser.api<{ options: CreationOptions }>('POST', '/api/v1/me/factors/passkey-options');
  await bea.browser.api('POST', '/api/v1/me/factors/passkeys', { name: 'Key', response: key.create(options) });
  // Eighty-eight by the statement that a wrong try uses, twelve at the door, each after the longest wait.
  for (let guess = 0; guess < 88; guess += 1) await world.database.transaction((tx) => countFailure(tx, `person:${bea.id}`, 'password', failuresUntilDisabled, world.clock.now()));
  for (let bot = 0; bot < 12; bot += 1) {
    world.clock.forward(61 * 60_000);
    expect((await (await prepared(bea.credentials.username))(addressOf(5_000 + bot), `guess number ${bot}`)).status).toBe(401);
  }
  const { disabled } = await (await world.script()).api<{ disabled: string[] }>('GET', `/api/v1/people/${bea.id}/factors`);
  expect(disabled).toEqual(['password']);
  await world.quiet();
  expect(await mailsTo(bea, 'switched off')).toBe(1);
  const right = await (await prepared(bea.credentials.username))(addressOf(9_000), bea.credentials.password);
  expect([401, 429], 'the right one is refused too').toContain(right.status);
  world.clock.forward(3_600_000 * 2);
  const anywhere = world.newVisitor();
  expect((await anywhere.signInByPasskey(key)).at).toBe('/');
}, 180_000);

it('a flood of names that nobody has leaves no more rows than allowed, and those of people stay', async () => {
  const scout = from('192.0.2.2');
  await scout.go('/sign-in');
  for (let name = 0; name < 24; name += 1) {
    const bot = from(addressOf(10_000 + name));
    await bot.go('/sign-in');
    await bot.post('/sign-in', { step: 'username', username: `nobody-${name}` });
    await bot.post('/sign-in', { step: 'password', password: 'guess' });
  }
  const people = await count(`select count(*)::integer as count from authn.throttle_wait where account like 'person:%'`);
  expect(await count(`select count(*)::integer as count from authn.throttle where account like 'name:%'`)).toBe(24);
  await world.database.transaction(async (tx) => {
    await boundNames(tx, 10);
    await boundSignIns(tx, 5);
  });
  expect(await count(`select count(*)::integer as count from authn.throttle where account like 'name:%'`)).toBe(10);
  expect(await count(`select count(*)::integer as count from authn.throttle_wait where account like 'name:%'`)).toBe(10);
  expect(await count(`select count(*)::integer as count from authn.sign_in where proofs = '[]'::jsonb`)).toBe(5);
  expect(await count(`select count(*)::integer as count from authn.throttle_wait where account like 'person:%'`)).toBe(people);
  const { rows } = await world.database.pool.query<{ account: string }>(`select account from authn.throttle where account like 'name:%'`);
  expect(rows.every(({ account }) => /^name:[0-9a-f]{64}$/.test(account)), 'and never the name itself: people type their password there by mistake').toBe(true);
  // After a week nothing of it is left.
  world.clock.forward(8 * 86_400_000);
  await world.app.domains.modules.flatMap((one) => one.jobs ?? []).find((one) => one.name === 'authentication.sweep')!.run({}, { signal: new AbortController().signal, attempt: 1 } as never);
  expect(await count(`select (select count(*) from authn.throttle where account like 'name:%')::integer + (select count(*) from authn.sign_in)::integer as count`)).toBe(0);
}, 120_000);

it('one address that tries many names meets the limit by address, whatever it claims to be (password spraying)', async () => {
  const guess = await prepared('somebody-else');
  let refused = 0;
  // From the beginning of a minute: the limit counts by the minute.
  world.clock.forward(60_000 - (world.clock.now().getTime() % 60_000));
  for (let post = 0; post < 260; post += 1) {
    // All of one network: who has IPv6 has as many addresses as they like.
    const reply = await guess(`2001:db8:7:7::${post.toString(16)}`, 'spring 2026');
    if (reply.status === 429 && /Too many requests/.test(reply.text)) refused += 1;
  }
  expect(refused).toBe(20);
}, 120_000);
