import type { DomainEvent } from '../platform/events/index.ts';

// hr-feed. What happened to each person is announced by the directory in the same transaction.
export const hrImportPreviewed = (importId: string, at: Date, facts: { state: string }): DomainEvent => ({ kind: 'hr_import_previewed', subject: `hr-import:${importId}`, at, facts });
export const hrImportApplied = (importId: string, at: Date, facts: { joiners: number; movers: number; leavers: number; rehires: number }): DomainEvent => ({ kind: 'hr_import_applied', subject: `hr-import:${importId}`, at, facts });
