import { expect, it } from 'vitest';
import { ruleInWords } from './rule.ts';

it('a birthright rule reads as a sentence', () => {
  expect(ruleInWords(null)).toBe('given by hand only');
  expect(ruleInWords({ all: [] })).toBe('everybody');
  expect(ruleInWords({ all: [{ attribute: 'department', isOneOf: ['Sales', 'Finance'] }, { attribute: 'location', isOneOf: ['Lisbon'] }] })).toBe('everybody whose department is Sales or Finance, and whose location is Lisbon');
});
