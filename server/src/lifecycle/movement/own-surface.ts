import type { Tx } from '../../platform/db/index.ts';

/**
 * A place inside Bailiwick where a person holds something that must die with the employment: sessions, tokens, passes.
 * Authentication and federation stand beside lifecycle, not above it, so app.ts brings them as plugs.
 */
export interface OwnSurface {
  /** Lasting: it is stored with the steps. `sessions`. */
  readonly name: string;
  /** For people: `Sessions`. */
  readonly title: string;
  /** Ends everything, inside the transaction that plans the movement: there is no moment in between. */
  endFor(tx: Tx, personId: string): Promise<void>;
  /** Looks again, in a later transaction. `facts` hold counts, never secrets. */
  observe(tx: Tx, personId: string): Promise<{ readonly isGone: boolean; readonly facts: Readonly<Record<string, unknown>> }>;
}
