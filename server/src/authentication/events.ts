import type { DomainEvent } from '../platform/events/index.ts';

/** What others may hear from this domain. The subject is `person:<id>` in all of them. */
export type AuthenticationEvent =
  | (DomainEvent & { readonly kind: 'session_started'; readonly facts: { readonly sessionId: string; readonly assuranceLevel: number; readonly methods: readonly string[] } })
  | (DomainEvent & { readonly kind: 'session_ended'; readonly facts: { readonly sessionId: string; readonly reason: string } })
  | (DomainEvent & { readonly kind: 'session_raised'; readonly facts: { readonly sessionId: string; readonly assuranceLevel: number; readonly methods: readonly string[] } })
  | (DomainEvent & { readonly kind: 'factor_added' | 'factor_removed' | 'factor_disabled'; readonly facts: { readonly factor: string } })
  | (DomainEvent & { readonly kind: 'sign_in_failed'; readonly facts: { readonly method: string; readonly why: string } })
  /** A session of a break-glass account, beside `session_started`: privileged raises the alarm. */
  | (DomainEvent & { readonly kind: 'break_glass_session_started'; readonly facts: { readonly sessionId: string; readonly device: string; readonly address: string } })
  | (DomainEvent & { readonly kind: 'sign_in_disavowed'; readonly facts: { readonly about: string } });

export const kinds = ['session_started', 'session_ended', 'session_raised', 'factor_added', 'factor_removed', 'factor_disabled', 'sign_in_failed', 'break_glass_session_started', 'sign_in_disavowed'] as const;
