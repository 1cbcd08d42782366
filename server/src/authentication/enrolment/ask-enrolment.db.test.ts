import type { EnrolmentPolicyDraft, EnrolmentPolicyWithDays, OwnEnrolment, ReadinessAnswer } from '@bailiwick/contract/enrolment';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { days, hours, later, minutes } from '../../platform/clock/index.ts';
import { sql } from '../../platform/db/index.ts';
import { authenticationWorld, origin, type AuthenticationWorld } from '../../../testing/authentication-world.ts';
import { softwareAuthenticator } from '../../../testing/software-authenticator.ts';
import { placeInStage } from './enrolment-policy.ts';
import { driveEnrolments, stopEnrolments } from './watch-enrolment.ts';

type Settled = Awaited<ReturnType<AuthenticationWorld['settled']>>;

let world: AuthenticationWorld;
let rita: Settled;
let maria: Settled;
let ivan: Settled;
beforeAll(async () => {
  world = await authenticationWorld();
  rita = await world.settled('Rita', 'Boss', 'seven hats on a river');
  maria = await world.settled('Maria', 'Gonzalez', 'four words are enough');
  ivan = await world.settled('Ivan', 'Aside', 'a pot of cold coffee');
  await world.makeAdministrator(rita.person.id);
  await world.database.pool.query(`update directory.person set department = 'Engineering' where id = $1`, [maria.person.id]);
});
afterAll(() => world.close());

const engineers = { anyOf: [{ departments: ['Engineering'] }] };
const jobs = () => ({ ...world, announce: world.events.announce });
const audit = async (action: string) => world.audit(`authentication.enrolment.${action}`);

/** Rita proves herself anew where that is needed, and asks. */
async function asRita<T>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, body?: unknown, expected: number | null = null): Promise<T> {
  let reply = await rita.browser.api(method, url, body).catch(() => null);
  if (!reply || [401, 403].includes(reply.status) && reply.text.includes('stronger_sign_in_needed')) {
    const shown = await rita.browser.signIn('rita', rita.password, rita.totp);
    if (shown.text.includes('value="skip"')) await rita.browser.submit('/enrol', { step: 'skip' });
    reply = await rita.browser.api(method, url, body);
  }
  if (expected !== null) expect([reply.status, reply.text]).toEqual([expected, reply.text]);
  return (reply.text === '' ? {} : JSON.parse(reply.text)) as T;
}

const draft = (more: Partial<EnrolmentPolicyDraft> = {}): EnrolmentPolicyDraft => ({
  name: 'Keys for engineers',
  audience: engineers,
  want: { level: 2, isPhishingResistant: true },
  startsAt: later(world.clock.now(), -minutes(1)).toISOString(),
  deadlineAt: later(world.clock.now(), days(14)).toISOString(),
  state: 'on',
  ...more,
});
const make = async (more: Partial<EnrolmentPolicyDraft> = {}): Promise<string> => (await asRita<{ id: string }>('POST', '/api/v1/enrolment-policies', draft(more), 201)).id;
const remove = (id: string) => asRita('DELETE', `/api/v1/enrolment-policies/${id}`, undefined, 204);
const one = (id: string) => asRita<EnrolmentPolicyWithDays>('GET', `/api/v1/enrolment-policies/${id}`, undefined, 200);
const readiness = (id: string, query = '') => asRita<ReadinessAnswer>('GET', `/api/v1/enrolment-policies/${id}/readiness${query}`, undefined, 200);

const signIn = async (who: Settled) => {
  const chrome = world.browser();
  const reply = await chrome.signIn(who.person.username, who.password, who.totp);
  return { chrome, reply };
};
const isIn = async (chrome: ReturnType<AuthenticationWorld['browser']>): Promise<boolean> => (await chrome.me()).status === 200;

async function setUpPasskey(chrome: ReturnType<AuthenticationWorld['browser']>) {
  const key = softwareAuthenticator({ origin });
  const enrolled = await chrome.submit('/enrol', { step: 'new-passkey', response: JSON.stringify(key.create(await chrome.passkeyOptions('/enrol/passkey-options'))) });
  return { key, enrolled };
}

describe('offered, put off, then a must', () => {
  let id: string;
  beforeAll(async () => { id = await make({ skips: 3 }); });
  afterAll(() => remove(id));

  it('the offer says until when it can wait; after three times it is a must, before the deadline, and nothing gets around it', async () => {
    for (const said of ['3 more times', '2 more times', 'once more']) {
      const { chrome, reply } = await signIn(maria);
      expect(reply.text).toContain('id="enrolment-note"');
      expect(reply.text).toContain(said);
      expect(await isIn(chrome), 'an offer is answered first').toBe(false);
      expect((await chrome.submit('/enrol', { step: 'skip' })).location).toBe('/');
      expect(await isIn(chrome)).toBe(true);
    }
    const { chrome, reply } = await signIn(maria);
    expect(reply.text).toContain('asks for this at every sign-in now');
    expect(reply.text).not.toContain('value="skip"');
    // Every way around: the skip posted all the same, other ways to enrol, the start page, another sign-in page.
    for (const step of ['skip', 'codes', 'new-password', 'totp']) await chrome.submit('/enrol', { step, password: 'another four odd words', code: maria.totp.code() });
    await chrome.get('/sign-in');
    await chrome.get('/enrol?with=new-totp');
    expect(await isIn(chrome)).toBe(false);
    expect((await audit('put-off')).filter((entry) => entry.outcome === 'allowed')).toHaveLength(3);
    expect(await readiness(id)).toMatchObject({ counts: { whole: 1, ready: 0, notReady: 1 }, items: [{ displayName: 'Maria Gonzalez', situation: 'not_ready', missing: 'passkey', skips: 3, isBeforeTheDoor: true }] });
  });

  it('threat: two sign-ins at once make no two skips out of the last one', async () => {
    await world.database.pool.query('update authn.enrolment_standing set skips = 2 where policy_id = $1', [id]);
    const [a, b] = [await signIn(maria), await signIn(maria)];
    await Promise.all([a, b].map(({ chrome }) => chrome.send('POST', '/enrol', { form: { csrf: chrome.csrf, step: 'skip' } })));
    expect([await isIn(a.chrome), await isIn(b.chrome)].filter(Boolean)).toHaveLength(1);
  });

  it('who cannot do it is told what to do, and is seen; more time lets them in, and nobody gives it to themselves', async () => {
    const { chrome } = await signIn(maria);
    const help = await chrome.get('/enrol/help');
    expect(help.text).toContain('ask your manager or the help desk');
    expect((await chrome.submit('/enrol/help', {})).text).toContain('id="help-noted"');
    await chrome.submit('/enrol/help', {});
    expect(await audit('help')).toHaveLength(1);
    expect((await readiness(id)).items[0]!.helpAskedAt).not.toBeNull();
    expect((await world.browser().get('/enrol/help')).text, 'no help page without a sign-in').toContain('name="username"');

    await asRita('POST', `/api/v1/enrolment-policies/${id}/excuses`, { personId: rita.person.id, days: 7, reason: 'I am busy' }, 403);
    await asRita('POST', `/api/v1/enrolment-policies/${id}/excuses`, { personId: maria.person.id, days: 7, reason: 'her key is in the mail' }, 204);
    const again = await signIn(maria);
    expect(again.reply.text).toContain('This can wait for now.');
    await again.chrome.submit('/enrol', { step: 'skip' });
    expect(await isIn(again.chrome)).toBe(true);
    expect((await readiness(id)).items[0]).toMatchObject({ isBeforeTheDoor: false, helpAskedAt: null });
    world.wait(days(7));
    expect((await signIn(maria)).reply.text).toContain('asks for this at every sign-in now');
  });

  it('what is set up at the must is used at once; from then on password and app alone are not enough, the passkey is', async () => {
    const { chrome } = await signIn(maria);
    const { key, enrolled } = await setUpPasskey(chrome);
    expect(enrolled.text).toContain('One more touch');
    expect((await chrome.submit('/sign-in', { step: 'passkey', response: JSON.stringify(key.get(await chrome.passkeyOptions('/sign-in/passkey-options'))) })).location).toBe('/');
    expect(JSON.parse((await chrome.me()).text)).toMatchObject({ session: { isPhishingResistant: true } });
    const second = await signIn(maria);
    expect(second.reply.text).toContain('Touch your passkey');
    expect(await isIn(second.chrome)).toBe(false);
    await second.chrome.submit('/sign-in', { step: 'passkey', response: JSON.stringify(key.get(await second.chrome.passkeyOptions('/sign-in/passkey-options'))) });
    expect(await isIn(second.chrome)).toBe(true);
    expect((await one(id)).counts).toMatchObject({ whole: 1, ready: 1 });
    await world.database.pool.query('delete from authn.passkey where person_id = $1', [maria.person.id]);
  });
});

it('before its start a policy asks nothing, at its deadline it is a must, and people outside are never asked', async () => {
  const id = await make({ name: 'Soon', startsAt: later(world.clock.now(), days(1)).toISOString(), deadlineAt: later(world.clock.now(), days(3)).toISOString() });
  expect((await signIn(maria)).reply.location).toBe('/');
  world.wait(days(1));
  expect((await signIn(maria)).reply.text).toContain('can wait');
  world.wait(days(2));
  expect((await signIn(maria)).reply.text).toContain('asks for this at every sign-in now');
  expect((await signIn(ivan)).reply.location).toBe('/');
  await asRita('POST', `/api/v1/enrolment-policies/${id}/turn`, { state: 'report-only' }, 204);
  expect((await signIn(maria)).reply.location, 'only counting').toBe('/');
  await remove(id);
});

it('threat: a policy tells no stranger who is in it: until something is proven, every name gets the same pages', async () => {
  const id = await make({ name: 'Now', deadlineAt: world.clock.now().toISOString() });
  const pagesOf = async (username: string): Promise<string[]> => {
    const chrome = world.browser();
    await chrome.get('/sign-in');
    const seen = [await chrome.submit('/sign-in', { step: 'username', username }), await chrome.submit('/sign-in', { step: 'password', password: 'a wrong guess of four' }), await chrome.get('/sign-in?with=access-pass'), await chrome.get('/enrol'), await chrome.get('/enrol/help')];
    return seen.map((reply) => `${reply.status} ${reply.text.replaceAll(username, 'somebody').replace(/name="csrf" value="[^"]+"/g, '')}`);
  };
  const [inside, outside, unknown] = [await pagesOf('maria'), await pagesOf('ivan'), await pagesOf('nobody-at-all')];
  expect(inside).toEqual(outside);
  expect(inside).toEqual(unknown);
  await remove(id);
});

it('a new person with an access pass sets up at once what the policy wants, and nothing that would not do', async () => {
  const id = await make({ name: 'From the first day', deadlineAt: world.clock.now().toISOString() });
  const nora = await world.addPerson('Nora', 'New');
  await world.database.pool.query(`update directory.person set department = 'Engineering' where id = $1`, [nora.id]);
  expect((await readiness(id, '?situation=never_signed_in')).items).toMatchObject([{ displayName: 'Nora New', lastSignInAt: null }]);
  const chrome = world.browser();
  await chrome.get('/sign-in');
  await chrome.submit('/sign-in', { step: 'username', username: 'nora' });
  await chrome.get('/sign-in?with=access-pass');
  const shown = await chrome.submit('/sign-in', { step: 'access-pass', code: await world.accessPass(nora.id) });
  expect(shown.text).toContain('data-passkey="enrol"');
  expect(shown.text).not.toContain('with=new-password');
  const { key } = await setUpPasskey(chrome);
  await chrome.submit('/sign-in', { step: 'passkey', response: JSON.stringify(key.get(await chrome.passkeyOptions('/sign-in/passkey-options'))) });
  await chrome.submit('/enrol', { step: 'codes' });
  expect(await isIn(chrome)).toBe(true);
  await remove(id);
});

it('no authenticator app any more: who has one sets up a passkey', async () => {
  const id = await make({ name: 'No app', want: { level: 2, isPhishingResistant: false, without: ['totp'] }, deadlineAt: world.clock.now().toISOString() });
  const { chrome, reply } = await signIn(maria);
  expect(reply.text).toContain('data-passkey="enrol"');
  expect(reply.text).not.toContain('with=new-totp');
  expect(await isIn(chrome)).toBe(false);
  await remove(id);
});

it('of two policies the stricter wins, and one put-off does for both offers', async () => {
  const both = [await make({ name: 'One' }), await make({ name: 'Two', want: { level: 2, isPhishingResistant: false, without: ['totp'] }, skips: 1 })];
  const { chrome, reply } = await signIn(maria);
  expect(reply.text).toContain('once more');
  expect((await chrome.submit('/enrol', { step: 'skip' })).location).toBe('/');
  const own = JSON.parse((await chrome.api('GET', '/api/v1/me/enrolment')).text) as OwnEnrolment;
  expect(own.items).toMatchObject([{ name: 'One', isMust: false, skipsLeft: 2 }, { name: 'Two', isMust: true, skipsLeft: 0 }]);
  expect((await signIn(maria)).reply.text).toContain('asks for this at every sign-in now');
  for (const id of both) await remove(id);
});

it('a stage asks its share of the people, and no other', async () => {
  const id = await make({ name: 'Half', audience: { anyOf: [{}] }, percent: 50 });
  const all = [rita, maria, ivan, await world.settled('Olga', 'Below', 'nine blue bicycles here'), await world.settled('Hugo', 'Helper', 'ten slow green trains')];
  const inside = all.filter((who) => placeInStage(id, who.person.id) < 50);
  for (const who of all.slice(1)) expect([who.person.displayName, (await signIn(who)).reply.text.includes('can wait')]).toEqual([who.person.displayName, inside.includes(who)]);
  const listed = (await readiness(id)).items.filter((row) => all.some((who) => who.person.id === row.personId));
  expect(listed.filter((row) => row.isInStage).map((row) => row.displayName).sort()).toEqual(inside.map((who) => who.person.displayName).sort());
  await remove(id);
});

it('the drive stops itself when it keeps people out, says so, keeps nobody out any more, and goes on when somebody has looked', async () => {
  const people = [];
  for (const [name, family] of [['Anna', 'One'], ['Bela', 'Two'], ['Cora', 'Three'], ['Dana', 'Four']] as const) people.push(await world.settled(name, family, 'all of us like odd words'));
  await world.database.pool.query(`update directory.person set department = 'Night shift' where id = any($1)`, [people.map((who) => who.person.id)]);
  const id = await make({ name: 'Keys at night', audience: { anyOf: [{ departments: ['Night shift'] }] }, deadlineAt: world.clock.now().toISOString() });
  const stop = () => stopEnrolments(jobs());
  for (const who of people.slice(0, 3)) await signIn(who);
  world.wait(minutes(11));
  await stop();
  expect((await one(id)).state, 'three are somebody’s forgotten telephone').toBe('on');

  // The fourth does not wait until patience is over: she says so.
  const { chrome } = await signIn(people[3]!);
  await chrome.get('/enrol/help');
  await chrome.submit('/enrol/help', {});
  await Promise.all([stop(), stop()]);
  expect(await one(id)).toMatchObject({ state: 'stopped', stopped: { keptOut: 4, tried: 4 } });
  expect(await audit('stop')).toHaveLength(1);
  const { rows: mails } = await world.database.pool.query<{ recipient: string; text_body: string }>(`select recipient, text_body from platform.mail where subject like '%has stopped itself'`);
  expect(mails).toMatchObject([{ recipient: 'rita@adventure-works.com' }]);
  expect(mails[0]!.text_body).toContain(`/admin/enrolment/${id}`);

  const anna = await signIn(people[0]!);
  expect(anna.reply.text).toContain('This can wait for now.');
  await anna.chrome.submit('/enrol', { step: 'skip' });
  expect(await isIn(anna.chrome)).toBe(true);

  await asRita('POST', `/api/v1/enrolment-policies/${id}/turn`, { state: 'on' }, 204);
  await stop();
  expect(await one(id), 'who was kept out before does not stop it again').toMatchObject({ state: 'on', stopped: null });
  expect((await signIn(people[0]!)).reply.text).toContain('asks for this at every sign-in now');
  await remove(id);
});

describe('administrators first', () => {
  it('the first administrator has two weeks, is asked at each sign-in, and is not locked out on day one', async () => {
    const fresh = await authenticationWorld();
    const link = new URL((await fresh.makeSetupLink()).url);
    const chrome = fresh.browser();
    await chrome.get(link.pathname + link.search);
    await chrome.submit('/set-up', { token: link.searchParams.get('token')!, given_name: 'Ada', family_name: 'First', email: 'ada@adventure-works.com', username: 'ada' });
    await chrome.get('/enrol?with=new-password');
    await chrome.submit('/enrol', { step: 'new-password', password: 'four words are enough' });
    await chrome.get('/enrol?with=new-totp');
    const totp = fresh.appWith(/id="totp-key">([^<]+)</.exec(chrome.page)![1]!);
    await chrome.submit('/enrol', { step: 'new-totp', code: totp.code() });
    expect((await chrome.submit('/enrol', { step: 'codes' })).location, 'nobody is asked again in the same minute').toBe('/');

    const next = fresh.browser();
    const asked = await next.signIn('ada', 'four words are enough', totp);
    expect(asked.text).toContain('10 more times');
    await next.submit('/enrol', { step: 'skip' });
    expect((await next.me()).status).toBe(200);
    expect(JSON.parse((await next.send('GET', '/api/v1/enrolment-policies')).text)).toMatchObject({ items: [{ name: 'Administrators: phishing-resistant', isShipped: true, state: 'on', skips: 10, counts: { whole: 1, notReady: 1 } }] });

    fresh.wait(days(14));
    expect((await fresh.browser().signIn('ada', 'four words are enough', totp)).text).toContain('asks for this at every sign-in now');

    // No device that can hold a passkey: whoever has the host gets in all the same, for a day (nobody can lock out the organisation).
    const { pass } = await fresh.recoverAdministrator('ada');
    const back = fresh.browser();
    await back.get('/sign-in');
    await back.submit('/sign-in', { step: 'username', username: 'ada' });
    await back.get('/sign-in?with=access-pass');
    await back.submit('/sign-in', { step: 'access-pass', code: pass });
    await back.get('/enrol?with=new-password');
    await back.submit('/enrol', { step: 'new-password', password: 'nine blue bicycles here' });
    await back.get('/enrol?with=new-totp');
    const other = fresh.appWith(/id="totp-key">([^<]+)</.exec(back.page)![1]!);
    await back.submit('/enrol', { step: 'new-totp', code: other.code() });
    if (back.page.includes('id="recovery-codes"')) await back.submit('/enrol', { step: 'codes' });
    expect((await back.me()).status).toBe(200);
    fresh.wait(hours(25));
    expect((await fresh.browser().signIn('ada', 'nine blue bicycles here', other)).text).toContain('asks for this at every sign-in now');
    await fresh.close();
  });

  it('a house that is older gets the policy once, and who removes it has decided', async () => {
    const shipped = async () => (await asRita<{ items: { id: string; isShipped: boolean; deadlineAt: string }[] }>('GET', '/api/v1/enrolment-policies')).items.filter((policy) => policy.isShipped);
    expect(await shipped()).toEqual([]);
    await driveEnrolments(jobs());
    await driveEnrolments(jobs());
    const [only, ...more] = await shipped();
    expect(more).toEqual([]);
    expect(Date.parse(only!.deadlineAt)).toBeGreaterThan(later(world.clock.now(), days(13)).getTime());
    await remove(only!.id);
    await driveEnrolments(jobs());
    expect(await shipped()).toEqual([]);
  });

  it('threat: no policy locks the administrators out: one that is a must at once is refused while none of them could meet it, and that is on record', async () => {
    const now = world.clock.now().toISOString();
    const refused = await asRita<{ code: string }>('POST', '/api/v1/enrolment-policies', draft({ name: 'Too fast', audience: { anyOf: [{ isAdministrator: true }] }, deadlineAt: now }), 409);
    expect(refused.code).toBe('authentication.enrolment_locks_out_administrators');
    expect((await audit('make')).at(-1)).toMatchObject({ outcome: 'refused', reason: 'authentication.enrolment_locks_out_administrators' });
    expect(await asRita('POST', '/api/v1/enrolment-policies/preview', (({ state, ...rest }) => rest)(draft({ name: 'Too fast', audience: { anyOf: [{ isAdministrator: true }] }, deadlineAt: now })), 200)).toMatchObject({ problem: 'locks_out_administrators', isYouInside: true, mustNow: 1, counts: { whole: 1 }, sample: [{ displayName: 'Rita Boss', missing: 'passkey' }] });
    const id = await make({ name: 'Too fast', audience: { anyOf: [{ isAdministrator: true }] } });
    const body = (({ state, ...rest }) => rest)(draft({ name: 'Too fast', audience: { anyOf: [{ isAdministrator: true }] }, deadlineAt: now }));
    await asRita('PUT', `/api/v1/enrolment-policies/${id}`, body, 409);
    await remove(id);
  });

  it('threat: an open screen makes, weakens or removes no policy: each asks for a proof of the last fifteen minutes', async () => {
    const id = await make({ name: 'Guarded' });
    world.wait(minutes(16));
    for (const [method, path, body] of [
      ['POST', '', draft({ name: 'Planted' })],
      ['PUT', `/${id}`, (({ state, ...rest }) => rest)(draft({ name: 'Guarded' }))],
      ['POST', `/${id}/turn`, { state: 'draft' }],
      ['POST', `/${id}/excuses`, { personId: maria.person.id, days: 14, reason: 'mine' }],
      ['DELETE', `/${id}`, undefined],
    ] as const) {
      const reply = await rita.browser.api(method, `/api/v1/enrolment-policies${path}`, body);
      expect([method, path, JSON.parse(reply.text)]).toMatchObject([method, path, { code: 'platform.stronger_sign_in_needed' }]);
    }
    await remove(id);
  });
});

it('a name is used once, and a house in which somebody took the shipped one goes on', async () => {
  const id = await make({ name: 'Twice' });
  expect(await asRita('POST', '/api/v1/enrolment-policies', draft({ name: 'TWICE' }), 409)).toMatchObject({ code: 'authentication.enrolment_name_taken' });
  const other = await make({ name: 'Other' });
  expect(await asRita('PUT', `/api/v1/enrolment-policies/${other}`, (({ state, ...rest }) => rest)(draft({ name: 'Twice' })), 409)).toMatchObject({ code: 'authentication.enrolment_name_taken' });
  await remove(id);
  await remove(other);
});

it('threat: a step-up is no way around: what is a must is asked for there as well, and whoever has a session does not count as kept out', async () => {
  const { chrome } = await signIn(ivan);
  const id = await make({ name: 'Ivan too', audience: { anyOf: [{}] }, deadlineAt: world.clock.now().toISOString() }).catch(() => '');
  expect(id, 'administrators first').toBe('');
  await world.database.pool.query(`update directory.person set department = 'Ivans' where id = $1`, [ivan.person.id]);
  const only = await make({ name: 'Ivan alone', audience: { anyOf: [{ departments: ['Ivans'] }] }, deadlineAt: world.clock.now().toISOString() });
  await chrome.get('/sign-in?step_up=2');
  await chrome.submit('/sign-in', { step: 'password', password: ivan.password });
  const shown = await chrome.submit('/sign-in', { step: 'totp', code: ivan.totp.code() });
  expect(shown.text).toContain('asks for this at every sign-in now');
  expect((await readiness(only)).items).toMatchObject([{ displayName: 'Ivan Aside', isBeforeTheDoor: false }]);
  await remove(only);
});

it('everything that was changed is on record, by name and with what it was before', async () => {
  const id = await make({ name: 'On record' });
  await asRita('PUT', `/api/v1/enrolment-policies/${id}`, (({ state, ...rest }) => rest)(draft({ name: 'On record', percent: 10 })), 204);
  await asRita('POST', `/api/v1/enrolment-policies/${id}/turn`, { state: 'draft' }, 204);
  await remove(id);
  for (const action of ['make', 'change', 'turn', 'remove']) expect((await audit(action)).at(-1)).toMatchObject({ outcome: 'allowed', target: `enrolment-policy:${id}` });
  expect((await audit('change')).at(-1)!.facts).toMatchObject({ percent: 10, before: { percent: 100 } });
  expect(await world.database.read((tx) => sql<{ left: number }>(tx)`select count(*)::integer as left from authn.enrolment_policy where removed_at is null`)).toEqual([{ left: 0 }]);
});
