import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differences, needsEndDate, personId, problemOf, standingFrom, usernameFor, type PersonAttributes } from './person.ts';

const maria: PersonAttributes = {
  employeeNumber: 'AW0007', username: 'maria.keller', givenName: 'Maria', familyName: 'Keller', displayName: 'Maria Keller', workEmail: null, privateEmail: 'maria@home.example', title: 'Buyer', department: 'Purchasing',
  division: null, location: 'Bern', employmentType: 'Employee', managerId: null, startDate: '2026-02-01', endDate: null,
};
const asPerson = { ...maria, id: 'a', source: 'hr' as const };

describe('a person', () => {
  it('works from the first day on, not before', () => {
    expect(standingFrom('2026-02-01', '2026-01-31')).toBe('staged');
    expect(standingFrom('2026-02-01', '2026-02-01')).toBe('active');
    expect(standingFrom(null, '2026-01-31')).toBe('active');
  });

  it('who is a contractor or a partner must have an end date', () => {
    for (const employmentType of ['Contractor', 'business partner', 'FREELANCER', 'Temporary worker']) {
      expect(needsEndDate(employmentType)).toBe(true);
      expect(problemOf({ ...asPerson, employmentType })).toEqual({ is: 'end_date_missing', employmentType });
      expect(problemOf({ ...asPerson, employmentType, endDate: '2026-12-31' })).toBeNull();
    }
    expect(problemOf(asPerson)).toBeNull();
  });

  it('cannot end before the start, manage themselves, or come from HR without a number', () => {
    expect(problemOf({ ...asPerson, endDate: '2026-01-31' })?.is).toBe('end_before_start');
    expect(problemOf({ ...asPerson, managerId: personId('a') })?.is).toBe('own_manager');
    expect(problemOf({ ...asPerson, employeeNumber: null })?.is).toBe('hr_person_without_number');
    expect(problemOf({ ...asPerson, source: 'manual', employeeNumber: null })).toBeNull();
  });

  it('signs in with the work address, else with given and family name, and namesakes get a number', () => {
    const taken = new Set(['maria.keller', 'maria.keller2']);
    const isTaken = (name: string) => taken.has(name);
    expect(usernameFor({ ...maria, workEmail: 'Maria.Keller@example.com' }, isTaken, '1')).toBe('maria.keller@example.com');
    expect(usernameFor(maria, isTaken, '1')).toBe('maria.keller3');
    expect(usernameFor({ givenName: 'Zoë', familyName: "O'Brien Ångström", workEmail: null }, isTaken, '1')).toBe('zoe.obrienangstrom');
    expect(usernameFor({ givenName: '明', familyName: '李', workEmail: null }, isTaken, '1')).toBe('person');
  });

  it('never gets a user name that somebody has, whatever the names', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.array(fc.nat({ max: 60 })), (givenName, familyName, numbers) => {
        const first = usernameFor({ givenName, familyName, workEmail: null }, () => false, '87654321');
        const taken = new Set([first, ...numbers.map((number) => `${first}${number}`)]);
        const second = usernameFor({ givenName, familyName, workEmail: null }, (name) => taken.has(name), '87654321');
        expect(taken.has(second)).toBe(false);
        expect(second).toMatch(/^[a-z0-9.]+$/);
      }),
    );
  });

  it('changed to what they are already is not changed', () => {
    expect(differences(maria, { ...maria })).toEqual({});
    expect(differences(maria, { department: 'Sales', title: undefined })).toEqual({ department: ['Purchasing', 'Sales'] });
  });
});
