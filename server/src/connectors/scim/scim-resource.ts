import type { AccountAttribute, AccountPatch, Resource } from '../contract/connector.ts';

const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** RFC 7643 4.1, as far as we read it; servers may send anything. */
export interface ScimUser {
  readonly id: string;
  readonly schemas?: readonly string[];
  readonly userName: string;
  readonly active?: boolean | string;
  readonly displayName?: string;
  readonly title?: string;
  readonly userType?: string;
  readonly name?: { readonly givenName?: string; readonly familyName?: string; readonly formatted?: string };
  readonly emails?: readonly { readonly value?: string; readonly type?: string; readonly primary?: boolean | string }[];
  readonly addresses?: readonly { readonly locality?: string; readonly type?: string }[];
  readonly meta?: { readonly version?: string; readonly created?: string; readonly lastModified?: string };
  readonly [enterprise]?: { readonly department?: string; readonly employeeNumber?: string };
}

export interface ScimGroup {
  readonly id: string;
  readonly displayName?: string;
  readonly members?: readonly { readonly value: string; readonly display?: string; readonly type?: string }[];
  readonly meta?: { readonly version?: string; readonly lastModified?: string };
}

export const writableAttributes: readonly AccountAttribute[] = ['login', 'email', 'givenName', 'familyName', 'displayName', 'title', 'department', 'employeeNumber'];

/** RFC 7643 4.1.1: without `active` the account is what the server makes of it, which for all we know is usable. */
export const isDisabled = (user: ScimUser): boolean => user.active === false || (typeof user.active === 'string' && user.active.toLowerCase() === 'false');

const primaryEmail = (user: ScimUser): string | undefined => (user.emails?.find((one) => one.primary === true || one.primary === 'true') ?? user.emails?.[0])?.value;

export function userResource(user: ScimUser): Resource {
  const found: [AccountAttribute, string | undefined][] = [
    ['login', user.userName], ['email', primaryEmail(user)], ['givenName', user.name?.givenName], ['familyName', user.name?.familyName],
    ['displayName', user.displayName], ['title', user.title], ['department', user[enterprise]?.department],
    ['employeeNumber', user[enterprise]?.employeeNumber], ['location', user.addresses?.[0]?.locality],
  ];
  return {
    type: 'account', id: user.id, name: user.userName, nativeType: 'User',
    ...(user.meta?.lastModified === undefined ? {} : { updatedAt: String(user.meta.lastModified) }),
    ...(user.meta?.version === undefined ? {} : { etag: user.meta.version }),
    account: {
      login: user.userName, emails: (user.emails ?? []).flatMap((one) => (one.value === undefined ? [] : [one.value])),
      status: isDisabled(user) ? 'disabled' : 'active', kind: 'unknown',
      ...(user.meta?.created === undefined ? {} : { createdAt: String(user.meta.created) }),
      profile: Object.fromEntries(found.filter(([, value]) => value !== undefined && value !== '')) as Partial<Record<AccountAttribute, string>>,
    },
    attributes: Object.fromEntries(Object.entries(user).filter(([name]) => name !== 'password' && name !== 'x509Certificates')),
  };
}

export const groupResource = (group: ScimGroup): Resource => ({
  type: 'group', id: group.id, name: group.displayName ?? group.id, nativeType: 'Group',
  ...(group.meta?.version === undefined ? {} : { etag: group.meta.version }),
  attributes: { displayName: group.displayName },
});

const writtenActive = (isActive: boolean, as: 'boolean' | 'string'): boolean | string => (as === 'boolean' ? isActive : isActive ? 'True' : 'False');

export function userBody(attributes: Readonly<Partial<Record<AccountAttribute, string>>>, activeIs: 'boolean' | 'string'): Record<string, unknown> {
  return withPatch({ schemas: [userSchema], userName: '' }, { ...attributes, active: true }, activeIs);
}

/** The whole record for PUT: what we do not know about stays as the server gave it. */
export function withPatch(before: Omit<ScimUser, 'id'> & { readonly id?: string }, patch: AccountPatch & { readonly active?: boolean }, activeIs: 'boolean' | 'string'): Record<string, unknown> {
  const { active, ...attributes } = patch;
  const body: Record<string, unknown> = { ...before };
  if (active !== undefined) body['active'] = writtenActive(active, activeIs);
  const inner = (key: string, field: string, value: string | null): void => {
    const old = (body[key] ?? {}) as Record<string, unknown>;
    const { [field]: _, ...rest } = old;
    body[key] = value === null ? rest : { ...rest, [field]: value };
  };
  for (const [name, value] of Object.entries(attributes) as [AccountAttribute, string | null][]) {
    switch (name) {
      case 'login': body['userName'] = value ?? ''; break;
      case 'email': body['emails'] = withEmail(before, value); break;
      case 'givenName': case 'familyName': inner('name', name, value); break;
      case 'department': case 'employeeNumber': inner(enterprise, name, value); break;
      default: if (value === null) delete body[name]; else body[name] = value;
    }
  }
  if (body[enterprise] !== undefined) body['schemas'] = [...new Set([...(before.schemas ?? [userSchema]), enterprise])];
  return body;
}

/** The primary address is ours to set; any other that the account has stays. */
function withEmail(before: Pick<ScimUser, 'emails'>, value: string | null): readonly unknown[] {
  const old = before.emails ?? [];
  const primary = old.find((one) => one.primary === true || one.primary === 'true') ?? old[0];
  const others = old.filter((one) => one !== primary && one.value !== value);
  return value === null ? others : [{ ...(primary ?? { type: 'work' }), value, primary: true }, ...others];
}

const paths: Readonly<Partial<Record<AccountAttribute, string>>> = {
  login: 'userName', givenName: 'name.givenName', familyName: 'name.familyName', displayName: 'displayName', title: 'title',
  department: `${enterprise}:department`, employeeNumber: `${enterprise}:employeeNumber`,
};

/** RFC 7644 3.5.2. One operation per attribute, each with its path: the form that the most servers do right. */
export function patchOperations(patch: AccountPatch & { readonly active?: boolean }, before: Pick<ScimUser, 'emails'>, activeIs: 'boolean' | 'string'): readonly Record<string, unknown>[] {
  const { active, ...attributes } = patch;
  const operations: Record<string, unknown>[] = active === undefined ? [] : [{ op: 'replace', path: 'active', value: writtenActive(active, activeIs) }];
  for (const [name, value] of Object.entries(attributes) as [AccountAttribute, string | null][]) {
    if (name === 'email') operations.push({ op: 'replace', path: 'emails', value: withEmail(before, value) });
    else if (value === null) operations.push({ op: 'remove', path: paths[name] });
    else operations.push({ op: 'replace', path: paths[name], value });
  }
  return operations;
}
