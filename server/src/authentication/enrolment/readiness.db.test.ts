import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { days, later } from '../../platform/clock/index.ts';
import { sql } from '../../platform/db/index.ts';
import { authenticationWorld, type AuthenticationWorld } from '../../../testing/authentication-world.ts';
import { enrolledFactors } from '../factor/store.ts';
import type { Wanted } from '../sign-in/strength.ts';
import { everybody, isInAudience, isInStage, type AudienceGroup, type EnrolmentPolicy, type Member } from './enrolment-policy.ts';
import { isReady } from './readiness.ts';
import { addPolicy, countReadiness, daysOf, findFacing, readReadiness, turnPolicyTo } from './store.ts';
import { driveEnrolments } from './watch-enrolment.ts';

/**
 * A company of 48 in SQL alone: what matters here is what the database says of it. Everybody has another mixture of department, title
 * and factors, and each rule that stands twice, in the noun and in SQL, must say the same of all of them.
 */
let world: AuthenticationWorld;
const roleId = '01890a5d-ac96-774b-bcce-b302099a0001';
const ruleRoleId = '01890a5d-ac96-774b-bcce-b302099a0002';
const idOf = (index: number): string => `01890a5d-ac96-774b-bcce-b3020000${String(index).padStart(4, '0')}`;

beforeAll(async () => {
  world = await authenticationWorld();
  const { pool } = world.database;
  await pool.query(`
    insert into directory.person (id, username, given_name, family_name, display_name, work_email, department, title, location, employment_type, status, left_at, source, created_at, updated_at)
    select ('01890a5d-ac96-774b-bcce-b3020000' || lpad(n::text, 4, '0'))::uuid, 'u' || n, 'Person', to_char(n, 'FM000'), 'Person ' || to_char(n, 'FM000'), case when n % 12 = 11 then null else 'u' || n || '@adventure-works.com' end,
           (array['Engineering', 'Sales', null])[1 + n % 3], (array['Engineer', 'Buyer', null, 'O''Hara "Lead"'])[1 + n % 4], (array['Vienna', 'Graz'])[1 + n % 2], 'employee',
           case when n = 46 then 'staged' when n = 47 then 'left' else 'active' end, case when n = 47 then now() end, 'manual', now(), now()
      from generate_series(0, 47) as n`);
  await pool.query(`insert into authn.password (person_id, hash, length_in_code_points, set_at) select id, 'x', 20, now() from directory.person where substr(username, 2)::int % 2 = 0`);
  await pool.query(`insert into authn.totp (id, person_id, name, sealed_seed, created_at, confirmed_at) select gen_random_uuid(), id, 'app', 'x', now(), case when substr(username, 2)::int % 5 = 0 then now() end from directory.person where substr(username, 2)::int % 5 < 2`);
  await pool.query(`insert into authn.passkey (id, person_id, name, credential_id, public_key, sign_count, transports, aaguid, is_user_verified, is_backup_eligible, is_backed_up, attestation_format, attestation_object, created_at, disabled_at, disabled_reason)
                    select gen_random_uuid(), id, 'key', decode(md5(username), 'hex'), 'x', 0, '{}', '00000000-0000-0000-0000-000000000000', substr(username, 2)::int % 4 < 2, false, false, 'none', 'x', now(), case when substr(username, 2)::int = 8 then now() end, case when substr(username, 2)::int = 8 then 'copied' end
                      from directory.person where substr(username, 2)::int % 4 in (0, 3)`);
  await pool.query(`insert into authn.push_device (id, person_id, name, public_key, language, created_at, disabled_at, disabled_reason) select gen_random_uuid(), id, 'telephone', decode(lpad(to_hex(substr(username, 2)::int), 130, '0'), 'hex'), 'en', now(), case when substr(username, 2)::int % 14 = 0 then now() end, case when substr(username, 2)::int % 14 = 0 then 'denied' end from directory.person where substr(username, 2)::int % 7 = 0`);
  await pool.query(`insert into authn.certificate_issuer (id, name, certificate, fingerprint, names_by, is_user_verified, is_hardware_bound, revocation, accepts_unknown, added_at, added_by_name) select gen_random_uuid(), 'issuer ' || n, 'x', decode(md5('i' || n), 'hex'), 'registered', n > 0, n > 1, 'none', false, now(), 'test' from generate_series(0, 2) n`);
  await pool.query(`insert into authn.certificate (id, person_id, issuer_id, source, name, certificate, fingerprint, serial, authority_key, subject, not_before, not_after, added_at, added_by_name)
                    select gen_random_uuid(), p.id, i.id, 'registered', 'card', 'x', decode(md5(p.username), 'hex'), p.username, 'x', p.username, now(), now() + interval '1 year', now(), 'test' from directory.person p join authn.certificate_issuer i on i.name = 'issuer ' || (substr(p.username, 2)::int % 3) where substr(p.username, 2)::int % 8 = 5`);
  await pool.query(`insert into directory.person (id, username, given_name, family_name, display_name, department, location, status, source, created_at, updated_at) values ('01890a5d-ac96-774b-bcce-b302099a0099', 'glass-1', 'Glass', 'One', 'Glass One', 'Sales', 'Graz', 'active', 'break-glass', now(), now())`);
  await pool.query(`insert into authn.throttle (account, authenticator, failures, disabled_at, last_failed_at) values ('person:' || $1, 'password', 100, now(), now())`, [idOf(10)]);
  await pool.query(`insert into authz.console_role (person_id, role, since, given_by, given_by_name) values ($1, 'administrator', now(), 'system:test', 'test'), ($2, 'auditor', now(), 'system:test', 'test')`, [idOf(0), idOf(1)]);
  await pool.query(`insert into authz.role (id, name, rule, created_at, updated_at) values ($1, 'By hand', null, now(), now()), ($2, 'By rule', '{"all": [{"attribute": "department", "isOneOf": ["Sales"]}, {"attribute": "location", "isOneOf": ["Graz"]}]}', now(), now())`, [roleId, ruleRoleId]);
  await pool.query(`insert into directory.application (id, name, kind, created_at) values ('01890a5d-ac96-774b-bcce-b302099a0003', 'Chat', 'manual', now())`);
  await pool.query(`insert into directory.entitlement (id, application_id, native_id, name, purpose, risk, is_grantable) values ('01890a5d-ac96-774b-bcce-b302099a0004', '01890a5d-ac96-774b-bcce-b302099a0003', 'e', 'E', 'group', 'low', true)`);
  await pool.query(`insert into authz."grant" (id, person_id, entitlement_id, source, role_id, reason, approved_by, since) select gen_random_uuid(), id, '01890a5d-ac96-774b-bcce-b302099a0004', 'direct', $1, 'for the test', 'system:test', now() from directory.person where username in ('u5', 'u6')`, [roleId]);
});
afterAll(() => world.close());

const policy = (more: Partial<EnrolmentPolicy> = {}): EnrolmentPolicy => ({ id: '01890a5d-ac96-774b-bcce-b302099a0009', name: 'Keys', audience: { anyOf: [everybody] }, want: { level: 2, isPhishingResistant: true }, startsAt: later(world.clock.now(), -days(1)), deadlineAt: later(world.clock.now(), days(20)), skips: 3, percent: 100, state: 'on', ...more });
const list = (one: EnrolmentPolicy, filter: { search?: string; situation?: 'ready' | 'not_ready' | 'never_signed_in' | 'cannot_judge'; cursor?: string; limit?: number } = {}) => world.database.read((tx) => readReadiness(tx, world.peopleGroups, one, { scope: { is: 'everything' }, limit: 200, ...filter }));
const members = (): Promise<readonly Member[]> => Promise.all(Array.from({ length: 47 }, async (_, index) => (await world.database.read((tx) => findFacing(tx, world.peopleGroups, idOf(index), world.clock.now())))!.person));

describe('what stands in the noun and in SQL is the same', () => {
  it('audiences and stages', async () => {
    // With a policy that names roles, a sign-in looks at them.
    await world.database.transaction((tx) => addPolicy(tx, { ...policy({ id: '01890a5d-ac96-774b-bcce-b302099a0010', name: 'Roles', audience: { anyOf: [{ ...everybody, roleIds: [roleId] }] } }), shippedAs: null }, world.clock.now()));
    const people = await members();
    expect(people.filter((one) => one.roleIds.includes(roleId)).map((one) => one.personId)).toEqual([idOf(5), idOf(6)]);
    expect(people.filter((one) => one.roleIds.includes(ruleRoleId)).length).toBeGreaterThan(3);
    const anyGroup: fc.Arbitrary<AudienceGroup> = fc.record({
      isAdministrator: fc.boolean(),
      departments: fc.subarray(['Engineering', 'Sales', 'Legal']),
      locations: fc.subarray(['Vienna', 'Graz']),
      employmentTypes: fc.subarray(['employee', 'contractor']),
      titles: fc.subarray(['Engineer', 'O\'Hara "Lead"', '%']),
      roleIds: fc.subarray([roleId, ruleRoleId]),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(anyGroup, { maxLength: 3 }), fc.integer({ min: 1, max: 100 }), async (anyOf, percent) => {
        const one = policy({ audience: { anyOf }, percent });
        const { items } = await list(one);
        expect(items.map((row) => row.personId)).toEqual(people.filter((person) => isInAudience(one.audience, person)).map((person) => person.personId));
        for (const row of items) expect(row.isInStage).toBe(isInStage(one, row.personId));
      }),
      { numRuns: 30 },
    );
    await world.database.transaction((tx) => turnPolicyTo(tx, '01890a5d-ac96-774b-bcce-b302099a0010', 'draft', world.clock.now()));
  });

  it('readiness, for every mixture of factors and every demand', async () => {
    const factors = await Promise.all(Array.from({ length: 46 }, (_, index) => world.database.read((tx) => enrolledFactors(tx, idOf(index)))));
    expect(new Set(factors.map((one) => JSON.stringify(one))).size).toBeGreaterThanOrEqual(8);
    const wants: Wanted[] = ([1, 2, 3] as const).flatMap((level) => [true, false].flatMap((isPhishingResistant) => [[], ['totp'], ['password'], ['push', 'totp']].map((without) => ({ level, isPhishingResistant, without: without as never }))));
    for (const want of wants) {
      const { items } = await list(policy({ want }));
      // Person 10, whose password is switched off, and person 46, who has not started, are no matter of factors.
      for (const [index, row] of items.slice(0, 46).entries()) if (index !== 10) expect([want, index, row.situation === 'ready']).toEqual([want, index, isReady(factors[index]!, want)]);
    }
  });
});

describe('readiness by name', () => {
  it('names everybody with what is missing, who never came, and who cannot be judged; leavers are not there', async () => {
    const { counts, items } = await list(policy({ want: { level: 2, isPhishingResistant: false, without: ['push'] } }));
    expect(items).toHaveLength(47);
    const of = (index: number) => items[index]!.situation;
    expect([of(0), of(1), of(2), of(10), of(46)]).toEqual(['ready', 'never_signed_in', 'not_ready', 'cannot_judge', 'cannot_judge']);
    expect(counts.whole).toBe(counts.ready + counts.notReady + counts.neverSignedIn + counts.cannotJudge);
    expect(counts).toMatchObject({ whole: 47, cannotJudge: 2 });
  });

  it('goes on page by page, without leaving anybody out or showing anybody twice', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list(policy(), { limit: 10, ...(cursor ? { cursor } : {}) });
      seen.push(...page.items.map((row) => row.displayName));
      cursor = page.next ?? undefined;
      expect(page.counts.whole).toBe(47);
    } while (cursor);
    expect(seen).toEqual([...new Set(seen)].sort());
    expect(seen).toHaveLength(47);
    await expect(list(policy(), { cursor: 'made-up' })).rejects.toMatchObject({ code: 'authentication.enrolment_cursor_unknown' });
  });

  it('is searched by name and filtered by situation, and the counts stay those of all', async () => {
    expect((await list(policy(), { search: 'PERSON 01' })).items).toHaveLength(10);
    expect((await list(policy(), { search: '%' })).items).toEqual([]);
    const never = await list(policy(), { situation: 'never_signed_in' });
    expect(never.items.length).toBe(never.counts.neverSignedIn);
    expect(never.counts.whole).toBe(47);
  });

  it('many policies are counted in one question', async () => {
    const counted = await world.database.read((tx) => countReadiness(tx, world.peopleGroups, [policy(), policy({ id: idOf(1), audience: { anyOf: [{ ...everybody, departments: ['Sales'] }] } })]));
    expect([...counted.values()].map((one) => one.whole)).toEqual([47, 16]);
  });
});

describe('reminders', () => {
  const jobs = () => ({ ...world, announce: world.events.announce });
  const mails = () => world.database.read((tx) => sql<{ recipient: string; subject: string; textBody: string }>(tx)`select recipient, subject, text_body from platform.mail where subject like '%passkey%' order by created_at, recipient`);

  it('go to those who are not ready, at the start, a week and a day before, each once, with a way to do it; afterwards there are none', async () => {
    const id = '01890a5d-ac96-774b-bcce-b302099a0011';
    await world.database.transaction((tx) => addPolicy(tx, { ...policy({ id, name: 'Keys for Graz', audience: { anyOf: [{ ...everybody, locations: ['Graz'] }] } }), shippedAs: null }, world.clock.now()));
    // The one that is shipped would remind its own people.
    await driveEnrolments(jobs());
    await world.database.pool.query(`update authn.enrolment_policy set state = 'draft' where shipped_as = 'administrators'`);
    await world.database.pool.query(`delete from platform.mail`);
    await world.database.pool.query(`delete from authn.enrolment_reminder`);

    const notReady = (await list(policy({ id, audience: { anyOf: [{ ...everybody, locations: ['Graz'] }] } }))).items.filter((row) => row.situation === 'not_ready' || row.situation === 'never_signed_in');
    const withAddress = notReady.filter((row) => Number(row.displayName.slice(-3)) % 12 !== 11);
    expect(withAddress.length).toBeGreaterThan(5);
    expect(withAddress.length).toBeLessThan(notReady.length);
    await Promise.all([driveEnrolments(jobs()), driveEnrolments(jobs())]);
    const first = await mails();
    expect(first.map((mail) => mail.recipient).sort()).toEqual(withAddress.map((row) => `u${Number(row.displayName.slice(-3))}@adventure-works.com`).sort());
    expect(first.some((mail) => mail.textBody.includes('/security'))).toBe(true);
    expect(first.some((mail) => mail.textBody.includes('access pass')), 'who never signed in is told how to begin').toBe(true);

    world.wait(days(14));
    await driveEnrolments(jobs());
    await driveEnrolments(jobs());
    expect(await mails()).toHaveLength(2 * first.length);
    world.wait(days(5));
    await driveEnrolments(jobs());
    expect((await mails()).filter((mail) => mail.subject.includes('one day left'))).toHaveLength(first.length);
    world.wait(days(2));
    await driveEnrolments(jobs());
    expect(await mails()).toHaveLength(3 * first.length);
    const told = (await world.audit('authentication.enrolment.remind')).filter((entry) => entry.target === `enrolment-policy:${id}`);
    expect(told.map((entry) => entry.facts).slice(-2)).toEqual([{ kind: 'week', people: first.length }, { kind: 'day', people: first.length }]);
    expect((await world.database.read((tx) => daysOf(tx, [id], '2000-01-01'))).length).toBeGreaterThan(2);
  });
});
