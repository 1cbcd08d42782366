import type { DomainEvent } from '../platform/events/index.ts';

// hr-feed. What happened to each person is announced by the directory in the same transaction.
export const hrImportPreviewed = (importId: string, at: Date, facts: { state: string }): DomainEvent => ({ kind: 'hr_import_previewed', subject: `hr-import:${importId}`, at, facts });
export const hrImportApplied = (importId: string, at: Date, facts: { joiners: number; movers: number; leavers: number; rehires: number }): DomainEvent => ({ kind: 'hr_import_applied', subject: `hr-import:${importId}`, at, facts });

/** Of movements: subject `movement:<id>`; of systems: `application:<id>`. */
export const movementPlanned = (movementId: string, at: Date, facts: { personId: string; kind: string }): DomainEvent => ({ kind: 'movement_planned', subject: `movement:${movementId}`, at, facts });
export const movementChanged = (movementId: string, at: Date, facts: { personId: string; state: string }): DomainEvent => ({ kind: 'movement_changed', subject: `movement:${movementId}`, at, facts });
export const movementProven = (movementId: string, at: Date, facts: { personId: string; kind: string; provenAt: string }): DomainEvent => ({ kind: 'movement_proven', subject: `movement:${movementId}`, at, facts });
export const movementAlarmed = (movementId: string, at: Date, facts: { personId: string; kind: string; open: number }): DomainEvent => ({ kind: 'movement_alarmed', subject: `movement:${movementId}`, at, facts });
export const brakeRaised = (applicationId: string, at: Date, facts: { removals: number; accounts: number }): DomainEvent => ({ kind: 'brake_raised', subject: `application:${applicationId}`, at, facts });
export const connectionChanged = (applicationId: string, at: Date, facts: { what: string }): DomainEvent => ({ kind: 'connection_changed', subject: `application:${applicationId}`, at, facts });
export const readingFinished = (applicationId: string, at: Date, facts: { readingId: string; state: string }): DomainEvent => ({ kind: 'reading_finished', subject: `application:${applicationId}`, at, facts });
