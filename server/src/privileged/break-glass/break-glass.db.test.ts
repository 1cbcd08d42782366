import type { Today } from '@bailiwick/contract/reports';
import type { MovementSummary } from '@bailiwick/contract/lifecycle';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { breakGlassOf, runJob, type Sealed } from '../../../testing/break-glass.ts';
import { movingClock } from '../../../testing/moving-clock.ts';
import { softwareAuthenticator, type SoftwareAuthenticator } from '../../../testing/software-authenticator.ts';
import type { Visitor } from '../../../testing/visitor.ts';
import { openWorld, type Actor, type World } from '../../../testing/world.ts';
import { days } from '../../platform/clock/index.ts';

let world: World;
let script: Visitor;
let rita: Actor;
let house: ReturnType<typeof breakGlassOf>;
let ritasKey: SoftwareAuthenticator;
let first: Sealed;
let second: Sealed;
const clock = movingClock();

beforeAll(async () => {
  world = await openWorld({ clock });
  script = await world.script();
  rita = await world.setUp('rita', 'Rita', 'Boss');
  // With a passkey of her own, as administrators have: the changes below ask for it.
  const { options } = await rita.browser.api<{ options: never }>('POST', '/api/v1/me/factors/passkey-options');
  ritasKey = softwareAuthenticator({ origin: world.origin });
  await rita.browser.api('POST', '/api/v1/me/factors/passkeys', { response: ritasKey.create(options) });
  await ritaAgain();
  house = breakGlassOf(rita.browser, world);
}, 120_000);
afterAll(() => world.close());

async function ritaAgain(): Promise<void> {
  rita.browser.cookies.clear();
  await rita.browser.signInByPasskey(ritasKey);
}
const rows = <Row>(text: string, values: unknown[] = []): Promise<Row[]> => world.database.pool.query(text, values).then((result) => result.rows as Row[]);
const mails = (subject: string) => rows<{ recipient: string; subject: string; text_body: string }>('select recipient, subject, text_body from platform.mail where subject like $1 order by created_at', [`%${subject}%`]);
const needs = async (): Promise<Today['needs']> => (await script.api<Today>('GET', '/api/v1/reports/today')).needs;
const findings = async (): Promise<string[]> => (await house.read()).findings.map((one) => one.code);
const audit = (action: string) => rows<{ body: { actor: string; facts: Record<string, unknown>; reason: string | null } }>(`select body::jsonb as body from audit.everything where action = $1 order by at`, [action]);
const useOf = async (key: Sealed['key']): Promise<Visitor> => {
  const browser = world.newVisitor();
  await browser.signInByPasskey(key);
  return browser;
};

describe('making and sealing', () => {
  it('an account is nobody: in no list, number, movement, birthright or feed', async () => {
    const before = await script.api<{ total: { active: number } }>('GET', '/api/v1/people');
    await script.api('POST', '/api/v1/roles', { name: 'Everybody', description: null, rule: { all: [] }, entitlementIds: [] });
    first = { id: await house.make(), key: softwareAuthenticator({ origin: world.origin }) };
    await world.quiet();
    const after = await script.api<{ total: { active: number } }>('GET', '/api/v1/people');
    expect(after.total).toEqual(before.total);
    expect((await script.api<{ items: unknown[] }>('GET', '/api/v1/people?search=break-glass')).items).toEqual([]);
    expect((await script.api<{ items: MovementSummary[] }>('GET', '/api/v1/movements')).items.filter((one) => one.personId === first.id)).toEqual([]);
    await expect(script.api('GET', `/api/v1/people/${first.id}`)).rejects.toMatchObject({ status: 404 });
    const preview = await script.api<{ peopleMatching: number }>('POST', '/api/v1/roles/preview', { rule: { all: [] }, entitlementIds: [] });
    expect(preview.peopleMatching).toBe(before.total.active);
  });

  it('only a hardware key with a PIN goes in; it is tested once, and then sealed with where it lies', async () => {
    await expect(house.register(first.id, softwareAuthenticator({ origin: world.origin, isSynced: true }))).rejects.toMatchObject({ code: 'authentication.key_not_hardware' });
    const withoutPin = softwareAuthenticator({ origin: world.origin });
    withoutPin.isUserVerified = false;
    await expect(house.register(first.id, withoutPin)).rejects.toMatchObject({ code: 'authentication.key_not_hardware' });
    await expect(house.seal(first.id, { envelope: 'E-1', place: 'safe in Lisbon', keeper: 'Ana' })).rejects.toMatchObject({ code: 'privileged.key_missing' });
    await house.register(first.id, first.key);
    await expect(house.seal(first.id, { envelope: 'E-1', place: 'safe in Lisbon', keeper: 'Ana' })).rejects.toMatchObject({ code: 'privileged.key_not_tested' });
    await expect(house.test(first.id, softwareAuthenticator({ origin: world.origin }))).rejects.toMatchObject({ code: 'authentication.key_not_accepted' });
    await house.test(first.id, first.key);
    await house.seal(first.id, { envelope: 'E-1', place: 'safe in Lisbon', keeper: 'Ana' });
    expect(await house.account(first.id)).toMatchObject({ state: 'sealed', isWorking: true, seal: { envelope: 'E-1', place: 'safe in Lisbon', keeper: 'Ana', sealedBy: 'Rita Boss' } });
    await expect(house.register(first.id, softwareAuthenticator({ origin: world.origin }))).rejects.toMatchObject({ code: 'privileged.key_in_the_envelope' });
  });

  it('warns while both envelopes lie in one place', async () => {
    second = await house.sealed(2);
    await house.seal(second.id, { envelope: 'E-2', place: 'Safe in Lisbon', keeper: 'Ivan' });
    expect(await findings()).toContain('kept_together');
    await house.seal(second.id, { envelope: 'E-2', place: 'bank in Porto', keeper: 'Ivan' });
    expect(await findings()).not.toContain('kept_together');
  });

  it('threat, a stolen screen: an old session, a token and everybody but administrators change nothing', async () => {
    await expect(script.api('POST', '/api/v1/break-glass/accounts')).rejects.toMatchObject({ code: 'authentication.not_a_person' });
    clock.forward(20 * 60_000);
    await expect(house.make()).rejects.toMatchObject({ code: 'platform.stronger_sign_in_needed' });
    const auditor = await world.hire('Adele', 'Reader');
    await world.signIn(auditor);
    await ritaAgain();
    await rita.browser.api('POST', '/api/v1/console-roles', { personId: auditor.id, role: 'auditor', reason: 'year end' });
    await expect(auditor.browser.api('GET', '/api/v1/break-glass')).rejects.toMatchObject({ status: 403 });
  });

  it('who has a passkey is asked for it: a password and a code do not suffice any more', async () => {
    const mia = await world.hire('Mia', 'Fresh');
    await world.signIn(mia);
    await rita.browser.api('POST', '/api/v1/console-roles', { personId: mia.id, role: 'administrator', reason: 'second' });
    const key = softwareAuthenticator({ origin: world.origin });
    const { options } = await mia.browser.api<{ options: never }>('POST', '/api/v1/me/factors/passkey-options');
    await mia.browser.api('POST', '/api/v1/me/factors/passkeys', { response: key.create(options) });
    await expect(mia.browser.api('POST', '/api/v1/break-glass/accounts')).rejects.toMatchObject({ code: 'platform.stronger_sign_in_needed' });
    const other = world.newVisitor();
    await other.signInByPasskey(key);
    const made = await other.api<{ id: string }>('POST', '/api/v1/break-glass/accounts');
    await breakGlassOf(other, world).retire(made.id);
    await rita.browser.api('DELETE', `/api/v1/console-roles/${mia.id}/administrator`);
  });
});

describe('a sealed account has its keys and nothing else', () => {
  it.each<[string, () => Promise<unknown>, string]>([
    ['an access pass', () => rita.browser.api('POST', `/api/v1/people/${first.id}/access-pass`, { reason: 'x' }), 'authentication.break_glass_keys_only'],
    ['the command on the host', () => world.app.domains.host.recoverAdministrator({ username: 'break-glass-1' }), 'authentication.break_glass_keys_only'],
    ['another role', () => rita.browser.api('POST', '/api/v1/console-roles', { personId: first.id, role: 'auditor', reason: 'x' }), 'authorization.break_glass_account'],
    ['the loss of its role', () => script.api('DELETE', `/api/v1/console-roles/${first.id}/administrator`), 'authorization.break_glass_account'],
    ['leaving as people do', () => script.api('POST', `/api/v1/people/${first.id}/leave`, { reason: 'x' }), 'directory.person_is_break_glass'],
    ['another name or address', () => script.api('PATCH', `/api/v1/people/${first.id}`, { workEmail: 'x@linden.example' }), 'directory.person_is_break_glass'],
  ])('not %s', async (_what, attempt, code) => {
    await expect(attempt()).rejects.toMatchObject({ code });
  });

  it('not a password, an app, codes, another passkey or a token, by its own hand in a session', async () => {
    const emergency = await useOf(first.key);
    const door: [string, 'PUT' | 'POST' | 'DELETE', string, unknown][] = [
      ['authentication.break_glass_keys_only', 'PUT', '/api/v1/me/factors/password', { password: 'a lantern under nine stairs' }],
      ['authentication.break_glass_keys_only', 'POST', '/api/v1/me/factors/totp', { name: 'app' }],
      ['authentication.break_glass_keys_only', 'POST', '/api/v1/me/factors/passkey-options', undefined],
      ['authentication.break_glass_keys_only', 'POST', '/api/v1/me/factors/totp/01890a5d-ac96-774b-bcce-b302099a0011/confirm', { code: '123456' }],
      ['authentication.break_glass_keys_only', 'POST', '/api/v1/me/factors/passkeys', { response: {} }],
      ['authentication.break_glass_keys_only', 'POST', '/api/v1/me/factors/recovery-codes', undefined],
      ['authentication.break_glass_keys_only', 'POST', '/api/v1/me/push/pairing', undefined],
      ['authentication.break_glass_keys_only', 'POST', '/api/v1/me/recovery/addresses', { address: 'thief@evil.example' }],
      ['authentication.break_glass_keys_only', 'DELETE', '/api/v1/me/factors/password', undefined],
      ['authentication.break_glass_keys_only', 'POST', '/api/v1/tokens', { name: 'later', permissions: ['directory.person.read'], expiresInDays: 300 }],
    ];
    for (const [code, method, path, body] of door) await expect(emergency.api(method, path, body), path).rejects.toMatchObject({ code });
    // No way leads to an enrolment page either.
    await emergency.signOut();
    await emergency.go('/sign-in');
    await emergency.post('/sign-in', { step: 'username', username: 'break-glass-1' });
    expect((await emergency.go('/enrol')).at).not.toMatch(/^\/enrol/);
    await world.quiet();
    const [use] = (await house.read()).uses;
    await house.acknowledge(use!.id);
    await house.test(first.id, first.key);
    await house.seal(first.id, { envelope: 'E-1', place: 'safe in Lisbon', keeper: 'Ana' });
  });
});

describe('a use is an alarm', () => {
  it('told to every administrator and address, red on Today until a person says why, and all it does is marked', async () => {
    await rita.browser.api('PUT', '/api/v1/break-glass/alarm', { addresses: ['Board@linden.example'] });
    const before = (await mails('ALARM')).length;
    const emergency = await useOf(first.key);
    // Written in the transaction of the sign-in: the alarm cannot be lost between.
    expect(await rows(`select from platform.outbox where kind = 'break_glass_session_started' union all select from privileged.break_glass_use where acknowledged_at is null`)).toHaveLength(1);
    await world.quiet();
    const sent = (await mails('ALARM')).slice(before);
    expect(sent.map((one) => one.recipient).sort()).toEqual(['board@linden.example', 'rita@linden.example']);
    expect(sent[0]).toMatchObject({ subject: 'Linden: ALARM: Break-glass account 1 was used', text_body: expect.stringContaining('/admin/break-glass') });
    expect((await needs())[0]).toMatchObject({ kind: 'break_glass_used', urgency: 'now' });
    expect((await audit('privileged.break-glass.use')).at(-1)!.body).toMatchObject({ actor: `person:${first.id}`, facts: { envelope: 'E-1', isDrill: false } });

    await emergency.api('POST', '/api/v1/people', { givenName: 'Zoë', familyName: 'Helper' });
    expect((await rows<{ name: string }>(`select body::jsonb->>'actorName' as name from audit.everything where action = 'directory.person.add' order by at desc limit 1`))[0]!.name).toContain('Break-glass account 1');

    const [use] = (await house.read()).uses;
    await expect(emergency.api('POST', `/api/v1/break-glass/uses/${use!.id}/acknowledge`, { reason: 'it was me' })).rejects.toMatchObject({ code: 'privileged.own_use' });
    await house.acknowledge(use!.id, 'the passkeys of everybody were refused after the update');
    expect((await needs()).map((need) => need.kind)).toEqual(expect.not.arrayContaining(['break_glass_used']));
    expect((await needs()).find((need) => need.kind === 'break_glass_open')).toMatchObject({ urgency: 'today' });
  });

  it('its session is short, whatever the key: fifteen minutes without use, and it is over', async () => {
    const emergency = await useOf(second.key);
    const me = await emergency.api<{ session: { expiresAt: string; idleExpiresAt: string } }>('GET', '/api/v1/me');
    expect(new Date(me.session.expiresAt).getTime() - clock.now().getTime()).toBeLessThanOrEqual(12 * 3_600_000);
    clock.forward(14 * 60_000);
    await emergency.api('GET', '/api/v1/me');
    clock.forward(14 * 60_000);
    await emergency.api('GET', '/api/v1/me');
    clock.forward(16 * 60_000);
    await expect(emergency.api('GET', '/api/v1/me')).rejects.toMatchObject({ status: 401 });
    await world.quiet();
    await ritaAgain();
    for (const use of (await house.read()).uses) if (!use.acknowledged && !use.isDrill) await house.acknowledge(use.id);
  });

  it('after it the account must be tested and sealed anew; until then it is no way in', async () => {
    for (const one of [first, second]) {
      expect(await house.account(one.id)).toMatchObject({ state: 'opened', isWorking: false });
      await expect(house.seal(one.id, { envelope: 'E-9', place: 'x', keeper: 'y' })).rejects.toMatchObject({ code: 'privileged.key_not_tested' });
      await house.test(one.id, one.key);
    }
    await house.seal(first.id, { envelope: 'E-3', place: 'safe in Lisbon', keeper: 'Ana' });
    await house.seal(second.id, { envelope: 'E-4', place: 'bank in Porto', keeper: 'Ivan' });
    expect((await house.read()).accounts.map((one) => one.isWorking)).toEqual([true, true]);
  });
});

describe('drills', () => {
  it('is overdue after 90 days, and Today says so', async () => {
    expect((await needs()).map((need) => need.kind)).not.toContain('break_glass_drill');
    clock.forward(days(91));
    script = await world.script();
    expect((await needs()).find((need) => need.kind === 'break_glass_drill')).toMatchObject({ count: 2, urgency: 'today' });
    await ritaAgain();
    expect((await house.read()).accounts.map((one) => [one.isDrillOverdue, one.isWorking])).toEqual([[true, true], [true, true]]);
  });

  it('an announced sign-in is a drill: told as one, recorded with its time, and over by itself', async () => {
    await house.startDrill(first.id);
    await expect(house.startDrill(first.id)).rejects.toMatchObject({ code: 'privileged.drill_is_open' });
    clock.forward(7 * 60_000);
    const browser = await useOf(first.key);
    await world.quiet();
    await expect(browser.api('GET', '/api/v1/me')).rejects.toMatchObject({ status: 401 });
    expect((await browser.go('/sign-in?return_to=%2F')).text, 'whoever holds the key reads that it worked').toContain('The key works. This was a drill');
    expect((await world.newVisitor().go('/sign-in')).text).not.toContain('This was a drill');
    expect((await mails('Drill:')).map((one) => one.recipient).sort()).toEqual(['board@linden.example', 'rita@linden.example']);
    const page = await house.read();
    expect(page.uses.find((use) => use.isDrill)!.drillSeconds).toBeGreaterThanOrEqual(420);
    expect((await needs()).map((need) => need.kind)).not.toContain('break_glass_used');
    // A drill is a test: the key goes into a new envelope at once.
    expect(await house.account(first.id)).toMatchObject({ state: 'ready', isDrillOverdue: false });
    await house.seal(first.id, { envelope: 'E-5', place: 'safe in Lisbon', keeper: 'Ana' });
    expect((await needs()).find((need) => need.kind === 'break_glass_drill')).toMatchObject({ count: 1 });
  });

  it('threat, a use dressed as a drill: nobody announced it, or the time of the drill is over, and it is an alarm', async () => {
    await house.startDrill(second.id);
    clock.forward(3 * 3_600_000);
    const before = (await mails('ALARM')).length;
    await useOf(second.key);
    await world.quiet();
    expect((await mails('ALARM')).length).toBeGreaterThan(before);
    await ritaAgain();
    for (const use of (await house.read()).uses) if (!use.acknowledged && !use.isDrill) await house.acknowledge(use.id);
    await house.test(second.id, second.key);
    await house.startDrill(first.id);
    await rita.browser.api('DELETE', `/api/v1/break-glass/accounts/${first.id}/drill`);
    await house.seal(second.id, { envelope: 'E-6', place: 'bank in Porto', keeper: 'Ivan' });
    await house.startDrill(second.id);
    await useOf(second.key);
    await world.quiet();
    await house.seal(second.id, { envelope: 'E-7', place: 'bank in Porto', keeper: 'Ivan' });
  });
});

describe('the weekly self-test', () => {
  it('finds nothing but the missing mail server of this house, and the host command is really rehearsed', async () => {
    const passes = await rows<{ n: number }>('select count(*)::int as n from authn.access_pass');
    const before = (await mails('self-test')).length;
    await runJob(world, 'privileged.self-test-break-glass');
    expect(await findings()).toEqual(['alarm_mail']);
    expect(await rows<{ n: number }>('select count(*)::int as n from authn.access_pass')).toEqual(passes);
    expect((await mails('self-test')).slice(before)).toContainEqual(expect.objectContaining({ recipient: 'rita@linden.example', text_body: expect.stringContaining('What to do:') }));
    expect((await needs()).find((need) => need.kind === 'break_glass_self_test')).toMatchObject({ count: 1 });
  });

  it.each<[string, string, string]>([
    ['key_disabled', `update authn.passkey set disabled_at = now(), disabled_reason = 'copy' where person_id = $1`, `update authn.passkey set disabled_at = null, disabled_reason = null where person_id = $1`],
    ['keys_changed', `update authn.passkey set public_key = public_key || '\\x00' where person_id = $1`, `update authn.passkey set public_key = substring(public_key from 1 for length(public_key) - 1) where person_id = $1`],
    ['no_role', `delete from authz.console_role where person_id = $1`, `insert into authz.console_role (person_id, role, since, given_by, given_by_name) values ($1, 'administrator', now(), 'system:test', 'test')`],
    ['not_active', `update directory.person set status = 'left', left_at = now() where id = $1`, `update directory.person set status = 'active', left_at = null where id = $1`],
    ['more_than_keys', `alter table authn.password disable trigger a_break_glass_account_has_keys_only; insert into authn.password (person_id, hash, length_in_code_points, set_at) select id, 'x', 20, now() from directory.person where username = 'break-glass-1'; alter table authn.password enable trigger a_break_glass_account_has_keys_only`, `delete from authn.password where person_id = $1`],
  ])('finds: %s', async (code, breaks, mends) => {
    await (code === 'more_than_keys' ? world.database.pool.query(breaks) : world.database.pool.query(breaks, [first.id]));
    await house.selfTest();
    const page = await house.read();
    expect(page.findings.map((one) => one.code)).toContain(code);
    expect(page.accounts.find((one) => one.id === first.id)!.isWorking).toBe(false);
    await world.database.pool.query(mends, [first.id]);
    expect(await findings()).not.toContain(code);
  });

  it('finds that the host command could help nobody', async () => {
    await world.database.pool.query(`delete from authz.console_role where person_id = $1`, [rita.id]);
    await runJob(world, 'privileged.self-test-break-glass');
    await world.database.pool.query(`insert into authz.console_role (person_id, role, since, given_by, given_by_name) values ($1, 'administrator', now(), 'system:test', 'test')`, [rita.id]);
    expect(await findings()).toContain('host_command');
    await house.selfTest();
    expect(await findings()).not.toContain('host_command');
  });
});

describe('retiring', () => {
  it('a retired account opens nothing: its session, its key and its role are gone', async () => {
    const browser = await useOf(second.key);
    await world.quiet();
    await house.retire(second.id);
    await expect(browser.api('GET', '/api/v1/me')).rejects.toMatchObject({ status: 401 });
    const again = await useOf(second.key);
    await expect(again.api('GET', '/api/v1/me')).rejects.toMatchObject({ status: 401 });
    expect(await rows('select from authz.console_role where person_id = $1 union all select from authn.passkey where person_id = $1', [second.id])).toEqual([]);
    expect((await house.read()).accounts.map((one) => one.id)).toEqual([first.id]);
  });
});
