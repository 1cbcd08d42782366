import type { AccountId } from '../account/account.ts';
import type { ApplicationId } from '../application/application.ts';

declare const observation: unique symbol;

export type ObservationId = string & { readonly [observation]: true };

/** What a direct read of a target showed. Facts must be without secrets. */
export interface NewObservation {
  readonly applicationId: ApplicationId | null;
  readonly accountId: AccountId | null;
  /** Of the change that this read-back is to prove, if any. */
  readonly operationId: string | null;
  /** `GET /Users/42` */
  readonly via: string;
  readonly consistency: 'strong' | 'eventual';
  readonly observedAt: Date;
  readonly isThere: boolean;
  readonly status: string | null;
  readonly digest: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface Observation extends NewObservation {
  readonly id: ObservationId;
}
