import type { EntitlementId } from '../../directory/index.ts';

declare const role: unique symbol;

export type RoleId = string & { readonly [role]: true };
export const roleId = (id: string): RoleId => id as RoleId;

export type RuleAttribute = 'department' | 'title' | 'location' | 'employmentType' | 'division';
/** All conditions hold; no condition: everybody. */
export interface BirthrightRule {
  readonly all: readonly { readonly attribute: RuleAttribute; readonly isOneOf: readonly string[] }[];
}
export type RuleSubject = Readonly<Record<RuleAttribute, string | null>>;

export interface Role {
  readonly id: RoleId;
  readonly name: string;
  readonly description: string | null;
  /** Null: not a birthright. */
  readonly rule: BirthrightRule | null;
  readonly entitlementIds: readonly EntitlementId[];
}

/** Exact spelling, as HR writes it; a missing attribute matches nothing. The same rule stands in SQL (`ruleAsSql`). */
export const matches = (rule: BirthrightRule, person: RuleSubject): boolean => rule.all.every(({ attribute, isOneOf }) => person[attribute] !== null && isOneOf.includes(person[attribute]));

/** Each entitlement that birthright gives this person, with the first role (by name) that gives it. Nothing else is birthright. */
export function desiredEntitlements(person: RuleSubject, roles: readonly Role[]): ReadonlyMap<EntitlementId, Role> {
  const out = new Map<EntitlementId, Role>();
  for (const one of [...roles].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))) {
    if (one.rule === null || !matches(one.rule, person)) continue;
    for (const entitlementId of one.entitlementIds) if (!out.has(entitlementId)) out.set(entitlementId, one);
  }
  return out;
}

const attributeWords: Readonly<Record<RuleAttribute, string>> = { department: 'department', title: 'title', location: 'location', employmentType: 'employment type', division: 'division' };

const list = (values: readonly string[]): string => (values.length <= 3 ? values.join(' or ') : `${values.slice(0, 3).join(', ')} or ${values.length - 3} more`);

/** `department Sales and title Buyer or Seller`; `everybody`. */
export const sayRule = (rule: BirthrightRule): string => (rule.all.length === 0 ? 'everybody' : rule.all.map(({ attribute, isOneOf }) => `${attributeWords[attribute]} ${list(isOneOf)}`).join(' and '));
