import { afterAll, beforeAll, expect, it } from 'vitest';
import { authenticationWorld, origin, type AuthenticationWorld } from '../../../testing/authentication-world.ts';
import { softwareAuthenticator } from '../../../testing/software-authenticator.ts';

let world: AuthenticationWorld;
beforeAll(async () => { world = await authenticationWorld(); });
afterAll(() => world.close());

const pathOf = (url: string): string => url.slice(origin.length);

// ASVS 6.3.2
it('the set-up link makes the first administrator, who enrols a passkey, gets recovery codes, and lands in the portal; it works once', async () => {
  const link = pathOf((await world.makeSetupLink()).url);
  const chrome = world.browser();
  expect((await chrome.get(link)).text).toContain('Make the first administrator');
  const token = new URL(link, origin).searchParams.get('token')!;
  const wrong = await chrome.submit('/set-up', { token, given_name: 'Ivan', family_name: 'Petrov', email: 'not an address', username: 'ivan' });
  expect(wrong.status).toBe(400);
  expect(wrong.text).toContain('This is not an e-mail address.');

  const begun = await chrome.submit('/set-up', { token, given_name: 'Ivan', family_name: 'Petrov', email: 'ivan@adventure-works.com', username: 'ivan' });
  expect(begun.text).toContain('Set up a passkey');
  expect((await chrome.me()).status, 'no session before a factor is proven').toBe(401);
  await expect(world.makeSetupLink()).rejects.toMatchObject({ code: 'authentication.administrator_exists' });
  const other = world.browser();
  expect((await other.get(link)).status, 'the link is used').toBe(404);

  const key = softwareAuthenticator({ origin, isSynced: true });
  const enrolled = await chrome.submit('/enrol', { step: 'new-passkey', response: JSON.stringify(key.create(await chrome.passkeyOptions('/enrol/passkey-options'))) });
  expect(enrolled.text).toContain('One more touch shows that the new passkey works.');
  const proven = await chrome.submit('/sign-in', { step: 'passkey', response: JSON.stringify(key.get(await chrome.passkeyOptions('/sign-in/passkey-options'))) });
  expect(proven.text.match(/<li>[0-9]-[0-9A-Z-]{19}<\/li>/g)).toHaveLength(10);
  const done = await chrome.submit('/enrol', { step: 'codes' });
  expect(done.location).toBe('/');

  const me = JSON.parse((await chrome.me()).text) as { session: object; consoleRoles: string[]; person: object };
  expect(me).toMatchObject({ person: { username: 'ivan', displayName: 'Ivan Petrov' }, consoleRoles: ['administrator'], session: { assuranceLevel: 2, isPhishingResistant: true, methods: ['swk', 'user', 'mfa', 'phr'] } });
  const mails = await world.mailer.outbox(10);
  expect(mails.map((mail) => mail.subject)).toContain('Adventure Works: A way to sign in was added');
});

it('a passkey signs in by itself, without a name being typed', async () => {
  const maria = await world.settled('Maria', 'Gonzalez', 'four words are enough');
  const key = softwareAuthenticator({ origin });
  const options = JSON.parse((await maria.browser.api('POST', '/api/v1/me/factors/passkey-options')).text) as { options: never };
  expect((await maria.browser.api('POST', '/api/v1/me/factors/passkeys', { name: 'YubiKey', response: key.create(options.options) })).status).toBe(201);

  const laptop = world.browser();
  await laptop.get('/sign-in?return_to=/admin/people');
  const request = (await laptop.passkeyOptions('/sign-in/passkey-options')) as { allowCredentials?: unknown };
  expect(request.allowCredentials, 'keys are named to nobody who has proven nothing').toBeUndefined();
  const response = JSON.stringify(key.get(request as never));
  const done = await laptop.submit('/sign-in', { step: 'passkey', response, return_to: '/admin/people' });
  expect(done.location).toBe('/admin/people');
  expect(JSON.parse((await laptop.me()).text)).toMatchObject({ person: { username: 'maria' }, session: { methods: ['hwk', 'user', 'mfa', 'phr'] } });

  const thief = world.browser();
  await thief.get('/sign-in');
  expect((await thief.submit('/sign-in', { step: 'passkey', response })).status, 'a challenge is answered once').toBe(401);
});

it('a key that is only touched is one factor: the password is asked for as well', async () => {
  const erik = await world.settled('Erik', 'Lund', 'seven quiet lanterns');
  const key = softwareAuthenticator({ origin });
  key.isUserVerified = false;
  const options = JSON.parse((await erik.browser.api('POST', '/api/v1/me/factors/passkey-options')).text) as { options: never };
  await erik.browser.api('POST', '/api/v1/me/factors/passkeys', { response: key.create(options.options) });

  const laptop = world.browser();
  await laptop.get('/sign-in');
  const half = await laptop.submit('/sign-in', { step: 'passkey', response: JSON.stringify(key.get(await laptop.passkeyOptions('/sign-in/passkey-options'))) });
  expect((await laptop.me()).status).toBe(401);
  expect(half.text).toContain('name="password"');
  const done = await laptop.submit('/sign-in', { step: 'password', password: erik.password });
  expect(done.location).toBe('/');
  expect(JSON.parse((await laptop.me()).text)).toMatchObject({ session: { assuranceLevel: 2, methods: ['pwd', 'hwk', 'mfa', 'phr'] } });
});

it('a stolen security key without its PIN gets no session and no new password, and stays what it was (63B-4 4.1.2)', async () => {
  const pia = await world.settled('Pia', 'Falk', 'tall ships and lemons');
  const key = softwareAuthenticator({ origin });
  const options = JSON.parse((await pia.browser.api('POST', '/api/v1/me/factors/passkey-options')).text) as { options: never };
  await pia.browser.api('POST', '/api/v1/me/factors/passkeys', { response: key.create(options.options) });
  expect((await pia.browser.api('DELETE', '/api/v1/me/factors/password')).status).toBe(204);

  key.isUserVerified = false;
  const thief = world.browser();
  await thief.get('/sign-in');
  const half = await thief.submit('/sign-in', { step: 'passkey', response: JSON.stringify(key.get(await thief.passkeyOptions('/sign-in/passkey-options'))) });
  expect(half.text).not.toContain('new-password');
  await thief.get('/enrol?with=new-password');
  await thief.submit('/enrol', { step: 'new-password', password: 'a password of the thief' });
  expect((await thief.me()).status).toBe(401);
  expect(JSON.parse((await pia.browser.send('GET', '/api/v1/me/factors')).text), 'one try of the thief makes the key no weaker on paper').toMatchObject({ password: null, passkeys: [{ isUserVerified: true }] });

  key.isUserVerified = true;
  const own = await thief.submit('/sign-in', { step: 'passkey', response: JSON.stringify(key.get(await thief.passkeyOptions('/sign-in/passkey-options'))) });
  expect(own.location, 'with the PIN it is enough').toBe('/');
});

it('a passkey whose counter goes back is disabled, since there may be a copy', async () => {
  const lena = await world.settled('Lena', 'Vogel', 'morning fog harbour');
  const key = softwareAuthenticator({ origin });
  const options = JSON.parse((await lena.browser.api('POST', '/api/v1/me/factors/passkey-options')).text) as { options: never };
  await lena.browser.api('POST', '/api/v1/me/factors/passkeys', { response: key.create(options.options) });
  const signIn = async () => {
    const laptop = world.browser();
    await laptop.get('/sign-in');
    return laptop.submit('/sign-in', { step: 'passkey', response: JSON.stringify(key.get(await laptop.passkeyOptions('/sign-in/passkey-options'))) });
  };
  key.signCount = 20;
  expect((await signIn()).location).toBe('/');
  key.signCount = 3;
  expect((await signIn()).status).toBe(401);
  key.signCount = 40;
  expect((await signIn()).status, 'it stays disabled').toBe(401);
});

it('the link that is printed with an access pass leads to its field: the username form carries the wish, the answer names it', async () => {
  const olga = await world.addPerson('Olga', 'Meyer');
  const pass = await world.accessPass(olga.id);
  const chrome = world.browser();
  const first = await chrome.get('/sign-in?with=access-pass');
  expect(first.text).toContain('<input type="hidden" name="with" value="access-pass">');
  const empty = await chrome.submit('/sign-in', { step: 'username', username: ' ', with: 'access-pass' });
  expect([empty.status, empty.text.includes('name="with" value="access-pass"')], 'a page that asks again has not forgotten it').toEqual([400, true]);
  const reply = await chrome.send('POST', '/sign-in', { form: { csrf: chrome.csrf, step: 'username', username: 'olga', with: 'access-pass' } });
  expect(reply.location).toBe('/sign-in?with=access-pass');
  const asked = await chrome.get(reply.location!);
  expect(asked.text).toContain('name="step" value="access-pass"');
  expect((await chrome.submit('/sign-in', { step: 'access-pass', code: pass })).text).toContain('Set up how you sign in');

  const recovering = world.browser();
  await recovering.get('/recover?with=mailed-code');
  expect((await recovering.send('POST', '/recover', { form: { csrf: recovering.csrf, step: 'username', username: 'olga', with: 'mailed-code' } })).location).toBe('/recover?with=mailed-code');
});

it('threat, a link that names what is no page of this step: nothing of it comes back, and it leads nowhere else', async () => {
  for (const wish of ['https://evil.example/', '//evil.example', '"><script>alert(1)</script>', 'access-pass&return_to=//evil.example', 'toString', '__proto__', 'new-password', 'codes', 'totp']) {
    const chrome = world.browser();
    const first = await chrome.get(`/sign-in?with=${encodeURIComponent(wish)}`);
    expect([first.status, /evil|alert\(1\)/.test(first.text)], wish).toEqual([200, false]);
    const reply = await chrome.send('POST', '/sign-in', { form: { csrf: chrome.csrf, step: 'username', username: 'ana', with: wish } });
    expect(reply.location, wish).toBe('/sign-in');
  }
  // The same for a name that nobody has.
  const stranger = world.browser();
  await stranger.get('/sign-in?with=access-pass');
  expect((await stranger.send('POST', '/sign-in', { form: { csrf: stranger.csrf, step: 'username', username: 'nobody at all', with: 'access-pass' } })).location).toBe('/sign-in?with=access-pass');
});

// ASVS 6.4.1
it('with an access pass a new person enrols password and app, and only then is in', async () => {
  const ana = await world.addPerson('Ana', 'Silva');
  const pass = await world.accessPass(ana.id);
  const chrome = world.browser();
  await chrome.get('/sign-in');
  await chrome.submit('/sign-in', { step: 'username', username: 'ANA' });
  expect((await chrome.get('/sign-in?with=access-pass')).text).toContain('autocomplete="one-time-code"');
  const accepted = await chrome.submit('/sign-in', { step: 'access-pass', code: pass.toLowerCase().replace('-', ' ') });
  expect(accepted.text).toContain('Set up how you sign in');
  expect((await chrome.me()).status).toBe(401);

  await chrome.get('/enrol?with=new-password');
  expect((await chrome.submit('/enrol', { step: 'new-password', password: 'ana.silva2026' })).text).toContain('little more than');
  expect((await chrome.submit('/enrol', { step: 'new-password', password: 'password1' })).status).toBe(400);
  await chrome.submit('/enrol', { step: 'new-password', password: 'purple ferries count' });
  expect((await chrome.me()).status, 'a password alone is not enough').toBe(401);
  const page = await chrome.get('/enrol?with=new-totp');
  expect(page.text).toContain('<svg');
  const app = world.appWith(/id="totp-key">([^<]+)</.exec(page.text)![1]!);
  expect((await chrome.submit('/enrol', { step: 'new-totp', code: '000000' })).text).toContain('The code is not right');
  await chrome.submit('/enrol', { step: 'new-totp', code: app.code() });
  expect((await chrome.submit('/enrol', { step: 'codes' })).location).toBe('/');
  expect(JSON.parse((await chrome.me()).text)).toMatchObject({ session: { assuranceLevel: 2, isPhishingResistant: false, methods: ['pwd', 'otp', 'mfa'] } });

  const again = world.browser();
  await again.get('/sign-in');
  await again.submit('/sign-in', { step: 'username', username: 'ana' });
  expect((await again.submit('/sign-in', { step: 'access-pass', code: pass })).status, 'an access pass works once').toBe(401);
});

it('a key shown to whoever held an earlier pass is never offered again: the newcomer gets another', async () => {
  const yuri = await world.addPerson('Yuri', 'Novak');
  const begin = async (): Promise<string> => {
    const chrome = world.browser();
    await chrome.get('/sign-in');
    await chrome.submit('/sign-in', { step: 'username', username: 'yuri' });
    await chrome.submit('/sign-in', { step: 'access-pass', code: await world.accessPass(yuri.id) });
    await chrome.get('/enrol?with=new-password');
    await chrome.submit('/enrol', { step: 'new-password', password: 'eleven copper kettles' });
    const key = /id="totp-key">([^<]+)</;
    const first = key.exec((await chrome.get('/enrol?with=new-totp')).text)![1]!;
    expect(key.exec((await chrome.get('/enrol?with=new-totp')).text)![1], 'a page loaded again shows the same').toBe(first);
    return first;
  };
  expect(await begin()).not.toBe(await begin());
});

// ASVS 6.4.1
it('an access pass is over after an hour', async () => {
  const omar = await world.addPerson('Omar', 'Haddad');
  const pass = await world.accessPass(omar.id);
  world.wait(61 * 60_000);
  const chrome = world.browser();
  await chrome.get('/sign-in');
  await chrome.submit('/sign-in', { step: 'username', username: 'omar' });
  expect((await chrome.submit('/sign-in', { step: 'access-pass', code: pass })).status).toBe(401);
});

it('a manager issues a pass for a report, nobody for themselves or for people elsewhere', async () => {
  const boss = await world.settled('Bea', 'Keller', 'granite violin seven');
  const report = await world.addPerson('Tom', 'Reed', { managerId: boss.person.id });
  const stranger = await world.addPerson('Zoe', 'Marsh');
  const issue = (id: string) => boss.browser.api('POST', `/api/v1/people/${id}/access-pass`, { reason: 'first day' });
  expect(JSON.parse((await issue(report.id)).text)).toMatchObject({ username: 'tom', pass: expect.stringMatching(/^[0-9A-Z]{5}-[0-9A-Z]{5}$/) as string });
  expect((await issue(stranger.id)).status).toBe(404);
  expect((await issue(boss.person.id)).status).toBe(404);

  const root = await world.settled('Rita', 'Boss', 'walnut candle shore');
  await world.makeAdministrator(root.person.id);
  const own = await root.browser.api('POST', `/api/v1/people/${root.person.id}/access-pass`, { reason: 'please' });
  expect([own.status, (JSON.parse(own.text) as { code: string }).code]).toEqual([403, 'authentication.pass_for_oneself']);
});

it('an API token issues no pass for an administrator, however powerful its owner is (privilege escalation)', async () => {
  const vera = await world.settled('Vera', 'Chief', 'lantern orchard ninety');
  const wim = await world.settled('Wim', 'Chief', 'gravel piano sunday');
  const newcomer = await world.addPerson('Xenia', 'Young');
  for (const { person } of [vera, wim]) await world.makeAdministrator(person.id);
  const { token } = JSON.parse((await vera.browser.api('POST', '/api/v1/tokens', { name: 'onboarding', permissions: ['authentication.access-pass.issue'], expiresInDays: 1 })).text) as { token: string };
  const issue = async (id: string) => JSON.parse((await world.browser().send('POST', `/api/v1/people/${id}/access-pass`, { json: { reason: 'first day' }, headers: { authorization: `Bearer ${token}` } })).text) as { code?: string; username?: string };
  expect(await issue(wim.person.id)).toMatchObject({ code: 'authentication.pass_for_privileged' });
  expect(await issue(newcomer.id)).toMatchObject({ username: 'xenia' });
  expect((await vera.browser.api('POST', `/api/v1/people/${wim.person.id}/access-pass`, { reason: 'lost his telephone' })).status).toBe(201);
});

it('the command on the host gets an administrator back in, and the audit says so', async () => {
  const nils = await world.addPerson('Nils', 'Berg');
  const issued = await world.recoverAdministrator('nils');
  const chrome = world.browser();
  await chrome.get('/sign-in');
  await chrome.submit('/sign-in', { step: 'username', username: 'nils' });
  expect((await chrome.submit('/sign-in', { step: 'access-pass', code: issued.pass })).text).toContain('Set up a passkey');
  expect(await world.audit('authentication.administrator.recover')).toMatchObject([{ outcome: 'allowed', target: `person:${nils.id}` }]);
});

it('a recovery code and the app lead to a new password, and the used code is replaced', async () => {
  const otto = await world.settled('Otto', 'Lang', 'silver bridge tomato');
  const phone = world.browser();
  await phone.get('/recover');
  await phone.submit('/recover', { step: 'username', username: 'otto' });
  const wrong = await phone.submit('/recover', { step: 'recovery-code', code: '3-0000-0000-0000-0000' });
  expect(wrong.status).toBe(401);
  await phone.submit('/recover', { step: 'recovery-code', code: otto.codes[3]! });
  expect((await phone.me()).status, 'a code alone recovers nothing').toBe(401);
  await phone.get('/recover?with=totp');
  await phone.submit('/recover', { step: 'totp', code: otto.totp.code() });
  await phone.get('/enrol?with=new-password');
  const codes = await phone.submit('/enrol', { step: 'new-password', password: 'another fine sentence' });
  expect(codes.text.match(/<li>[0-9]-[0-9A-Z-]{19}<\/li>/g)).toEqual([expect.stringMatching(/^<li>3-/)]);
  expect((await phone.submit('/enrol', { step: 'codes' })).location).toBe('/');

  const subjects = (await world.mailer.outbox(200)).filter((mail) => mail.recipient === 'otto@adventure-works.com').map((mail) => mail.subject);
  expect(subjects).toEqual(expect.arrayContaining(['Adventure Works: A recovery code was used', 'Adventure Works: Your password was changed', 'Adventure Works: Your account was recovered']));
  const again = world.browser();
  await again.get('/recover');
  await again.submit('/recover', { step: 'username', username: 'otto' });
  expect((await again.submit('/recover', { step: 'recovery-code', code: otto.codes[3]! })).status, 'a code works once').toBe(401);
});
