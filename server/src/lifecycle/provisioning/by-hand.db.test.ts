import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWorld, type World } from '../../../simulation/world.ts';
import { changeConnection, connect } from '../connection/connect.ts';
import { uploadList } from '../connection/upload-list.ts';
import { confirmStep, skipStep } from '../movement/decide-step.ts';
import { readMovement } from '../movement/read-movements.ts';
import { previewSystem } from './preview-system.ts';

describe('systems without an API, and systems that are only looked at', () => {
  let world: World;
  let badges: string;
  let olga: string;
  const parts = () => {
    const [node] = world.nodes;
    if (node === undefined) throw new Error('no node');
    return node.parts;
  };
  const upload = async (csv: string): Promise<void> => {
    await uploadList(parts().connecting, world.gate.system('test', 'lifecycle.connection.read-system'), badges, Buffer.from(csv));
    await world.read(badges);
  };
  const open = () => world.rows<{ id: string; movementId: string; action: string; state: string; task: { title: string } | null; problem: string }>(
    `select id, movement_id as "movementId", action, state, task, problem from lifecycle.step where person_id = $1 and state not in ('proven', 'skipped') order by position`, [olga]);

  beforeAll(async () => {
    world = await openWorld();
    badges = await connect(parts().connecting, world.gate.system('test', 'lifecycle.connection.make'), { name: 'Badges', kind: 'manual', settings: { systemName: 'the badge system', entitlements: ['Building'] }, secrets: {} });
    world.applications.set('badges', badges);
    await changeConnection(parts().connecting, world.gate.system('test', 'lifecycle.connection.change'), { applicationId: badges, mode: 'live' });
    await upload('login,name,email,status,groups\nporter,The Porter,porter@example.com,active,Building\n');
    const [building] = await world.rows<{ id: string }>('select entitlement_id as id from directory.entitlement_card where application_id = $1', [badges]);
    await world.role('Everybody enters', { all: [] }, [building?.id ?? '']);
  });
  afterAll(() => world.close());

  test('a joiner becomes a task; it counts when somebody says what they saw, under their name', async () => {
    olga = await world.addPerson({ givenName: 'Olga', familyName: 'Sorokina', department: 'Sales' });
    await world.tick();
    expect(await open()).toMatchObject([{ action: 'create_account', state: 'action_required', task: { title: 'Create the account `olga.sorokina@example.com` in the badge system' } }, { action: 'grant', state: 'wanted' }]);
    for (const [step] of [await open()]) {
      world.clock.advance(60_000);
      await confirmStep(parts().planning, world.gate.system('test', 'lifecycle.step.confirm'), { movementId: step?.movementId ?? '', stepId: step?.id ?? '', evidence: 'I see her card in the list' });
    }
    await world.tick();
    expect(await open()).toMatchObject([{ action: 'grant', state: 'action_required' }]);
    const [grant] = await open();
    world.clock.advance(60_000);
    await confirmStep(parts().planning, world.gate.system('test', 'lifecycle.step.confirm'), { movementId: grant?.movementId ?? '', stepId: grant?.id ?? '', evidence: 'her card opens the door' });
    await world.tick();
    expect(await open()).toEqual([]);
    expect(await world.rows(`select state from lifecycle.movement where person_id = $1`, [olga])).toEqual([{ state: 'done' }]);
  });

  test('a list from before the leaving proves nothing about it, a new one does', async () => {
    await upload('login,name,email,status,groups\nporter,The Porter,porter@example.com,active,Building\nolga.sorokina@example.com,Olga Sorokina,olga.sorokina@example.com,disabled,\n');
    world.clock.advance(3_600_000);
    await world.leave(olga);
    await world.tick();
    expect(await open()).toMatchObject([{ action: 'disable', state: 'action_required' }]);
    world.clock.advance(3_600_000);
    await upload('login,name,email,status,groups\nporter,The Porter,porter@example.com,active,Building\nolga.sorokina@example.com,Olga Sorokina,olga.sorokina@example.com,disabled,\n');
    await world.tick();
    expect(await open()).toEqual([]);
    expect(await world.rows(`select state from lifecycle.movement where person_id = $1 and kind = 'leaver'`, [olga])).toEqual([{ state: 'done' }]);
  });

  test('a new connection writes nothing before it is turned live, and shows what it would send', async () => {
    const wiki = await world.addSystem('wiki', { isLive: false });
    const pavel = await world.addPerson({ givenName: 'Pavel', familyName: 'Orlov' });
    await world.tick();
    await world.give(pavel, wiki.entitlements.get('staff') ?? '', 'reads the wiki');
    await world.tick();
    await previewSystem(parts().running, wiki.applicationId, new AbortController().signal);
    expect(world.systems.get('wiki')?.operations).toEqual([]);
    const held = await world.rows<{ action: string; heldBecause: string; preview: { method: string } | null }>('select action, held_because as "heldBecause", preview from lifecycle.step where application_id = $1 order by position', [wiki.applicationId]);
    expect(held).toMatchObject([{ action: 'create_account', heldBecause: 'preview', preview: { method: 'POST', target: '/accounts' } }, { action: 'grant', heldBecause: 'preview' }]);
    await changeConnection(parts().connecting, world.gate.system('test', 'lifecycle.connection.change'), { applicationId: wiki.applicationId, mode: 'live' });
    await world.tick();
    expect(world.systems.get('wiki')?.byLogin('pavel.orlov@example.com')?.groups).toHaveLength(1);
  });

  test('an account of the same name that is not provably theirs is not given to a newcomer', async () => {
    const shop = await world.addSystem('shop');
    world.systems.get('shop')?.create('host', { login: 'nina.belova@example.com', email: 'somebody.else@example.org', givenName: null, familyName: null, profile: {}, secret: null });
    const nina = await world.addPerson({ givenName: 'Nina', familyName: 'Belova' });
    await world.tick();
    await world.give(nina, shop.entitlements.get('staff') ?? '', 'sells');
    await world.tick();
    const [step] = await world.rows<{ state: string; problem: string }>('select state, problem from lifecycle.step where application_id = $1 and action = $2', [shop.applicationId, 'create_account']);
    expect(step?.state).toBe('action_required');
    expect(step?.problem).toMatch(/not provably of this person/);
    expect(world.systems.get('shop')?.byLogin('nina.belova@example.com')?.groups).toEqual([]);
  });

  test('a step that somebody gives up ends the movement and proves nothing', async () => {
    const lev = await world.addPerson({ givenName: 'Lev', familyName: 'Orlov', department: 'Sales' });
    const next = async () => (await world.rows<{ movementId: string; stepId: string }>(`select movement_id as "movementId", id as "stepId" from lifecycle.step where person_id = $1 and state = 'action_required' order by position`, [lev]))[0];
    for (let step = (await world.tick(), await next()); step; step = (await world.tick(), await next())) {
      world.clock.advance(60_000);
      await confirmStep(parts().planning, world.gate.system('test', 'lifecycle.step.confirm'), { ...step, evidence: 'seen' });
    }
    await world.leave(lev);
    await world.tick();
    const step = await next();
    await skipStep(parts().planning, world.gate.system('test', 'lifecycle.step.skip'), { movementId: step?.movementId ?? '', stepId: step?.stepId ?? '', reason: 'the badge system is being scrapped' });
    await world.tick();

    const left = await readMovement(parts().reading, world.gate.system('test', 'lifecycle.movement.read'), step?.movementId ?? '');
    expect(left).toMatchObject({ state: 'done', provenAt: null, timeToProvenMs: null, timeToZeroMs: null });
    const said = await world.rows<{ action: string }>(`select action from audit.everything where target = $1 and action in ('lifecycle.movement.prove', 'lifecycle.movement.finish') and body::jsonb #>> '{facts,movementId}' = $2`, [`person:${lev}`, step?.movementId ?? '']);
    expect(said).toEqual([{ action: 'lifecycle.movement.finish' }]);
  });
});
