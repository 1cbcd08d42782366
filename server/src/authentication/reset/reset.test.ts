import { expect, it } from 'vitest';
import { isReset, problemOfDecider, stateNow } from './reset.ts';

const now = new Date('2026-03-02T09:00:00Z');
const request = { personId: 'otto', askedBy: 'hugo' };

it('the second person is never the asker, never the person, never a script, and a manager only where that is switched on', () => {
  const asked = (personId: string | null, isManager = false, managersApprove = false) => problemOfDecider(request, { personId, isManager }, { managersApprove });
  expect(asked('hugo')).toBe('not_another');
  expect(asked('otto')).toBe('not_another');
  expect(asked(null)).toBe('not_a_person');
  expect(asked('maria', true)).toBe('not_by_managers');
  expect(asked('maria', true, true)).toBeNull();
  expect(asked('hugo', true, true), 'a manager who asked is the asker').toBe('not_another');
  expect(asked('helga')).toBeNull();
});

it('a request that waits is over after its hour, what is done stays done', () => {
  const over = new Date(now.getTime() - 1);
  expect((['open', 'approved', 'issued', 'refused', 'cancelled'] as const).map((state) => stateNow({ state, expiresAt: over }, now))).toEqual(['expired', 'expired', 'issued', 'refused', 'cancelled']);
  expect(stateNow({ state: 'open', expiresAt: new Date(now.getTime() + 1) }, now)).toBe('open');
});

it('a pass for a newcomer is no reset; for whoever has any factor it is', () => {
  const none = { hasPassword: false, totps: 0, passkeys: 0, pushDevices: 0, certificates: 0 };
  expect(isReset(none)).toBe(false);
  for (const held of [{ hasPassword: true }, { totps: 1 }, { passkeys: 1 }, { pushDevices: 1 }, { certificates: 1 }]) expect(isReset({ ...none, ...held })).toBe(true);
});
