import { AndFilter, EqualityFilter, type Filter } from 'ldapts';
import type { AccountAttribute, Resource } from '../contract/connector.ts';
import { fileTime, generalizedTime, guidBytes, guidText, isDisabledControl } from './encodings.ts';
import type { LdapEntry } from './session.ts';

/** What the settings say about this directory, in the words of the code below. */
export interface DirectoryShape {
  readonly flavour: 'openldap' | 'active-directory';
  readonly loginAttribute: string;
  readonly accountClass: string;
  readonly groupClass: string;
  readonly memberAttribute: string;
  readonly recordsSignIn: boolean;
}

/** How disabling is written in a directory of the OpenLDAP kind; Active Directory has its own bit. */
export type DisableWay = { readonly kind: 'ppolicy' } | { readonly kind: 'attribute'; readonly name: string; readonly value: string };

/** draft-behera-ldap-password-policy 5.3.3: this value means locked until an administrator unlocks. */
export const lockedForGood = '000001010000Z';

export const attributeNames = {
  openldap: {
    email: 'mail', givenName: 'givenName', familyName: 'sn', displayName: 'displayName', title: 'title',
    department: 'departmentNumber', employeeNumber: 'employeeNumber', location: 'l',
  },
  'active-directory': {
    email: 'mail', givenName: 'givenName', familyName: 'sn', displayName: 'displayName', title: 'title',
    department: 'department', employeeNumber: 'employeeNumber', location: 'l',
  },
} as const satisfies Record<DirectoryShape['flavour'], Partial<Record<AccountAttribute, string>>>;

export const writableAttributes = ['email', 'givenName', 'familyName', 'displayName', 'title', 'department', 'employeeNumber', 'location'] as const satisfies readonly AccountAttribute[];

export const idAttribute = (shape: DirectoryShape): string => (shape.flavour === 'openldap' ? 'entryUUID' : 'objectGUID');

export function idOf(entry: LdapEntry, shape: DirectoryShape): string | undefined {
  if (shape.flavour === 'openldap') return entry.one('entryUUID')?.toLowerCase();
  const bytes = entry.bytes('objectGUID');
  return bytes === undefined ? undefined : guidText(bytes);
}

/** Anything that is no UUID belongs to nobody. */
export const isUuid = (id: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);

/** ldapts finds nothing by `\xx` in a text filter: the bytes of a GUID go into a filter object. */
export const idFilter = (id: string, shape: DirectoryShape): Filter =>
  new EqualityFilter({ attribute: idAttribute(shape), value: shape.flavour === 'openldap' ? id : guidBytes(id) });

export const accountFilter = (shape: DirectoryShape): Filter =>
  shape.flavour === 'openldap'
    ? new EqualityFilter({ attribute: 'objectClass', value: shape.accountClass })
    : new AndFilter({ filters: [new EqualityFilter({ attribute: 'objectCategory', value: 'person' }), new EqualityFilter({ attribute: 'objectClass', value: 'user' })] });

export const groupFilter = (shape: DirectoryShape): Filter => new EqualityFilter({ attribute: 'objectClass', value: shape.groupClass });

/** Named one by one: `*` would bring userPassword with it. */
export function accountAttributes(shape: DirectoryShape, way: DisableWay): readonly string[] {
  return [
    idAttribute(shape), shape.loginAttribute, 'cn', 'objectClass', ...Object.values(attributeNames[shape.flavour]),
    ...(shape.flavour === 'openldap'
      ? ['createTimestamp', 'modifyTimestamp', 'entryCSN', 'pwdAccountLockedTime', 'pwdChangedTime', 'authTimestamp', 'pwdLastSuccess', ...(way.kind === 'attribute' ? [way.name] : [])]
      : ['whenCreated', 'whenChanged', 'userAccountControl', 'lastLogonTimestamp', 'adminCount', 'userPrincipalName']),
  ];
}

export const isDisabledEntry = (entry: LdapEntry, shape: DirectoryShape, way: DisableWay): boolean => {
  if (shape.flavour === 'active-directory') return isDisabledControl(Number(entry.one('userAccountControl') ?? '0'));
  if (way.kind === 'ppolicy') return entry.one('pwdAccountLockedTime') === lockedForGood;
  return entry.all(way.name).some((value) => value.toLowerCase() === way.value.toLowerCase());
};

export function accountResource(entry: LdapEntry, id: string, shape: DirectoryShape, way: DisableWay): Resource {
  const names = attributeNames[shape.flavour];
  const login = entry.one(shape.loginAttribute) ?? '';
  const profile: Partial<Record<AccountAttribute, string>> = { login };
  for (const name of writableAttributes) {
    const value = entry.one(names[name]);
    if (value !== undefined && value !== '') profile[name] = value;
  }
  const isDisabled = isDisabledEntry(entry, shape, way);
  const locked = entry.one('pwdAccountLockedTime');
  const isActiveDirectory = shape.flavour === 'active-directory';
  const createdAt = generalizedTime(entry.one(isActiveDirectory ? 'whenCreated' : 'createTimestamp'));
  const updatedAt = generalizedTime(entry.one(isActiveDirectory ? 'whenChanged' : 'modifyTimestamp'));
  const passwordChangedAt = generalizedTime(entry.one('pwdChangedTime'));
  const detail = isDisabled ? undefined : locked !== undefined && locked !== lockedForGood ? 'locked after failed sign-ins' : undefined;
  const lastSignInAt = signInOf(entry, shape);
  const etag = entry.one('entryCSN');
  return {
    type: 'account', id, name: login, nativeType: isActiveDirectory ? 'user' : shape.accountClass,
    ...(updatedAt === undefined ? {} : { updatedAt }), ...(etag === undefined ? {} : { etag }),
    account: {
      login, emails: entry.all('mail'), status: isDisabled ? 'disabled' : 'active', kind: 'unknown', profile,
      ...(detail === undefined ? {} : { statusDetail: detail }),
      ...(isActiveDirectory ? { isAdministrator: entry.one('adminCount') === '1' } : {}),
      ...(createdAt === undefined ? {} : { createdAt }), ...(passwordChangedAt === undefined ? {} : { passwordChangedAt }),
      ...(lastSignInAt === undefined ? {} : { lastSignInAt }),
    },
    attributes: { dn: entry.dn, objectClass: entry.all('objectClass'), userAccountControl: entry.one('userAccountControl'), pwdAccountLockedTime: locked },
  };
}

/**
 * Active Directory replicates lastLogonTimestamp with up to 14 days of delay, on purpose. In OpenLDAP only a server that
 * was told to record binds can say "never"; for any other the absence means nothing.
 */
function signInOf(entry: LdapEntry, shape: DirectoryShape): string | null | undefined {
  if (shape.flavour === 'active-directory') return fileTime(entry.one('lastLogonTimestamp'));
  const times = ['pwdLastSuccess', 'authTimestamp'].flatMap((name) => generalizedTime(entry.one(name)) ?? []).sort();
  return times.at(-1) ?? (shape.recordsSignIn ? null : undefined);
}

export const groupResource = (entry: LdapEntry, id: string, shape: DirectoryShape): Resource => ({
  type: 'group', id, name: entry.one('cn') ?? entry.dn, nativeType: shape.groupClass, attributes: { dn: entry.dn, description: entry.one('description') },
});
