import { ConnectorError } from './connector-error.ts';
import type { AccountAttribute, AccountPatch, NewAccount, Outcome, Reference } from './connector.ts';

/** The answer of every write under a dry run: what would be sent, and what would differ. */
export function planned(method: string, target: string, difference: Readonly<Record<string, readonly [unknown, unknown]>>, reference?: Reference): Outcome {
  return { status: 'planned', plan: { method, target, difference }, ...(reference === undefined ? {} : { reference }) };
}

export const already = (reference: Reference, more: Omit<Outcome, 'status' | 'reference'> = {}): Outcome => ({ status: 'already', reference, ...more });

export const done = (reference: Reference, more: Omit<Outcome, 'status' | 'reference'> = {}): Outcome => ({ status: 'done', reference, ...more });

/** Every attribute of a new account, by our names, without the empty ones. */
export function attributesOf(account: NewAccount): Partial<Record<AccountAttribute, string>> {
  const all = { login: account.login, email: account.email, givenName: account.givenName, familyName: account.familyName, ...account.attributes };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== null && value !== ''));
}

/** What a patch would really change; an empty result means `already`. */
export function differenceOf(patch: AccountPatch, before: Readonly<Partial<Record<AccountAttribute, string>>>): Record<string, [unknown, unknown]> {
  const difference: Record<string, [unknown, unknown]> = {};
  for (const [name, value] of Object.entries(patch) as [AccountAttribute, string | null][]) {
    const old = before[name] ?? null;
    if (old !== value) difference[name] = [old, value];
  }
  return difference;
}

/** An attribute that the system has no place for is refused by name: dropping it in silence would be a lie. */
export function refuseUnknown(patch: AccountPatch, writable: readonly AccountAttribute[], system: string): void {
  const unknown = Object.keys(patch).find((name) => !writable.includes(name as AccountAttribute));
  if (unknown !== undefined) throw new ConnectorError('invalid', `${system} has no place for \`${unknown}\`: take it out of what is written there`);
}

/** Names travel into filters, DNs, statements and CSV files: control characters have no business there. */
export function refuseControlCharacters(text: string, what: string): void {
  if (/[\u0000-\u001f\u007f]/.test(text)) throw new ConnectorError('invalid', `the ${what} holds a control character: correct it at its source`);
}
