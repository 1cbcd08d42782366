import type { ApplicationId } from '../application/application.ts';
import type { EntitlementId } from '../entitlement/entitlement.ts';
import type { PersonId } from '../person/person.ts';

declare const account: unique symbol;

export type AccountId = string & { readonly [account]: true };
export const accountId = (id: string): AccountId => id as AccountId;

export type AccountKind = 'person' | 'service' | 'shared' | 'admin' | 'unknown';
export type AccountStatus = 'active' | 'disabled' | 'deleted' | 'unknown';
/**
 * linked: it is this person's · unlinked: a person once had it, or somebody untied it · unmatched: nobody fits ·
 * disputed: several people fit · deleted: gone from the target · collision: two accounts want to be the same person's.
 */
export type Situation = 'linked' | 'unlinked' | 'unmatched' | 'disputed' | 'deleted' | 'collision';
export type Mfa = 'enrolled' | 'none' | 'weak' | 'unknown';

export interface Account {
  readonly id: AccountId;
  readonly applicationId: ApplicationId;
  readonly applicationName: string;
  readonly personId: PersonId | null;
  readonly personName: string | null;
  readonly nativeId: string;
  readonly login: string;
  readonly email: string | null;
  readonly displayName: string | null;
  readonly kind: AccountKind;
  readonly status: AccountStatus;
  readonly lastUsedAt: Date | null;
  readonly isLastUseKnown: boolean;
  readonly mfa: Mfa;
  readonly isPrivileged: boolean;
  readonly situation: Situation;
  readonly ownerId: PersonId | null;
  readonly ownerName: string | null;
  readonly firstSeenAt: Date;
  readonly observedAt: Date;
  readonly digest: string;
}

/** As a reading of the target shows it. `lastUsedAt`: undefined when this system cannot tell, null for never. */
export interface AccountSeen {
  readonly nativeId: string;
  readonly login: string;
  readonly email: string | null;
  readonly displayName: string | null;
  /** `unknown` leaves a kind that a person has set. */
  readonly kind: AccountKind;
  readonly status: AccountStatus;
  readonly lastUsedAt?: Date | string | null | undefined;
  readonly mfa: Mfa;
  readonly isPrivileged: boolean;
  readonly digest: string;
}

/** What one reading of an application changed. */
export interface AccountsReading {
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  /** Not seen in a complete reading: now deleted. */
  readonly gone: number;
}

/** One fact of the actual state, by the ids of the target. */
export interface HoldingSeen {
  readonly accountNativeId: string;
  readonly entitlementNativeId: string;
}

export interface Holding {
  readonly accountId: AccountId;
  readonly entitlementId: EntitlementId;
  readonly seenAt: Date;
}

export type TieOutcome = { readonly is: 'tied'; readonly situation: Situation } | { readonly is: 'gone' } | { readonly is: 'owner_missing' };

/** How an account stands after an administrator decided whose it is and what it is. Illegal combinations cannot be said here. */
export function tie(now: Pick<Account, 'status' | 'situation' | 'personId' | 'kind' | 'ownerId'>, change: { readonly personId?: PersonId | null | undefined; readonly kind?: AccountKind | undefined; readonly ownerId?: PersonId | null | undefined }): TieOutcome {
  if (now.status === 'deleted') return { is: 'gone' };
  const kind = change.kind ?? now.kind;
  const ownerId = change.ownerId === undefined ? now.ownerId : change.ownerId;
  // A service account is nobody's login and always somebody's duty.
  if (kind === 'service' && ownerId === null) return { is: 'owner_missing' };
  if (change.personId === undefined) return { is: 'tied', situation: now.situation };
  return { is: 'tied', situation: change.personId === null ? 'unlinked' : 'linked' };
}
