import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWorld, type World } from '../../../testing/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

it('a life line tells what happened, and a stranger who guesses is not in it', async () => {
  await world.setUp('rita', 'Rita', 'Boss');
  const mara = await world.hire('Mara', 'Told');
  await world.signIn(mara);
  const stranger = world.newVisitor();
  await stranger.go('/sign-in');
  await stranger.post('/sign-in', { step: 'username', username: mara.credentials.username });
  expect((await stranger.post('/sign-in', { step: 'password', password: 'not this one' })).status).toBe(401);
  await world.quiet();
  expect(await world.auditOf('authentication.sign-in.fail', mara.id)).toHaveLength(1);
  const { items } = await (await world.script()).api<{ items: { sentence: string }[] }>('GET', `/api/v1/people/${mara.id}/life-line`);
  const told = items.map((one) => one.sentence);
  expect(told).toEqual(expect.arrayContaining(['Mara Told signed in', 'Mara Told added a password for themselves', 'Mara Told added an authenticator app for themselves']));
  expect(told.filter((sentence) => sentence.includes('failed'))).toEqual([]);
});
