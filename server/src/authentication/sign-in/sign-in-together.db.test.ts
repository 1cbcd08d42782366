import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { days, later } from '../../platform/clock/index.ts';
import { json, sql } from '../../platform/db/index.ts';
import { authenticationWorld, type AuthenticationWorld } from '../../../testing/authentication-world.ts';
import { everybody } from '../enrolment/enrolment-policy.ts';

/** Name, password and code in one form: quick where all is right, and never a way around what the pages ask one after the other. */
let world: AuthenticationWorld;
let maria: Awaited<ReturnType<AuthenticationWorld['settled']>>;
beforeAll(async () => {
  world = await authenticationWorld();
  maria = await world.settled('Maria', 'Gonzalez', 'four words are enough');
});
afterEach(() => void vi.restoreAllMocks());
afterAll(() => world.close());

type Browser = ReturnType<AuthenticationWorld['browser']>;
const post = (chrome: Browser, more: Readonly<Record<string, string>> = {}) => chrome.send('POST', '/sign-in', { form: { csrf: chrome.csrf, step: 'username', username: 'maria', password: maria.password, code: maria.totp.now(), ...more } });
async function opened(): Promise<Browser> {
  const chrome = world.browser();
  await chrome.get('/sign-in?again=1');
  return chrome;
}
const isIn = async (chrome: Browser): Promise<boolean> => (await chrome.me()).status === 200;
const count = async (table: 'authn.session' | 'authn.sign_in' | 'authn.throttle_wait'): Promise<number> => Number((await world.database.pool.query<{ count: string }>(`select count(*) from ${table}`)).rows[0]!.count);
const nextCode = () => void maria.totp.code();

/** What happens to `what` between the look at the database and the end of the hash. */
function meanwhile(what: () => Promise<unknown>): void {
  const verify = world.hashing.verify.bind(world.hashing);
  vi.spyOn(world.hashing, 'verify').mockImplementationOnce(async (...given) => {
    const answer = await verify(...given);
    await what();
    return answer;
  });
}

/** The statements that an answer takes, but for what is counted and looked up beside it. */
async function listening<T>(what: () => Promise<T>): Promise<{ readonly reply: T; readonly statements: readonly string[] }> {
  const asked: string[] = [];
  const { query } = pg.Client.prototype;
  const spy = vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...given: unknown[]) {
    asked.push(String((given[0] as { text?: string }).text ?? given[0]));
    return (query as (...values: unknown[]) => unknown).apply(this, given) as never;
  });
  const reply = await what();
  spy.mockRestore();
  return { reply, statements: asked.filter((one) => !/authn\.(sign_in_tally|branding)|pg_notify|platform\.outbox/.test(one)) };
}

it('all of it right: a session, no sign-in written down, nothing held against the browser, and two statements', async () => {
  nextCode();
  const known = await opened();
  expect((await post(known)).location).toBe('/');
  nextCode();
  await known.get('/sign-in?again=1');
  const before = { sessions: await count('authn.session'), signIns: await count('authn.sign_in'), entries: (await world.audit('authentication.sign-in.succeed')).length };
  const chrome = await opened();
  for (const [name, value] of known.cookies) if (name.endsWith('device')) chrome.cookies.set(name, value);
  // As in a server that runs: others are told beside the sign-in.
  await world.events.start();
  const { reply, statements } = await listening(() => post(chrome));
  await world.events.stop();
  expect(reply.location).toBe('/');
  expect(statements.length, statements.join('\n')).toBe(2);
  expect(await isIn(chrome)).toBe(true);
  expect({ sessions: await count('authn.session'), signIns: await count('authn.sign_in'), entries: (await world.audit('authentication.sign-in.succeed')).length }).toEqual({ sessions: before.sessions + 1, signIns: before.signIns, entries: before.entries + 1 });
  expect(await count('authn.throttle_wait')).toBe(0);
  expect(JSON.parse((await chrome.me()).text)).toMatchObject({ session: { assuranceLevel: 2, methods: ['pwd', 'otp', 'mfa'] } });
});

it('of many forms with the same code at the same moment one gets in', async () => {
  nextCode();
  const browsers = await Promise.all(Array.from({ length: 4 }, opened));
  const before = await count('authn.session');
  await Promise.all(browsers.map((chrome) => post(chrome)));
  expect((await Promise.all(browsers.map(isIn))).filter(Boolean)).toHaveLength(1);
  expect(await count('authn.session')).toBe(before + 1);
  world.wait(days(1));
});

it('a code that was used before is refused, and so is one beside a wrong password', async () => {
  nextCode();
  const code = maria.totp.now();
  expect((await post(await opened(), { code })).location).toBe('/');
  const again = await opened();
  const replay = await post(again, { code });
  expect([replay.status, await isIn(again)]).toEqual([401, false]);
  nextCode();
  const guessed = await opened();
  expect((await post(guessed, { password: 'five words are too many' })).status).toBe(401);
  expect(await isIn(guessed)).toBe(false);
  // The code beside it was not used up.
  expect((await post(await opened())).location).toBe('/');
});

it('many wrong codes at once beside the right password: the sixth guess waits, and the right code with it, but not in her own browser', async () => {
  nextCode();
  const own = await opened();
  await post(own);
  world.wait(days(1));
  const browsers = await Promise.all(Array.from({ length: 12 }, opened));
  const replies = await Promise.all(browsers.map((chrome) => post(chrome, { code: '000000' })));
  expect(replies.every((reply) => [401, 429].includes(reply.status))).toBe(true);
  const { rows } = await world.database.pool.query<{ failures: number }>(`select failures from authn.throttle where account = $1 and authenticator = 'totp'`, [`person:${maria.person.id}`]);
  expect(rows[0]!.failures).toBeLessThanOrEqual(5);
  let last = 0;
  for (let more = 0; more < 6; more += 1) last = (await post(await opened(), { code: '000000' })).status;
  expect(last).toBe(429);
  const chrome = await opened();
  const right = await listening(() => post(chrome));
  expect([right.reply.status, await isIn(chrome)]).toEqual([429, false]);
  // A code that has to wait is not looked at: nothing that an answer takes tells that it was right.
  const other = await opened();
  const wrong = await listening(() => post(other, { code: '000000' }));
  // The audit hears of the 1st, 2nd, 4th, 8th time.
  const unheard = (statements: readonly string[]) => statements.filter((one) => !one.includes('audit.inbox'));
  expect(unheard(wrong.statements)).toEqual(unheard(right.statements));
  await own.get('/sign-in?again=1');
  const session = [...own.cookies.keys()].find((name) => /bailiwick$/.test(name));
  if (session) own.cookies.delete(session);
  await own.get('/sign-in?again=1');
  expect((await post(own)).location).toBe('/');
  world.wait(days(1));
});

it('a password hashed under yesterday\'s parameters signs in, is renewed, and is not called wrong where the code was used', async () => {
  nextCode();
  const stored = async () => (await world.database.pool.query<{ hash: string }>('select hash from authn.password where person_id = $1', [maria.person.id])).rows[0]!.hash;
  const before = await stored();
  const verify = vi.spyOn(world.hashing, 'verify').mockResolvedValueOnce({ isRight: true, needsRehash: true });
  const code = maria.totp.now();
  expect((await post(await opened(), { code })).location).toBe('/');
  const renewed = await stored();
  expect(renewed).not.toBe(before);
  verify.mockResolvedValueOnce({ isRight: true, needsRehash: true });
  const reply = await post(await opened(), { code });
  expect([reply.status, reply.text.includes('name="code"'), (await stored()) === renewed]).toEqual([401, true, false]);
});

it('what changes while the password is hashed counts: another password, a removed app, a departure', async () => {
  nextCode();
  const { pool } = world.database;
  const { rows: [kept] } = await pool.query<{ hash: string }>('select hash from authn.password where person_id = $1', [maria.person.id]);
  meanwhile(() => pool.query(`update authn.password set hash = 'another' where person_id = $1`, [maria.person.id]));
  const first = await opened();
  expect([(await post(first)).status, await isIn(first)]).toEqual([401, false]);
  await pool.query('update authn.password set hash = $2 where person_id = $1', [maria.person.id, kept!.hash]);

  nextCode();
  meanwhile(() => pool.query('update authn.totp set confirmed_at = null where person_id = $1', [maria.person.id]));
  const second = await opened();
  await post(second);
  expect(await isIn(second)).toBe(false);
  await pool.query('update authn.totp set confirmed_at = now() where person_id = $1', [maria.person.id]);

  const gone = await world.settled('Gustav', 'Leaver', 'nine blue umbrellas');
  const before = await count('authn.session');
  gone.totp.code();
  meanwhile(() => world.leave(gone.person.id));
  const third = await opened();
  await post(third, { username: 'gustav', password: gone.password, code: gone.totp.now() });
  expect(await isIn(third)).toBe(false);
  expect(await count('authn.session')).toBe(before);
  // And afterwards the answer is the one for a name that nobody has.
  gone.totp.code();
  const afterwards = await post(await opened(), { username: 'gustav', password: gone.password, code: gone.totp.now() });
  const unknown = await post(await opened(), { username: 'nora', password: gone.password, code: '123456' });
  const plain = (text: string): string => text.replaceAll(/gustav|nora/g, 'NAME').replaceAll(/name="csrf" value="[^"]*"/g, '');
  expect([afterwards.status, plain(afterwards.text)]).toEqual([unknown.status, plain(unknown.text)]);
});

it('a policy that must be met, or that offers something, has its say before there is a session', async () => {
  const policy = (deadline: Date) =>
    world.database.read((tx) => sql(tx)`
      insert into authn.enrolment_policy (id, name, audience, wanted_level, is_phishing_resistance_wanted, methods_without, starts_at, deadline_at, skips, percent, state, counted_from, created_at, updated_at)
           values (gen_random_uuid(), 'Keys for everybody', ${json({ anyOf: [everybody] })}, 2, true, '{}', ${later(world.clock.now(), -days(2))}, ${deadline}, 5, 100, 'on', now(), now(), now())`);
  const drop = () => world.database.pool.query('delete from authn.enrolment_policy');
  await policy(later(world.clock.now(), -days(1)));
  nextCode();
  const kept = await opened();
  const before = (await world.audit('authentication.sign-in.succeed')).length;
  expect((await post(kept)).location).toBe('/enrol');
  expect([await isIn(kept), (await world.audit('authentication.sign-in.succeed')).length]).toEqual([false, before]);
  await drop();
  await policy(later(world.clock.now(), days(10)));
  nextCode();
  const offered = await opened();
  expect((await post(offered)).location).toBe('/enrol');
  expect(await isIn(offered)).toBe(false);
  expect((await offered.submit('/enrol', { step: 'skip' })).location).toBe('/');
  expect(await isIn(offered)).toBe(true);
  await drop();
});

it('without recovery codes the pages go on to them, and the browser that had a session has the new one alone', async () => {
  await world.database.pool.query('delete from authn.recovery_code where person_id = $1', [maria.person.id]);
  nextCode();
  const chrome = await opened();
  expect((await post(chrome)).location).toBe('/enrol');
  expect(await isIn(chrome)).toBe(false);
  await chrome.get('/enrol');
  await chrome.submit('/enrol', { step: 'codes' });
  expect(await isIn(chrome)).toBe(true);
  const old = [...chrome.cookies].find(([name]) => /bailiwick$/.test(name))!;
  nextCode();
  expect((await post(chrome)).location).toBe('/');
  expect(await isIn(chrome)).toBe(true);
  const thief = world.browser();
  thief.cookies.set(...old);
  expect(await isIn(thief)).toBe(false);
});
