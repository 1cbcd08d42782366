import { minutes } from '../../platform/clock/index.ts';
import type { Progress } from './next-step.ts';
import type { Proof, Wanted } from './strength.ts';

export type Purpose = 'sign-in' | 'step-up' | 'recover';

/** A sign-in under way. Its secret is in the browser, and changes with every proof. */
export interface SignIn {
  readonly id: string;
  readonly purpose: Purpose;
  /** As typed; kept for throttling names that nobody has. */
  readonly username: string | null;
  readonly personId: string | null;
  /** The session to be raised, for `step-up`. */
  readonly sessionId: string | null;
  readonly wanted: Wanted;
  readonly proofs: readonly Proof[];
  readonly progress: Progress;
  readonly returnTo: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** Long enough to install an authenticator app and to write down recovery codes. */
export const signInLifeMs = minutes(30);

export const signInCookie = 'bailiwick-sign-in';

/** A proof of the same kind replaces the one before. */
export const withProof = (proofs: readonly Proof[], proof: Proof): readonly Proof[] => [...proofs.filter((one) => one.method !== proof.method), proof];
