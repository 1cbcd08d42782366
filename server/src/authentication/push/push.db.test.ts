import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hours, minutes, seconds } from '../../platform/clock/index.ts';
import { identifier, sql } from '../../platform/db/index.ts';
import { authenticationWorld, type AuthenticationWorld } from '../../../testing/authentication-world.ts';
import type { Telephone } from '../../../testing/telephone.ts';

let world: AuthenticationWorld;
type Settled = Awaited<ReturnType<AuthenticationWorld['settled']>>;
type Browser = ReturnType<AuthenticationWorld['browser']>;
const known = new Map<string, Settled>();

beforeAll(async () => {
  world = await authenticationWorld();
});
afterAll(() => world.close());

interface Equipped extends Settled {
  readonly phone: Telephone;
}

/** Somebody with password, app and a newly paired telephone, signed in a moment ago; nothing is held against them. */
async function equipped(name = 'Maria'): Promise<Equipped> {
  const one = known.get(name) ?? (await world.settled(name, 'Gonzalez', 'four words are enough'));
  known.set(name, one);
  const { id, username } = one.person;
  await world.database.transaction(async (tx) => {
    for (const table of ['push_device', 'push_prompt', 'push_count', 'sign_in']) await sql(tx)`delete from ${identifier('authn', table)} where person_id = ${id}`;
    for (const table of ['throttle', 'throttle_wait']) await sql(tx)`delete from ${identifier('authn', table)} where account = ${`person:${id}`}`;
  });
  const browser = world.browser();
  await browser.signIn(username, one.password, one.totp);
  const phone = world.telephone();
  expect((await phone.pair(await linkOf(browser))).status).toBe(201);
  return { ...one, browser, phone };
}

async function linkOf(browser: Browser): Promise<string> {
  const reply = await browser.api('POST', '/api/v1/me/push/pairing');
  expect([reply.status, reply.text]).toEqual([201, reply.text]);
  return (JSON.parse(reply.text) as { link: string }).link;
}

/** A browser in which the password was right. */
async function withPassword(one: Settled, path = '/sign-in?again=1', userAgent?: string): Promise<Browser> {
  const browser = world.browser(userAgent);
  await browser.get(path);
  await browser.submit('/sign-in', { step: 'username', username: one.person.username, return_to: new URLSearchParams(path.split('?')[1]).get('return_to') ?? '/' });
  await browser.submit('/sign-in', { step: 'password', password: one.password });
  return browser;
}
const ask = (browser: Browser) => browser.submit('/sign-in', { step: 'push', response: 'ask' });
const goOn = (browser: Browser) => browser.submit('/sign-in', { step: 'push' });
const digitsOf = (page: string): string => /id="push-digits"[^>]*>(\d{3} \d{3})</.exec(page)?.[1]?.replace(' ', '') ?? '';
const otherThan = (digits: string): string => digits.replace(/\d$/, (last) => String((Number(last) + 1) % 10));
const sessionOf = async (browser: Browser) => (JSON.parse((await browser.me()).text) as { session: { id: string; assuranceLevel: number; methods: string[]; isPhishingResistant: boolean } }).session;
const stateOf = async (browser: Browser): Promise<string> => (JSON.parse((await browser.send('GET', '/sign-in/push-state')).text) as { state: string }).state;
const pushOf = async (browser: Browser) => JSON.parse((await browser.api('GET', '/api/v1/me/push')).text) as { devices: { id: string; name: string; lastUsedAt: string | null; isDisabled: boolean }[]; isOff: boolean };
const mailsTo = async (one: Settled): Promise<readonly string[]> => (await world.mailer.outbox(500)).filter((mail) => mail.recipient.startsWith(one.person.username)).map((mail) => mail.subject);

/** Ends in a session by password and the telephone. */
async function signInByPush(one: Equipped): Promise<Browser> {
  const browser = await withPassword(one);
  const digits = digitsOf((await ask(browser)).text);
  expect(await one.phone.answer((await one.phone.waiting())[0]!, 'approve', digits)).toBe('approved');
  expect((await goOn(browser)).location).toBe('/');
  return browser;
}

describe('at the sign-in', () => {
  it('the digits of the page, typed on the telephone, are the second factor: level 2, `mca`, and never phishing-resistant', async () => {
    const one = await equipped();
    const browser = await withPassword(one, '/sign-in?return_to=/admin/settings', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36');
    expect(browser.page, 'nothing is sent before the person asks for it').toContain('id="push-ask"');
    expect(await one.phone.waiting()).toEqual([]);
    const digits = digitsOf((await ask(browser)).text);
    expect(digits).toMatch(/^\d{6}$/);
    expect(digitsOf((await browser.get('/sign-in?with=push')).text), 'a page loaded again shows the same').toBe(digits);
    expect(await stateOf(browser)).toBe('waiting');

    const [prompt, ...more] = await one.phone.waiting();
    expect(more).toEqual([]);
    expect(prompt).toMatchObject({ place: 'console', application: null, browser: 'Chrome on Windows', address: '127.0.0.1' });
    expect(JSON.stringify(await one.phone.look()), 'the digits are on the other screen alone').not.toContain(digits);
    expect(await one.phone.answer(prompt!, 'approve', digits)).toBe('approved');
    expect(await stateOf(browser)).toBe('approved');
    expect((await goOn(browser)).location).toBe('/admin/settings');
    expect(await sessionOf(browser)).toMatchObject({ assuranceLevel: 2, methods: ['pwd', 'mca', 'mfa'], isPhishingResistant: false });
    expect((await pushOf(browser)).devices).toMatchObject([{ name: 'My telephone', isDisabled: false, lastUsedAt: expect.any(String) as string }]);
    expect(await world.audit('authentication.push-prompt.answer')).toContainEqual(expect.objectContaining({ outcome: 'allowed', reason: 'approved', facts: expect.objectContaining({ promptId: prompt!.id, deviceId: one.phone.deviceId }) as object }));
  });

  it('the telephone says which application asks', async () => {
    const one = await equipped();
    await ask(await withPassword(one, '/sign-in?return_to=/oauth2/interaction/abc'));
    expect((await one.phone.waiting())[0]).toMatchObject({ place: 'application', application: 'Wiki' });
  });

  it('without the right digits there is no proof; a slip of the finger is forgiven twice, then the question is over', async () => {
    const one = await equipped();
    const browser = await withPassword(one);
    const digits = digitsOf((await ask(browser)).text);
    for (const outcome of ['wrong', 'wrong', 'over'] as const) expect(await one.phone.answer((await one.phone.waiting())[0]!, 'approve', otherThan(digits))).toBe(outcome);
    expect(await one.phone.waiting()).toEqual([]);
    const after = await goOn(browser);
    expect(after.text).toContain('The digits were wrong three times.');
    expect((await browser.me()).status).toBe(401);
    expect((await world.audit('authentication.sign-in.fail')).filter((entry) => entry.target === `person:${one.person.id}` && entry.facts['method'] === 'push')).toHaveLength(3);
  });

  it('an approval without digits does not exist', async () => {
    const one = await equipped();
    const browser = await withPassword(one);
    await ask(browser);
    expect(await one.phone.answer((await one.phone.waiting())[0]!, 'approve', '')).toBe('wrong');
    expect(await stateOf(browser)).toBe('waiting');
  });

  it('wrong digits count in the throttle like every wrong try, and after the fifth even the right ones wait (63B-4 3.2.2)', async () => {
    const one = await equipped();
    let browser = await withPassword(one);
    let digits = digitsOf((await ask(browser)).text);
    for (let tries = 0; tries < 3; tries += 1) await one.phone.answer((await one.phone.waiting())[0]!, 'approve', otherThan(digits));
    browser = await withPassword(one);
    digits = digitsOf((await ask(browser)).text);
    for (let tries = 0; tries < 2; tries += 1) await one.phone.answer((await one.phone.waiting())[0]!, 'approve', otherThan(digits));
    expect(await one.phone.answer((await one.phone.waiting())[0]!, 'approve', digits)).toBe('wait');
    world.wait(seconds(31));
    expect(await one.phone.answer((await one.phone.waiting())[0]!, 'approve', digits)).toBe('approved');
  });

  it('after a minute the question is over, on the telephone and on the page', async () => {
    const one = await equipped();
    const browser = await withPassword(one);
    const digits = digitsOf((await ask(browser)).text);
    const [prompt] = await one.phone.waiting();
    world.wait(seconds(61));
    expect(await one.phone.waiting()).toEqual([]);
    expect(await one.phone.answer(prompt!, 'approve', digits)).toBe('over');
    expect(await stateOf(browser)).toBe('over');
    expect((await goOn(browser)).text).toContain('Nobody answered within a minute.');
  });

  it('a right answer that no page takes is worth nothing two minutes later', async () => {
    const one = await equipped();
    const browser = await withPassword(one);
    const digits = digitsOf((await ask(browser)).text);
    await one.phone.answer((await one.phone.waiting())[0]!, 'approve', digits);
    world.wait(minutes(2));
    expect((await goOn(browser)).location).toBeNull();
    expect((await browser.me()).status).toBe(401);
  });

  it('the telephone can prove first in a step-up', async () => {
    const one = await equipped();
    const browser = await signInByPush(one);
    const before = await sessionOf(browser);
    world.wait(minutes(20));
    await browser.get('/sign-in?step_up=2&return_to=/security');
    await browser.get('/sign-in?with=push');
    const digits = digitsOf((await ask(browser)).text);
    await one.phone.answer((await one.phone.waiting())[0]!, 'approve', digits);
    await goOn(browser);
    await browser.get('/sign-in?with=password');
    expect((await browser.submit('/sign-in', { step: 'password', password: one.password })).location).toBe('/security');
    expect(await sessionOf(browser)).toMatchObject({ id: before.id, methods: ['pwd', 'mca', 'mfa'] });
  });

  it('whoever does not know the password sends no push, however often they ask', async () => {
    const one = await equipped();
    const sent = async () => (await world.audit('authentication.push-prompt.send')).filter((entry) => entry.target === `person:${one.person.id}`).length;
    const before = await sent();
    const botnet = world.browser();
    await botnet.get('/sign-in?again=1');
    await botnet.submit('/sign-in', { step: 'username', username: one.person.username });
    for (let tries = 0; tries < 20; tries += 1) {
      await botnet.submit('/sign-in', { step: 'push', response: 'ask' });
      await botnet.submit('/sign-in', { step: 'push' });
      await botnet.submit('/sign-in', { step: 'password', password: `guess ${tries}` });
    }
    expect(await one.phone.waiting()).toEqual([]);
    expect(await sent()).toBe(before);
    expect((await pushOf(one.browser)).isOff).toBe(false);
  });
});

describe('an answer is for one question of one sign-in (ASVS 6.6.2)', () => {
  it('two browsers at once: each question has its own digits, and its answer opens its own browser alone', async () => {
    const one = await equipped();
    const [laptop, thief] = [await withPassword(one), await withPassword(one, '/sign-in?again=1', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36')];
    const digits = digitsOf((await ask(laptop)).text);
    const thiefsDigits = digitsOf((await ask(thief)).text);
    const waiting = await one.phone.waiting();
    const mine = waiting.find((prompt) => prompt.browser === 'Firefox on Linux')!;
    const thiefs = waiting.find((prompt) => prompt.browser === 'Chrome on Linux')!;
    if (digits !== thiefsDigits) expect(await one.phone.answer(thiefs, 'approve', digits), 'the digits of another page').toBe('wrong');
    expect(await one.phone.answer(mine, 'approve', digits)).toBe('approved');
    expect((await goOn(thief)).location).toBeNull();
    expect((await thief.me()).status).toBe(401);
    expect((await goOn(laptop)).location).toBe('/');
    expect((await laptop.me()).status).toBe(200);
  });

  it('one answer is one proof: a second sign-in in the same browser asks anew', async () => {
    const one = await equipped();
    const browser = await signInByPush(one);
    const again = await withPassword(one);
    expect((await goOn(again)).location).toBeNull();
    await browser.get('/sign-in?step_up=2');
    expect((await goOn(browser)).location).toBeNull();
  });

  it('an answer is said once (replay), and of two that come at once one counts', async () => {
    const one = await equipped();
    const browser = await withPassword(one);
    const digits = digitsOf((await ask(browser)).text);
    const [prompt] = await one.phone.waiting();
    const right = one.phone.answerOf(prompt!, 'approve', digits);
    const replies = await Promise.all([right, right, right].map((body) => one.phone.send('/api/v1/push/answer', body)));
    expect(replies.map((reply) => reply.body['outcome']).sort()).toEqual(['approved', 'over', 'over']);
    expect((await one.phone.send('/api/v1/push/answer', right)).body['outcome']).toBe('over');
    // A wrong one, said again, is not a second try either.
    const other = await withPassword(one);
    const others = digitsOf((await ask(other)).text);
    const wrong = one.phone.answerOf((await one.phone.waiting())[0]!, 'approve', otherThan(others));
    expect((await one.phone.send('/api/v1/push/answer', wrong)).body['outcome']).toBe('wrong');
    expect((await one.phone.send('/api/v1/push/answer', wrong)).body['outcome']).toBe('over');
  });

  it('nothing of a signed answer can be changed, and no other key can give it', async () => {
    const one = await equipped();
    const browser = await withPassword(one);
    const digits = digitsOf((await ask(browser)).text);
    const [prompt] = await one.phone.waiting();
    const denial = one.phone.answerOf(prompt!, 'deny');
    for (const forged of [{ decision: 'approve', digits }, { digits }, { decision: 'not_me' }, { signature: world.telephone().signed('x') }]) expect((await one.phone.send('/api/v1/push/answer', { ...denial, ...forged })).status).toBe(404);
    const phishing = world.telephone();
    const elsewhere = phishing.signed('bailiwick push answer', 'https://id.example.com.evil.example', one.phone.deviceId, prompt!.id, prompt!.nonce, 'approve', digits);
    expect((await one.phone.send('/api/v1/push/answer', one.phone.answerOf(prompt!, 'approve', digits, { signature: elsewhere }))).status).toBe(404);
    expect(await stateOf(browser)).toBe('waiting');
    expect(await one.phone.answer(prompt!, 'approve', digits)).toBe('approved');
  });

  it('the telephone of somebody else neither sees nor answers it', async () => {
    const [maria, ivan] = [await equipped(), await equipped('Ivan')];
    const browser = await withPassword(maria);
    const digits = digitsOf((await ask(browser)).text);
    const [prompt] = await maria.phone.waiting();
    expect(await ivan.phone.waiting()).toEqual([]);
    expect(await ivan.phone.answer(prompt!, 'approve', digits)).toBe('over');
    expect(await ivan.phone.answer(prompt!, 'not_me')).toBe('over');
    expect(await stateOf(browser)).toBe('waiting');
    expect((await maria.browser.me()).status).toBe(200);
  });

  it('asking again in the same sign-in makes the question before worthless', async () => {
    const one = await equipped();
    const browser = await withPassword(one);
    const first = digitsOf((await ask(browser)).text);
    const [prompt] = await one.phone.waiting();
    const second = digitsOf((await ask(browser)).text);
    expect(await one.phone.answer(prompt!, 'approve', first)).toBe('over');
    const [now, ...more] = await one.phone.waiting();
    expect(more).toEqual([]);
    expect(await one.phone.answer(now!, 'approve', second)).toBe('approved');
  });

  it('a leaver\'s telephone answers nothing', async () => {
    const one = await equipped('Lea');
    const browser = await withPassword(one);
    const digits = digitsOf((await ask(browser)).text);
    const [prompt] = await one.phone.waiting();
    await world.leave(one.person.id);
    expect(await one.phone.answer(prompt!, 'approve', digits)).toBe(404);
    expect((await one.phone.look()).status).toBe(404);
  });
});

describe('MFA fatigue', () => {
  it('a fourth question is not asked while three wait, and asking does not reset the count (63B-4 3.1.3.2)', async () => {
    const one = await equipped();
    for (let asked = 0; asked < 3; asked += 1) expect(digitsOf((await ask(await withPassword(one))).text)).toMatch(/^\d{6}$/);
    const fourth = await ask(await withPassword(one));
    expect(fourth.status).toBe(429);
    expect(fourth.text).toContain('Three questions wait already.');
    expect(await one.phone.waiting()).toHaveLength(3);
    expect((await pushOf(one.browser)).isOff).toBe(false);
  });

  it('many questions asked at the same moment, in many browsers, are three', async () => {
    const one = await equipped();
    const browsers: Browser[] = [];
    for (let count = 0; count < 6; count += 1) browsers.push(await withPassword(one));
    const replies = await Promise.all(browsers.map((browser) => ask(browser)));
    expect(replies.filter((reply) => digitsOf(reply.text) !== '')).toHaveLength(3);
    expect(await one.phone.waiting()).toHaveLength(3);
  });

  it('three unanswered switch push off by themselves: mail, event, audit; the app still signs in, and no password alone comes to the enrolment', async () => {
    const one = await equipped('Tara');
    for (let asked = 0; asked < 3; asked += 1) await ask(await withPassword(one));
    // The watch comes when the third is over; before, it changes nothing.
    const heard: string[] = [];
    const stop = world.events.hear((event) => void heard.push(event.kind));
    await world.events.start();
    world.wait(seconds(61));
    expect(await world.work('authentication.watch-push')).toContainEqual({ personId: one.person.id });
    expect(await pushOf(one.browser)).toMatchObject({ isOff: true, devices: [{ isDisabled: true }] });
    await expect.poll(() => heard, { timeout: 10_000 }).toContain('push_disabled');
    stop();
    await world.events.stop();
    expect((await mailsTo(one)).filter((subject) => subject.includes('Push approval was switched off'))).toHaveLength(1);
    expect((await world.audit('authentication.push.disable')).filter((entry) => entry.target === `person:${one.person.id}`)).toMatchObject([{ outcome: 'allowed', facts: { prompts: 3, devices: [one.phone.deviceId] } }]);

    const browser = await withPassword(one);
    expect(browser.page, 'what works is offered first').toContain('name="code"');
    expect((await browser.get('/sign-in?with=push')).text).toContain('Your telephone is asked no more');
    expect((await ask(browser)).text).toContain('Your telephone is asked no more');
    expect(await one.phone.waiting()).toEqual([]);
    expect((await browser.get('/enrol')).text, 'switching off is no way in').not.toMatch(/new-password|new-totp|passkey-form/);
    await browser.get('/sign-in?with=totp');
    expect((await browser.submit('/sign-in', { step: 'totp', code: one.totp.code() })).location).toBe('/');
  });

  it('with password and telephone alone, switched off: the password alone enrols nothing, a recovery code is the way', async () => {
    const one = await equipped('Pia');
    const { totps } = JSON.parse((await one.browser.api('GET', '/api/v1/me/factors')).text) as { totps: { id: string }[] };
    expect((await one.browser.api('DELETE', `/api/v1/me/factors/${totps[0]!.id}`)).status).toBe(204);
    await world.database.read((tx) => sql(tx)`delete from authn.recovery_code where person_id = ${one.person.id} and slot > 0`);
    for (let asked = 0; asked < 3; asked += 1) await ask(await withPassword(one));
    world.wait(seconds(61));
    await world.work('authentication.watch-push');
    const thief = await withPassword(one);
    expect(thief.page).not.toMatch(/new-password|new-totp|data-passkey="enrol"/);
    await world.database.read((tx) => sql(tx)`delete from authn.recovery_code where person_id = ${one.person.id}`);
    const other = await withPassword(one);
    expect(other.page, 'not even with no way left: then somebody hands over an access pass').toContain('Your telephone is asked no more');
    expect((await other.get('/enrol')).text).not.toMatch(/new-password|new-totp|data-passkey="enrol"/);
  });

  it('three denials switch it off at once', async () => {
    const one = await equipped();
    for (let asked = 0; asked < 3; asked += 1) {
      await ask(await withPassword(one));
      expect((await pushOf(one.browser)).isOff).toBe(false);
      expect(await one.phone.answer((await one.phone.waiting())[0]!, 'deny')).toBe('denied');
    }
    expect((await pushOf(one.browser)).isOff).toBe(true);
    expect((await one.phone.look()).body).toMatchObject({ isOff: true, items: [] });
  });

  it('denied, unanswered and wrong ones count together, and without any watch the next question finds out', async () => {
    const one = await equipped();
    await ask(await withPassword(one));
    await one.phone.answer((await one.phone.waiting())[0]!, 'deny');
    const digits = digitsOf((await ask(await withPassword(one))).text);
    for (let tries = 0; tries < 3; tries += 1) await one.phone.answer((await one.phone.waiting())[0]!, 'approve', otherThan(digits));
    await ask(await withPassword(one));
    world.wait(seconds(61));
    expect((await ask(await withPassword(one))).text).toContain('Your telephone is asked no more');
    expect((await pushOf(one.browser)).isOff).toBe(true);
  });

  it('five honest approvals within ten minutes switch nothing off', async () => {
    const one = await equipped();
    for (let asked = 0; asked < 5; asked += 1) {
      await signInByPush(one);
      world.wait(minutes(2) - 1);
    }
    await world.work('authentication.watch-push');
    expect((await pushOf(one.browser)).isOff).toBe(false);
  });

  it('two that went by and a right one begin the count anew', async () => {
    const one = await equipped();
    for (let round = 0; round < 2; round += 1) {
      for (let asked = 0; asked < 2; asked += 1) await ask(await withPassword(one));
      world.wait(seconds(61));
      await signInByPush(one);
    }
    expect((await pushOf(one.browser)).isOff).toBe(false);
  });

  it('a right answer does not forgive what still waits', async () => {
    const one = await equipped();
    for (let asked = 0; asked < 2; asked += 1) await ask(await withPassword(one));
    await signInByPush(one);
    await ask(await withPassword(one));
    expect((await ask(await withPassword(one))).status, 'two that wait, and one more').toBe(429);
    world.wait(seconds(61));
    await world.work('authentication.watch-push');
    expect((await pushOf(one.browser)).isOff).toBe(true);
  });

  it('it is switched on again by a fresh sign-in with another factor, and not by a session that a push opened', async () => {
    const one = await equipped('Sven');
    const byPush = await signInByPush(one);
    for (let asked = 0; asked < 3; asked += 1) {
      await ask(await withPassword(one));
      await one.phone.answer((await one.phone.waiting())[0]!, 'deny');
    }
    const refused = await byPush.api('POST', '/api/v1/me/push/switch-on');
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('platform.stronger_sign_in_needed')]);
    expect((await byPush.api('POST', '/api/v1/me/push/pairing')).status, 'nor is another telephone paired').toBe(403);
    world.wait(minutes(16));
    expect((await one.browser.api('POST', '/api/v1/me/push/switch-on')).status, 'an open screen is not enough').toBe(403);
    const fresh = world.browser();
    await fresh.signIn(one.person.username, one.password);
    await fresh.get('/sign-in?with=totp');
    await fresh.submit('/sign-in', { step: 'totp', code: one.totp.code() });
    expect((await fresh.api('POST', '/api/v1/me/push/switch-on')).status).toBe(204);
    expect((await pushOf(fresh)).isOff).toBe(false);
    expect(await mailsTo(one)).toContainEqual(expect.stringContaining('Push approval was switched on'));
    await signInByPush(one);
  });
});

describe('"this was not me"', () => {
  it('ends the sign-in under way, every session and every link, at once, and tells it as a disavowal', async () => {
    const one = await equipped('Nora');
    const link = await linkOf(one.browser);
    const thief = await withPassword(one);
    const digits = digitsOf((await ask(thief)).text);
    const other = await withPassword(one);
    await ask(other);
    const [prompt] = (await one.phone.waiting()).slice(-1);
    expect(await one.phone.answer(prompt!, 'not_me')).toBe('disavowed');
    expect((await one.browser.me()).status).toBe(401);
    expect(await one.phone.waiting()).toEqual([]);
    for (const browser of [thief, other]) {
      const told = await goOn(browser);
      expect(told.text).toContain('name="username"');
      expect(told.text, 'why, and not that it took too long').toContain('This sign-in was refused on the telephone.');
      expect(told.text, 'nobody is named any more').not.toContain('Signing in as');
      expect((await browser.get('/sign-in')).text, 'said once').not.toContain('refused on the telephone');
      expect((await browser.me()).status).toBe(401);
    }
    expect(await one.phone.answer(prompt!, 'approve', digits)).toBe('over');
    expect((await world.telephone().pair(link)).status, 'a telephone that a thief was about to pair').toBe(404);
    expect((await world.audit('authentication.sign-in.disavow')).filter((entry) => entry.target === `person:${one.person.id}`)).toMatchObject([{ facts: { about: 'push_prompt', sessions: 2 } }]);
  });
});

describe('pairing', () => {
  it('asks for a fresh sign-in', async () => {
    const one = await equipped();
    world.wait(minutes(16));
    const refused = await one.browser.api('POST', '/api/v1/me/push/pairing');
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('platform.stronger_sign_in_needed')]);
  });

  it('the link holds 256 random bits in the part of an address that is sent to nobody; it works once and for ten minutes (63B-4 4.1.2.2)', async () => {
    const one = await equipped();
    const link = new URL(await linkOf(one.browser));
    expect([link.origin, link.pathname, link.search]).toEqual(['https://id.example.com', '/push/pair', '']);
    expect(Buffer.from(link.hash.slice(1), 'base64url')).toHaveLength(32);
    const replies = await Promise.all([world.telephone(), world.telephone(), world.telephone()].map((phone) => phone.pair(link.href)));
    expect(replies.map((reply) => reply.status).sort()).toEqual([201, 404, 404]);
    expect((await world.telephone().pair(link.href)).status).toBe(404);
    const late = await linkOf(one.browser);
    world.wait(minutes(10));
    expect((await world.telephone().pair(late)).status).toBe(404);
  });

  it('a second link makes the first one worthless', async () => {
    const one = await equipped();
    const [first, second] = [await linkOf(one.browser), await linkOf(one.browser)];
    expect((await world.telephone().pair(first)).status).toBe(404);
    expect((await world.telephone().pair(second)).status).toBe(201);
  });

  it('a key that the device does not hold, or that is no key, is not kept; nor is a key that somebody has already', async () => {
    const one = await equipped();
    const token = new URL(await linkOf(one.browser)).hash.slice(1);
    const [phone, other] = [world.telephone(), world.telephone()];
    const challenge = String((await phone.send('/api/v1/push/pairing', { token })).body['challenge']);
    const signature = phone.signed('bailiwick push pairing', 'https://id.example.com', challenge, phone.point);
    for (const wrong of [{ publicKey: other.point, signature }, { publicKey: phone.point, signature: other.signed('x') }, { publicKey: Buffer.alloc(65, 4).toString('base64url'), signature }, { publicKey: `${phone.point}==`, signature }, { publicKey: 'AAAA', signature }]) {
      expect((await phone.send('/api/v1/push/devices', { token, name: 'Mine', ...wrong })).status).toBe(400);
    }
    const taken = one.phone.signed('bailiwick push pairing', 'https://id.example.com', challenge, one.phone.point);
    expect((await phone.send('/api/v1/push/devices', { token, name: 'Mine', publicKey: one.phone.point, signature: taken })).body['code']).toBe('authentication.push_key_not_accepted');
    expect((await pushOf(one.browser)).devices).toHaveLength(1);
  });

  it('five telephones at most; each is told by mail, renamed, and removed with notice', async () => {
    const one = await equipped('Fay');
    for (let more = 0; more < 4; more += 1) expect((await world.telephone().pair(await linkOf(one.browser), `Telephone ${more}`)).status).toBe(201);
    expect((await one.browser.api('POST', '/api/v1/me/push/pairing')).status).toBe(409);
    expect((await mailsTo(one)).filter((subject) => subject.includes('A way to sign in was added')).length).toBeGreaterThanOrEqual(5);
    expect((await one.browser.api('PATCH', `/api/v1/me/factors/${one.phone.deviceId}`, { name: 'Old telephone' })).status).toBe(204);
    expect((await pushOf(one.browser)).devices.map((device) => device.name)).toContain('Old telephone');
    expect((await one.browser.api('DELETE', `/api/v1/me/factors/${one.phone.deviceId}`)).status).toBe(204);
    expect((await pushOf(one.browser)).devices).toHaveLength(4);
    expect(await mailsTo(one)).toContainEqual(expect.stringContaining('A way to sign in was removed'));
    expect((await one.phone.look()).status).toBe(404);
  });

  it('nobody changes a telephone of somebody else', async () => {
    const [maria, ivan] = [await equipped(), await equipped('Ivan')];
    expect((await ivan.browser.api('PATCH', `/api/v1/me/factors/${maria.phone.deviceId}`, { name: 'Mine' })).status).toBe(404);
    expect((await ivan.browser.api('DELETE', `/api/v1/me/factors/${maria.phone.deviceId}`)).status).toBe(404);
  });

  it('password and telephone count as two factors: for removing the app, for the reports, for administrators; switched off they do not', async () => {
    const one = await equipped('Rosa');
    const { totps } = JSON.parse((await one.browser.api('GET', '/api/v1/me/factors')).text) as { totps: { id: string }[] };
    expect((await one.browser.api('DELETE', `/api/v1/me/factors/${totps[0]!.id}`)).status).toBe(204);
    expect((await one.browser.api('DELETE', `/api/v1/me/factors/${one.phone.deviceId}`)).text).toContain('authentication.last_factor');
    const cardOf = async () => (await world.database.read((tx) => sql<{ strongest: string }>(tx)`select strongest from authn.factor_card where person_id = ${one.person.id}`))[0]!.strongest;
    expect(await cardOf()).toBe('two_factors');
    const boss = await world.settled('Boss', 'Above', 'four words are enough');
    await world.makeAdministrator(boss.person.id);
    const seen = async () => JSON.parse((await boss.browser.api('GET', `/api/v1/people/${one.person.id}/factors`)).text) as Record<string, unknown>;
    expect(await seen()).toMatchObject({ pushDevices: 1, strongest: 'two_factors', disabled: [] });
    for (let asked = 0; asked < 3; asked += 1) {
      await ask(await withPassword(one));
      await one.phone.answer((await one.phone.waiting())[0]!, 'deny');
    }
    expect(await cardOf()).toBe('password');
    expect(await seen()).toMatchObject({ pushDevices: 1, strongest: 'password', disabled: ['push'] });
  });
});

describe('what the device asks', () => {
  it('is signed over a fresh nonce of ours: not an old one, not one of another device, not a made-up one', async () => {
    const [one, other] = [await equipped(), await equipped('Ivan')];
    const { deviceId, signed, send } = one.phone;
    const asked = async (nonce: string) => (await send('/api/v1/push/waiting', { deviceId, nonce, signature: signed('bailiwick push waiting', 'https://id.example.com', deviceId, nonce) })).body['code'] ?? 'told';
    const nonceFor = async (id: string) => String((await send('/api/v1/push/nonce', { deviceId: id })).body['nonce']);
    const mine = await nonceFor(deviceId);
    expect(await asked(mine)).toBe('told');
    for (const wrong of [await nonceFor(other.phone.deviceId), 'zzzzzzzz.AAAA', mine.replace(/^./, 'z'), 'x']) expect(await asked(wrong)).toBe('authentication.push_page_old');
    world.wait(minutes(5));
    expect(await asked(mine)).toBe('authentication.push_page_old');
    expect((await send('/api/v1/push/waiting', { deviceId: other.phone.deviceId, nonce: mine, signature: signed('bailiwick push waiting', 'https://id.example.com', other.phone.deviceId, mine) })).status).toBe(404);
  });

  it('leaves nothing behind: pairings and old questions are swept, what counts stays', async () => {
    const one = await equipped();
    await linkOf(one.browser);
    await ask(await withPassword(one));
    world.wait(hours(25));
    await world.sweep();
    const left = await world.database.read((tx) => sql<{ pairings: number; prompts: number; sent: number }>(tx)`
      select (select count(*)::integer from authn.push_pairing) as pairings, (select count(*)::integer from authn.push_prompt) as prompts, (select sent from authn.push_count where person_id = ${one.person.id}) as sent`);
    expect(left).toEqual([{ pairings: 0, prompts: 0, sent: 1 }]);
  });
});

it('the pages of the telephone keep the strict policy, run no script of anybody else, and the manifest names what there is', async () => {
  const browser = world.browser();
  for (const path of ['/push', '/push/pair']) {
    const reply = await browser.send('GET', path);
    expect(reply.headers['content-security-policy']).toMatch(/default-src 'none'; script-src 'self'; style-src 'self'/);
    expect(reply.text).not.toMatch(/<script(?![^>]*\bsrc="\/assets\/)|\sstyle=|\son\w+=/);
  }
  const manifest = JSON.parse((await browser.send('GET', '/push/app.webmanifest')).text) as { name: string; start_url: string; display: string; icons: { src: string; sizes: string }[] };
  expect(manifest).toMatchObject({ name: 'Adventure Works', start_url: '/push', display: 'standalone' });
  for (const { src } of manifest.icons) expect((await browser.send('GET', src)).status).toBe(200);
  const worker = await browser.send('GET', '/push-worker.js');
  expect([worker.headers['content-type'], worker.headers['content-security-policy']]).toEqual(['text/javascript; charset=utf-8', expect.stringContaining("default-src 'none'")]);
  for (const language of ['de', 'fr', 'es']) expect((await browser.send('GET', '/push', { headers: { 'accept-language': language } })).text).toContain(`<html lang="${language}">`);
});
