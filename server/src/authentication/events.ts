import type { DomainEvent } from '../platform/events/index.ts';

/** What others may hear from this domain. The subject is `person:<id>` where nothing else is said; of a name that nobody has it is `person:` and the id of nobody. */
export type AuthenticationEvent =
  | (DomainEvent & { readonly kind: 'session_started'; readonly facts: { readonly sessionId: string; readonly assuranceLevel: number; readonly methods: readonly string[] } })
  | (DomainEvent & { readonly kind: 'session_ended'; /** `takesTokens`: offline access that rests on it ends too. */ readonly facts: { readonly sessionId: string; readonly reason: string; readonly takesTokens?: true } })
  /** All of somebody's sessions but one ended, with everything that rests on any other. */
  | (DomainEvent & { readonly kind: 'signed_out_everywhere'; readonly facts: { readonly keptSessionId: string | null; readonly reason: string } })
  | (DomainEvent & { readonly kind: 'session_raised'; readonly facts: { readonly sessionId: string; readonly assuranceLevel: number; readonly methods: readonly string[] } })
  | (DomainEvent & { readonly kind: 'factor_added' | 'factor_removed' | 'factor_disabled'; readonly facts: { readonly factor: string } })
  /** At the cap of wrong tries, and still on: no administrator could sign in without it. */
  | (DomainEvent & { readonly kind: 'last_way_in_guessed'; readonly facts: { readonly factor: string; readonly failures: number } })
  | (DomainEvent & { readonly kind: 'sign_in_failed'; readonly facts: { readonly method: string; readonly why: string } })
  /** Subject `enrolment-policy:<id>`. */
  | (DomainEvent & { readonly kind: 'enrolment_stopped'; readonly facts: { readonly name: string; readonly keptOut: number; readonly tried: number } })
  | (DomainEvent & { readonly kind: 'push_disabled'; readonly facts: { readonly why: 'fatigue'; readonly prompts: number; readonly devices: readonly string[] } })
  | (DomainEvent & { readonly kind: 'push_enabled'; readonly facts: { readonly devices: readonly string[] } })
  | (DomainEvent & { readonly kind: 'account_recovered'; readonly facts: { readonly methods: readonly string[] } })
  | (DomainEvent & { readonly kind: 'recovery_disavowed'; readonly facts: { readonly about: string; readonly resets: number; readonly recoveryAddresses: number } })
  | (DomainEvent & { readonly kind: 'recovery_address_added' | 'recovery_address_removed' | 'reset_asked' | 'reset_approved' | 'reset_refused' | 'reset_cancelled' | 'reset_issued' | 'drill_moved'; readonly facts: Readonly<Record<string, never>> })
  /** A session of a break-glass account, beside `session_started`: privileged raises the alarm. */
  | (DomainEvent & { readonly kind: 'break_glass_session_started'; readonly facts: { readonly sessionId: string; readonly device: string; readonly address: string } })
  | (DomainEvent & { readonly kind: 'sign_in_disavowed'; readonly facts: { readonly about: string } });

export const kinds = [
  'session_started',
  'session_ended',
  'signed_out_everywhere',
  'session_raised',
  'factor_added',
  'factor_removed',
  'factor_disabled',
  'last_way_in_guessed',
  'sign_in_failed',
  'break_glass_session_started',
  'sign_in_disavowed',
  'push_disabled',
  'push_enabled',
  'enrolment_stopped',
  'account_recovered',
  'recovery_disavowed',
  'recovery_address_added',
  'recovery_address_removed',
  'reset_asked',
  'reset_approved',
  'reset_refused',
  'reset_cancelled',
  'reset_issued',
  'drill_moved',
] as const;
