import type { DomainEvent } from '../platform/events/index.ts';

/** What others may hear from this domain. The subject is `person:<id>` where nothing else is said; of a name that nobody has it is `person:` and the id of nobody. */
export type AuthenticationEvent =
  | (DomainEvent & { readonly kind: 'session_started'; readonly facts: { readonly sessionId: string; readonly assuranceLevel: number; readonly methods: readonly string[] } })
  | (DomainEvent & { readonly kind: 'session_ended'; /** `takesTokens`: offline access that rests on it ends too. */ readonly facts: { readonly sessionId: string; readonly reason: string; readonly takesTokens?: true } })
  /** All of somebody's sessions but one ended, with everything that rests on any other. */
  | (DomainEvent & { readonly kind: 'signed_out_everywhere'; readonly facts: { readonly keptSessionId: string | null; readonly reason: string } })
  | (DomainEvent & { readonly kind: 'session_raised'; readonly facts: { readonly sessionId: string; readonly assuranceLevel: number; readonly methods: readonly string[] } })
  | (DomainEvent & { readonly kind: 'factor_added' | 'factor_removed' | 'factor_disabled'; readonly facts: { readonly factor: string } })
  | (DomainEvent & { readonly kind: 'sign_in_failed'; readonly facts: { readonly method: string; readonly why: string } })
  /** Subject `enrolment-policy:<id>`. */
  | (DomainEvent & { readonly kind: 'enrolment_stopped'; readonly facts: { readonly name: string; readonly keptOut: number; readonly tried: number } })
  | (DomainEvent & { readonly kind: 'push_disabled'; readonly facts: { readonly why: 'fatigue'; readonly prompts: number; readonly devices: readonly string[] } })
  | (DomainEvent & { readonly kind: 'push_enabled'; readonly facts: { readonly devices: readonly string[] } })
  | (DomainEvent & { readonly kind: 'sign_in_disavowed'; readonly facts: { readonly about: string } });

export const kinds = [
  'session_started',
  'session_ended',
  'signed_out_everywhere',
  'session_raised',
  'factor_added',
  'factor_removed',
  'factor_disabled',
  'sign_in_failed',
  'sign_in_disavowed',
  'push_disabled',
  'push_enabled',
  'enrolment_stopped',
] as const;
