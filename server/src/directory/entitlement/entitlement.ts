import type { ApplicationId } from '../application/application.ts';

declare const entitlement: unique symbol;

export type EntitlementId = string & { readonly [entitlement]: true };
export const entitlementId = (id: string): EntitlementId => id as EntitlementId;

export type EntitlementRisk = 'low' | 'high' | 'privileged';

export interface Entitlement {
  readonly id: EntitlementId;
  readonly applicationId: ApplicationId;
  readonly applicationName: string;
  readonly nativeId: string;
  readonly name: string;
  /** `membership`, `permission`, `ownership`, `assignment`. */
  readonly purpose: string;
  readonly risk: EntitlementRisk;
  readonly isGrantable: boolean;
  readonly lastSeenAt: Date | null;
}

/** As a reading of the target shows it. */
export interface EntitlementSeen {
  readonly nativeId: string;
  readonly name: string;
  readonly purpose: string;
  /** Absent: what an administrator set stays; for a new one: low. */
  readonly risk?: EntitlementRisk | undefined;
  readonly isGrantable: boolean;
}
