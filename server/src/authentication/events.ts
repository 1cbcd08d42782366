import type { DomainEvent } from '../platform/events/index.ts';

/** What others may hear from this domain. The subject is `person:<id>` in all of them; of a name that nobody has it is `person:` and the id of nobody. */
export type AuthenticationEvent =
  | (DomainEvent & { readonly kind: 'session_started'; readonly facts: { readonly sessionId: string; readonly assuranceLevel: number; readonly methods: readonly string[] } })
  | (DomainEvent & { readonly kind: 'session_ended'; /** `takesTokens`: offline access that rests on it ends too. */ readonly facts: { readonly sessionId: string; readonly reason: string; readonly takesTokens?: true } })
  /** All of somebody's sessions but one ended, with everything that rests on any other. */
  | (DomainEvent & { readonly kind: 'signed_out_everywhere'; readonly facts: { readonly keptSessionId: string | null; readonly reason: string } })
  | (DomainEvent & { readonly kind: 'session_raised'; readonly facts: { readonly sessionId: string; readonly assuranceLevel: number; readonly methods: readonly string[] } })
  | (DomainEvent & { readonly kind: 'factor_added' | 'factor_removed' | 'factor_disabled'; readonly facts: { readonly factor: string } })
  | (DomainEvent & { readonly kind: 'sign_in_failed'; readonly facts: { readonly method: string; readonly why: string } })
  | (DomainEvent & { readonly kind: 'sign_in_disavowed'; readonly facts: { readonly about: string } });

export const kinds = ['session_started', 'session_ended', 'session_raised', 'factor_added', 'factor_removed', 'factor_disabled', 'sign_in_failed', 'sign_in_disavowed', 'signed_out_everywhere'] as const;
