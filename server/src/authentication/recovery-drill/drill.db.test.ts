import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DrillDetail, MyRecovery } from '@bailiwick/contract/recovery';
import { mailBox, type MailBox } from '../../../testing/mail-box.ts';
import type { Reply, Visitor } from '../../../testing/visitor.ts';
import { openWorld, type Actor, type World } from '../../../testing/world.ts';

const hour = 3_600_000;
let world: World;
let mails: MailBox;
let rita: Actor;
let olga: Actor;
let ivan: Actor;
let petra: Actor;
let drillId = '';

beforeAll(async () => {
  world = await openWorld();
  mails = mailBox(world);
  rita = await world.setUp('rita', 'Rita', 'Boss');
  [olga, ivan, petra] = [await world.hire('Olga', 'Able'), await world.hire('Ivan', 'Lost'), await world.hire('Petra', 'Late')];
  for (const actor of [olga, ivan, petra]) await world.signIn(actor);
  const { id } = await olga.browser.api<{ id: string }>('POST', '/api/v1/me/recovery/addresses', { address: 'olga@home.example' });
  await olga.browser.api('POST', `/api/v1/me/recovery/addresses/${id}/confirm`, { code: await mails.codeTo('olga@home.example') });
}, 120_000);
afterAll(() => world.close());

const inHours = (hours: number): string => new Date(world.clock.now().getTime() + hours * hour).toISOString();
const start = (personIds: readonly string[], endsAt = inHours(24 * 10)): Promise<{ id: string }> => rita.browser.api<{ id: string }>('POST', '/api/v1/recovery-drills', { name: 'Spring', personIds, endsAt });
const detail = (): Promise<DrillDetail> => rita.browser.api<DrillDetail>('GET', `/api/v1/recovery-drills/${drillId}`);
const partOf = async (actor: Actor) => (await detail()).parts.find((one) => one.personId === actor.id)!;
const codeOf = (asked: Promise<unknown>): Promise<string> => asked.then(() => 'done', (error: { code: string }) => error.code);
const page = '/recover/practise';
const keep = async (): Promise<void> => {
  const job = world.app.domains.modules.flatMap((module) => module.jobs ?? []).find((one) => one.name === 'authentication.keep-drills')!;
  await job.run({}, { signal: new AbortController().signal, attempt: 1 });
};
const answer = (browser: Visitor, step: string, fields: Readonly<Record<string, string>> = {}): Promise<Reply> => browser.post(page, { step, ...fields });
const secretsOf = async (actor: Actor): Promise<unknown> => {
  const ask = async (text: string): Promise<unknown> => (await world.database.pool.query(text, [actor.id])).rows;
  return [
    await ask('select slot, hash, used_at from authn.recovery_code where person_id = $1 order by slot'),
    await ask('select hash, set_at from authn.password where person_id = $1'),
    await ask('select id, sealed_seed from authn.totp where person_id = $1'),
    await ask('select id, confirmed_at from authn.recovery_address where person_id = $1'),
  ];
};

it('an administrator starts a drill for chosen people; each is told once, by mail and in the portal', async () => {
  drillId = (await start([olga.id, ivan.id, petra.id])).id;
  await world.quiet();
  await keep();
  for (const to of ['olga.able@linden.example', 'ivan.lost@linden.example']) expect((await mails.subjectsTo(to)).filter((one) => one === 'Linden: Practise getting back in')).toHaveLength(1);
  expect((await olga.browser.api<MyRecovery>('GET', '/api/v1/me/recovery')).drill).toMatchObject({ name: 'Spring', begunAt: null });
  expect((await rita.browser.api<MyRecovery>('GET', '/api/v1/me/recovery')).drill, 'who is not chosen has nothing to do').toBeNull();
  expect((await rita.browser.go(page)).text).toContain('nothing to practise');
  expect(await detail()).toMatchObject({ people: 3, notBegun: 3, able: 0 });
});

it('whoever leaves it is not chosen, a day in the past ends nothing, and only administrators start one', async () => {
  const gone = await world.hire('Gus', 'Gone');
  await rita.browser.api('POST', `/api/v1/people/${gone.id}/leave`, { reason: 'left' });
  expect(await codeOf(start([gone.id]))).toBe('authentication.drill_person_not_active');
  expect(await codeOf(start([olga.id], inHours(-1)))).toBe('authentication.drill_end_not_allowed');
  expect(await codeOf(start([olga.id], inHours(24 * 91)))).toBe('authentication.drill_end_not_allowed');
  expect(await codeOf(olga.browser.api('POST', '/api/v1/recovery-drills', { name: 'mine', personIds: [olga.id], endsAt: inHours(5) }))).toBe('platform.not_permitted');
});

it('without a session it sends to the sign-in', async () => {
  expect((await world.newVisitor().go(page)).at).toMatch(/^\/sign-in/);
});

describe('the rehearsal', () => {
  it('goes through the real steps to the end, and changes and uses up nothing', async () => {
    const before = await secretsOf(olga);
    const { browser, credentials } = olga;
    expect((await browser.go(page)).text).toContain('Nothing of yours is changed or used up');
    expect((await answer(browser, 'begin')).text).toContain('Step 1 of 3');
    expect((await answer(browser, 'saved-code', { code: '3-0000-0000-0000-0000' })).status).toBe(401);
    expect((await answer(browser, 'saved-code', { code: credentials.recoveryCodes[3]! })).text).toContain('Step 2 of 3');
    world.clock.forward(90_000);
    expect((await answer(browser, 'mailed-code', { act: 'send' })).text).toContain('a code is on its way');
    const code = await mails.codeTo('olga@home.example');
    expect((await mails.to('olga@home.example')).at(-1)!.text).toContain('opens nothing');
    expect((await answer(browser, 'mailed-code', { code })).text).toContain('Step 3 of 3');
    expect((await answer(browser, 'second-device')).text, 'this browser is not another one').toContain('No new sign-in on another device');
    const telephone = world.newVisitor();
    await telephone.signIn(credentials);
    const end = await answer(browser, 'second-device');
    expect(end.text).toContain('You could get back in by yourself.');
    expect(await secretsOf(olga)).toEqual(before);
    expect(await partOf(olga)).toMatchObject({ state: 'able', stalledAt: null, steps: [{ step: 'saved-code', outcome: 'done', tries: 2 }, { step: 'mailed-code', outcome: 'done', tries: 1 }, { step: 'second-device', outcome: 'done' }] });
    expect((await partOf(olga)).seconds).toBeGreaterThanOrEqual(90);
    // The real thing works afterwards with the very code that was shown.
    const real = world.newVisitor();
    await real.go('/recover');
    await real.post('/recover', { step: 'username', username: credentials.username });
    expect((await real.post('/recover', { step: 'recovery-code', code: credentials.recoveryCodes[3]! })).status).toBe(200);
  });

  it('a code mailed for practising recovers nothing, and one mailed for a recovery is none to practise with', async () => {
    const second = (await start([olga.id])).id;
    const { browser, credentials } = olga;
    await browser.go(page);
    await answer(browser, 'begin');
    await answer(browser, 'saved-code', { act: 'give-up' });
    await answer(browser, 'mailed-code', { act: 'send' });
    const forPractice = await mails.codeTo('olga@home.example');
    const real = world.newVisitor();
    await real.go('/recover');
    await real.post('/recover', { step: 'username', username: credentials.username });
    await real.post('/recover', { step: 'mailed-code', send: 'yes' });
    const forReal = await mails.codeTo('olga@home.example');
    expect((await real.post('/recover', { step: 'mailed-code', code: forPractice })).status).toBe(401);
    expect((await answer(browser, 'mailed-code', { code: forReal })).status).toBe(401);
    await rita.browser.api('POST', `/api/v1/recovery-drills/${second}/end`);
    expect(await codeOf(rita.browser.api('POST', `/api/v1/recovery-drills/${second}/end`))).toBe('authentication.drill_ended');
  });

  it('guesses at saved codes in an open session are throttled as everywhere', async () => {
    const { browser } = ivan;
    await browser.go(page);
    await answer(browser, 'begin');
    const answers: number[] = [];
    for (let guess = 0; guess < 6; guess += 1) answers.push((await answer(browser, 'saved-code', { code: `${guess}-0000-0000-0000-0000` })).status);
    expect(answers).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it('who stalls is seen where, who cannot is told what to do, and who comes back goes on', async () => {
    const { browser } = ivan;
    expect(await partOf(ivan)).toMatchObject({ state: 'under_way', stalledAt: 'saved-code' });
    world.clock.forward(11 * 60_000);
    expect(await partOf(ivan)).toMatchObject({ state: 'stalled', stalledAt: 'saved-code' });
    expect(await detail()).toMatchObject({ people: 3, able: 1, stalled: 1, notBegun: 1 });
    await browser.go(page);
    await answer(browser, 'saved-code', { act: 'give-up' });
    await answer(browser, 'mailed-code', { act: 'give-up' });
    const end = await answer(browser, 'second-device', { act: 'give-up' });
    expect(end.text).toContain('You could not get back in by yourself.');
    expect(await partOf(ivan)).toMatchObject({ state: 'unable', stalledAt: 'saved-code' });
    expect((await ivan.browser.api<MyRecovery>('GET', '/api/v1/me/recovery')).drill).toMatchObject({ isAble: false });
  });

  it('steps cannot be jumped over', async () => {
    const { browser } = petra;
    await browser.go(page);
    await answer(browser, 'second-device', { act: 'give-up' });
    expect(await partOf(petra)).toMatchObject({ state: 'not_begun', steps: [] });
    await answer(browser, 'begin');
    await answer(browser, 'second-device', { act: 'give-up' });
    expect((await partOf(petra)).steps.map((one) => one.step)).toEqual(['saved-code']);
  });
});

it('who has not finished is reminded every three days and on the last, and the drill ends by itself on its day', async () => {
  const reminders = async (): Promise<number> => (await mails.subjectsTo('petra.late@linden.example')).filter((one) => one.startsWith('Linden: Still to do')).length;
  await keep();
  expect(await reminders()).toBe(0);
  world.clock.forward(73 * hour);
  await keep();
  await keep();
  expect(await reminders()).toBe(1);
  world.clock.forward(5.5 * 24 * hour);
  await keep();
  expect(await reminders()).toBe(2);
  world.clock.forward(25 * hour);
  await keep();
  await keep();
  expect(await reminders(), 'on the last day').toBe(3);
  expect((await mails.subjectsTo('olga.able@linden.example')).filter((one) => one.startsWith('Linden: Still to do')), 'who has finished hears nothing').toEqual([]);
  world.clock.forward(24 * hour);
  rita.browser.cookies.clear();
  await world.signIn(rita);
  expect((await detail()).endReason, 'over is over, before any job says so').toBe('its time is over');
  await keep();
  expect(await detail()).toMatchObject({ endReason: 'its time is over', stalled: 1 });
  petra.browser.cookies.clear();
  await world.signIn(petra);
  expect((await petra.browser.go(page)).text).toContain('nothing to practise');
});
