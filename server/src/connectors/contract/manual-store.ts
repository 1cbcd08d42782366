/** One account of a system without an API, as the uploaded list told it. */
export interface ListedAccount {
  /** What identifies the account in the list (its id column, or its login). */
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly email: string | null;
  readonly isEnabled: boolean;
  /** Names of the groups or rights that the list shows for the account. */
  readonly entitlements: readonly string[];
  /** `undefined`: the list has no such column. `null`: it has one and it is empty. */
  readonly lastSignInAt?: string | null;
}

export interface UploadedList {
  readonly uploadedAt: string;
  readonly accounts: readonly ListedAccount[];
}

/** What a human says to have seen after doing a task: the evidence until the next list. */
export interface Confirmation {
  readonly operationId: string;
  readonly confirmedAt: string;
  readonly confirmedBy: string;
  readonly saw:
    | { readonly kind: 'account'; readonly account: ListedAccount }
    | { readonly kind: 'account_gone'; readonly id: string }
    | { readonly kind: 'enabled' | 'disabled'; readonly id: string }
    | { readonly kind: 'granted' | 'not_granted'; readonly id: string; readonly entitlement: string };
}

/** Given by lifecycle, one per connected system: the connector itself keeps nothing. */
export interface ManualStore {
  /** `null`: nothing was uploaded yet, so nothing is known. */
  list(): Promise<UploadedList | null>;
  /** In the order they were given; older than the list or not, the connector sorts that out. */
  confirmations(): Promise<readonly Confirmation[]>;
}
