import { afterAll, beforeAll, expect, it } from 'vitest';
import { sql } from '../../platform/db/index.ts';
import { telephone } from '../../../testing/telephone.ts';
import { openWorld, type Actor, type World } from '../../../testing/world.ts';

/** The whole house, with real jobs: nobody has to ask for the silence of a telephone to be noticed. */
let world: World;
let maria: Actor;
beforeAll(async () => {
  world = await openWorld();
  maria = await world.hire('Maria', 'Silva');
  await world.signIn(maria);
});
afterAll(() => world.close());

it('whoever hammers with a known password is stopped at three, and the alarm comes by itself when the third question is over', async () => {
  const phone = telephone(async (path, body) => {
    const reply = await fetch(new URL(path, world.address), { method: 'POST', headers: { 'content-type': 'application/json', accept: 'application/json' }, body: JSON.stringify(body) });
    return { status: reply.status, body: (await reply.json()) as Record<string, unknown> };
  }, world.origin);
  const { link } = await maria.browser.api<{ link: string }>('POST', '/api/v1/me/push/pairing');
  expect((await phone.pair(link)).status).toBe(201);

  // Asked as if 50 s ago: what is left of the minute is ten seconds, of our clock and of the jobs' alike.
  const early = 50_000;
  world.clock.forward(-early);
  const heard = new Map<string, number>();
  const live = await world.database.pool.connect();
  live.on('notification', ({ payload }) => {
    const { notices } = JSON.parse(payload ?? '{}') as { notices: readonly { kind: string }[] };
    for (const { kind } of notices) if (!heard.has(kind)) heard.set(kind, Date.now());
  });
  await live.query('listen bailiwick_event');
  for (let asked = 0; asked < 5; asked += 1) {
    const thief = world.newVisitor();
    await thief.go('/sign-in');
    await thief.post('/sign-in', { step: 'username', username: maria.credentials.username });
    await thief.post('/sign-in', { step: 'password', password: maria.credentials.password });
    const { status } = await thief.post('/sign-in', { step: 'push', response: 'ask' });
    expect(status).toBe(asked < 3 ? 200 : 429);
  }
  expect(await phone.waiting()).toHaveLength(3);
  expect(heard.has('push_disabled')).toBe(false);
  const [last] = await world.database.read((tx) => sql<{ endsAt: Date }>(tx)`select max(expires_at) as ends_at from authn.push_prompt`);
  world.clock.forward(early);
  await expect.poll(() => heard.has('push_disabled'), { timeout: 60_000, interval: 50 }).toBe(true);
  expect(heard.get('push_disabled')! - last!.endsAt.getTime(), 'not before it is over').toBeGreaterThanOrEqual(0);
  expect((await phone.look()).body).toMatchObject({ isOff: true, items: [] });
  live.release();
});
