import { describe, expect, test } from 'vitest';
import { exceedsBrake, planMovement, standingOf, wordsOf, type DesiredEntitlement, type KnownAccount, type OpenGrant, type Situation, type StepStanding } from './movement.ts';

const now = new Date('2026-03-02T08:00:00.000Z');
const maria: Situation['person'] = {
  id: 'maria', displayName: 'Maria Ivanova', username: 'maria.ivanova@example.com', givenName: 'Maria', familyName: 'Ivanova', workEmail: 'maria.ivanova@example.com', employeeNumber: '7',
  title: 'Engineer', department: 'Engineering', division: null, location: null, employmentType: null, managerId: 'ivan', status: 'active',
};
const system = (applicationId: string, over: Partial<Situation['systems'][number]> = {}): Situation['systems'][number] =>
  ({ applicationId, name: applicationId.toUpperCase(), mode: 'live', loginFrom: 'email-name', isByHand: false, canCreate: true, canEndSessions: true, writes: ['title', 'department'], ...over });
const right = (applicationId: string, name: string): DesiredEntitlement => ({ entitlementId: `${applicationId}/${name}`, applicationId, nativeId: name, name, roleId: 'role', roleName: 'Engineering' });
const grant = (applicationId: string, name: string, over: Partial<OpenGrant> = {}): OpenGrant =>
  ({ id: `grant ${applicationId}/${name}`, entitlementId: `${applicationId}/${name}`, applicationId, nativeId: name, name, source: 'birthright', roleId: 'role', accountId: null, expiresAt: null, ...over });
const account = (applicationId: string, over: Partial<KnownAccount> = {}): KnownAccount => ({ id: `account ${applicationId}`, applicationId, nativeId: 'a-1', login: 'maria.ivanova', status: 'active', ...over });
const situation = (over: Partial<Situation>): Situation =>
  ({ kind: 'adjust', person: maria, changes: {}, desired: [], openGrants: [], accounts: [], holdings: [], systems: [system('crm'), system('wiki')], surfaces: [{ name: 'sessions', title: 'Sessions' }], unsettled: [], now, ...over });
const say = (plan: ReturnType<typeof planMovement>): string[] => plan.steps.map((step) => `${step.system}: ${step.title}`);

describe('the plan of a movement', () => {
  test('a joiner gets an account before anything on it, and nothing in systems without birthright', () => {
    const plan = planMovement(situation({ kind: 'joiner', desired: [right('crm', 'staff')] }));
    expect(say(plan)).toEqual(['CRM: create the account maria.ivanova', 'CRM: give staff']);
    expect(plan.steps.every((step) => step.waitsForEarlier)).toBe(true);
    expect(wordsOf(plan)).toBe('makes 1 account, gives 1 grant in 1 system');
  });

  test('a mover loses before gaining in each system, and what was given by hand is carried over for 14 days', () => {
    const plan = planMovement(situation({ kind: 'mover', changes: { department: ['Sales', 'Engineering'] }, accounts: [account('crm')], openGrants: [grant('crm', 'sellers'), grant('crm', 'reports', { source: 'direct' })], desired: [right('crm', 'builders')] }));
    expect(say(plan)).toEqual(['CRM: take sellers from maria.ivanova', 'CRM: update department of maria.ivanova', 'CRM: give builders']);
    expect(plan.give.find((one) => one.source === 'carry-over')).toMatchObject({ name: 'reports', expiresAt: new Date('2026-03-16T08:00:00.000Z') });
  });

  test('a mover who loses the last reason for an account loses the account', () => {
    expect(say(planMovement(situation({ kind: 'mover', accounts: [account('crm')], openGrants: [grant('crm', 'sellers')] })))).toEqual(['CRM: take sellers from maria.ivanova', 'CRM: disable the account maria.ivanova']);
  });

  test('a leaver loses everything at once; only sessions wait, for the account to be closed', () => {
    const plan = planMovement(situation({ kind: 'leaver', person: { ...maria, status: 'left' }, accounts: [account('crm'), account('wiki', { status: 'disabled' })], openGrants: [grant('crm', 'staff')], holdings: [{ accountId: 'account wiki', applicationId: 'wiki', entitlementId: 'wiki/old', nativeId: 'old', name: 'old' }] }));
    expect(say(plan)).toEqual([
      'Sessions: end everything under Sessions', 'CRM: disable the account maria.ivanova', 'CRM: end the sessions of maria.ivanova', 'CRM: take staff from maria.ivanova',
      'WIKI: disable the account maria.ivanova', 'WIKI: end the sessions of maria.ivanova', 'WIKI: take old from maria.ivanova',
    ]);
    expect(plan.steps.filter((step) => step.waitsForEarlier).map((step) => step.action)).toEqual(['end_sessions', 'end_sessions']);
    expect(plan.end).toHaveLength(1);
  });

  test('a leaver whose account was being made is looked for in that system, and so are the sessions there', () => {
    const unsettled = [{ applicationId: 'crm', action: 'create_account' as const, accountId: null, entitlementId: null, nativeId: null, name: null, isPerhapsMade: true }];
    const plan = planMovement(situation({ kind: 'leaver', person: { ...maria, status: 'left' }, unsettled }));
    expect(say(plan).slice(1)).toEqual(['CRM: disable the account maria.ivanova, should it have come to be', 'CRM: end the sessions of maria.ivanova, should it have come to be']);
    expect(plan.steps.map((step) => step.waitsForEarlier)).toEqual([false, false, true]);
  });

  test('whoever comes back while such an account is still looked for may find it there', () => {
    const unsettled = [{ applicationId: 'crm', action: 'disable' as const, accountId: null, entitlementId: null, nativeId: null, name: null, isPerhapsMade: true }];
    const [creation] = planMovement(situation({ kind: 'rehire', desired: [right('crm', 'staff')], unsettled })).steps;
    expect(creation).toMatchObject({ action: 'create_account', wanted: { is: 'account', isPerhapsMade: true } });
  });

  test('somebody who comes back while the leaving still runs is opened again, and what birthright does not give stays closed', () => {
    const leaving = (applicationId: string) => ({ applicationId, action: 'disable' as const, accountId: `account ${applicationId}`, entitlementId: null, nativeId: null, name: null, isPerhapsMade: false });
    const plan = planMovement(situation({ kind: 'rehire', accounts: [account('crm'), account('wiki')], desired: [right('crm', 'staff')], unsettled: [leaving('crm'), leaving('wiki')] }));
    expect(say(plan)).toEqual(['CRM: enable the account maria.ivanova', 'CRM: give staff', 'WIKI: disable the account maria.ivanova']);
  });

  test('a connection in preview gets a plan and no run', () => {
    expect(planMovement(situation({ kind: 'joiner', desired: [right('crm', 'staff')], systems: [system('crm', { mode: 'preview' })] })).steps.map((step) => step.heldBecause)).toEqual(['preview', 'preview']);
  });

  test('nothing to do is an empty plan', () => {
    const plan = planMovement(situation({ accounts: [account('crm')], openGrants: [grant('crm', 'staff')], desired: [right('crm', 'staff')] }));
    expect(plan).toMatchObject({ steps: [], give: [], end: [] });
    expect(wordsOf(plan)).toBe('changes nothing');
  });
});

describe('how a movement stands', () => {
  const step = (over: Partial<StepStanding>): StepStanding => ({ state: 'proven', heldBecause: null, isRemoval: true, provenAt: now, isSuperseded: false, ...over });
  const facts = { isAlarmed: false, plannedAt: now };
  const later = new Date(now.getTime() + 9_000);

  test('it is done only when every step is proven, and zero is the last proven removal', () => {
    expect(standingOf([step({}), step({ state: 'sent', provenAt: null })], facts).state).toBe('running');
    expect(standingOf([step({}), step({ provenAt: later })], facts)).toEqual({ state: 'done', provenAt: later, zeroAt: later });
    expect(standingOf([step({}), step({ state: 'skipped', provenAt: null })], facts)).toEqual({ state: 'done', provenAt: null, zeroAt: null });
    expect(standingOf([step({ isRemoval: false }), step({ isRemoval: false, state: 'skipped', provenAt: null })], facts)).toEqual({ state: 'done', provenAt: null, zeroAt: null });
    expect(standingOf([], facts)).toEqual({ state: 'done', provenAt: facts.plannedAt, zeroAt: null });
    expect(standingOf([step({ state: 'unproven', provenAt: null })], { ...facts, isAlarmed: true }).state).toBe('alarm');
    expect(standingOf([step({ state: 'wanted', provenAt: null, heldBecause: 'brake' })], facts).state).toBe('waiting');
    expect(standingOf([step({}), step({ state: 'skipped', provenAt: null, isSuperseded: true })], facts)).toMatchObject({ state: 'cancelled', zeroAt: null });
  });

  test('the brake lets five go, or a tenth', () => {
    expect([exceedsBrake(5, 20), exceedsBrake(6, 20), exceedsBrake(29, 290), exceedsBrake(30, 290)]).toEqual([false, true, false, true]);
  });
});

describe('how a movement stands', () => {
  const step = { state: 'wanted', heldBecause: null, isRemoval: false, provenAt: null, isSuperseded: false } as const;
  const facts = { isAlarmed: false, plannedAt: new Date('2026-01-05T09:00:00Z') };

  test('waits, and does not look as if it ran, when all that is left waits for a person or behind such a step', () => {
    expect(standingOf([{ ...step, state: 'action_required' }, { ...step, isBlocked: true }], facts).state).toBe('waiting');
    expect(standingOf([{ ...step, state: 'action_required' }, step], facts).state).toBe('running');
  });
});
