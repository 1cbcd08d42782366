import type { DomainEvent } from '../platform/events/index.ts';
import type { PersonAttribute, PersonId } from './person/person.ts';

/** Attribute to [before, after]; the private e-mail address is never among them. */
export type Changes = Readonly<Partial<Record<PersonAttribute, readonly [string | null, string | null]>>>;

const of = (personId: PersonId): string => `person:${personId}`;

export const personJoined = (personId: PersonId, at: Date, facts: { source: string; startDate: string | null }): DomainEvent => ({ kind: 'person_joined', subject: of(personId), at, facts });
export const personStarted = (personId: PersonId, at: Date): DomainEvent => ({ kind: 'person_started', subject: of(personId), at, facts: {} });
export const personChanged = (personId: PersonId, at: Date, facts: { changes: Changes }): DomainEvent => ({ kind: 'person_changed', subject: of(personId), at, facts });
/** `happenedAt`: the moment HR or the person who pressed the button names; time to zero access counts from here. `source`: `hr` when a list says so, `manual` when somebody pressed the button for this one person. */
export const personLeft = (personId: PersonId, at: Date, facts: { happenedAt: string; reason: string; source: string }): DomainEvent => ({ kind: 'person_left', subject: of(personId), at, facts });
export const personRehired = (personId: PersonId, at: Date, facts: { startDate: string | null; reason: string }): DomainEvent => ({ kind: 'person_rehired', subject: of(personId), at, facts });
export const accountLinked = (accountId: string, at: Date, facts: { personId: string | null; applicationId: string; situation: string }): DomainEvent => ({ kind: 'account_linked', subject: `account:${accountId}`, at, facts });
export const entitlementChanged = (entitlementId: string, at: Date, facts: { risk: readonly [string, string] }): DomainEvent => ({ kind: 'entitlement_changed', subject: `entitlement:${entitlementId}`, at, facts });

/** A source says that somebody left, and they are the last way in for administrators: it waits for a person. */
export const departureHeld = (personId: PersonId, at: Date, facts: { reason: string; source: string }): DomainEvent => ({ kind: 'person_departure_held', subject: of(personId), at, facts });

/** Every kind this domain announces. */
export const eventKinds = ['person_joined', 'person_started', 'person_changed', 'person_left', 'person_rehired', 'person_departure_held', 'account_linked', 'entitlement_changed'] as const;
