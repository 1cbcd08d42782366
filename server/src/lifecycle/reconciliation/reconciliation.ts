/**
 * What a full reading of a system says, compared with the people and the grants. Pure.
 *
 * INVARIANT: from a reading that is short, empty or not whole, nothing is concluded. An empty answer is not a fact.
 */

export type Anomaly = { readonly is: 'hidden_rows' } | { readonly is: 'empty' } | { readonly is: 'drop'; readonly before: number; readonly now: number };

/** `before`: the accounts known to exist before this reading. */
export function anomalyOf(reading: { readonly isComplete: boolean; readonly accounts: number }, before: number): Anomaly | null {
  if (!reading.isComplete) return { is: 'hidden_rows' };
  if (reading.accounts === 0 && before > 0) return { is: 'empty' };
  if (before - reading.accounts > Math.max(5, Math.floor(before / 10))) return { is: 'drop', before, now: reading.accounts };
  return null;
}

export function sayAnomaly(anomaly: Anomaly): string {
  switch (anomaly.is) {
    case 'hidden_rows': return 'the system said that rows are hidden from us: what is missing may be there, so nothing is concluded; widen the rights of our credential';
    case 'empty': return 'the system answered with an empty list although it had accounts: this is an error, not a mass departure; check the rights of our credential';
    case 'drop': return `${anomaly.before} accounts were known and only ${anomaly.now} were listed: look whether that is true, and accept the reading if it is`;
  }
}

export interface MatchAccount {
  readonly id: string;
  readonly login: string;
  readonly email: string | null;
  readonly employeeNumber: string | null;
}

export interface MatchPerson {
  readonly id: string;
  readonly workEmail: string | null;
  readonly username: string;
  readonly employeeNumber: string | null;
}

export type Match = { readonly is: 'one'; readonly personId: string } | { readonly is: 'several' } | { readonly is: 'none' };

/** An index over the people, since it is asked for every account. */
export interface MatchIndex {
  readonly byEmail: ReadonlyMap<string, ReadonlySet<string>>;
  readonly byNumber: ReadonlyMap<string, ReadonlySet<string>>;
  readonly byLogin: ReadonlyMap<string, ReadonlySet<string>>;
}

export function matchIndex(people: readonly MatchPerson[]): MatchIndex {
  const maps = { byEmail: new Map<string, Set<string>>(), byNumber: new Map<string, Set<string>>(), byLogin: new Map<string, Set<string>>() };
  const put = (map: Map<string, Set<string>>, key: string | null | undefined, personId: string): void => {
    if (key === null || key === undefined || key === '') return;
    const lower = key.toLowerCase();
    const known = map.get(lower);
    if (known === undefined) map.set(lower, new Set([personId]));
    else known.add(personId);
  };
  for (const person of people) {
    put(maps.byEmail, person.workEmail, person.id);
    put(maps.byNumber, person.employeeNumber, person.id);
    put(maps.byLogin, person.username, person.id);
    put(maps.byLogin, person.username.replace(/@.*$/, ''), person.id);
    put(maps.byLogin, person.workEmail, person.id);
    put(maps.byLogin, person.workEmail?.replace(/@.*$/, ''), person.id);
  }
  return maps;
}

/** By address, number and login. When they name different people, nobody is guessed. */
export function matchOf(account: MatchAccount, index: MatchIndex): Match {
  const found = (map: ReadonlyMap<string, ReadonlySet<string>>, key: string | null): ReadonlySet<string> => (key === null || key === '' ? new Set() : (map.get(key.toLowerCase()) ?? new Set()));
  const strong = [found(index.byEmail, account.email), found(index.byNumber, account.employeeNumber)].filter((people) => people.size > 0);
  const named = new Set(strong.flatMap((people) => [...people]));
  if (named.size > 1) return { is: 'several' };
  const [person] = named;
  if (person !== undefined) return { is: 'one', personId: person };
  // A login alone is weaker: it decides only where nothing stronger speaks.
  const byLogin = found(index.byLogin, account.login);
  if (byLogin.size > 1) return { is: 'several' };
  const [first] = byLogin;
  return first === undefined ? { is: 'none' } : { is: 'one', personId: first };
}

export type DriftKind = 'unexplained_holding' | 'missing_holding' | 'leaver_active';

export interface Difference {
  readonly kind: DriftKind;
  readonly severity: 'low' | 'high';
  readonly personId: string | null;
  readonly accountId: string;
  readonly entitlementId: string | null;
}

export function sayDrift(one: { readonly kind: DriftKind; readonly personName: string | null; readonly login: string | null; readonly entitlementName: string | null; readonly applicationName: string }): string {
  const who = one.personName ?? one.login ?? 'somebody';
  switch (one.kind) {
    case 'unexplained_holding': return `${who} holds ${one.entitlementName ?? 'something'} in ${one.applicationName}, and no grant says why`;
    case 'missing_holding': return `${who} should hold ${one.entitlementName ?? 'something'} in ${one.applicationName}, and does not`;
    case 'leaver_active': return `${who} is not here any more, and the account ${one.login ?? ''} in ${one.applicationName} is enabled`;
  }
}
