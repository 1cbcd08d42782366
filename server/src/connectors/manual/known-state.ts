import type { Confirmation, ListedAccount, UploadedList } from '../contract/manual-store.ts';

/** Where a piece of knowledge comes from, and from when it is. */
export interface Evidence {
  readonly at: string;
  readonly via: string;
}

export interface KnownAccount {
  readonly account: ListedAccount | null;
  /** For: it is there, it is enabled. */
  readonly evidence: Evidence;
  /** Per entitlement, where people said something newer than the list. */
  readonly grantEvidence: ReadonlyMap<string, Evidence>;
}

export interface KnownState {
  readonly accounts: ReadonlyMap<string, KnownAccount>;
  /** What holds for everything that was not spoken about since; `null`: there was never a list. */
  readonly list: Evidence | null;
}

/**
 * The last list, and over it what people confirmed after it. A confirmation older than the list is settled by the list:
 * a person may err, and the next list shows it.
 */
export function knownState(list: UploadedList | null, confirmations: readonly Confirmation[]): KnownState {
  const base: Evidence | null = list === null ? null : { at: list.uploadedAt, via: `list uploaded at ${list.uploadedAt}` };
  const accounts = new Map<string, KnownAccount>();
  if (list !== null && base !== null) for (const account of list.accounts) accounts.set(account.id, { account, evidence: base, grantEvidence: new Map() });

  const later = confirmations.filter((one) => list === null || Date.parse(one.confirmedAt) >= Date.parse(list.uploadedAt));
  for (const { confirmedAt, confirmedBy, saw } of later.toSorted((a, b) => Date.parse(a.confirmedAt) - Date.parse(b.confirmedAt))) {
    const evidence: Evidence = { at: confirmedAt, via: `confirmed by ${confirmedBy} at ${confirmedAt}` };
    const id = saw.kind === 'account' ? saw.account.id : saw.id;
    const before = accounts.get(id);
    if (saw.kind === 'account') {
      accounts.set(id, { account: saw.account, evidence, grantEvidence: new Map(saw.account.entitlements.map((one) => [one, evidence])) });
    } else if (saw.kind === 'account_gone') {
      accounts.set(id, { account: null, evidence, grantEvidence: new Map() });
    } else if (before?.account !== null && before?.account !== undefined) {
      if (!('entitlement' in saw)) {
        accounts.set(id, { ...before, evidence, account: { ...before.account, isEnabled: saw.kind === 'enabled' } });
      } else {
        const others = before.account.entitlements.filter((one) => one !== saw.entitlement);
        const entitlements = saw.kind === 'granted' ? [...others, saw.entitlement] : others;
        accounts.set(id, { ...before, account: { ...before.account, entitlements }, grantEvidence: new Map([...before.grantEvidence, [saw.entitlement, evidence]]) });
      }
    }
  }
  return { accounts, list: base };
}

/** By id, or by login where the person who made the account could not know the id yet. */
export function findKnown(state: KnownState, idOrLogin: string): KnownAccount | undefined {
  const exact = state.accounts.get(idOrLogin);
  if (exact !== undefined) return exact;
  const wanted = idOrLogin.toLowerCase();
  return [...state.accounts.values()].find((one) => one.account?.login.toLowerCase() === wanted);
}
