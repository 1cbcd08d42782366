import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, type Asking, type Standing } from './decision.ts';

const person = (more: Partial<Asking> = {}): Asking => ({ kind: 'person', personId: 'maria', assuranceLevel: 2, proofAgeSeconds: 0, onlyPermissions: null, ...more });
const token = (onlyPermissions: readonly string[], personId: string | null = 'maria'): Asking => ({ kind: 'token', personId, assuranceLevel: 0, proofAgeSeconds: null, onlyPermissions });
const standing = (more: Partial<Standing> = {}): Standing => ({ isActive: true, consoleRoles: [], hasReports: false, ...more });
const administrator = standing({ consoleRoles: ['administrator'] });
const auditor = standing({ consoleRoles: ['auditor'] });

const permissions = ['directory.person.read', 'directory.person.leave', 'directory.person.change', 'audit.entry.read', 'audit.entry.prune', 'authorization.console-role.give', 'authorization.grant.give', 'authentication.access-pass.issue', 'authentication.own.change', 'directory.own.read', 'lifecycle.movement.read', 'lifecycle.movement.run'];
const anyPermission = fc.constantFrom(...permissions);
const anyStanding = fc.record({ isActive: fc.boolean(), consoleRoles: fc.subarray(['administrator', 'auditor', 'help_desk'] as const), hasReports: fc.boolean() });

describe('who may do what', () => {
  it('everybody may do what is their own, and nothing else', () => {
    expect(decide(person(), standing(), 'authentication.own.change')).toEqual({ is: 'allowed', scope: { is: 'self', of: 'maria' } });
    expect(decide(person(), standing(), 'directory.person.read')).toMatchObject({ is: 'refused' });
  });

  it('an administrator may do everything, but not with a password alone', () => {
    for (const permission of permissions) expect(decide(person(), administrator, permission).is).toBe('allowed');
    expect(decide(person({ assuranceLevel: 1 }), administrator, 'directory.person.leave')).toEqual({ is: 'step_up', assuranceLevel: 2, maxAgeSeconds: null });
    expect(decide(person({ assuranceLevel: 1 }), administrator, 'authentication.own.change').is).toBe('allowed');
  });

  it('threat: an open screen plants nothing that outlives it: API tokens and console roles ask for a proof of the last fifteen minutes', () => {
    const old = person({ proofAgeSeconds: 16 * 60 });
    for (const permission of ['authentication.api-token.create', 'authorization.console-role.give']) {
      expect(decide(old, administrator, permission)).toEqual({ is: 'step_up', assuranceLevel: 2, maxAgeSeconds: 900 });
      expect(decide(person(), administrator, permission).is).toBe('allowed');
    }
    expect(decide(old, administrator, 'directory.person.leave').is, 'a leaver never waits for a factor').toBe('allowed');
  });

  it('a manager sees the people below and may hand them an access pass, no more', () => {
    const manager = standing({ hasReports: true });
    expect(decide(person(), manager, 'directory.person.read')).toEqual({ is: 'allowed', scope: { is: 'reports', of: 'maria' } });
    expect(decide(person(), manager, 'authentication.access-pass.issue')).toEqual({ is: 'allowed', scope: { is: 'reports', of: 'maria' } });
    for (const permission of ['directory.person.leave', 'directory.person.change', 'authorization.grant.give', 'audit.entry.read']) expect(decide(person(), manager, permission).is).toBe('refused');
  });

  it('the help desk never reaches privileged people', () => {
    const helper = standing({ consoleRoles: ['help_desk'] });
    expect(decide(person(), helper, 'authentication.access-pass.issue')).toEqual({ is: 'allowed', scope: { is: 'unprivileged' } });
    expect(decide(person({ assuranceLevel: 1 }), helper, 'authentication.access-pass.issue').is).toBe('step_up');
    expect(decide(person(), helper, 'authorization.grant.give').is).toBe('refused');
  });

  it('threat: an auditor changes nothing', () => {
    fc.assert(
      fc.property(anyPermission, fc.boolean(), (permission, hasReports) => {
        const verdict = decide(person(), { ...auditor, hasReports }, permission);
        const isChange = !permission.endsWith('.read') && !permission.includes('.own.');
        if (isChange && !(hasReports && permission === 'authentication.access-pass.issue')) expect(verdict.is).toBe('refused');
      }),
    );
    expect(decide(person(), auditor, 'audit.entry.read')).toEqual({ is: 'allowed', scope: { is: 'everything' } });
  });

  it('threat: a token may never do more than it names, nor more than its owner may now', () => {
    fc.assert(
      fc.property(anyPermission, fc.subarray(permissions), anyStanding, (permission, named, owner) => {
        const verdict = decide(token(named), owner, permission);
        if (verdict.is !== 'allowed') return;
        expect(named).toContain(permission);
        expect(owner.isActive).toBe(true);
        expect(decide(person(), owner, permission)).toEqual(verdict);
      }),
    );
  });

  it('threat: whoever left may do nothing, whatever they were', () => {
    fc.assert(fc.property(anyPermission, anyStanding, (permission, was) => void expect(decide(person(), { ...was, isActive: false }, permission).is).toBe('refused')));
    expect(decide(person(), null, 'directory.own.read').is).toBe('refused');
  });

  it('a token of nobody, made on the host, has exactly what it names, and nothing that is about oneself', () => {
    expect(decide(token(['directory.person.read'], null), null, 'directory.person.read')).toEqual({ is: 'allowed', scope: { is: 'everything' } });
    expect(decide(token(['directory.person.read'], null), null, 'directory.person.leave').is).toBe('refused');
    expect(decide(token(['directory.own.read'], null), null, 'directory.own.read').is).toBe('refused');
    expect(decide({ ...token([], null), onlyPermissions: null }, null, 'directory.person.read').is).toBe('refused');
  });
});
