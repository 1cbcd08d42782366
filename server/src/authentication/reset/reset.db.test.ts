import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ResetCard } from '@bailiwick/contract/recovery';
import { mailBox, type MailBox } from '../../../testing/mail-box.ts';
import type { Visitor } from '../../../testing/visitor.ts';
import { openWorld, type Actor, type World } from '../../../testing/world.ts';
import { mostTold } from './tell-second-persons.ts';

let world: World;
let mails: MailBox;
let script: Visitor;
let rita: Actor;
let hugo: Actor;
let helga: Actor;
let maria: Actor;
let olga: Actor;

beforeAll(async () => {
  world = await openWorld();
  mails = mailBox(world);
  script = await world.script();
  rita = await world.setUp('rita', 'Rita', 'Boss');
  maria = await world.hire('Maria', 'Silva');
  hugo = await world.hire('Hugo', 'Helper', { managerId: maria.id });
  helga = await world.hire('Helga', 'Helper');
  olga = await world.hire('Olga', 'Below', { managerId: maria.id, privateEmail: 'olga@private.example' });
  for (const actor of [maria, hugo, helga, olga]) await world.signIn(actor);
  for (const helper of [hugo, helga]) await script.api('POST', '/api/v1/console-roles', { personId: helper.id, role: 'help_desk', reason: 'for the test' });
}, 120_000);
afterAll(() => world.close());

const wish = { reason: 'lost the telephone', identityCheck: 'called back on the number from HR', ticket: 'T-1' };
const ask = (helper: Actor, person: Actor): Promise<{ id: string }> => helper.browser.api<{ id: string }>('POST', `/api/v1/people/${person.id}/resets`, wish);
const approve = (helper: Actor, id: string): Promise<unknown> => helper.browser.api('POST', `/api/v1/resets/${id}/approve`);
const takePass = (helper: Actor, id: string): Promise<{ pass: string }> => helper.browser.api<{ pass: string }>('POST', `/api/v1/resets/${id}/pass`);
const codeOf = (asked: Promise<unknown>): Promise<string> => asked.then(() => 'done', (error: { code: string }) => error.code);
const listed = async (reader: Actor): Promise<readonly ResetCard[]> => (await reader.browser.api<{ items: ResetCard[] }>('GET', '/api/v1/resets')).items;

describe('a help desk resets nobody alone (63B-4 4.2.1, ASVS 6.4.4)', () => {
  it('a pass for somebody who has factors is refused to it, with what to do instead; a newcomer gets one at once', async () => {
    const newcomer = await world.hire('Nina', 'New');
    await expect(hugo.browser.api('POST', `/api/v1/people/${olga.id}/access-pass`, { reason: 'lost' })).rejects.toMatchObject({ code: 'authentication.reset_needs_approval', message: expect.stringContaining('a second person approves') as string });
    expect(await world.auditOf('authentication.access-pass.issue', olga.id)).toContainEqual(expect.objectContaining({ outcome: 'refused', reason: 'needs_approval' }));
    expect(await codeOf(hugo.browser.api('POST', `/api/v1/people/${newcomer.id}/access-pass`, { reason: 'first day' }))).toBe('done');
    // Who knows the person, and who answers for the house, need no second one.
    for (const one of [maria, rita]) expect(await codeOf(one.browser.api('POST', `/api/v1/people/${olga.id}/access-pass`, { reason: 'sits beside me' }))).toBe('done');
  });

  it('one asks, another approves, and only then whoever asked is shown a pass, once; the person is told at every address each time', async () => {
    const { id } = await ask(hugo, olga);
    expect(await codeOf(takePass(hugo, id)), 'not before the second person').toBe('authentication.reset_not_open');
    expect(await codeOf(ask(helga, olga)), 'one at a time').toBe('authentication.reset_open_already');
    expect(await listed(hugo)).toMatchObject([{ id, personName: 'Olga Below', identityCheck: wish.identityCheck, ticket: 'T-1', state: 'open', mayDecide: false, mayTakePass: false }]);
    expect(await listed(helga)).toMatchObject([{ id, mayDecide: true, mayTakePass: false }]);
    await approve(helga, id);
    expect(await codeOf(approve(helga, id)), 'once').toBe('authentication.reset_not_open');
    expect(await codeOf(takePass(helga, id)), 'the approver never sees the pass').toBe('authentication.reset_pass_for_asker');
    const { pass } = await takePass(hugo, id);
    expect(await codeOf(takePass(hugo, id)), 'shown once').toBe('authentication.reset_not_open');
    for (const to of ['olga.below@linden.example', 'olga@private.example']) {
      expect(await mails.subjectsTo(to)).toEqual(expect.arrayContaining(['Linden: Somebody asked to reset how you sign in', 'Linden: A reset of how you sign in was approved', 'Linden: An access pass was issued for you']));
    }
    const stranger = world.newVisitor();
    await stranger.go('/sign-in');
    await stranger.post('/sign-in', { step: 'username', username: olga.credentials.username });
    expect((await stranger.post('/sign-in', { step: 'access-pass', code: pass })).text).toContain('Set up how you sign in');
    for (const [action, actor] of [['ask', hugo], ['approve', helga], ['issue', hugo]] as const) expect((await world.auditOf(`authentication.reset.${action}`, olga.id)).at(action === 'issue' ? -1 : 0), action).toMatchObject({ actor: `person:${actor.id}` });
  });

  it('the second person is never the first, never the person, never a script, and a manager only where that is switched on', async () => {
    const { id } = await ask(hugo, olga);
    expect(await codeOf(approve(hugo, id))).toBe('authentication.reset_needs_another_person');
    expect(await world.auditOf('authentication.reset.approve', olga.id)).toContainEqual(expect.objectContaining({ outcome: 'refused', actor: `person:${hugo.id}` }));
    expect(await codeOf(script.api('POST', `/api/v1/resets/${id}/approve`)), 'an API token is nobody').toBe('authentication.not_a_person');
    expect(await codeOf(approve(olga, id)), 'she has no such permission').toBe('platform.not_permitted');
    expect(await codeOf(approve(maria, id))).toBe('authentication.reset_not_by_managers');
    await script.api('PATCH', '/api/v1/recovery-settings', { managersApprove: true });
    expect(await codeOf(approve(maria, id))).toBe('done');
    await script.api('PATCH', '/api/v1/recovery-settings', { managersApprove: false });
    await hugo.browser.api('POST', `/api/v1/resets/${id}/cancel`);
    expect(await codeOf(takePass(hugo, id))).toBe('authentication.reset_not_open');
  });

  it('two who press at once: one approval', async () => {
    const { id } = await ask(hugo, olga);
    const outcomes = await Promise.all([approve(helga, id), approve(rita, id), approve(helga, id)].map(codeOf));
    expect(outcomes.filter((one) => one === 'done')).toHaveLength(1);
    const passes = await Promise.all([takePass(hugo, id), takePass(hugo, id)].map(codeOf));
    expect(passes.filter((one) => one === 'done')).toHaveLength(1);
  });

  it('refused with a reason, nothing is issued', async () => {
    const { id } = await ask(hugo, olga);
    await helga.browser.api('POST', `/api/v1/resets/${id}/refuse`, { reason: 'she sits next to me and lost nothing' });
    expect(await codeOf(takePass(hugo, id))).toBe('authentication.reset_not_open');
    const all = await helga.browser.api<{ items: ResetCard[]; next: string | null }>('GET', '/api/v1/resets?state=all&limit=1');
    expect(all.items).toMatchObject([{ id, state: 'refused', decisionReason: 'she sits next to me and lost nothing', decidedByName: 'Helga Helper' }]);
    expect(all.next).not.toBeNull();
  });

  it('"this was not me" in the notice cancels it, approved or not, and ends her sessions with it', async () => {
    const { id } = await ask(hugo, olga);
    await approve(helga, id);
    const link = new URL((await mails.linkTo('olga@private.example', '/not-me'))!);
    const anybody = world.newVisitor();
    await anybody.go(link.pathname + link.search);
    await anybody.post('/not-me', {});
    expect(await codeOf(takePass(hugo, id))).toBe('authentication.reset_not_open');
    expect(await codeOf(olga.browser.api('GET', '/api/v1/me'))).toBe('platform.sign_in_needed');
    await world.quiet();
    expect(await world.auditOf('authentication.sign-in.disavow', olga.id)).toMatchObject([{ facts: { about: 'reset_approved', resets: 1 } }]);
  });
});

describe('who may be the second person hears of it, since an hour is short', () => {
  const subject = 'Linden: A reset for Olga Below needs a second person';
  const toldOf = async (address: string): Promise<number> => (await mails.subjectsTo(address)).filter((one) => one === subject).length;
  /** How many were told, as the audit has it. */
  const askAndCancel = async (): Promise<unknown> => {
    const { id } = await ask(hugo, olga);
    await hugo.browser.api('POST', `/api/v1/resets/${id}/cancel`);
    return (await world.auditOf('authentication.reset.ask', olga.id)).find((one) => one.facts['resetId'] === id)!.facts['told'];
  };

  it('the others of the help desk and the administrators, with the page where they decide; never who asks, nor whom it is about', async () => {
    const before = { helga: await toldOf('helga.helper@linden.example'), rita: await toldOf('rita@linden.example') };
    expect(await askAndCancel()).toBe(2);
    expect({ helga: await toldOf('helga.helper@linden.example'), rita: await toldOf('rita@linden.example') }).toEqual({ helga: before.helga + 1, rita: before.rita + 1 });
    for (const never of ['hugo.helper@linden.example', 'olga.below@linden.example', 'olga@private.example', 'maria.silva@linden.example']) expect(await toldOf(never), never).toBe(0);
    const mail = (await mails.to('helga.helper@linden.example')).filter((one) => one.subject === subject).at(-1)!;
    expect(mail.text).toMatch(/^Helga Helper,\n\nHugo Helper asked to reset how Olga Below signs in \(lost the telephone\)\..* ends by itself at \d{4}-\d\d-\d\d \d\d:\d\d UTC\./);
    expect(mail.text, 'how she was recognised is for the page').not.toContain(wish.identityCheck);
    expect(await mails.linkTo('helga.helper@linden.example', '/admin/recovery')).toBe(`${world.origin}/admin/recovery`);
  });

  it('managers above, near and far, only where they may approve, and in their portal', async () => {
    const top = await world.hire('Tessa', 'Top');
    await script.api('PATCH', `/api/v1/people/${maria.id}`, { managerId: top.id });
    await script.api('PATCH', '/api/v1/recovery-settings', { managersApprove: true });
    await askAndCancel();
    await script.api('PATCH', '/api/v1/recovery-settings', { managersApprove: false });
    expect([await toldOf('maria.silva@linden.example'), await toldOf('tessa.top@linden.example')]).toEqual([1, 1]);
    expect(await mails.linkTo('maria.silva@linden.example', '/team')).toBe(`${world.origin}/team`);
    expect(await mails.linkTo('maria.silva@linden.example', '/admin/recovery')).toBeNull();
  });

  it('an administrator without an address is no error, one who left hears nothing, and a mailbox of several gets one mail', async () => {
    const [silent, gone, shared] = [await world.hire('Sina', 'Silent', { workEmail: null }), await world.hire('Gina', 'Gone'), await world.hire('Shana', 'Shared', { workEmail: 'RITA@linden.example' })];
    for (const one of [silent, gone, shared]) await script.api('POST', '/api/v1/console-roles', { personId: one.id, role: 'administrator', reason: 'for the test' });
    await script.api('POST', `/api/v1/people/${gone.id}/leave`, { reason: 'resigned' });
    await world.quiet();
    const before = await toldOf('rita@linden.example') + (await toldOf('RITA@linden.example'));
    await askAndCancel();
    expect(await toldOf('gina.gone@linden.example')).toBe(0);
    expect((await toldOf('rita@linden.example')) + (await toldOf('RITA@linden.example'))).toBe(before + 1);
  });

  it('a bounded number, however many have the role', async () => {
    for (let number = 0; number < mostTold + 5; number += 1) {
      const one = await world.hire('Many', `Helper${number}`);
      await script.api('POST', '/api/v1/console-roles', { personId: one.id, role: 'help_desk', reason: 'for the test' });
    }
    expect(await askAndCancel()).toBe(mostTold);
  });
});

describe('never for people with power (PRODUCT 2.3)', () => {
  it('nobody asks for an administrator, not even an administrator, and is told who can help', async () => {
    const vera = await world.hire('Vera', 'Chief');
    await script.api('POST', '/api/v1/console-roles', { personId: vera.id, role: 'administrator', reason: 'for the test' });
    expect(await codeOf(ask(hugo, vera)), 'the help desk does not even see her').toBe('authentication.person_not_found');
    await expect(ask(rita, vera)).rejects.toMatchObject({ code: 'authentication.reset_of_privileged', message: expect.stringContaining('another administrator') as string });
    expect(await codeOf(ask(rita, rita))).toBe('authentication.reset_for_oneself');
  });

  it('whoever gets power, or leaves, between asking and taking gets no pass', async () => {
    const [pavel, lisa] = [await world.hire('Pavel', 'Rise'), await world.hire('Lisa', 'Gone')];
    const [first, second] = [await ask(hugo, pavel), await ask(hugo, lisa)];
    for (const { id } of [first, second]) await approve(helga, id);
    await script.api('POST', '/api/v1/console-roles', { personId: pavel.id, role: 'auditor', reason: 'promoted' });
    await script.api('POST', `/api/v1/people/${lisa.id}/leave`, { reason: 'resigned' });
    expect(await codeOf(takePass(hugo, first.id))).toBe('authentication.reset_not_found');
    expect(await codeOf(takePass(hugo, second.id))).toMatch(/person_not_active|reset_not_open/);
    const { rows } = await world.database.pool.query('select 1 from authn.access_pass where person_id = any($1)', [[pavel.id, lisa.id]]);
    expect(rows).toEqual([]);
  });
});

it('where an administrator has switched the second person off, the help desk issues a pass by itself, and that is on record', async () => {
  const settings = await rita.browser.api('PATCH', '/api/v1/recovery-settings', { needsSecondApprover: false });
  expect(settings).toEqual({ needsSecondApprover: false, managersApprove: false });
  expect(await codeOf(hugo.browser.api('POST', `/api/v1/people/${maria.id}/access-pass`, { reason: 'lost' }))).toBe('done');
  await rita.browser.api('PATCH', '/api/v1/recovery-settings', { needsSecondApprover: true });
  expect(await codeOf(hugo.browser.api('POST', `/api/v1/people/${maria.id}/access-pass`, { reason: 'lost' }))).toBe('authentication.reset_needs_approval');
  expect(await codeOf(hugo.browser.api('PATCH', '/api/v1/recovery-settings', { needsSecondApprover: false }))).toBe('platform.not_permitted');
});

it('after an hour nobody can approve or take any more, and an open screen approves nothing', async () => {
  const { id } = await ask(hugo, olga);
  world.clock.forward(20 * 60_000);
  expect(await codeOf(approve(helga, id)), 'a fresh proof is asked for (ASVS 7.5.3)').toBe('platform.stronger_sign_in_needed');
  await helga.browser.signOut();
  await world.signIn(helga);
  world.clock.forward(41 * 60_000);
  await helga.browser.signOut();
  await world.signIn(helga);
  expect(await codeOf(approve(helga, id))).toBe('authentication.reset_not_open');
});
