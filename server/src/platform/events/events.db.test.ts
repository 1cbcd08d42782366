import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../testing/database.ts';
import { fragment, join, sql } from '../db/index.ts';
import { silentLog } from '../log/index.ts';
import { openEvents } from './index.ts';

let world: TestDatabase;
beforeAll(async () => { world = await testDatabase(); });
afterAll(() => world.drop());

let time = new Date('2026-01-05T09:00:00Z').getTime();
const clock = { now: () => new Date(time) };
const open = () => openEvents({ database: world.database, clock, log: silentLog });
const event = (subject: string, n: number) => ({ kind: 'counted', subject, at: clock.now(), facts: { n } });

it('an event is delivered once, after the commit, and never for a rolled-back change', async () => {
  const events = open();
  const got: number[] = [];
  events.subscribe({ name: 'test.once', kinds: ['counted'], deliver: async (_tx, one) => void got.push(one.facts['n'] as number) });
  await world.database.transaction((tx) => events.announce(tx, event('a', 1)));
  await world.database.transaction(async (tx) => {
    await events.announce(tx, event('a', 2));
    throw new Error('changed my mind');
  }).catch(() => undefined);
  await events.drain();
  await events.drain();
  expect(got).toEqual([1]);
});

it('within a larger statement an event is kept and told exactly where its condition holds', async () => {
  const events = open();
  const got: number[] = [];
  const heard: string[] = [];
  events.subscribe({ name: 'test.within', kinds: ['counted'], deliver: async (_tx, one) => void got.push(one.facts['n'] as number) });
  events.hear(({ subject }) => void heard.push(subject));
  await events.start();
  for (const [n, isSo] of [[1, false], [2, true]] as const) {
    const { kept, tell } = events.announceWithin(event(`within-${n}`, n), fragment`${isSo}::boolean`);
    await world.database.read(async (tx) => {
      await sql(tx)`with ${join(kept)} select`;
      if (isSo) await tell(tx);
    });
  }
  await expect.poll(() => heard).toEqual(['within-2']);
  await expect.poll(() => got).toEqual([2]);
  await events.stop();
});

it('events of one subject stay in order when one of them fails for a while; other subjects go on', async () => {
  const events = open();
  const got: string[] = [];
  let isBroken = true;
  events.subscribe({
    name: 'test.order',
    kinds: ['counted'],
    deliver: async (_tx, one) => {
      if (one.subject === 'b' && isBroken) throw new Error('not now');
      got.push(`${one.subject}${String(one.facts['n'])}`);
    },
  });
  await world.database.transaction(async (tx) => {
    for (let n = 1; n <= 3; n += 1) {
      await events.announce(tx, event('b', n));
      await events.announce(tx, event('c', n));
    }
  });
  await events.drain();
  expect(got).toEqual(['c1', 'c2', 'c3']);
  isBroken = false;
  time += 120_000;
  await events.drain();
  expect(got.slice(3)).toEqual(['b1', 'b2', 'b3']);
});

it('two processes deliver side by side without doing anything twice', async () => {
  await world.database.transaction((tx) => sql(tx)`create table platform.seen (n integer primary key)`);
  const sides = [open(), open()];
  for (const side of sides) {
    side.subscribe({ name: 'test.two', kinds: ['counted'], deliver: async (tx, one) => void (await sql(tx)`insert into platform.seen (n) values (${one.facts['n']})`) });
  }
  await world.database.transaction(async (tx) => {
    for (let n = 0; n < 200; n += 1) await sides[0]!.announce(tx, event(`p${n % 7}`, n));
  });
  await Promise.all(sides.map((side) => side.drain()));
  const [row] = await world.database.read((tx) => sql<{ seen: number; waiting: number }>(tx)`select (select count(*) from platform.seen) as seen, (select count(*) from platform.outbox where subscriber = 'test.two') as waiting`);
  expect(row).toEqual({ seen: 200, waiting: 0 });
});

it('a running process hears of the other ones, of a running one and of a command beside it, and of itself at the commit', async () => {
  const [here, there, beside] = [open(), open(), open()];
  const [heardHere, heardThere]: [string[], string[]] = [[], []];
  await Promise.all([here.start(), there.start()]);
  here.hear((one) => heardHere.push(one.subject));
  there.hear((one) => heardThere.push(one.subject));
  await world.database.transaction(async (tx) => {
    await there.announce(tx, event('far', 1));
    expect(heardThere, 'not before the commit').toEqual([]);
  });
  expect(heardThere).toEqual(['far']);
  await expect.poll(() => heardHere).toEqual(['far']);
  await world.database.transaction((tx) => beside.announce(tx, event('command', 1)));
  await expect.poll(() => [heardHere, heardThere]).toEqual([['far', 'command'], ['far', 'command']]);
  await Promise.all([here.stop(), there.stop()]);
});

it('what is rolled back is told to nobody, and many at once come in their order, each once', async () => {
  const [here, there] = [open(), open()];
  const heard: string[] = [];
  await Promise.all([here.start(), there.start()]);
  there.hear((one) => heard.push(one.subject));
  await world.database.transaction(async (tx) => {
    await here.announce(tx, event('never', 1));
    throw new Error('changed my mind');
  }).catch(() => undefined);
  const many = Array.from({ length: 300 }, (_, n) => event(`person:0198c7a0-0000-7000-8000-${String(n).padStart(12, '0')}`, n));
  await world.database.transaction((tx) => here.announce(tx, many));
  await world.database.transaction((tx) => here.announce(tx, event('last', 1)));
  await expect.poll(() => heard.at(-1)).toBe('last');
  expect(heard).toEqual([...many.map((one) => one.subject), 'last']);
  // What waits when a process stops is still sent.
  await world.database.transaction((tx) => here.announce(tx, event('parting', 1)));
  await here.stop();
  await expect.poll(() => heard.at(-1)).toBe('parting');
  await there.stop();
});
