import type { Today } from '@bailiwick/contract/reports';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runJob } from '../../../testing/break-glass.ts';
import { mailBox } from '../../../testing/mail-box.ts';
import { movingClock } from '../../../testing/moving-clock.ts';
import { openWorld, type Actor, type World } from '../../../testing/world.ts';
import { sql } from '../../platform/db/index.ts';

/** Strangers who know nothing but a name. Rita administers the house alone, with a password and an app. */
let world: World;
let rita: Actor;
const clock = movingClock();

beforeAll(async () => {
  world = await openWorld({ clock });
  rita = await world.setUp('rita', 'Rita', 'Boss');
}, 120_000);
afterAll(() => world.close());

const rows = <Row>(text: string): Promise<Row[]> => world.database.pool.query(text).then((result) => result.rows as Row[]);
const needs = async (): Promise<string[]> => (await (await world.script()).api<Today>('GET', '/api/v1/reports/today')).needs.map((need) => need.kind);

it('threat, a hundred wrong tries: what would shut her out is not left off, strangers have one try an hour, and everybody who hears of an alarm is told', async () => {
  const mails = mailBox(world);
  await rita.browser.api('PUT', '/api/v1/break-glass/alarm', { addresses: ['guard@outside.example'] });
  const isOff = async (): Promise<unknown[]> => rows(`select authenticator, failures, kept_at is not null as kept from authn.throttle where account = 'person:${rita.id}' and (disabled_at is not null or kept_at is not null)`);
  const guess = async (password: string, username = 'rita') => {
    const stranger = world.newVisitor();
    await stranger.go('/sign-in');
    await stranger.post('/sign-in', { step: 'username', username });
    return (await stranger.post('/sign-in', { step: 'password', password })).status;
  };
  const almost = (failures: number) => world.database.read((tx) => sql(tx)`insert into authn.throttle as t (account, authenticator, failures, last_failed_at) values (${`person:${rita.id}`}, 'password', ${failures}, ${clock.now()}) on conflict (account, authenticator) do update set failures = ${failures}`);
  await almost(99);
  expect(await guess('the hundredth guess')).toBe(401);
  await world.quiet();
  expect(await isOff()).toEqual([{ authenticator: 'password', failures: 100, kept: true }]);
  // A stranger waits an hour, with the right one as well; so it is for a name that nobody has.
  clock.forward(3_590_000);
  expect(await guess(rita.credentials.password)).toBe(429);
  clock.forward(11_000);
  expect(await guess('and one more')).toBe(401);
  expect(await guess('and another')).toBe(429);
  expect(await isOff()).toEqual([{ authenticator: 'password', failures: 101, kept: true }]);
  expect(await needs()).toContain('last_way_in_guessed');
  expect(await mails.subjectsTo('rita@linden.example')).toEqual(expect.arrayContaining(['Linden: Somebody guesses at your way to sign in', 'Linden: Somebody guesses at the last way in for administrators']));
  expect((await mails.to('guard@outside.example')).map((mail) => mail.subject)).toEqual(['Linden: Somebody guesses at the last way in for administrators']);
  expect(await rows(`select body::jsonb->>'outcome' as outcome, body::jsonb->'facts'->>'factor' as factor from audit.everything where action = 'authentication.factor.disable' and body::jsonb->>'target' = 'person:${rita.id}'`)).toEqual([{ outcome: 'refused', factor: 'password' }]);
  // A week of rest gives the guesser no new first guesses.
  clock.forward(8 * 86_400_000);
  await runJob(world, 'authentication.sweep');
  expect(await guess('after a week')).toBe(401);
  expect(await guess('at once again')).toBe(429);
  // Asked anew at every further hundred; her own browser signs her in all the while, and that ends the count.
  await almost(199);
  clock.forward(3_601_000);
  expect(await guess('the two hundredth')).toBe(401);
  await world.quiet();
  expect(await isOff()).toEqual([{ authenticator: 'password', failures: 200, kept: true }]);
  await rita.browser.signOut();
  await world.signIn(rita);
  expect(await isOff()).toEqual([]);
  expect(await needs()).not.toContain('last_way_in_guessed');
}, 60_000);

it('somebody else who guesses is not spared: where another administrator can sign in, the password is off at a hundred', async () => {
  const mails = mailBox(world);
  const vera = await world.hire('Vera', 'Other');
  await world.signIn(vera);
  await world.database.read((tx) => sql(tx)`insert into authn.throttle (account, authenticator, failures, last_failed_at) values (${`person:${vera.id}`}, 'password', 99, ${clock.now()})`);
  const stranger = world.newVisitor();
  await stranger.go('/sign-in');
  await stranger.post('/sign-in', { step: 'username', username: vera.credentials.username });
  await stranger.post('/sign-in', { step: 'password', password: 'the hundredth guess' });
  await world.quiet();
  expect(await rows(`select authenticator from authn.throttle where account = 'person:${vera.id}' and disabled_at is not null and kept_at is null`)).toEqual([{ authenticator: 'password' }]);
  expect(await mails.subjectsTo('vera.other@linden.example')).toContain('Linden: A way to sign in was switched off');
});
