import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { days, hours, later } from '../../platform/clock/index.ts';
import { noFactors, nextStep, noProgress, type EnrolledFactors } from '../sign-in/next-step.ts';
import { countedFor, isEnough, strengthOf, strictest, workforceFloor, type Proof, type Wanted } from '../sign-in/strength.ts';
import { demandOf } from './demand.ts';
import { askedBy, everybody, isInAudience, isInStage, noStanding, problemOf, type AudienceGroup, type EnrolmentPolicy, type Member, type Standing } from './enrolment-policy.ts';
import { forecastOf } from './forecast.ts';
import { isReady, missingOf } from './readiness.ts';
import { reminderDue } from './reminder.ts';
import { isStopped } from './stop-rule.ts';

const now = new Date('2026-03-10T09:00:00Z');
const at = (text: string): Date => new Date(text);
const maria: Member = { personId: '01890a5d-ac96-774b-bcce-b302099a8057', isAdministrator: true, isBreakGlass: false, department: 'Engineering', location: 'Vienna', employmentType: 'employee', title: 'Engineer', roleIds: ['r-keys'] };
const ivan: Member = { ...maria, personId: '01890a5d-ac96-774b-bcce-b302099a8058', isAdministrator: false, department: 'Sales', title: null, roleIds: [] };
const unphishable: Wanted = { level: 2, isPhishingResistant: true };
const policy = (more: Partial<EnrolmentPolicy> = {}): EnrolmentPolicy => ({ id: 'p1', name: 'Keys for all', audience: { anyOf: [everybody] }, want: unphishable, startsAt: at('2026-03-01T00:00:00Z'), deadlineAt: at('2026-03-14T00:00:00Z'), skips: 3, percent: 100, state: 'on', ...more });
const passwordAndApp: EnrolledFactors = { ...noFactors, hasPassword: true, totps: 1, recoveryCodesLeft: 10 };
const withPasskey: EnrolledFactors = { ...passwordAndApp, passkeys: 1, verifiedPasskeys: 1 };

describe('who is in the audience', () => {
  const group = (more: Partial<AudienceGroup>): AudienceGroup => ({ ...everybody, ...more });
  it.each<[string, AudienceGroup[], boolean, boolean]>([
    ['everybody', [everybody], true, true],
    ['administrators: whoever has a role in the console', [group({ isAdministrator: true })], true, false],
    ['a department', [group({ departments: ['Sales'] })], false, true],
    ['one of several titles; a missing title is none of them', [group({ titles: ['Engineer', 'Buyer'] })], true, false],
    ['a department at a location: both hold', [group({ departments: ['Sales', 'Engineering'], locations: ['Graz'] })], false, false],
    ['a business role', [group({ roleIds: ['r-keys'] })], true, false],
    ['administrators and Sales: one group or the other', [group({ isAdministrator: true }), group({ departments: ['Sales'] })], true, true],
    ['nobody', [], false, false],
  ])('%s', (_, anyOf, isMaria, isIvan) => {
    expect([isInAudience({ anyOf }, maria), isInAudience({ anyOf }, ivan)]).toEqual([isMaria, isIvan]);
  });

  it('threat: no policy reaches a break-glass account, not even one for everybody', () => {
    expect(isInAudience({ anyOf: [everybody, group({ isAdministrator: true })] }, { ...maria, isBreakGlass: true })).toBe(false);
  });

  it('a stage is about its share of the people, always the same ones, and whoever is in stays in when it grows', () => {
    const people = Array.from({ length: 2_000 }, (_, index) => `person-${index}`);
    const inside = (percent: number): string[] => people.filter((id) => isInStage({ id: 'p1', percent }, id));
    expect(inside(50).length).toBeGreaterThan(900);
    expect(inside(50).length).toBeLessThan(1_100);
    expect(inside(50)).toEqual(inside(50));
    expect(inside(60)).toEqual(expect.arrayContaining(inside(50)));
    expect(inside(100)).toHaveLength(people.length);
    expect(people.filter((id) => isInStage({ id: 'p2', percent: 50 }, id))).not.toEqual(inside(50));
  });
});

describe('offered, put off, a must', () => {
  const standing = (skips: number, excusedUntil: Date | null = null): Standing => ({ skips, excusedUntil });
  it.each<[string, Partial<EnrolmentPolicy>, Standing, ReturnType<typeof askedBy>]>([
    ['a draft asks nothing', { state: 'draft' }, noStanding, { is: 'nothing' }],
    ['only counting asks nothing, not even after the deadline', { state: 'report-only', deadlineAt: at('2026-03-02T00:00:00Z') }, noStanding, { is: 'nothing' }],
    ['before the start nothing is asked', { startsAt: at('2026-03-11T00:00:00Z') }, noStanding, { is: 'nothing' }],
    ['it is offered, three times at most', {}, noStanding, { is: 'offer', skipsLeft: 3 }],
    ['two were used', {}, standing(2), { is: 'offer', skipsLeft: 1 }],
    ['used up: a must before the deadline', {}, standing(3), { is: 'must', because: 'skips' }],
    ['without skips it is a must from the start', { skips: 0 }, noStanding, { is: 'must', because: 'skips' }],
    ['at the deadline it is a must, whatever is left', { deadlineAt: now }, noStanding, { is: 'must', because: 'deadline' }],
    ['a moment before it is not', { deadlineAt: later(now, 1) }, noStanding, { is: 'offer', skipsLeft: 3 }],
    ['more time was given', { deadlineAt: at('2026-03-02T00:00:00Z') }, standing(3, later(now, hours(1))), { is: 'offer', skipsLeft: null }],
    ['and is over', { deadlineAt: at('2026-03-02T00:00:00Z') }, standing(3, now), { is: 'must', because: 'deadline' }],
    ['stopped: offered only, and nothing is counted', { state: 'stopped', deadlineAt: at('2026-03-02T00:00:00Z') }, standing(3), { is: 'offer', skipsLeft: null }],
    ['outside of the audience', { audience: { anyOf: [{ ...everybody, departments: ['Legal'] }] } }, noStanding, { is: 'nothing' }],
  ])('%s', (_, more, stands, expected) => {
    expect(askedBy(policy(more), maria, stands, now)).toEqual(expected);
  });

  it('strictest wins: of several policies each has its say, and the person meets them together', () => {
    const past = at('2026-03-02T00:00:00Z');
    const noApp = policy({ id: 'a', want: { level: 2, isPhishingResistant: false, without: ['totp'] }, deadlineAt: past });
    const keys = policy({ id: 'b', deadlineAt: past });
    const listed = policy({ id: 'c', want: { level: 3, isPhishingResistant: true } });
    const demand = demandOf([noApp, keys, listed], new Map(), maria, passwordAndApp, [], now);
    expect(demand.must).toEqual({ want: { level: 2, isPhishingResistant: true, without: ['totp'] }, policyIds: ['a', 'b'], since: past });
    expect(demand.offer).toMatchObject({ want: { level: 3 }, policyIds: ['c'], skipsLeft: 3 });
    expect(demandOf([keys, policy({ id: 'd' })], new Map(), maria, withPasskey, [], now).offer, 'who is ready is offered nothing').toBeNull();
  });

  it('the last skip still opens the door of its own sign-in, and of no other', () => {
    const used = new Map([['p1', standing(3)]]);
    expect(demandOf([policy()], used, maria, passwordAndApp, ['p1'], now).must).toBeNull();
    expect(demandOf([policy()], used, maria, passwordAndApp, [], now).must).not.toBeNull();
    expect(demandOf([policy({ deadlineAt: now })], used, maria, passwordAndApp, ['p1'], now).must, 'a deadline that came meanwhile').not.toBeNull();
  });

  it.each([
    [{ deadlineAt: at('2026-02-01T00:00:00Z') }, 'deadline_before_start'],
    [{ want: { level: 2, isPhishingResistant: false } as const }, 'asks_nothing'],
    [{ want: { level: 2, isPhishingResistant: false, without: ['totp'] } as const }, null],
    [{}, null],
  ])('%o: %s', (more, problem) => {
    expect(problemOf(policy(more))).toBe(problem);
  });
});

describe('where the offer stands in a sign-in', () => {
  const proofs: readonly Proof[] = [{ method: 'password', at: '' }, { method: 'totp', at: '' }];
  const offer = { want: unphishable, policyIds: ['p1'], until: '2026-03-14T00:00:00.000Z', skipsLeft: 2 };
  const stepWith = (progress: Partial<typeof noProgress>, factors = passwordAndApp, given = proofs) => nextStep({ purpose: 'sign-in', isNamed: true, wanted: workforceFloor, proofs: given, factors, progress: { ...noProgress, enrolment: { must: null, offer, answered: [] }, ...progress } });
  it('after everything that is a must, and it can be put off', () => {
    expect(stepWith({})).toEqual({ is: 'enrol', options: ['passkey'], isOptional: true });
    expect(stepWith({}, { ...passwordAndApp, recoveryCodesLeft: 3 }).is).toBe('save-codes');
    expect(stepWith({}, passwordAndApp, proofs.slice(0, 1)).is).toBe('prove');
  });
  it('not right after something was set up', () => {
    expect(stepWith({ enrolled: ['totp'] }).is).toBe('done');
  });
});

describe('who is ready', () => {
  const noApp: Wanted = { level: 2, isPhishingResistant: false, without: ['totp'] };
  it.each<[string, EnrolledFactors, Wanted, ReturnType<typeof missingOf>]>([
    ['password and app are not phishing-resistant', passwordAndApp, unphishable, 'passkey'],
    ['a passkey is', withPasskey, unphishable, null],
    ['a touched key beside a password is', { ...passwordAndApp, passkeys: 1 }, unphishable, null],
    ['a touched key alone is one factor', { ...noFactors, passkeys: 1 }, unphishable, 'verified-passkey'],
    ['no app any more', passwordAndApp, noApp, 'passkey'],
    ['no app any more, but push', { ...passwordAndApp, pushDevices: 1 }, noApp, null],
    ['a synced passkey is not level 3', withPasskey, { level: 3, isPhishingResistant: true }, 'listed-key'],
    ['a listed key is', { ...withPasskey, listedPasskeys: 1 }, { level: 3, isPhishingResistant: true }, null],
    ['nothing at all', noFactors, { level: 2, isPhishingResistant: false }, 'first-factor'],
    ['a password alone', { ...noFactors, hasPassword: true }, { level: 2, isPhishingResistant: false }, 'second-factor'],
  ])('%s', (_, factors, want, missing) => {
    expect(missingOf(factors, want)).toBe(missing);
    expect(isReady(factors, want)).toBe(missing === null);
  });

  const anyProof = fc.oneof(
    fc.constantFrom<Proof>({ method: 'password', at: '' }, { method: 'totp', at: '' }, { method: 'push', at: '' }, { method: 'recovery-code', at: '' }, { method: 'access-pass', at: '' }),
    fc.record({ method: fc.constant('passkey' as const), at: fc.constant(''), isUserVerified: fc.boolean(), isSynced: fc.boolean() }),
  );
  const anyWant = fc.record({ level: fc.constantFrom(1 as const, 2 as const), isPhishingResistant: fc.boolean(), without: fc.subarray(['password', 'totp', 'push', 'recovery-code'] as const) });
  const anyFactors = fc.record({ hasPassword: fc.boolean(), totps: fc.nat(1), passkeys: fc.nat(2), verifiedPasskeys: fc.nat(2), listedPasskeys: fc.constant(0), pushDevices: fc.nat(1), isPushOff: fc.constant(false), certificates: fc.constant(0), verifiedCertificates: fc.constant(0), hardwareCertificates: fc.constant(0), recoveryCodesLeft: fc.nat(10), recoveryAddresses: fc.constant(0) }).map((one) => ({ ...one, verifiedPasskeys: Math.min(one.verifiedPasskeys, one.passkeys) }));

  it('threat: no order of proofs ends a sign-in below what a policy demands', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyProof, { selector: (proof) => proof.method }), anyFactors, anyWant, (proofs, factors, must) => {
        const wanted = strictest(workforceFloor, must);
        const step = nextStep({ purpose: 'sign-in', isNamed: true, wanted, proofs, factors, progress: { ...noProgress, hasSavedCodes: true } });
        if (step.is === 'done') expect(isEnough(strengthOf(countedFor(proofs, wanted)), wanted)).toBe(true);
      }),
    );
  });

  it('and no demand leaves somebody without a way: there is always something to prove or to set up', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyProof, { selector: (proof) => proof.method }), anyFactors, anyWant, (proofs, factors, must) => {
        const step = nextStep({ purpose: 'sign-in', isNamed: true, wanted: strictest(workforceFloor, must), proofs, factors, progress: { ...noProgress, hasSavedCodes: true } });
        if (step.is === 'prove' || step.is === 'enrol') expect(step.options.length).toBeGreaterThan(0);
        if (step.is === 'enrol') for (const option of step.options) expect(must.without).not.toContain(option);
      }),
    );
  });
});

describe('the day on which everybody is ready', () => {
  const history = (...ready: number[]) => ready.map((count, index) => ({ day: later(now, -days(ready.length - index)).toISOString().slice(0, 10), whole: 58, ready: count }));
  it.each<[string, readonly number[], { whole: number; ready: number }, ReturnType<typeof forecastOf>]>([
    ['everybody is', [50], { whole: 58, ready: 58 }, { is: 'done' }],
    ['counted since today', [], { whole: 58, ready: 10 }, { is: 'too_early' }],
    ['nobody came', [41, 41], { whole: 58, ready: 41 }, { is: 'not_at_this_rate' }],
    ['it goes back', [41, 41], { whole: 58, ready: 40 }, { is: 'not_at_this_rate' }],
    ['in time: one a day, three left', [37, 38, 39, 40], { whole: 44, ready: 41 }, { is: 'day', day: '2026-03-13', perDay: 1, isInTime: true }],
    ['too late: half a person a day, seventeen left', [40, 40], { whole: 58, ready: 41 }, { is: 'day', day: '2026-04-13', perDay: 0.5, isInTime: false }],
    ['only the last fourteen days count', [0, ...Array.from({ length: 14 }, () => 40)], { whole: 58, ready: 40 }, { is: 'not_at_this_rate' }],
    ['farther than two years away is never', [...Array.from({ length: 14 }, () => 40)], { whole: 5_000, ready: 41 }, { is: 'not_at_this_rate' }],
  ])('%s', (_, ready, current, expected) => {
    expect(forecastOf(history(...ready), current, now, at('2026-03-14T00:00:00Z'))).toEqual(expected);
  });
});

describe('the drive stops itself', () => {
  it.each([
    [3, 3, false, 'three are somebody’s forgotten telephone'],
    [4, 4, true, 'four of four'],
    [4, 80, false, 'four of eighty are one in twenty'],
    [5, 80, true, 'five of eighty are more'],
    [50, 1_000, false, 'exactly one in twenty'],
    [51, 1_000, true, 'and one more'],
    [0, 0, false, 'nobody tried'],
  ])('%i of %i kept out: %s (%s)', (keptOut, tried, expected) => {
    expect(isStopped({ keptOut, tried })).toBe(expected);
  });
});

describe('reminders', () => {
  it.each<[string, Partial<EnrolmentPolicy>, ReturnType<typeof reminderDue>]>([
    ['at the start', { deadlineAt: later(now, days(20)) }, 'start'],
    ['a week before', { deadlineAt: later(now, days(7)) }, 'week'],
    ['a day before', { deadlineAt: later(now, days(1)) }, 'day'],
    ['none afterwards', { deadlineAt: now }, null],
    ['none before it starts', { startsAt: later(now, 1), deadlineAt: later(now, days(20)) }, null],
    ['none while only counting', { state: 'report-only' }, null],
    ['none after it stopped itself', { state: 'stopped' }, null],
  ])('%s', (_, more, kind) => {
    expect(reminderDue(policy(more), now)).toBe(kind);
  });
});
