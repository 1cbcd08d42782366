import type { PersonId } from '../directory/index.ts';
import type { DomainEvent } from '../platform/events/index.ts';

interface GrantFacts {
  readonly grantId: string;
  readonly entitlementId: string;
  readonly applicationId: string;
  readonly source: string;
  readonly reason: string;
  /** Who did it: `system:lifecycle` where a movement did, so that lifecycle does not answer itself. */
  readonly by: string;
}

const person = (personId: PersonId): string => `person:${personId}`;

export const grantGiven = (personId: PersonId, at: Date, facts: GrantFacts): DomainEvent => ({ kind: 'grant_given', subject: person(personId), at, facts: { ...facts } });
export const grantEnded = (personId: PersonId, at: Date, facts: GrantFacts): DomainEvent => ({ kind: 'grant_ended', subject: person(personId), at, facts: { ...facts } });
export const consoleRoleGiven = (personId: PersonId, at: Date, facts: { role: string }): DomainEvent => ({ kind: 'console_role_given', subject: person(personId), at, facts });
export const consoleRoleTaken = (personId: PersonId, at: Date, facts: { role: string }): DomainEvent => ({ kind: 'console_role_taken', subject: person(personId), at, facts });
export const roleMade = (roleId: string, at: Date): DomainEvent => ({ kind: 'role_made', subject: `role:${roleId}`, at, facts: {} });
export const roleChanged = (roleId: string, at: Date): DomainEvent => ({ kind: 'role_changed', subject: `role:${roleId}`, at, facts: {} });
export const roleRemoved = (roleId: string, at: Date): DomainEvent => ({ kind: 'role_removed', subject: `role:${roleId}`, at, facts: {} });

/** Every kind this domain announces. */
export const eventKinds = ['grant_given', 'grant_ended', 'console_role_given', 'console_role_taken', 'role_made', 'role_changed', 'role_removed'] as const;
