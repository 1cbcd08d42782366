import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWorld, type World } from '../../../testing/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

interface Proof {
  readonly personName: string;
  readonly systems: number;
  readonly proven: number;
  readonly provenAt: string | null;
}

it('the proof of a leaver counts what was read back, and not what somebody gave up', async () => {
  await world.setUp('rita', 'Rita', 'Boss');
  const mara = await world.hire('Mara', 'Gone');
  await world.signIn(mara);
  const script = await world.script();
  await script.api('POST', `/api/v1/people/${mara.id}/leave`, { reason: 'resigned' });
  await world.quiet();
  const read = async (): Promise<Proof | undefined> => (await script.api<{ items: Proof[] }>('GET', '/api/v1/reports/leavers')).items.find((one) => one.personName === 'Mara Gone');

  const whole = await read();
  expect(whole?.systems).toBeGreaterThan(0);
  expect(whole).toMatchObject({ proven: whole?.systems, provenAt: expect.any(String) as string });

  await world.database.pool.query(`update lifecycle.step set state = 'skipped', skip_reason = 'given up' where id = (select id from lifecycle.step where person_id = $1 and is_removal order by position limit 1)`, [mara.id]);
  expect(await read()).toMatchObject({ systems: whole?.systems, proven: (whole?.systems ?? 0) - 1, provenAt: null });
});
