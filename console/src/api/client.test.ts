import { expect, it } from 'vitest';
import { addressOf, Problem } from './client.ts';

it('empty filters do not reach the address', () => {
  expect(addressOf('/people', { search: 'ana silva', status: '', department: undefined, cursor: null, limit: 50 })).toBe('/api/v1/people?search=ana+silva&limit=50');
  expect(addressOf('/inventory')).toBe('/api/v1/inventory');
});

it('a refusal keeps the words of the server', () => {
  const problem = new Problem({ status: 409, code: 'authorization.last_administrator', detail: 'this is the last administrator; name another first', requestId: 'r1' });
  expect(problem.message).toBe('this is the last administrator; name another first');
  expect(problem.faults).toEqual([]);
});
