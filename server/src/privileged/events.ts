import type { DomainEvent } from '../platform/events/index.ts';

/** Of accounts; subject `break-glass:<id of the account>`. */
const of = (id: string): string => `break-glass:${id}`;

/** Somebody signed in with the key from an envelope; `isDrill`: announced beforehand. */
export const breakGlassUsed = (id: string, at: Date, facts: { useId: string; sessionId: string; isDrill: boolean; address: string }): DomainEvent => ({ kind: 'break_glass_used', subject: of(id), at, facts });
export const breakGlassChanged = (id: string, at: Date, facts: { what: 'made' | 'keys' | 'tested' | 'sealed' | 'retired' | 'drill' | 'acknowledged' | 'alarm' }): DomainEvent => ({ kind: 'break_glass_changed', subject: of(id), at, facts });
export const breakGlassSelfTested = (at: Date, facts: { findings: number }): DomainEvent => ({ kind: 'break_glass_self_tested', subject: 'break-glass:all', at, facts });

/** Every kind this domain announces. */
export const eventKinds = ['break_glass_used', 'break_glass_changed', 'break_glass_self_tested'] as const;
