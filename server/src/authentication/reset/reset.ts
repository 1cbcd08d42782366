import { hours } from '../../platform/clock/index.ts';

/**
 * The help desk resets how somebody signs in; it takes two (63B-4 4.2.1, PRODUCT 2.3).
 *
 *   open ──approve (another person)──▶ approved ──the asker takes the pass──▶ issued
 *    │ └──refuse──▶ refused              │
 *    └──────────────┴── "this was not me", the asker, leaving ──▶ cancelled; an hour ──▶ expired
 */
export type ResetState = 'open' | 'approved' | 'issued' | 'refused' | 'cancelled' | 'expired';

export interface ResetRequest {
  readonly id: string;
  readonly personId: string;
  readonly askedBy: string;
  readonly askedByName: string;
  readonly askedAt: Date;
  readonly reason: string;
  readonly identityCheck: string;
  readonly ticket: string | null;
  readonly state: ResetState;
  readonly decidedBy: string | null;
  readonly decidedByName: string | null;
  readonly decidedAt: Date | null;
  readonly decisionReason: string | null;
  readonly expiresAt: Date;
}

/** To be approved, and once approved to take the pass. */
export const resetLifeMs = hours(1);

/** As it is now: nobody needs to have swept it. */
export const stateNow = ({ state, expiresAt }: Pick<ResetRequest, 'state' | 'expiresAt'>, now: Date): ResetState => ((state === 'open' || state === 'approved') && expiresAt <= now ? 'expired' : state);

export interface Decider {
  readonly personId: string | null;
  /** Reaches the person only as the manager above them. */
  readonly isManager: boolean;
}

export type DecisionProblem = 'not_a_person' | 'not_another' | 'not_by_managers' | null;

/** INVARIANT: the second person is a person, and another one than the asker and than whom it is about. */
export function problemOfDecider(request: Pick<ResetRequest, 'personId' | 'askedBy'>, decider: Decider, settings: { readonly managersApprove: boolean }): DecisionProblem {
  if (decider.personId === null) return 'not_a_person';
  if (decider.personId === request.askedBy || decider.personId === request.personId) return 'not_another';
  if (decider.isManager && !settings.managersApprove) return 'not_by_managers';
  return null;
}

/** A pass for somebody who could sign in before is a reset; for a newcomer it is the first day. */
export const isReset = (held: { readonly hasPassword: boolean; readonly totps: number; readonly passkeys: number; readonly pushDevices: number; readonly certificates: number }): boolean =>
  held.hasPassword || held.totps + held.passkeys + held.pushDevices + held.certificates > 0;
