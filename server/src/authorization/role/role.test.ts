import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entitlementId } from '../../directory/index.ts';
import { desiredEntitlements, matches, roleId, sayRule, type BirthrightRule, type Role, type RuleSubject } from './role.ts';

const eva: RuleSubject = { department: 'Sales', title: 'Buyer', location: null, employmentType: 'Employee', division: null };
const rule = (...all: BirthrightRule['all']): BirthrightRule => ({ all });
const role = (name: string, given: BirthrightRule | null, ...ids: string[]): Role => ({ id: roleId(name), name, description: null, rule: given, entitlementIds: ids.map(entitlementId) });

const attributes = ['department', 'title', 'location', 'employmentType', 'division'] as const;
const value = fc.constantFrom('a', 'b', 'c');
const anySubject: fc.Arbitrary<RuleSubject> = fc.record({ department: fc.option(value), title: fc.option(value), location: fc.option(value), employmentType: fc.option(value), division: fc.option(value) });
const anyRule: fc.Arbitrary<BirthrightRule> = fc.record({ all: fc.array(fc.record({ attribute: fc.constantFrom(...attributes), isOneOf: fc.array(value, { minLength: 1 }) }), { maxLength: 4 }) });
const anyRole: fc.Arbitrary<Role> = fc.record({ name: fc.string(), rule: fc.option(anyRule), ids: fc.uniqueArray(fc.constantFrom('e1', 'e2', 'e3')) }).map(({ name, rule: given, ids }) => role(name, given, ...ids));

describe('birthright', () => {
  it('goes to whoever fits every condition, and an empty rule to everybody', () => {
    expect(matches(rule(), eva)).toBe(true);
    expect(matches(rule({ attribute: 'department', isOneOf: ['Legal', 'Sales'] }, { attribute: 'title', isOneOf: ['Buyer'] }), eva)).toBe(true);
    expect(matches(rule({ attribute: 'department', isOneOf: ['Sales'] }, { attribute: 'location', isOneOf: ['Bern'] }), eva)).toBe(false);
    expect(matches(rule({ attribute: 'department', isOneOf: ['sales'] }), eva)).toBe(false);
  });

  it('is exactly what the matching roles name, each once, and never anything else', () => {
    fc.assert(
      fc.property(anySubject, fc.array(anyRole, { maxLength: 6 }), (person, roles) => {
        const desired = desiredEntitlements(person, roles);
        const wanted = new Set(roles.flatMap((one) => (one.rule !== null && matches(one.rule, person) ? one.entitlementIds : [])));
        expect(new Set(desired.keys())).toEqual(wanted);
        for (const [id, by] of desired) expect(by.rule !== null && matches(by.rule, person) && by.entitlementIds.includes(id)).toBe(true);
      }),
    );
  });

  it('shrinks when a condition is added', () => {
    fc.assert(fc.property(anySubject, anyRule, anyRule, (person, a, b) => void expect(matches({ all: [...a.all, ...b.all] }, person)).toBe(matches(a, person) && matches(b, person))));
  });

  it('reads as words', () => {
    expect(sayRule(rule())).toBe('everybody');
    expect(sayRule(rule({ attribute: 'department', isOneOf: ['Sales'] }, { attribute: 'employmentType', isOneOf: ['Employee', 'Hourly'] }))).toBe('department Sales and employment type Employee or Hourly');
  });
});
