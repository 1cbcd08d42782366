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
  readonly state: string;
}

it('the proof of a leaver counts what was read back, and not what somebody gave up', async () => {
  await world.setUp('rita', 'Rita', 'Boss');
  const script = await world.script();
  const { applicationId } = await script.api<{ applicationId: string }>('POST', '/api/v1/connections', { name: 'Badges', kind: 'manual', settings: { systemName: 'the badge system' } });
  await script.api('PATCH', `/api/v1/connections/${applicationId}`, { mode: 'live' });
  /** Has a badge, leaves, and waits for somebody to say that the badge is off. */
  const leave = async (given: string): Promise<string> => {
    const { id } = await world.hire(given, 'Gone');
    await script.api('PUT', `/api/v1/connections/${applicationId}/list`, 'login,name,email,status\nmara.gone,Mara Gone,mara.gone@linden.example,active\nmark.gone,Mark Gone,mark.gone@linden.example,active\n');
    await world.quiet();
    await script.api('POST', `/api/v1/people/${id}/leave`, { reason: 'resigned' });
    await world.quiet();
    const { items } = await script.api<{ items: { id: string }[] }>('GET', `/api/v1/movements?personId=${id}&kind=leaver`);
    const { board } = await script.api<{ board: { steps: { id: string; state: string }[] }[] }>('GET', `/api/v1/movements/${items[0]!.id}`);
    return `/api/v1/movements/${items[0]!.id}/steps/${board.flatMap(({ steps }) => steps).find((step) => step.state === 'action_required')!.id}`;
  };
  const read = async (name: string): Promise<Proof | undefined> => (await script.api<{ items: Proof[] }>('GET', '/api/v1/reports/leavers')).items.find((one) => one.personName === name);

  const mara = await leave('Mara');
  const open = await read('Mara Gone');
  expect(open).toMatchObject({ proven: open!.systems - 1, provenAt: null });
  await script.api('POST', `${mara}/confirm`, { evidence: 'the badge no longer opens the door' });
  await world.quiet();
  expect(await read('Mara Gone')).toMatchObject({ systems: open!.systems, proven: open!.systems, provenAt: expect.any(String) as string });

  const mark = await leave('Mark');
  await script.api('POST', `${mark}/skip`, { reason: 'the badge system is being scrapped' });
  await world.quiet();
  expect(await read('Mark Gone')).toMatchObject({ systems: open!.systems, proven: open!.systems - 1, provenAt: null, state: 'done' });
});
