declare const proof: unique symbol;
declare const actor: unique symbol;

/** Whoever acts: a person, an API token, or a named part of the system. */
export type ActorId = string & { readonly [actor]: true };

/** What the actor may see and touch while doing one thing; stores filter by it. */
export type Scope =
  | { readonly is: 'everything' }
  /** The help desk: everybody but privileged people. */
  | { readonly is: 'unprivileged' }
  /** A manager: the people below, directly or not. */
  | { readonly is: 'reports'; readonly of: string }
  | { readonly is: 'self'; readonly of: string };

/** Proof that the gate allowed `P`. Only the gate makes one; a verb that asks for it cannot be reached without it. */
export interface Permit<P extends string> {
  readonly [proof]: P;
  readonly actor: ActorId;
  /** For sentences: `Ivan Petrov`, `API token ci`, `Bailiwick`. */
  readonly actorName: string;
  /** The person who acts, or null for tokens and the system. */
  readonly personId: string | null;
  readonly scope: Scope;
}
