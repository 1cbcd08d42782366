import type { Wanted } from '../sign-in/strength.ts';

/** What the policies ask within one sign-in; kept with its progress, asked anew under the lock before there is a session. */
export interface EnrolmentAsk {
  /** Raises what the sign-in wants: there is no session without it. */
  readonly must: { readonly want: Wanted; readonly policyIds: readonly string[]; /** The first deadline among them. */ readonly since: string } | null;
  readonly offer: { readonly want: Wanted; readonly policyIds: readonly string[]; readonly until: string; readonly skipsLeft: number | null } | null;
  /** Policies whose offer was put off in this sign-in: they do not ask twice. */
  readonly answered: readonly string[];
}

export const nothingAsked: EnrolmentAsk = { must: null, offer: null, answered: [] };
