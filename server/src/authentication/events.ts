import type { DomainEvent } from '../platform/events/index.ts';

/** What others may hear from this domain. The subject is `person:<id>` in all of them. */
export type AuthenticationEvent =
  | (DomainEvent & { readonly kind: 'session_started'; readonly facts: { readonly sessionId: string; readonly assuranceLevel: number; readonly methods: readonly string[] } })
  | (DomainEvent & { readonly kind: 'session_ended'; readonly facts: { readonly sessionId: string; readonly reason: string } })
  | (DomainEvent & { readonly kind: 'session_raised'; readonly facts: { readonly sessionId: string; readonly assuranceLevel: number; readonly methods: readonly string[] } })
  | (DomainEvent & { readonly kind: 'factor_added' | 'factor_removed' | 'factor_disabled'; readonly facts: { readonly factor: string } })
  | (DomainEvent & { readonly kind: 'sign_in_failed'; readonly facts: { readonly method: string; readonly why: string } })
  | (DomainEvent & { readonly kind: 'sign_in_disavowed'; readonly facts: { readonly about: string } })
  | (DomainEvent & { readonly kind: 'account_recovered'; readonly facts: { readonly methods: readonly string[] } })
  | (DomainEvent & { readonly kind: 'recovery_disavowed'; readonly facts: { readonly about: string; readonly resets: number; readonly recoveryAddresses: number } })
  | (DomainEvent & { readonly kind: 'recovery_address_added' | 'recovery_address_removed' | 'reset_asked' | 'reset_approved' | 'reset_refused' | 'reset_cancelled' | 'reset_issued' | 'drill_moved'; readonly facts: Readonly<Record<string, never>> });

export const kinds = ['session_started', 'session_ended', 'session_raised', 'factor_added', 'factor_removed', 'factor_disabled', 'sign_in_failed', 'sign_in_disavowed', 'account_recovered', 'recovery_disavowed', 'recovery_address_added', 'recovery_address_removed', 'reset_asked', 'reset_approved', 'reset_refused', 'reset_cancelled', 'reset_issued', 'drill_moved'] as const;
