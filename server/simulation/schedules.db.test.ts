import { afterAll, beforeAll, expect, test } from 'vitest';
import { Crash, openWorld, type World } from './world.ts';

/**
 * Seeded companies with failing systems. After every schedule: no leaver keeps access, no access lacks a reason,
 * nothing was done twice, and the audit tells it all. A failure names its seed: SIMULATION_SEED=n runs that one alone.
 */
const only = Number(process.env['SIMULATION_SEED'] ?? '0');
const schedules = Number(process.env['SIMULATION_SCHEDULES'] ?? '100');
const seeds = only > 0 ? [only] : Array.from({ length: schedules }, (_, index) => index + 1);

function dice(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

let world: World;
beforeAll(async () => { world = await openWorld({ nodes: 2 }); });
afterAll(() => world.close());

for (const seed of seeds) {
  test(`schedule ${seed}: no leaver keeps access, no access lacks a reason, the audit is complete`, { timeout: 60_000 }, async () => {
    await live(seed).catch(async (error: unknown) => { await tell(); throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error }); });
  });
}

async function live(seed: number): Promise<void> {
  const roll = dice(seed);
  const below = (n: number): number => Math.floor(roll() * n);
  world.chance = roll;
  world.between = () => undefined;
  world.clock.advance(60_000);
  const begun = world.clock.now();

  // A small company in a house of failing systems.
  const names = ['crm', 'wiki', 'ldap'].slice(0, 1 + below(3)).map((name) => `${name}${seed}`);
  const systems: { name: string; applicationId: string; entitlements: Map<string, string>; settleMs: number }[] = [];
  for (const name of names) {
    const settleMs = roll() < 0.4 ? 2_000 : 0;
    systems.push({ name, settleMs, ...(await world.addSystem(name, { seed: seed * 7 + systems.length, settleMs })) });
  }
  const departments = [`Sales ${seed}`, `Engineering ${seed}`];
  const roles: string[] = [];
  for (const department of departments) {
    const given = systems.flatMap((system) => [...system.entitlements].filter(() => roll() < 0.5).map(([, id]) => id));
    roles.push(await world.role(`${department}`, { all: [{ attribute: 'department', isOneOf: [department] }] }, given));
  }
  const people: { id: string; isHere: boolean }[] = [];
  const join = async (): Promise<void> => {
    people.push({ id: await world.addPerson({ givenName: `P${people.length}`, familyName: `S${seed}`, department: departments[below(2)] ?? null }), isHere: true });
  };
  await join();
  await world.tick();

  const misbehave = (): void => {
    for (const { name, settleMs } of systems) {
      world.setFaults(name, {
        transient: roll() < 0.5 ? 0.2 : 0, rateLimited: roll() < 0.3 ? 0.15 : 0, lostReply: roll() < 0.5 ? 0.3 : 0, silentNoOp: roll() < 0.4 ? 0.2 : 0,
        ...(settleMs > 0 ? { staleMs: 1_500 } : {}), ...(roll() < 0.25 ? { downUntil: new Date(world.clock.now().getTime() + below(3_600_000)).toISOString() } : {}),
      });
    }
    const danger = roll() < 0.5 ? 0.06 : 0;
    world.between = () => {
      if (roll() < danger) throw new Crash('kill -9');
    };
  };

  const events = 4 + below(4);
  for (let event = 0; event < events; event += 1) {
    misbehave();
    const person = people[below(people.length)];
    const what = roll();
    if (person === undefined || what < 0.2) await join();
    else if (!person.isHere) {
      await world.rehire(person.id);
      person.isHere = true;
    } else if (what < 0.5) {
      await world.leave(person.id);
      person.isHere = false;
    } else if (what < 0.7) await world.change(person.id, { department: departments[below(2)] ?? null });
    else {
      const system = systems[below(systems.length)];
      const entitlement = [...(system?.entitlements.values() ?? [])][below(3)];
      if (entitlement !== undefined) await world.give(person.id, entitlement, `schedule ${seed}`).catch(() => undefined);
    }
    for (const { name } of systems) {
      const system = world.systems.get(name);
      const some = system?.everyAccount().find((one) => one.isEnabled);
      if (some !== undefined && roll() < 0.3) system?.openSession(some.id);
    }
    const ticks = below(4);
    for (let one = 0; one < ticks; one += 1) {
      await world.tick();
      world.clock.advance(below(20_000));
    }
  }

  // The systems are as bad as ever; only the downtime ends and nobody pulls plugs any more.
  world.between = () => undefined;
  for (const { name, settleMs } of systems) world.setFaults(name, { ...(settleMs > 0 ? { staleMs: 1_500 } : {}), transient: 0.1, lostReply: 0.1, silentNoOp: 0.1 });
  expect(await world.settle(24), 'everything is proven in the end').toBe(true);

  for (const { id, isHere } of people) {
    const [person] = await world.rows<{ username: string; status: string }>('select username, status from directory.person_card where person_id = $1', [id]);
    for (const { name, applicationId, entitlements } of systems) {
      const system = world.systems.get(name);
      const account = system?.byLogin(person?.username ?? '') ?? null;
      const groups = new Set((account?.groups ?? []).map((group) => system?.group(group)?.name ?? group));
      if (!isHere) {
        expect(account === null || (!account.isEnabled && account.sessions === 0 && groups.size === 0), `a leaver keeps nothing in ${name}: ${JSON.stringify(account)}`).toBe(true);
        continue;
      }
      const grants = await world.rows<{ name: string; reason: string; isBirthright: boolean }>(
        `select g.entitlement_name as name, g.reason, g.source = 'birthright' as "isBirthright" from authz.grant_card g where g.person_id = $1 and g.application_id = $2 and g.ended_at is null`, [id, applicationId]);
      expect(grants.every((grant) => grant.reason !== ''), 'a reason for each grant').toBe(true);
      expect([...groups].toSorted(), `what ${name} shows is what the grants say`).toEqual(grants.map((grant) => grant.name).toSorted());
      if (grants.length > 0) expect(account?.isEnabled, `access that can be used in ${name}: ${JSON.stringify(account)}`).toBe(true);
      expect(entitlements.size).toBe(3);
    }
  }
  for (const { name } of systems) {
    const done = (world.systems.get(name)?.operations ?? []).filter((one) => one.operationId !== 'host');
    expect(new Set(done.map((one) => one.operationId)).size, `nothing twice in ${name}`).toBe(done.length);
    const known = await world.rows<{ operationId: string }>('select operation_id as "operationId" from lifecycle.step where operation_id = any($1)', [done.map((one) => one.operationId)]);
    expect(known.length, `nothing in ${name} that nobody planned`).toBe(done.length);
  }
  const since = [begun];
  const lost = await world.rows<{ what: string }>(
    `select 'movement ' || m.id as what from lifecycle.movement m
      where m.planned_at >= $1 and not exists (select from audit.everything e where e.action = 'lifecycle.movement.plan' and e.body::jsonb -> 'facts' ->> 'movementId' = m.id::text)
     union all
     select 'step ' || s.id from lifecycle.step s
      where s.wanted_at >= $1 and s.state = 'proven' and not exists (select from audit.everything e where e.action = 'lifecycle.step.prove' and e.body::jsonb -> 'facts' ->> 'stepId' = s.id::text)
     union all
     select 'step without observation ' || s.id from lifecycle.step s where s.wanted_at >= $1 and s.state = 'proven' and s.surface is null and not exists (select from directory.observation_card o where o.observation_id = s.observation_id)
     union all
     select 'grant ' || g.grant_id from authz.grant_card g
      where g.since >= $1 and not exists (select from audit.everything e where e.action = 'authorization.grant.give' and e.body::jsonb -> 'facts' ->> 'grantId' = g.grant_id::text)`, since);
  expect(lost, 'the audit is complete').toEqual([]);

  // The next company finds an empty house.
  for (const { applicationId, name } of systems) {
    await world.rows('update directory.application set removed_at = now() where id = $1', [applicationId]);
    world.systems.delete(name);
    world.applications.delete(name);
  }
  await world.rows('update authz.role set removed_at = now() where id = any($1)', [roles]);
  for (const table of ['audit.inbox', 'authz.role_entitlement']) await world.rows(`delete from ${table}`);
  while (world.nodes.length < 2) await world.open(2);
}

/** With one seed: the whole story, for whoever looks for the fault. */
async function tell(): Promise<void> {
  if (only === 0) return;
  const say = (at: Date | string | null, text: string): void => { process.stderr.write(`${at === null ? '' : new Date(at).toISOString().slice(11, 23)} ${text}\n`); };
  for (const [name, system] of world.systems) for (const one of system.operations) say(one.at, `${name} ${one.operation} ${one.login} ${one.detail} ${one.operationId}`);
  for (const row of await world.rows<Record<string, unknown>>(`select m.planned_at, m.kind, m.state as standing, s.action, s.title, s.state, s.attempts, s.sent_at, s.seen_at, s.seen, s.skip_reason, s.operation_id, s.problem
    from lifecycle.step s join lifecycle.movement m on m.id = s.movement_id order by m.planned_at, s.application_id, s.position`)) say(row['planned_at'] as Date, JSON.stringify(row));
}
