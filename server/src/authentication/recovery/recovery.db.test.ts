import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MyRecovery } from '@bailiwick/contract/recovery';
import { credentialsOf, type Visitor } from '../../../testing/visitor.ts';
import { openWorld, type Actor, type World } from '../../../testing/world.ts';
import { mailBox, type MailBox } from '../../../testing/mail-box.ts';

const day = 86_400_000;
let world: World;
let script: Visitor;
let mails: MailBox;

beforeAll(async () => {
  world = await openWorld();
  mails = mailBox(world);
  await world.setUp('rita', 'Rita', 'Boss');
  script = await world.script();
}, 120_000);
afterAll(() => world.close());

const recovery = (actor: Actor): Promise<MyRecovery> => actor.browser.api<MyRecovery>('GET', '/api/v1/me/recovery');

/** Names an address, reads the mail, enters the code. */
async function confirm(actor: Actor, wish: { address: string } | { kind: 'work' | 'private' }): Promise<string> {
  const { id } = await actor.browser.api<{ id: string }>('POST', '/api/v1/me/recovery/addresses', wish);
  const to = 'address' in wish ? wish.address : (await recovery(actor)).addresses.find((one) => one.id === id)!.address;
  await actor.browser.api('POST', `/api/v1/me/recovery/addresses/${id}/confirm`, { code: await mails.codeTo(to) });
  return id;
}

/** Somebody who has been through the first sign-in and has one address at home. */
async function settled(givenName: string, facts: Readonly<Record<string, unknown>> = {}): Promise<Actor & { home: string }> {
  const actor = await world.hire(givenName, 'Lang', facts);
  await world.signIn(actor);
  const home = `${givenName.toLowerCase()}@home.example`;
  await confirm(actor, { address: home });
  return { ...actor, home };
}

async function begin(username: string, browser: Visitor = world.newVisitor()): Promise<Visitor> {
  await browser.go('/recover');
  await browser.post('/recover', { step: 'username', username });
  return browser;
}
const send = (browser: Visitor) => browser.post('/recover', { step: 'mailed-code', send: 'yes' });
const enter = (browser: Visitor, step: string, code: string) => browser.post('/recover', { step, code });
const isIn = async (browser: Visitor): Promise<boolean> => browser.api('GET', '/api/v1/me').then(() => true, () => false);

describe('recovery addresses (63B-4 4.2.1.2)', () => {
  it('are named with a fresh sign-in, confirmed by a mailed code, told to all other addresses, and make the person able to come back', async () => {
    const olga = await world.hire('Olga', 'Below', { privateEmail: 'olga@private.example' });
    await world.signIn(olga);
    expect(await recovery(olga)).toMatchObject({ addresses: [], offered: [{ kind: 'work', address: 'olga.below@linden.example' }, { kind: 'private', address: 'olga@private.example' }], savedCodesLeft: 10, ways: ['saved_and_password'] });
    const { id } = await olga.browser.api<{ id: string }>('POST', '/api/v1/me/recovery/addresses', { address: 'olga@home.example' });
    const code = await mails.codeTo('olga@home.example');
    await expect(olga.browser.api('POST', `/api/v1/me/recovery/addresses/${id}/confirm`, { code: '0000 0000' })).rejects.toMatchObject({ code: 'authentication.recovery_code_wrong' });
    expect((await recovery(olga)).ways, 'not before it is confirmed').toEqual(['saved_and_password']);
    await olga.browser.api('POST', `/api/v1/me/recovery/addresses/${id}/confirm`, { code });
    await expect(olga.browser.api('POST', `/api/v1/me/recovery/addresses/${id}/confirm`, { code })).rejects.toMatchObject({ status: 404 });
    expect(await recovery(olga)).toMatchObject({ ways: ['saved_and_password', 'saved_and_mailed', 'mailed_and_password'], couldGetBackIn: true });
    for (const told of ['olga.below@linden.example', 'olga@private.example']) expect(await mails.subjectsTo(told)).toContain('Linden: An address for getting back in was added');
    expect(await mails.subjectsTo('olga@home.example'), 'the address itself got the code').toEqual(['Linden: Confirm this address']);

    await olga.browser.api('DELETE', `/api/v1/me/recovery/addresses/${id}`);
    for (const told of ['olga.below@linden.example', 'olga@private.example', 'olga@home.example']) expect(await mails.subjectsTo(told)).toContain('Linden: An address for getting back in was removed');
    expect((await recovery(olga)).ways).toEqual(['saved_and_password']);
  });

  it('an open screen is not enough to name or remove one (ASVS 7.5.1)', async () => {
    const petra = await settled('Petra');
    const id = (await recovery(petra)).addresses[0]!.id;
    world.clock.forward(16 * 60_000);
    await expect(petra.browser.api('POST', '/api/v1/me/recovery/addresses', { address: 'thief@evil.example' })).rejects.toMatchObject({ code: 'platform.stronger_sign_in_needed' });
    await expect(petra.browser.api('DELETE', `/api/v1/me/recovery/addresses/${id}`)).rejects.toMatchObject({ code: 'platform.stronger_sign_in_needed' });
  });

  it('the work mailbox alone is no way back, since it may open by this very sign-in; beside another it gets the code too', async () => {
    const quinn = await world.hire('Quinn', 'Work');
    await world.signIn(quinn);
    await confirm(quinn, { kind: 'work' });
    expect(await recovery(quinn)).toMatchObject({ addresses: [{ kind: 'work', isAtWork: true, isConfirmed: true }], ways: ['saved_and_password'] });
    await confirm(quinn, { address: 'quinn.other@linden.example' });
    expect((await recovery(quinn)).ways, 'another mailbox of the company is the same').toEqual(['saved_and_password']);
    await confirm(quinn, { address: 'quinn@home.example' });
    expect((await recovery(quinn)).ways).toContain('saved_and_mailed');
    const browser = await begin(quinn.credentials.username);
    await send(browser);
    expect(await mails.codeTo('quinn.work@linden.example')).toBe(await mails.codeTo('quinn@home.example'));
  });

  it('what HR knew yesterday is not what was confirmed: a changed private address is no way back until it is confirmed anew', async () => {
    const rosa = await world.hire('Rosa', 'Moved', { privateEmail: 'rosa@old.example' });
    await world.signIn(rosa);
    await confirm(rosa, { kind: 'private' });
    expect((await recovery(rosa)).ways).toContain('mailed_and_password');
    await script.api('PATCH', `/api/v1/people/${rosa.id}`, { privateEmail: 'rosa@new.example' });
    expect(await recovery(rosa)).toMatchObject({ addresses: [{ isCurrent: false }], ways: ['saved_and_password'] });
    await send(await begin(rosa.credentials.username));
    expect((await mails.subjectsTo('rosa@old.example')).filter((one) => /Your recovery code|asked for/.test(one))).toEqual([]);
  });

  it('somebody else\'s address is out of reach, and a hundred strangers are not mailed to', async () => {
    const [sam, tess] = [await settled('Sam'), await settled('Tess')];
    const id = (await recovery(sam)).addresses[0]!.id;
    for (const [method, path] of [['DELETE', `/api/v1/me/recovery/addresses/${id}`], ['POST', `/api/v1/me/recovery/addresses/${id}/mail`]] as const) await expect(tess.browser.api(method, path)).rejects.toMatchObject({ status: 404 });
    const outcomes: string[] = [];
    for (let each = 0; each < 6; each += 1) outcomes.push(await tess.browser.api('POST', '/api/v1/me/recovery/addresses', { address: `stranger${each}@victim.example` }).then(() => 'mailed', (error: { code: string }) => error.code));
    expect(outcomes.filter((one) => one === 'mailed').length).toBeLessThanOrEqual(4);
    expect(outcomes.at(-1)).toMatch(/too_many_recovery/);
  });
});

describe('getting back in', () => {
  it('with a saved and a mailed code: a new password and a new app are bound, the used code is replaced, and every address is told', async () => {
    const otto = await settled('Otto', { privateEmail: 'otto@private.example' });
    const phone = await begin(otto.credentials.username);
    await enter(phone, 'recovery-code', otto.credentials.recoveryCodes[3]!);
    const asked = await phone.go('/recover?with=mailed-code');
    expect(asked.text).toContain('Mail me a code');
    expect(asked.text, 'no address is shown').not.toContain('home.example');
    const sent = await send(phone);
    expect(sent.text).toContain('If there is a confirmed address, a code is on its way.');
    const enrol = await enter(phone, 'mailed-code', await mails.codeTo(otto.home));
    expect(enrol.text).toContain('Set up how you sign in');
    expect(enrol.text, 'it cannot be put off').not.toContain('Not now');
    expect(await isIn(phone)).toBe(false);
    await phone.go('/enrol?with=new-password');
    await phone.post('/enrol', { step: 'new-password', password: 'nine paper boats at noon' });
    expect(await isIn(phone), 'a password alone is not enough').toBe(false);
    const fresh = credentialsOf(otto.credentials.username, 'nine paper boats at noon');
    fresh.totpSecret = /id="totp-key">([A-Z2-7 ]+)</.exec((await phone.go('/enrol?with=new-totp')).text)![1]!.replaceAll(' ', '');
    const codes = await phone.post('/enrol', { step: 'new-totp', code: await phone.codeOf(fresh) });
    expect(codes.text.match(/<li>[0-9]-[0-9A-Z-]{19}<\/li>/g)).toEqual([expect.stringMatching(/^<li>3-/)]);
    await phone.post('/enrol', { step: 'codes' });
    expect(await phone.api('GET', '/api/v1/me')).toMatchObject({ session: { assuranceLevel: 2, methods: expect.arrayContaining(['pwd', 'otp', 'mfa']) as string[] } });
    for (const to of ['otto.lang@linden.example', 'otto@private.example', otto.home]) {
      expect(await mails.subjectsTo(to), to).toEqual(expect.arrayContaining(['Linden: A recovery code was used', 'Linden: Your password was changed', 'Linden: Your account was recovered']));
      expect((await mails.to(to)).at(-1)!.text).toContain('/not-me?token=');
    }
    expect(await world.auditOf('authentication.account.recover', otto.id)).toMatchObject([{ outcome: 'allowed', facts: { methods: expect.arrayContaining(['recovery-code', 'mailed-code']) as string[] } }]);
  });

  it('with a mailed code and the password: the lost app is not asked for', async () => {
    const pam = await settled('Pam');
    const phone = await begin(pam.credentials.username);
    await phone.go('/recover?with=mailed-code');
    await send(phone);
    const half = await enter(phone, 'mailed-code', await mails.codeTo(pam.home));
    expect(await isIn(phone), 'a mailed code alone recovers nothing').toBe(false);
    expect(half.text).toMatch(/Use a password|name="password"/);
    await phone.go('/recover?with=password');
    const enrol = await phone.post('/recover', { step: 'password', password: pam.credentials.password });
    expect(enrol.text).toContain('Set up how you sign in');
    expect(await isIn(phone)).toBe(false);
  });

  it('a mailed code works once, is the newest one, lives a quarter of an hour, and is worth nothing in another browser', async () => {
    const quentin = await settled('Quentin');
    const [mine, other] = [await begin(quentin.credentials.username), await begin(quentin.credentials.username)];
    for (const browser of [mine, other]) await browser.go('/recover?with=mailed-code');
    await send(mine);
    const first = await mails.codeTo(quentin.home);
    await send(other);
    expect((await enter(other, 'mailed-code', first)).status, 'a code mailed for one recovery opens no other').toBe(401);
    await send(mine);
    const newest = await mails.codeTo(quentin.home);
    expect((await enter(mine, 'mailed-code', first)).status, 'the one before is over').toBe(401);
    expect((await enter(mine, 'mailed-code', ` ${newest.slice(0, 4)}-${newest.slice(4)} `)).status).toBe(200);
    const again = await begin(quentin.credentials.username);
    await again.go('/recover?with=mailed-code');
    expect((await enter(again, 'mailed-code', newest)).status, 'used').toBe(401);

    const late = await begin(quentin.credentials.username);
    await send(late);
    const old = await mails.codeTo(quentin.home);
    world.clock.forward(15 * 60_000 + 1_000);
    expect((await enter(late, 'mailed-code', old)).status, 'too old').toBe(401);
  });

  it('never with two mailed codes: a second one takes the place of the first', async () => {
    const ralph = await settled('Ralph');
    const phone = await begin(ralph.credentials.username);
    await send(phone);
    await enter(phone, 'mailed-code', await mails.codeTo(ralph.home));
    const asked = await phone.go('/recover?with=mailed-code');
    expect(asked.text).not.toContain('Mail me a code');
    await send(phone);
    expect(await isIn(phone)).toBe(false);
    expect((await phone.go('/enrol')).text).not.toContain('Set up how you sign in');
  });

  it('people with power do not come back by mail, and are told so there; paper and password bring them back', async () => {
    const vera = await settled('Vera');
    await script.api('POST', '/api/v1/console-roles', { personId: vera.id, role: 'administrator', reason: 'runs the house' });
    expect(await recovery(vera)).toMatchObject({ isPrivileged: true, ways: ['saved_and_password'] });
    const phone = await begin(vera.credentials.username);
    const sent = await send(phone);
    expect(sent.text, 'the page says what it says to everybody').toContain('If there is a confirmed address, a code is on its way.');
    await world.quiet();
    const last = (await mails.to(vera.home)).at(-1)!;
    expect([last.subject, /\d{4} \d{4}/.test(last.text), last.text.includes('ask an administrator')]).toEqual(['Linden: Somebody asked for a recovery code', false, true]);
    const half = await enter(phone, 'recovery-code', vera.credentials.recoveryCodes[0]!);
    expect(half.text).not.toContain('Have a code mailed');
    await phone.go('/recover?with=password');
    expect((await phone.post('/recover', { step: 'password', password: vera.credentials.password })).text).toContain('Set up how you sign in');
  });

  it('a code that was mailed before somebody got power is worth nothing after', async () => {
    const walt = await settled('Walt');
    const phone = await begin(walt.credentials.username);
    await send(phone);
    const code = await mails.codeTo(walt.home);
    await enter(phone, 'mailed-code', code);
    await script.api('POST', '/api/v1/console-roles', { personId: walt.id, role: 'administrator', reason: 'runs the house' });
    await phone.go('/recover?with=password');
    await phone.post('/recover', { step: 'password', password: walt.credentials.password });
    expect((await phone.go('/enrol')).text).not.toContain('Set up a passkey');
    expect(await isIn(phone)).toBe(false);
  });

  it('a leaver comes back by nothing, and their addresses are gone', async () => {
    const xaver = await settled('Xaver');
    const phone = await begin(xaver.credentials.username);
    await send(phone);
    const code = await mails.codeTo(xaver.home);
    await script.api('POST', `/api/v1/people/${xaver.id}/leave`, { reason: 'resigned' });
    expect((await enter(phone, 'mailed-code', code)).text).not.toContain('Set up how you sign in');
    await world.quiet();
    const before = (await mails.to(xaver.home)).length;
    await send(await begin(xaver.credentials.username));
    await world.quiet();
    expect((await mails.to(xaver.home)).length).toBe(before);
    const { rows } = await world.database.pool.query('select 1 from authn.recovery_address where person_id = $1', [xaver.id]);
    expect(rows).toEqual([]);
  });
});

describe('whoever holds what was lost is out (ASVS 7.4.3)', () => {
  const ended = (actor: Actor): Promise<{ reason: string; takesTokens: boolean }[]> => world.database.pool.query('select end_reason as reason, takes_tokens as "takesTokens" from authn.session where person_id = $1 and ended_at is not null order by ended_at', [actor.id]).then((result) => result.rows as { reason: string; takesTokens: boolean }[]);

  it('a recovery ends every other session with what rests on it, and sign-ins under way, in the moment it succeeds; the notice says so', async () => {
    const mona = await settled('Mona');
    const lost = mona.browser;
    // Somebody who knows the password is half-way in.
    const thief = world.newVisitor();
    await thief.go('/sign-in');
    await thief.post('/sign-in', { step: 'username', username: mona.credentials.username });
    expect((await thief.post('/sign-in', { step: 'password', password: mona.credentials.password })).text).toContain('name="code"');

    const phone = await begin(mona.credentials.username);
    await enter(phone, 'recovery-code', mona.credentials.recoveryCodes[0]!);
    await phone.go('/recover?with=totp');
    await phone.post('/recover', { step: 'totp', code: await lost.codeOf(mona.credentials) });
    await phone.go('/enrol?with=new-password');
    const codes = await phone.post('/enrol', { step: 'new-password', password: 'seven kites above the weir' });
    expect(await isIn(lost), 'not before it has succeeded').toBe(true);
    if (codes.text.includes('value="codes"')) await phone.post('/enrol', { step: 'codes' });

    expect([await isIn(phone), await isIn(lost)]).toEqual([true, false]);
    expect(await ended(mona)).toEqual([{ reason: 'account recovered', takesTokens: true }]);
    expect((await thief.go('/sign-in')).text, 'the password it rests on is no longer the one').toContain('name="username"');
    expect(await world.auditOf('authentication.session.end', mona.id)).toMatchObject([{ reason: 'account recovered' }]);
    expect(await world.auditOf('authentication.account.recover', mona.id)).toMatchObject([{ facts: { sessions: 1 } }]);
    await world.quiet();
    expect((await mails.to(mona.home)).find((one) => one.subject === 'Linden: Your account was recovered')!.text).toContain('Every other session of it has ended');
  });

  it('so does an access pass, which proves the person anew', async () => {
    const nils = await settled('Nils');
    const lost = nils.browser;
    const { pass } = await script.api<{ pass: string }>('POST', `/api/v1/people/${nils.id}/access-pass`, { reason: 'lost the laptop' });
    const fresh = world.newVisitor();
    await fresh.go('/sign-in?with=access-pass');
    await fresh.post('/sign-in', { step: 'username', username: nils.credentials.username });
    await fresh.post('/sign-in', { step: 'access-pass', code: pass });
    await fresh.go('/enrol?with=new-password');
    await fresh.post('/enrol', { step: 'new-password', password: 'a ferry that hums at dusk' });
    const page = await fresh.go('/enrol?with=new-totp');
    expect(await isIn(lost)).toBe(true);
    const credentials = { ...credentialsOf(nils.credentials.username, 'a ferry that hums at dusk'), totpSecret: /id="totp-key">([A-Z2-7 ]+)</.exec(page.text)![1]!.replaceAll(' ', '') };
    const codes = await fresh.post('/enrol', { step: 'new-totp', code: await fresh.codeOf(credentials) });
    if (codes.text.includes('value="codes"')) await fresh.post('/enrol', { step: 'codes' });
    expect([await isIn(fresh), await isIn(lost)]).toEqual([true, false]);
    expect(await ended(nils)).toEqual([{ reason: 'account recovered', takesTokens: true }]);
  });
});

describe('throttling', () => {
  it('five codes in an hour, for somebody and for nobody alike; a stranger does not use up those of a familiar device', async () => {
    const yan = await settled('Yan');
    for (const username of [yan.credentials.username, 'nobody.here']) {
      const stranger = await begin(username);
      const answers: number[] = [];
      for (let each = 0; each < 6; each += 1) answers.push((await send(stranger)).status);
      expect([username, answers]).toEqual([username, [200, 200, 200, 200, 200, 429]]);
    }
    await yan.browser.signOut();
    const own = await begin(yan.credentials.username, yan.browser);
    expect((await send(own)).status).toBe(200);
    world.clock.forward(61 * 60_000);
    expect((await send(await begin(yan.credentials.username))).status).toBe(200);
  });

  it('guesses at a mailed code make the guesser wait, and the right one waits with them', async () => {
    const zara = await settled('Zara');
    const phone = await begin(zara.credentials.username);
    await send(phone);
    const code = await mails.codeTo(zara.home);
    const answers: number[] = [];
    for (let guess = 0; guess < 6; guess += 1) answers.push((await enter(phone, 'mailed-code', `1111222${guess}`)).status);
    expect(answers).toEqual([401, 401, 401, 401, 401, 429]);
    expect((await enter(phone, 'mailed-code', code)).status).toBe(429);
    world.clock.forward(60_000);
    expect((await enter(phone, 'mailed-code', code)).status).toBe(200);
  });
});

it('"this was not me" in the mail with the code ends every session with the next request, the recovery under way, and addresses that came since', async () => {
  const una = await settled('Una', { privateEmail: 'una@private.example' });
  const thief = await begin(una.credentials.username);
  await send(thief);
  const code = await mails.codeTo(una.home);
  const notMe = (await mails.linkTo(una.home, '/not-me'))!;
  await confirm(una, { address: 'una@added-later.example' });
  const victim = world.newVisitor();
  const { pathname, search } = new URL(notMe);
  await victim.go(pathname + search);
  expect((await victim.post('/not-me', {})).text).toContain('Every session of your account has ended');
  expect(await isIn(una.browser), 'the very next request').toBe(false);
  expect((await enter(thief, 'mailed-code', code)).text).toContain('Username');
  world.clock.forward(60_000);
  await world.signIn(una);
  expect((await recovery(una)).addresses.map((one) => one.address)).toEqual([una.home]);
  expect(await world.auditOf('authentication.sign-in.disavow', una.id)).toMatchObject([{ facts: { about: 'recovery_code_mailed', recoveryAddresses: 1 } }]);
});

it('once a year, and not twice, people are asked whether their codes and addresses are still right (63B-4 4.2.1.3)', async () => {
  const wanda = await settled('Wanda');
  const run = async (): Promise<number> => {
    const { run: remind } = world.app.domains.modules.flatMap((module) => module.jobs ?? []).find((job) => job.name === 'authentication.remind-of-recovery')!;
    await remind({}, { signal: new AbortController().signal, attempt: 1 });
    return (await mails.subjectsTo('wanda.lang@linden.example')).filter((one) => one === 'Linden: Could you still get back in?').length;
  };
  expect(await run()).toBe(0);
  world.clock.forward(366 * day);
  expect(await run()).toBe(1);
  expect(await run()).toBe(1);
  await world.signIn(wanda);
  expect((await recovery(wanda)).isReminded).toBe(true);
  await wanda.browser.api('POST', '/api/v1/me/recovery/looked');
  expect((await recovery(wanda)).isReminded).toBe(false);
  world.clock.forward(366 * day);
  expect(await run()).toBe(2);
});
