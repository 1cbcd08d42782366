import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWorld, type World } from '../../../simulation/world.ts';

describe('the life of one person in the systems', () => {
  let world: World;
  let crm: { applicationId: string; entitlements: Map<string, string> };
  let wiki: { applicationId: string; entitlements: Map<string, string> };
  let maria: string;
  const account = (system: string, login = 'maria.ivanova@example.com') => world.systems.get(system)?.byLogin(login) ?? null;
  const groups = (system: string): readonly string[] => (account(system)?.groups ?? []).map((id) => world.systems.get(system)?.group(id)?.name ?? id).toSorted();
  const movement = async (kind: string) => (await world.rows<{ id: string; state: string; plan: string; title: string; zeroMs: number | null }>(
    `select id, state, plan, title, extract(epoch from zero_at - happened_at) * 1000 as "zeroMs" from lifecycle.movement where person_id = $1 and kind = $2 order by planned_at desc limit 1`, [maria, kind]))[0];

  beforeAll(async () => {
    world = await openWorld();
    crm = await world.addSystem('crm');
    wiki = await world.addSystem('wiki');
    await world.role('Everybody', { all: [] }, [wiki.entitlements.get('staff') ?? '']);
    await world.role('Engineering', { all: [{ attribute: 'department', isOneOf: ['Engineering'] }] }, [wiki.entitlements.get('engineers') ?? '']);
    await world.role('Sales', { all: [{ attribute: 'department', isOneOf: ['Sales'] }] }, [crm.entitlements.get('staff') ?? '']);
  });
  afterAll(() => world.close());

  test('a joiner gets an account and the birthright, each read back before it counts', async () => {
    maria = await world.addPerson({ givenName: 'Maria', familyName: 'Ivanova', department: 'Engineering' });
    expect(await world.settle()).toBe(true);
    expect(await movement('joiner')).toMatchObject({ state: 'done', title: 'Maria Ivanova joins Engineering', plan: 'makes 1 account, gives 2 grants in 1 system' });
    expect(groups('wiki')).toEqual(['engineers', 'staff']);
    expect(account('crm')).toBeNull();
    const proofs = await world.rows<{ action: string; proof: { via: string }; observed: string }>('select s.action, s.proof, o.via as observed from lifecycle.step s join directory.observation_card o using (observation_id) where s.person_id = $1 order by s.position', [maria]);
    expect(proofs.map((one) => one.action)).toEqual(['create_account', 'grant', 'grant']);
    for (const one of proofs) expect(one.proof.via).toBe(one.observed);
  });

  test('what is given by hand reaches the system', async () => {
    await world.give(maria, wiki.entitlements.get('admins') ?? '', 'maintains the wiki');
    expect(await world.settle()).toBe(true);
    expect(groups('wiki')).toContain('admins');
  });

  test('a mover loses the old birthright before getting the new one, and keeps hand-given grants for 14 days', async () => {
    await world.change(maria, { department: 'Sales' });
    expect(await world.settle()).toBe(true);
    expect(await movement('mover')).toMatchObject({ state: 'done', title: 'Maria Ivanova: department Engineering → Sales' });
    expect(groups('wiki')).toEqual(['admins', 'staff']);
    expect(groups('crm')).toEqual(['staff']);
    const [carried] = await world.rows<{ source: string; days: number }>(`select source, extract(day from expires_at - since)::int as days from authz.grant_card where person_id = $1 and entitlement_id = $2 and ended_at is null`, [maria, wiki.entitlements.get('admins')]);
    expect(carried).toEqual({ source: 'carry-over', days: 14 });
  });

  test('a silent system is retried until the read-back agrees, and never counts as done before', async () => {
    world.systems.get('crm')?.script({ on: 'setEnabled', fault: 'silent_no_op' }, { on: 'revokeSessions', fault: 'lost_reply' });
    world.systems.get('crm')?.openSession(account('crm')?.id ?? '');
    await world.rows('insert into stand_in.session values ($1), ($1)', [maria]);
    await world.leave(maria);
    await world.tick();
    expect((await movement('leaver'))?.state).not.toBe('done');
    expect(await world.settle()).toBe(true);
    const left = await movement('leaver');
    expect(left).toMatchObject({ state: 'done' });
    expect(left?.zeroMs).not.toBeNull();
    for (const system of ['crm', 'wiki']) expect(account(system)).toMatchObject({ isEnabled: false, sessions: 0, groups: [] });
    expect(await world.rows('select 1 from stand_in.session where person_id = $1', [maria])).toEqual([]);
    expect(await world.rows('select 1 from authz.grant_card where person_id = $1 and ended_at is null', [maria])).toEqual([]);
    for (const system of world.systems.values()) {
      const ids = system.operations.filter((one) => one.operationId !== 'host').map((one) => one.operationId);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  test('a leaver who comes back before the systems answered is not closed again', async () => {
    await world.rehire(maria);
    expect(await world.settle()).toBe(true);
    expect(account('crm')?.isEnabled).toBe(true);
    expect(groups('wiki')).toEqual(['staff']);
    // Down while she leaves, back after she was hired again.
    world.setFaults('crm', { downUntil: new Date(world.clock.now().getTime() + 3_600_000).toISOString() });
    await world.leave(maria);
    await world.tick();
    await world.tick();
    await world.rehire(maria);
    expect(await world.settle()).toBe(true);
    expect(account('crm')?.isEnabled).toBe(true);
    expect(account('wiki')?.isEnabled).toBe(true);
    expect((await movement('leaver'))?.state).toBe('cancelled');
    expect((await movement('rehire'))?.state).toBe('done');
  });

  /** The write happens, its reply is lost, and for a while the system shows nobody the account. */
  const loseSightAfter = (write: 'create' | 'setEnabled'): void => {
    const system = world.systems.get('crm')!;
    const original = system[write].bind(system) as (...given: unknown[]) => never;
    system.script({ on: write, fault: 'lost_reply' });
    Object.defineProperty(system, write, { configurable: true, value: (...given: unknown[]) => {
      Reflect.deleteProperty(system, write);
      system.script({ on: 'observe', fault: 'transient', times: 6 });
      return original(...given);
    } });
  };

  test('an account whose creation nobody confirmed is closed with its sessions, and can be used again by whoever comes back', async () => {
    const login = 'vera.orlova@example.com';
    loseSightAfter('create');
    const vera = await world.addPerson({ givenName: 'Vera', familyName: 'Orlova', department: 'Sales' });
    await world.tick();
    expect(account('crm', login)).toMatchObject({ isEnabled: true });
    expect(await world.rows('select 1 from directory.account_card where application_id = $1 and login = $2', [crm.applicationId, login])).toEqual([]);
    world.systems.get('crm')?.openSession(account('crm', login)?.id ?? '');

    // The account is closed, and again nobody sees it before she is back.
    await world.leave(vera);
    loseSightAfter('setEnabled');
    for (let tick = 0; tick < 40 && account('crm', login)?.isEnabled === true; tick += 1) {
      await world.tick();
      world.clock.advance(30_000);
    }
    expect(account('crm', login)).toMatchObject({ isEnabled: false, sessions: 1 });
    await world.rehire(vera);
    expect(await world.settle()).toBe(true);
    expect(account('crm', login)).toMatchObject({ isEnabled: true });
    expect((account('crm', login)?.groups ?? []).map((id) => world.systems.get('crm')?.group(id)?.name)).toContain('staff');

    await world.leave(vera);
    expect(await world.settle()).toBe(true);
    expect(account('crm', login)).toMatchObject({ isEnabled: false, sessions: 0, groups: [] });
  });

  test('a leaver whose account nobody has seen keeps no session there', async () => {
    const login = 'oleg.sokolov@example.com';
    loseSightAfter('create');
    const oleg = await world.addPerson({ givenName: 'Oleg', familyName: 'Sokolov', department: 'Sales' });
    await world.tick();
    world.systems.get('crm')?.openSession(account('crm', login)?.id ?? '');
    await world.leave(oleg);
    expect(await world.settle()).toBe(true);
    expect(account('crm', login)).toMatchObject({ isEnabled: false, sessions: 0 });
  });

  test('a system that is away for more than four hours is an alarm, and the others are done meanwhile', async () => {
    const ivan = await world.addPerson({ givenName: 'Ivan', familyName: 'Petrov', department: 'Sales' });
    expect(await world.settle()).toBe(true);
    world.setFaults('crm', { downUntil: new Date(world.clock.now().getTime() + 6 * 3_600_000).toISOString() });
    await world.leave(ivan);
    expect(await world.settle(5)).toBe(false);
    expect(account('wiki', 'ivan.petrov@example.com')?.isEnabled).toBe(false);
    const [stuck] = await world.rows<{ state: string; zeroAt: Date | null }>('select state, zero_at as "zeroAt" from lifecycle.movement where person_id = $1 and kind = $2', [ivan, 'leaver']);
    expect(stuck).toEqual({ state: 'alarm', zeroAt: null });
    const states = await world.rows<{ state: string }>('select distinct state from lifecycle.step where person_id = $1 and application_id = $2 and is_removal', [ivan, crm.applicationId]);
    expect(states.map((one) => one.state).toSorted(), 'sessions wait for the account to be proven closed').toEqual(['unproven', 'wanted']);
    expect(await world.settle()).toBe(true);
    expect(account('crm', 'ivan.petrov@example.com')?.isEnabled).toBe(false);
    expect(await world.rows(`select 1 from audit.everything where action = 'lifecycle.movement.alarm'`)).toHaveLength(1);
  });

  test('a changed role gives and takes for everybody it fits', async () => {
    await world.role('Sales reads the wiki', { all: [{ attribute: 'department', isOneOf: ['Sales'] }] }, [wiki.entitlements.get('engineers') ?? '']);
    expect(await world.settle()).toBe(true);
    expect(groups('wiki')).toEqual(['engineers', 'staff']);
  });

  test('somebody who was put into a group in the system itself is found and taken out again by one click', async () => {
    const system = world.systems.get('crm');
    system?.setMember('host', [...(system?.groups() ?? [])].find((one) => one.name === 'admins')?.id ?? '', account('crm')?.id ?? '', true);
    await world.read(crm.applicationId);
    const found = await world.rows<{ id: string; kind: string; severity: string }>(`select id, kind, severity from lifecycle.drift where state = 'open'`);
    expect(found).toMatchObject([{ kind: 'unexplained_holding', severity: 'high' }]);
    const { revertDrift } = await import('../reconciliation/decide-drift.ts');
    await revertDrift(world.nodes[0]!.parts.planning, world.gate.system('test', 'lifecycle.drift.revert'), found[0]?.id ?? '');
    expect(await world.settle()).toBe(true);
    expect(groups('crm')).toEqual(['staff']);
    await world.read(crm.applicationId);
    expect(await world.rows(`select 1 from lifecycle.drift where state in ('open', 'reverting')`)).toEqual([]);
  });

  test('an empty list from a system is an error, not a mass departure', async () => {
    world.setFaults('wiki', { emptyList: 1 });
    await world.read(wiki.applicationId);
    world.setFaults('wiki', {});
    const [reading] = await world.rows<{ state: string; problem: string }>('select state, problem from lifecycle.reading where application_id = $1 order by started_at desc limit 1', [wiki.applicationId]);
    expect(reading?.state).toBe('failed');
    expect(reading?.problem).toMatch(/empty list/);
    expect(await world.rows(`select 1 from directory.account_card where application_id = $1 and status = 'deleted'`, [wiki.applicationId])).toEqual([]);
  });

  test('a run that would close more than five accounts, or a tenth, stops and asks', async () => {
    const team: string[] = [];
    for (let number = 1; number <= 8; number += 1) team.push(await world.addPerson({ givenName: `Temp${number}`, familyName: 'Worker', department: 'Sales' }));
    expect(await world.settle()).toBe(true);
    world.clock.advance(3_600_000);
    await world.leaveByList(team);
    await world.tick();
    await world.tick();
    const enabled = (system: string): number => (world.systems.get(system)?.everyAccount() ?? []).filter((one) => one.login.startsWith('temp') && one.isEnabled).length;
    expect(enabled('wiki')).toBe(8);
    expect(await world.rows('select 1 from lifecycle.brake where released_at is null')).toHaveLength(2);
    const { releaseBrake } = await import('../connection/connect.ts');
    for (const { applicationId } of [crm, wiki]) await releaseBrake(world.nodes[0]!.parts.connecting, world.gate.system('test', 'lifecycle.brake.release'), applicationId);
    expect(await world.settle()).toBe(true);
    expect(enabled('wiki') + enabled('crm')).toBe(0);
  });
});

describe('where no system is connected yet', () => {
  test('a joiner has a movement without steps, and the audit does not say that every step was read back', async () => {
    const world = await openWorld();
    const noor = await world.addPerson({ givenName: 'Noor', familyName: 'First', department: 'Sales' });
    expect(await world.settle()).toBe(true);
    expect(await world.rows('select state, (select count(*)::int from lifecycle.step where movement_id = m.id) as steps from lifecycle.movement m where person_id = $1', [noor])).toEqual([{ state: 'done', steps: 0 }]);
    expect(await world.rows(`select action from audit.everything where action like 'lifecycle.movement.%' order by at`)).toEqual([{ action: 'lifecycle.movement.plan' }]);
    await world.close();
  });
});
