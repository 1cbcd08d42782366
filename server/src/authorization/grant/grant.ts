import type { AccountId, ApplicationId, EntitlementId, EntitlementRisk, PersonId } from '../../directory/index.ts';
import { sayRule, type BirthrightRule, type RoleId } from '../role/role.ts';

declare const grant: unique symbol;

export type GrantId = string & { readonly [grant]: true };
export const grantId = (id: string): GrantId => id as GrantId;

export type GrantSource = 'birthright' | 'direct' | 'carry-over' | 'found';

export interface Grant {
  readonly id: GrantId;
  readonly personId: PersonId;
  readonly personName: string;
  readonly entitlementId: EntitlementId;
  readonly entitlementName: string;
  readonly entitlementNativeId: string;
  readonly applicationId: ApplicationId;
  readonly applicationName: string;
  readonly accountId: AccountId | null;
  readonly risk: EntitlementRisk;
  readonly source: GrantSource;
  readonly roleId: RoleId | null;
  readonly roleName: string | null;
  readonly roleRule: BirthrightRule | null;
  readonly reason: string;
  readonly approvedBy: string | null;
  readonly approvedByName: string | null;
  readonly since: Date;
  readonly expiresAt: Date | null;
  readonly endedAt: Date | null;
  readonly endReason: string | null;
  readonly lastReviewedAt: Date | null;
  readonly lastUsedAt: Date | null;
}

/** Each source with exactly what it must say: a birthright names its role, a carry-over its end, a direct grant its approver. */
export type NewGrant = {
  readonly personId: PersonId;
  readonly entitlementId: EntitlementId;
  readonly accountId?: AccountId | null | undefined;
  readonly reason: string;
} & (
  | { readonly source: 'birthright'; readonly roleId: RoleId }
  | { readonly source: 'direct'; readonly approvedBy: string; readonly approvedByName: string; readonly expiresAt?: Date | null | undefined }
  | { readonly source: 'carry-over'; readonly expiresAt: Date; readonly approvedBy?: string | null | undefined; readonly approvedByName?: string | null | undefined }
  | { readonly source: 'found' }
);

export type GrantProof = 'seen' | 'not_seen' | 'unknown';

/** Enforced, as opposed to wanted: the target showed it, or showed the account without it, or nobody has looked. */
export const proofOf = (facts: { readonly seenAt: Date | null; readonly hasLiveAccount: boolean; readonly isRead: boolean }): GrantProof => (facts.seenAt ? 'seen' : facts.hasLiveAccount && facts.isRead ? 'not_seen' : 'unknown');

/** One sentence for "why does she have this". */
export function sayWhy(one: Pick<Grant, 'source' | 'roleName' | 'roleRule' | 'reason' | 'approvedByName' | 'expiresAt'>): string {
  const until = one.expiresAt ? `, until ${one.expiresAt.toISOString().slice(0, 10)}` : '';
  if (one.source === 'birthright') return `birthright: the role ${one.roleName ?? 'that was removed'} gives it to ${one.roleRule ? sayRule(one.roleRule) : 'its people'}`;
  if (one.source === 'carry-over') return `carried over from before a move${until}: ${one.reason}`;
  if (one.source === 'found') return `found in the application and adopted: ${one.reason}`;
  return `given by hand by ${one.approvedByName ?? 'somebody'}${until}: ${one.reason}`;
}
