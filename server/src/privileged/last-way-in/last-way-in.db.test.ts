import type { HrImport } from '@bailiwick/contract/hr-feed';
import type { Today } from '@bailiwick/contract/reports';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { breakGlassOf, runJob } from '../../../testing/break-glass.ts';
import { movingClock } from '../../../testing/moving-clock.ts';
import { softwareAuthenticator } from '../../../testing/software-authenticator.ts';
import type { Visitor } from '../../../testing/visitor.ts';
import { openWorld, type Actor, type World } from '../../../testing/world.ts';
import { sql } from '../../platform/db/index.ts';

/** Every door through which the last administrator who can sign in could go. Rita is she; Nora has the role and has never set up a factor. */
let world: World;
let script: Visitor;
let rita: Actor;
let nora: Actor;
const clock = movingClock();

beforeAll(async () => {
  world = await openWorld({ clock });
  script = await world.script();
  rita = await world.setUp('rita', 'Rita', 'Boss');
  nora = await world.hire('Nora', 'New');
  await rita.browser.api('POST', '/api/v1/console-roles', { personId: nora.id, role: 'administrator', reason: 'second administrator' });
  await world.quiet();
}, 120_000);
afterAll(() => world.close());

/** With a fresh proof, which giving a role asks for. */
async function anew(actor: Actor): Promise<void> {
  actor.browser.cookies.clear();
  await world.signIn(actor);
}
const here = async (id: string): Promise<string> => (await script.api<{ status: string }>('GET', `/api/v1/people/${id}`)).status;
const rows = <Row>(text: string): Promise<Row[]> => world.database.pool.query(text).then((result) => result.rows as Row[]);
const held = async (): Promise<{ personId: string }[]> => (await script.api<{ items: { personId: string }[] }>('GET', '/api/v1/held-departures')).items;
const isAdministrator = async (id: string): Promise<boolean> => (await script.api<{ items: { personId: string; role: string }[] }>('GET', '/api/v1/console-roles')).items.some((one) => one.personId === id && one.role === 'administrator');
const switchOff = (id: string, factor: string) => world.database.read((tx) => sql(tx)`insert into authn.throttle (account, authenticator, failures, disabled_at, last_failed_at) values (${`person:${id}`}, ${factor}, 100, now(), now())`);
const switchOn = (id: string) => world.database.read((tx) => sql(tx)`delete from authn.throttle where account = ${`person:${id}`}`);

describe('the last administrator who can sign in stays, whatever the door', () => {
  beforeEach(async () => {
    await world.signIn(rita);
  });

  it('the role cannot be taken from her by the API, although somebody else has it on paper', async () => {
    await expect(script.api('DELETE', `/api/v1/console-roles/${rita.id}/administrator`)).rejects.toMatchObject({ code: 'authorization.last_administrator' });
    await expect(rita.browser.api('DELETE', `/api/v1/console-roles/${rita.id}/administrator`)).rejects.toMatchObject({ code: 'authorization.last_administrator' });
    expect(await isAdministrator(rita.id)).toBe(true);
  });

  it('the button makes her no leaver, and the refusal says what to do', async () => {
    await expect(script.api('POST', `/api/v1/people/${rita.id}/leave`, { reason: 'resigned' })).rejects.toThrow(/`Rita Boss` is the last administrator who can sign in; make somebody else an administrator/);
    expect(await here(rita.id)).toBe('active');
  });

  it('her end date passes: she stays, it is asked about once, and an end date put right settles the question', async () => {
    await script.api('PATCH', `/api/v1/people/${rita.id}`, { endDate: '2020-01-01', startDate: '2019-01-01' });
    await runJob(world, 'lifecycle.follow-calendar');
    await runJob(world, 'lifecycle.follow-calendar');
    expect([await here(rita.id), (await held()).map((one) => one.personId)]).toEqual(['active', [rita.id]]);
    const today = await script.api<Today>('GET', '/api/v1/reports/today');
    expect(today.needs[0]).toMatchObject({ kind: 'departure_held', urgency: 'now', count: 1 });
    const refusals = await rows<{ n: number }>(`select count(*)::int as n from audit.everything where action = 'directory.person.leave' and body::jsonb->>'outcome' = 'refused' and body::jsonb->>'target' = 'person:${rita.id}' and body::jsonb->'facts'->>'isHeld' = 'true'`);
    expect(refusals).toEqual([{ n: 1 }]);
    await script.api('PATCH', `/api/v1/people/${rita.id}`, { endDate: null });
    await runJob(world, 'directory.settle-departures');
    expect([await here(rita.id), await held()]).toEqual(['active', []]);
  });

  it('a factor whose loss would shut her out stays, also where her password is switched off already', async () => {
    const key = softwareAuthenticator({ origin: world.origin });
    const { options } = await rita.browser.api<{ options: never }>('POST', '/api/v1/me/factors/passkey-options');
    const { id } = await rita.browser.api<{ id: string }>('POST', '/api/v1/me/factors/passkeys', { response: key.create(options) });
    await switchOff(rita.id, 'password');
    await expect(rita.browser.api('DELETE', `/api/v1/me/factors/${id}`)).rejects.toMatchObject({ code: 'authentication.last_way_in' });
    await switchOn(rita.id);
    await rita.browser.api('DELETE', `/api/v1/me/factors/${id}`);
    await expect(rita.browser.api('DELETE', '/api/v1/me/factors/password')).rejects.toMatchObject({ code: 'authentication.last_factor' });
  });

  it('a statement past all code is stopped by the database when it would take the last role', async () => {
    await expect(world.database.pool.query(`delete from authz.console_role where role = 'administrator'`)).rejects.toMatchObject({ code: 'BW001' });
    await expect(world.database.pool.query(`update directory.person set status = 'left', left_at = now()`)).rejects.toMatchObject({ code: 'BW001' });
  });

  it('where her password is off all the same, since somebody else could sign in when it happened, these ways remain', async () => {
    await switchOff(rita.id, 'password');
    const { waysIn } = await breakGlassOf(rita.browser, world).read();
    expect(waysIn).toMatchObject({ isOpen: false, shutOut: ['Rita Boss', 'Nora New'], ways: [{ is: 'recovery', name: 'Rita Boss' }, { is: 'host' }] });
    // A recovery code and the app let her set up a new password.
    const browser = world.newVisitor();
    await browser.go('/recover');
    await browser.post('/recover', { step: 'username', username: 'rita' });
    await browser.post('/recover', { step: 'recovery-code', code: rita.credentials.recoveryCodes[0]! });
    await browser.post('/recover', { step: 'totp', code: await rita.browser.codeOf(rita.credentials) });
    await browser.go('/enrol?with=new-password');
    rita.credentials.password = 'a new lantern under nine stairs';
    await browser.post('/enrol', { step: 'new-password', password: rita.credentials.password });
    expect((await breakGlassOf(rita.browser, world).read()).waysIn).toMatchObject({ isOpen: true, shutOut: ['Nora New'] });
    // And with nothing left but the host.
    for (const factor of ['password', 'totp', 'recovery-code']) await switchOff(rita.id, factor);
    expect((await breakGlassOf(rita.browser, world).read()).waysIn.ways).toEqual([{ is: 'host', name: null, accounts: null }]);
    await world.app.domains.host.recoverAdministrator({ username: 'rita' });
    expect((await breakGlassOf(rita.browser, world).read()).waysIn).toMatchObject({ isOpen: true });
  });
});

describe('the HR feed', () => {
  const header = 'Employee ID,First Name,Last Name,Work Email,Job Title,Department,Manager ID,Hire Date';
  const list = (...names: string[]): Buffer => Buffer.from([header, ...names.map((name, at) => `H${name},${name},Family,${name.toLowerCase()}@linden.example,Clerk,Sales,,2020-01-0${at + 1}`), ''].join('\n'));
  const upload = (...names: string[]): Promise<HrImport> => script.api<HrImport>('POST', '/api/v1/hr-imports?fileName=hr.csv', list(...names));
  const apply = (one: HrImport): Promise<unknown> => script.api('POST', `/api/v1/hr-imports/${one.id}/apply`, one.brake.confirmWith === null ? {} : { confirmedRemovals: one.brake.confirmWith });
  const found = async (name: string): Promise<Actor> => world.person(`${name} Family`);

  it('goes on for everybody else, holds the last administrator, asks about her, and lets her go as soon as another can sign in', async () => {
    await apply(await upload('Ana', 'Bo', 'Cleo', 'Dan', 'Eve', 'Fay', 'Gus'));
    const [ana, bo, eve] = [await found('Ana'), await found('Bo'), await found('Eve')];
    for (const one of [ana, eve]) {
      await world.signIn(one);
      await anew(rita);
      await rita.browser.api('POST', '/api/v1/console-roles', { personId: one.id, role: 'administrator', reason: 'she runs this house' });
    }
    await script.api('DELETE', `/api/v1/console-roles/${eve.id}/administrator`);
    await script.api('DELETE', `/api/v1/console-roles/${rita.id}/administrator`);

    // Ana is the last one by now, and HR drops her and Bo.
    const preview = await upload('Cleo', 'Dan', 'Eve', 'Fay', 'Gus');
    expect(preview.counts).toMatchObject({ leaver: 1, conflict: 1 });
    expect(preview.sample.find((one) => one.name === 'Ana Family')).toMatchObject({ kind: 'conflict', why: expect.stringContaining('last administrator who can sign in') });
    await apply(preview);
    expect([await here(bo.id), await here(ana.id), (await held()).map((one) => one.personId)]).toEqual(['left', 'active', [ana.id]]);

    // The next file names her again: HR has put it right.
    await apply(await upload('Ana', 'Cleo', 'Dan', 'Eve', 'Fay', 'Gus'));
    expect([await here(ana.id), await held()]).toEqual(['active', []]);

    await apply(await upload('Cleo', 'Dan', 'Eve', 'Fay', 'Gus'));
    await runJob(world, 'directory.settle-departures');
    expect(await here(ana.id)).toBe('active');
    await anew(ana);
    await ana.browser.api('POST', '/api/v1/console-roles', { personId: rita.id, role: 'administrator', reason: 'takes over' });
    await runJob(world, 'directory.settle-departures');
    expect([await here(ana.id), await held(), await isAdministrator(rita.id)]).toEqual(['left', [], true]);
  }, 120_000);
});

describe('two at once', () => {
  it('threat, a race: two administrators who remove each other at the same moment do not both succeed', async () => {
    await anew(rita);
    const olga = await world.hire('Olga', 'Second');
    await world.signIn(olga);
    for (let round = 0; round < 6; round += 1) {
      if (!(await isAdministrator(olga.id))) await rita.browser.api('POST', '/api/v1/console-roles', { personId: olga.id, role: 'administrator', reason: 'again' });
      const tries = await Promise.allSettled([
        script.api('DELETE', `/api/v1/console-roles/${rita.id}/administrator`),
        round % 2 ? script.api('DELETE', `/api/v1/console-roles/${olga.id}/administrator`) : script.api('POST', `/api/v1/people/${olga.id}/leave`, { reason: 'gone' }),
      ]);
      expect(tries.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
      const [ritaStays, olgaStays] = [await isAdministrator(rita.id), (await isAdministrator(olga.id)) && (await here(olga.id)) === 'active'];
      expect([ritaStays, olgaStays].filter(Boolean)).toHaveLength(1);
      if (!ritaStays) {
        await anew(olga);
        await olga.browser.api('POST', '/api/v1/console-roles', { personId: rita.id, role: 'administrator', reason: 'back' });
      }
      await anew(rita);
      if ((await here(olga.id)) === 'left') break;
    }
  }, 120_000);
});

describe('two sealed break-glass accounts', () => {
  it('stand for an administrator: the last one may leave, one alone does not, and then neither may be retired', async () => {
    await anew(rita);
    for (const { personId, role } of (await script.api<{ items: { personId: string; role: string }[] }>('GET', '/api/v1/console-roles')).items) {
      if (role === 'administrator' && personId !== rita.id) await script.api('DELETE', `/api/v1/console-roles/${personId}/administrator`);
    }
    const house = breakGlassOf(rita.browser, world);
    const first = await house.sealed(1);
    await expect(script.api('POST', `/api/v1/people/${rita.id}/leave`, { reason: 'retires' })).rejects.toMatchObject({ code: 'directory.last_way_in' });
    const second = await house.sealed(2);
    await script.api('POST', `/api/v1/people/${rita.id}/leave`, { reason: 'retires' });
    expect(await here(rita.id)).toBe('left');
    await world.quiet();

    // Somebody breaks the glass: the account runs the house, and cannot retire its twin and lock everybody out.
    const emergency = world.newVisitor();
    await emergency.signInByPasskey(first.key);
    const me = await emergency.api<{ consoleRoles: string[] }>('GET', '/api/v1/me');
    expect(me.consoleRoles).toEqual(['administrator']);
    await world.quiet();
    await emergency.api('POST', '/api/v1/console-roles', { personId: nora.id, role: 'administrator', reason: 'the way back' });
    expect((await breakGlassOf(emergency, world).read()).waysIn).toMatchObject({ isOpen: false, ways: [{ is: 'break_glass', accounts: 1 }, { is: 'host' }] });
    await breakGlassOf(emergency, world).test(first.id, first.key);
    await breakGlassOf(emergency, world).seal(first.id, { envelope: 'E-3', place: 'safe 1', keeper: 'keeper 1' });
    await expect(breakGlassOf(emergency, world).retire(second.id)).rejects.toMatchObject({ code: 'privileged.last_way_in' });
  }, 120_000);
});
