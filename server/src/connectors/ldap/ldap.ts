import { AndFilter, EqualityFilter, OrFilter, type Filter } from 'ldapts';
import { z } from 'zod';
import { randomToken } from '../../platform/crypto/index.ts';
import { addressSetting } from '../contract/address.ts';
import { ConnectorError } from '../contract/connector-error.ts';
import { defineConnectorKind, type SecretKeeper } from '../contract/connector-kind.ts';
import type {
  AccountPatch, CallContext, Capabilities, Connector, Grant, NewAccount, Observation, Outcome, Page, PageRequest, Reference, Resource, ResourceType,
} from '../contract/connector.ts';
import { observation } from '../contract/digest.ts';
import { already, attributesOf, differenceOf, done, planned, refuseControlCharacters, refuseUnknown } from '../contract/plan.ts';
import { accountControl, escapeRdnValue, passwordModifyRequest, unicodePassword, withDisabled } from './encodings.ts';
import {
  accountAttributes, accountFilter, accountResource, attributeNames, groupFilter, groupResource, idAttribute, idFilter, idOf, isDisabledEntry, isUuid, lockedForGood,
  writableAttributes, type DirectoryShape, type DisableWay,
} from './flavour.ts';
import { hasCode, resultCode, withSession, type LdapEntry, type Modification, type Session } from './session.ts';

const settings = z.object({
  address: addressSetting(['ldap:', 'ldaps:']).meta({ title: 'Address', description: '`ldaps://ldap.example.com`, or `ldap://` to begin in the clear and switch to TLS (StartTLS).' }),
  encryption: z.enum(['verify', 'require', 'off']).default('verify').meta({ title: 'Encryption', description: '`verify` checks the certificate; `off` is for loopback. Active Directory sets passwords only when encrypted.' }),
  certificateAuthority: z.string().max(100_000).default('').meta({ title: 'Certificate authority (PEM)', description: 'Only if the certificate is not signed by a public one.' }),
  flavour: z.enum(['openldap', 'active-directory']).default('openldap').meta({ title: 'Kind of directory', description: '`openldap` fits OpenLDAP, 389 Directory Server and others with inetOrgPerson.' }),
  bindDn: z.string().min(1).max(1_000).meta({ title: 'Our name (DN)', description: 'The entry that Bailiwick binds as: `cn=bailiwick,ou=services,dc=example,dc=com`.' }),
  baseDn: z.string().min(1).max(1_000).meta({ title: 'Search base (DN)', description: 'Accounts and groups are looked for below it: `dc=example,dc=com`.' }),
  newAccountsDn: z.string().max(1_000).default('').meta({ title: 'Where new accounts go (DN)', description: 'For example `ou=people,dc=example,dc=com`. Empty: right below the search base.' }),
  loginAttribute: z.string().regex(/^[A-Za-z][A-Za-z0-9-]*$|^$/).default('').meta({ title: 'Login attribute', description: 'Empty: `uid`, or `sAMAccountName` in Active Directory.' }),
  accountClass: z.string().regex(/^[A-Za-z][A-Za-z0-9-]*$/).default('inetOrgPerson').meta({ title: 'Object class of accounts', description: 'Not used in Active Directory, where it is `user`.' }),
  groupClass: z.string().regex(/^[A-Za-z][A-Za-z0-9-]*$|^$/).default('').meta({ title: 'Object class of groups', description: 'Empty: `groupOfNames`, or `group` in Active Directory.' }),
  memberAttribute: z.string().regex(/^[A-Za-z][A-Za-z0-9-]*$/).default('member').meta({ title: 'Member attribute', description: 'Holds DNs: `member`, or `uniqueMember`.' }),
  placeholderMember: z.string().max(1_000).default('').meta({ title: 'Placeholder member (DN)', description: 'groupOfNames may not be empty; this DN keeps the last place. Empty: `cn=no-members` below the search base.' }),
  disableBy: z.enum(['auto', 'ppolicy', 'attribute']).default('auto').meta({ title: 'Disable by', description: '`ppolicy` locks the password (needs the overlay and a policy with pwdLockout); `attribute` writes the value below, which applications must respect. `auto`: ppolicy if the server knows it.' }),
  disabledAttribute: z.string().regex(/^[A-Za-z][A-Za-z0-9-]*$/).default('nsAccountLock').meta({ title: 'Attribute of the disabled', description: '`nsAccountLock` is enforced by 389 Directory Server and FreeIPA.' }),
  disabledValue: z.string().min(1).max(200).default('TRUE').meta({ title: 'Value of the disabled', description: 'What is written into that attribute.' }),
  recordsSignIn: z.boolean().default(false).meta({ title: 'The server records sign-ins', description: 'Turn on if `lastbind` is on: then an account without a date has never signed in.' }),
  pageSize: z.number().int().min(1).max(1_000).default(500).meta({ title: 'Page size', description: 'How many entries are read at once.' }),
  timeoutMs: z.number().int().min(100).max(120_000).default(15_000).meta({ title: 'Time limit (ms)', description: 'How long one operation may take.' }),
});
type Settings = z.output<typeof settings>;

const oids = { passwordModify: '1.3.6.1.4.1.4203.1.11.1', whoAmI: '1.3.6.1.4.1.4203.1.11.3' } as const;

export function ldapConnector(settings: Settings, secretKeeper?: SecretKeeper): Connector {
  const isActiveDirectory = settings.flavour === 'active-directory';
  const shape: DirectoryShape = {
    flavour: settings.flavour,
    loginAttribute: settings.loginAttribute || (isActiveDirectory ? 'sAMAccountName' : 'uid'),
    accountClass: isActiveDirectory ? 'user' : settings.accountClass,
    groupClass: settings.groupClass || (isActiveDirectory ? 'group' : 'groupOfNames'),
    memberAttribute: settings.memberAttribute,
    recordsSignIn: settings.recordsSignIn,
  };
  const names = attributeNames[shape.flavour];
  const placeholder = settings.placeholderMember || `cn=no-members,${settings.baseDn}`;
  const binary = isActiveDirectory ? ['objectGUID'] : [];

  // Neither of the two is state: both can be thrown away at any moment, and cost one more read.
  let knownWay: DisableWay | null = null;
  const scans = new Map<string, readonly string[]>();

  const call = <T>(context: CallContext, work: (session: Session) => Promise<T>): Promise<T> => withSession(context, settings, work);

  async function disableWay(session: Session): Promise<DisableWay> {
    const attribute: DisableWay = { kind: 'attribute', name: settings.disabledAttribute, value: settings.disabledValue };
    if (isActiveDirectory || settings.disableBy === 'attribute') return attribute;
    if (settings.disableBy === 'ppolicy') return { kind: 'ppolicy' };
    knownWay ??= (await knowsAttribute(session, 'pwdAccountLockedTime')) ? { kind: 'ppolicy' } : attribute;
    return knownWay;
  }

  async function findById(session: Session, id: string, attributes: readonly string[]): Promise<LdapEntry | null> {
    if (!isUuid(id)) return null;
    // Active Directory reads an object by its GUID wherever it has moved; elsewhere the id is looked up, then the entry is read.
    if (isActiveDirectory) return session.read(`<GUID=${id}>`, { attributes, binary });
    const [found] = await session.search(settings.baseDn, { scope: 'sub', filter: idFilter(id, shape), attributes: ['1.1'], limit: 2 });
    return found === undefined ? null : session.read(found.dn, { attributes });
  }

  async function existing(session: Session, reference: Reference, attributes: readonly string[]): Promise<LdapEntry> {
    const entry = await findById(session, reference.id, attributes);
    if (entry === null) throw new ConnectorError('not_found', `there is no entry with the id \`${reference.id}\``);
    return entry;
  }

  async function findByLogin(session: Session, login: string, way: DisableWay): Promise<{ id: string; resource: Resource } | null> {
    const filter = new AndFilter({ filters: [accountFilter(shape), new EqualityFilter({ attribute: shape.loginAttribute, value: login })] });
    for (const entry of await session.search(settings.baseDn, { scope: 'sub', filter, attributes: accountAttributes(shape, way), binary })) {
      const id = idOf(entry, shape);
      if (id !== undefined && entry.all(shape.loginAttribute).some((one) => one.toLowerCase() === login.toLowerCase())) return { id, resource: accountResource(entry, id, shape, way) };
    }
    return null;
  }

  /**
   * Pages by id. LDAP's own paging cookie dies with its connection and cannot be resumed tomorrow; ids can. The first page
   * scans all ids, and later pages of the same instance reuse that scan.
   */
  async function pageOfIds(session: Session, filter: Filter, request: PageRequest): Promise<{ ids: readonly string[]; next?: string }> {
    const key = filter.toString();
    let all = request.token === undefined ? undefined : scans.get(key);
    if (all === undefined) {
      const ids: string[] = [];
      for await (const entries of session.pages(settings.baseDn, { scope: 'sub', filter, attributes: [idAttribute(shape)], binary })) {
        for (const entry of entries) {
          const id = idOf(entry, shape);
          if (id === undefined) throw new ConnectorError('permission', `our name may not read \`${idAttribute(shape)}\`: allow it, or accounts cannot be told apart`);
          ids.push(id);
        }
      }
      all = ids.sort();
      scans.set(key, all);
    }
    const token = request.token ?? '';
    const start = all.findIndex((id) => id > token);
    const size = Math.min(request.size ?? settings.pageSize, settings.pageSize);
    const ids = start < 0 ? [] : all.slice(start, start + size);
    const last = ids.at(-1);
    if (start >= 0 && start + size < all.length && last !== undefined) return { ids, next: last };
    scans.delete(key);
    return { ids };
  }

  async function entriesOf(session: Session, ids: readonly string[], attributes: readonly string[]): Promise<readonly (readonly [string, LdapEntry])[]> {
    const found = new Map<string, LdapEntry>();
    for (let start = 0; start < ids.length; start += 50) {
      const filter = new OrFilter({ filters: ids.slice(start, start + 50).map((id) => idFilter(id, shape)) });
      for (const entry of await session.search(settings.baseDn, { scope: 'sub', filter, attributes: [...attributes, idAttribute(shape)], binary })) {
        const id = idOf(entry, shape);
        if (id !== undefined) found.set(id, entry);
      }
    }
    return ids.flatMap((id) => {
      const entry = found.get(id);
      return entry === undefined ? [] : [[id, entry] as const];
    });
  }

  const isMember = async (session: Session, groupDn: string, memberDn: string): Promise<boolean> =>
    (await session.read(groupDn, { filter: new EqualityFilter({ attribute: shape.memberAttribute, value: memberDn }), attributes: ['1.1'] })) !== null;

  function refuseOurOwn(entry: LdapEntry): void {
    if (entry.dn.toLowerCase().replaceAll(/\s*,\s*/g, ',') === settings.bindDn.toLowerCase().replaceAll(/\s*,\s*/g, ',')) {
      throw new ConnectorError('precondition', 'this is the entry that Bailiwick itself binds as: change it by hand if you must');
    }
  }

  return {
    kind: 'ldap',
    version: '1',
    capabilities: () => capabilitiesOf(settings, shape),

    check: (context) => call(context, async (session) => {
      const identity = await session.extended(oids.whoAmI, Buffer.alloc(0), false).catch((fault: unknown) => {
        if (fault instanceof Error && hasCode(fault, 2, 53)) return settings.bindDn;
        throw fault;
      });
      if ((await session.read(settings.baseDn, { attributes: ['1.1'] })) === null) throw new ConnectorError('config', `there is nothing at \`${settings.baseDn}\`: correct the search base, or let our name read it`);
      const warnings: string[] = [];
      if (!session.isPrivate) warnings.push('the connection is not encrypted: passwords will not be set');
      const way = await disableWay(session);
      let sample: LdapEntry | undefined;
      for await (const entries of session.pages(settings.baseDn, { scope: 'sub', filter: accountFilter(shape), attributes: [idAttribute(shape)], binary })) {
        sample = entries[0];
        break;
      }
      if (sample !== undefined && idOf(sample, shape) === undefined) return { isReady: false, identity, granted: [], missing: [`read ${idAttribute(shape)}`], warnings };
      if (!isActiveDirectory && way.kind === 'ppolicy') {
        const policies = await session.search(settings.baseDn, { scope: 'sub', filter: new EqualityFilter({ attribute: 'objectClass', value: 'pwdPolicy' }), attributes: ['pwdLockout'] });
        // The overlay looks at the lock only where the policy says so.
        if (!policies.some((one) => one.one('pwdLockout') === 'TRUE')) warnings.push('no password policy with pwdLockout TRUE is visible below the search base: without one a locked account can still sign in');
      }
      if (!isActiveDirectory && way.kind === 'attribute') warnings.push(`disabling writes ${way.name}=${way.value}: it is worth what your applications make of it`);
      return { isReady: true, identity, granted: ['bind', 'read'], missing: [], warnings };
    }),

    list: (context, type, request): Promise<Page<Resource>> => call(context, async (session) => {
      const isGroup = isGroupType(type);
      const way = await disableWay(session);
      const { ids, next } = await pageOfIds(session, isGroup ? groupFilter(shape) : accountFilter(shape), request);
      const entries = await entriesOf(session, ids, isGroup ? ['cn', 'description'] : accountAttributes(shape, way));
      const items = entries.map(([id, entry]) => (isGroup ? groupResource(entry, id, shape) : accountResource(entry, id, shape, way)));
      return { items, isComplete: true, ...(next === undefined ? {} : { next }) };
    }),

    entitlements: (context, on) => call(context, async (session) => {
      const entry = await existing(session, on, ['cn', 'adminCount']);
      return {
        items: [{ id: on.id, on, slug: 'member', name: entry.one('cn') ?? entry.dn, purpose: 'membership', grantableTo: ['account', 'group'], ...(entry.one('adminCount') === '1' ? { risk: 'privileged' as const } : {}) }],
        isComplete: true,
      };
    }),

    grants: (context, on, request): Promise<Page<Grant>> => call(context, async (session) => {
      const grantOf = (id: string, entry: LdapEntry): Grant =>
        entry.all('objectClass').some((one) => one.toLowerCase() === shape.groupClass.toLowerCase())
          ? { entitlement: on.id, principal: { type: 'group', id }, isExpandable: true }
          : { entitlement: on.id, principal: { type: 'account', id } };
      if (isActiveDirectory) {
        const group = await existing(session, on, ['1.1']);
        // `member` of a large group comes in slices of 1500; asking the other way round has no such limit.
        const { ids, next } = await pageOfIds(session, new EqualityFilter({ attribute: 'memberOf', value: group.dn }), request);
        const entries = await entriesOf(session, ids, ['objectClass']);
        return { items: entries.map(([id, entry]) => grantOf(id, entry)), isComplete: true, warnings: ['members by primary group are not among them'], ...(next === undefined ? {} : { next }) };
      }
      const group = await existing(session, on, [shape.memberAttribute]);
      const members = group.all(shape.memberAttribute).filter((dn) => dn.toLowerCase() !== placeholder.toLowerCase()).sort();
      const rest = members.filter((dn) => dn > (request.token ?? ''));
      const page = rest.slice(0, Math.min(request.size ?? settings.pageSize, settings.pageSize));
      const items: Grant[] = [];
      const warnings: string[] = [];
      for (const dn of page) {
        const entry = await session.read(dn, { attributes: ['objectClass', idAttribute(shape)] });
        const id = entry === null ? undefined : idOf(entry, shape);
        if (entry === null || id === undefined) warnings.push(`the member \`${dn}\` does not exist`);
        else items.push(grantOf(id, entry));
      }
      const last = page.at(-1);
      return { items, isComplete: true, ...(warnings.length === 0 ? {} : { warnings }), ...(rest.length > page.length && last !== undefined ? { next: last } : {}) };
    }),

    observe: (context, target): Promise<Observation> => call(context, async (session) => {
      if ('sessionsOf' in target) throw new ConnectorError('unsupported', 'a directory knows nothing about the sessions of its applications');
      const seen = { consistency: 'strong' as const, observedAt: context.now().toISOString() };
      if ('entitlement' in target) {
        const member = await findById(session, target.principal.id, ['1.1']);
        const group = await findById(session, target.entitlement, ['1.1']);
        const isGranted = member !== null && group !== null && (await isMember(session, group.dn, member.dn));
        return observation({ ...seen, exists: member !== null, isGranted, via: `base search ${group?.dn ?? target.entitlement}, ${shape.memberAttribute}=${member?.dn ?? target.principal.id}` });
      }
      const isGroup = target.resource.type === 'group';
      const way = await disableWay(session);
      const entry = await findById(session, target.resource.id, isGroup ? ['cn', 'description'] : accountAttributes(shape, way));
      if (entry === null) return observation({ ...seen, exists: false, via: `search ${idAttribute(shape)}=${target.resource.id}` });
      return observation({
        ...seen, exists: true, via: `base search ${entry.dn}`,
        resource: isGroup ? groupResource(entry, target.resource.id, shape) : accountResource(entry, target.resource.id, shape, way),
      });
    }),

    create: (context, account) => call(context, async (session) => {
      refuseLogin(account.login, isActiveDirectory);
      const way = await disableWay(session);
      const found = await findByLogin(session, account.login, way);
      if (found !== null) return already({ type: 'account', id: found.id }, { resource: found.resource });
      const dn = `${isActiveDirectory ? 'CN' : shape.loginAttribute}=${escapeRdnValue(account.login)},${settings.newAccountsDn || settings.baseDn}`;
      if (context.dryRun) return planned('add', dn, differenceOf(attributesOf(account), {}));
      if (account.initialSecret === 'invite') throw new ConnectorError('unsupported', 'a directory cannot invite: choose a random first secret, or none');
      const secret = account.initialSecret === 'random' ? await keepNew(context, session, account.login) : null;
      try {
        await session.add(dn, newEntry(account));
      } catch (fault) {
        const winner = hasCode(fault, resultCode.alreadyExists) ? await findByLogin(session, account.login, way) : null;
        if (winner === null) throw fault;
        return already({ type: 'account', id: winner.id }, { resource: winner.resource });
      }
      if (secret !== null) await writeSecret(session, dn, secret.value, isActiveDirectory ? accountControl.normal : undefined);
      const made = await session.read(dn, { attributes: [idAttribute(shape)], binary });
      const id = made === null ? undefined : idOf(made, shape);
      if (id === undefined) throw new ConnectorError('ambiguous', 'the entry was added and cannot be read: observe before repeating it');
      return done({ type: 'account', id }, {
        ...(secret === null ? {} : { secretReference: secret.reference }),
        ...(isActiveDirectory && secret === null ? { note: 'Active Directory keeps an account without a password disabled' } : {}),
      });
    }),

    update: (context, reference, patch) => call(context, async (session) => {
      refuseUnknown(patch, writableAttributes, 'the directory');
      if (patch.familyName === null) throw new ConnectorError('invalid', 'a person in a directory needs a family name (RFC 4519, `sn` of `person`)');
      const way = await disableWay(session);
      const entry = await existing(session, reference, accountAttributes(shape, way));
      const difference = differenceOf(patch, accountResource(entry, reference.id, shape, way).account?.profile ?? {});
      if (Object.keys(difference).length === 0) return already(reference);
      if (context.dryRun) return planned('modify', entry.dn, difference, reference);
      await session.modify(entry.dn, modificationsOf(patch, difference, entry));
      return done(reference);
    }),

    setEnabled: (context, reference, enabled) => call(context, async (session) => {
      const way = await disableWay(session);
      const entry = await existing(session, reference, accountAttributes(shape, way));
      if (isDisabledEntry(entry, shape, way) !== enabled) return already(reference);
      if (!enabled) refuseOurOwn(entry);
      if (context.dryRun) return planned('modify', entry.dn, { isEnabled: [!enabled, enabled] }, reference);
      await session.modify(entry.dn, enabledModifications(entry, way, enabled));
      return done(reference);
    }),

    remove: (context, reference) => call(context, async (session) => {
      const entry = await findById(session, reference.id, ['1.1']);
      if (entry === null) return already(reference);
      refuseOurOwn(entry);
      if (context.dryRun) return planned('delete', entry.dn, { exists: [true, false] }, reference);
      // Most directories leave the name behind in its groups, and whoever is given that name next would inherit them.
      if (!isActiveDirectory) {
        const filter = new AndFilter({ filters: [groupFilter(shape), new EqualityFilter({ attribute: shape.memberAttribute, value: entry.dn })] });
        for await (const groups of session.pages(settings.baseDn, { scope: 'sub', filter, attributes: ['1.1'] })) {
          for (const group of groups) await takeOut(session, group.dn, entry.dn);
        }
      }
      try {
        await session.remove(entry.dn);
      } catch (fault) {
        if (!hasCode(fault, resultCode.noSuchObject)) throw fault;
        return already(reference);
      }
      return done(reference);
    }),

    grant: (context, entitlement, principal) => setMember(context, entitlement, principal, true),
    revoke: (context, entitlement, principal) => setMember(context, entitlement, principal, false),

    setSecret: (context, reference, source) => call(context, async (session) => {
      const entry = await existing(session, reference, [shape.loginAttribute]);
      refuseOurOwn(entry);
      if (context.dryRun) return planned('password', entry.dn, { password: ['(kept)', '(new)'] }, reference);
      const secret = source === 'random' ? await keepNew(context, session, entry.one(shape.loginAttribute) ?? entry.dn) : { value: await context.secret(source.reference), reference: source.reference };
      await writeSecret(session, entry.dn, secret.value);
      return done(reference, {
        secretReference: secret.reference,
        ...(isActiveDirectory ? { note: 'Active Directory may let the old password in for up to an hour more (OldPasswordAllowedPeriod): to shut somebody out, disable the account' } : {}),
      });
    }),
  };

  function newEntry(account: NewAccount): Record<string, readonly string[]> {
    const attributes = attributesOf(account);
    const fullName = attributes.displayName ?? [attributes.givenName, attributes.familyName].filter((one) => one !== undefined).join(' ');
    const entry: Record<string, readonly string[]> = {};
    for (const name of writableAttributes) {
      const value = attributes[name];
      if (value !== undefined) entry[names[name]] = [value];
    }
    entry[shape.loginAttribute] = [account.login];
    if (isActiveDirectory) {
      const realm = [...settings.baseDn.matchAll(/dc=([^,]+)/gi)].map((part) => part[1]).join('.');
      return { ...entry, objectClass: ['top', 'person', 'organizationalPerson', 'user'], userPrincipalName: [`${account.login}@${realm}`], userAccountControl: [String(accountControl.normal | accountControl.disabled)] };
    }
    return { ...entry, objectClass: [shape.accountClass], cn: [fullName === '' ? account.login : fullName], sn: entry['sn'] ?? [account.login] };
  }

  function modificationsOf(patch: AccountPatch, difference: Readonly<Record<string, unknown>>, entry: LdapEntry): Modification[] {
    return writableAttributes.filter((name) => name in difference).flatMap((name): Modification[] => {
      const value = patch[name] ?? null;
      const attribute = names[name];
      // Other addresses that the entry has are not ours to throw away.
      const others = name === 'email' ? entry.all(attribute).slice(1) : [];
      const values = [...(value === null ? [] : [value]), ...others.filter((one) => one !== value)];
      return [{ operation: 'replace', attribute, values }];
    });
  }

  function enabledModifications(entry: LdapEntry, way: DisableWay, enabled: boolean): Modification[] {
    if (isActiveDirectory) {
      const before = entry.one('userAccountControl') ?? String(accountControl.normal);
      // Old value out, new value in: if somebody else changed a flag meanwhile, the directory refuses instead of losing it.
      return [
        { operation: 'delete', attribute: 'userAccountControl', values: [before] },
        { operation: 'add', attribute: 'userAccountControl', values: [String(withDisabled(Number(before), !enabled))] },
      ];
    }
    const attribute = way.kind === 'ppolicy' ? 'pwdAccountLockedTime' : way.name;
    return [{ operation: 'replace', attribute, values: enabled ? [] : [way.kind === 'ppolicy' ? lockedForGood : way.value] }];
  }

  async function takeOut(session: Session, groupDn: string, memberDn: string): Promise<void> {
    const out: Modification = { operation: 'delete', attribute: shape.memberAttribute, values: [memberDn] };
    try {
      await session.modify(groupDn, [out]);
    } catch (fault) {
      if (hasCode(fault, resultCode.noSuchAttribute)) return;
      // groupOfNames needs a member (RFC 4519 3.5): the placeholder takes the last place in the same step.
      if (!hasCode(fault, resultCode.schemaViolation)) throw fault;
      await session.modify(groupDn, [{ operation: 'add', attribute: shape.memberAttribute, values: [placeholder] }, out]);
    }
  }

  function setMember(context: CallContext, entitlement: string, principal: Reference, isWanted: boolean): Promise<Outcome> {
    return call(context, async (session) => {
      const group = await existing(session, { type: 'group', id: entitlement }, ['1.1']);
      const member = await findById(session, principal.id, ['1.1']);
      if (member === null) {
        if (isWanted) throw new ConnectorError('not_found', `there is no entry with the id \`${principal.id}\``);
        return already(principal);
      }
      const isGranted = await isMember(session, group.dn, member.dn);
      if (isGranted === isWanted) return already(principal);
      if (context.dryRun) return planned('modify', group.dn, { [shape.memberAttribute]: [isWanted ? null : member.dn, isWanted ? member.dn : null] }, principal);
      if (!isWanted) await takeOut(session, group.dn, member.dn);
      else {
        try {
          await session.modify(group.dn, [{ operation: 'add', attribute: shape.memberAttribute, values: [member.dn] }]);
        } catch (fault) {
          // Samba says 68 where the norm says 20.
          if (!hasCode(fault, resultCode.typeOrValueExists, resultCode.alreadyExists)) throw fault;
          return already(principal);
        }
      }
      return done(principal);
    });
  }

  async function writeSecret(session: Session, dn: string, value: string, thenControl?: number): Promise<void> {
    if (!isActiveDirectory) {
      await session.extended(oids.passwordModify, passwordModifyRequest(dn, value), true);
      return;
    }
    await session.modify(dn, [
      { operation: 'replace', attribute: 'unicodePwd', values: [unicodePassword(value)] },
      ...(thenControl === undefined ? [] : [{ operation: 'replace' as const, attribute: 'userAccountControl', values: [String(thenControl)] }]),
    ]);
  }

  async function keepNew(context: CallContext, session: Session, login: string): Promise<{ value: string; reference: string }> {
    if (!session.isPrivate) throw new ConnectorError('precondition', 'a password is not sent over a connection that is not encrypted: turn encryption on in the settings');
    if (secretKeeper === undefined) throw new ConnectorError('unsupported', 'there is no vault to keep a new secret in');
    // Active Directory asks for three of four kinds of characters; 256 random bits hold them, the ending makes it sure.
    const value = `${randomToken()}aA1-`;
    return { value, reference: await secretKeeper.keep({ operationId: context.operationId, login, value }) };
  }
}

async function knowsAttribute(session: Session, name: string): Promise<boolean> {
  const root = await session.read('', { attributes: ['subschemaSubentry'] });
  const schema = await session.read(root?.one('subschemaSubentry') ?? 'cn=Subschema', { attributes: ['attributeTypes'], filter: new EqualityFilter({ attribute: 'objectClass', value: 'subschema' }) });
  return schema?.all('attributeTypes').some((one) => one.includes(`'${name}'`)) ?? false;
}

function isGroupType(type: ResourceType): boolean {
  if (type !== 'account' && type !== 'group') throw new ConnectorError('unsupported', `a directory has no \`${type}\``);
  return type === 'group';
}

function refuseLogin(login: string, isActiveDirectory: boolean): void {
  refuseControlCharacters(login, 'login');
  if (login.trim() !== login || login === '') throw new ConnectorError('invalid', 'a directory drops spaces at the ends of a login: take them out');
  // The name goes into the DN, which servers keep as an index key of about 500 bytes.
  if (Buffer.byteLength(login) > 200) throw new ConnectorError('invalid', `\`${login.slice(0, 20)}…\` is too long for the name of an entry: choose a login of at most 200 bytes`);
  // MS-ADTS 3.1.1.8.1.6 and the 20 characters of sAMAccountName.
  if (isActiveDirectory && (login.length > 20 || /["/\\[\]:;|=,+*?<>@]/.test(login))) {
    throw new ConnectorError('invalid', `\`${login.slice(0, 40)}\` cannot be a login in Active Directory: at most 20 characters, none of " / \\ [ ] : ; | = , + * ? < > @`);
  }
}

function capabilitiesOf(settings: Settings, shape: DirectoryShape): Capabilities {
  const reading = { pageSizeMaximum: settings.pageSize, readConsistency: 'strong' as const, settleMs: 0 };
  const knowsSignIn = shape.flavour === 'active-directory' || settings.recordsSignIn;
  return {
    types: [
      {
        type: 'account', ...reading, removalIs: 'hard', initialSecrets: ['none', 'random'], writes: writableAttributes,
        knows: [...(knowsSignIn ? ['lastSignIn' as const] : []), ...(shape.flavour === 'active-directory' ? ['administrator' as const] : [])],
        operations: ['list', 'observe', 'create', 'update', 'disable', 'enable', 'remove', 'setSecret'],
        permissions: { list: ['read and search below the base'], create: ['add entries where new accounts go'], update: ['write the attributes'], disable: ['write the lock'], enable: ['write the lock'], remove: ['delete entries'], setSecret: ['set passwords'] },
      },
      { type: 'group', ...reading, operations: ['list', 'observe', 'grant', 'revoke'], permissions: { grant: [`write ${shape.memberAttribute}`], revoke: [`write ${shape.memberAttribute}`] }, knows: [] },
    ],
    changes: 'none',
    naturalKey: 'login',
    isByHand: false,
    rate: { concurrency: 4, scope: 'org' },
  };
}

export const ldapKind = defineConnectorKind({
  kind: 'ldap',
  title: 'LDAP directory',
  description: 'OpenLDAP and other directories with inetOrgPerson, or Active Directory: accounts, their lock, and group membership.',
  settings,
  secrets: [{ name: 'password', title: 'Password', description: 'The password of the entry that Bailiwick binds as.', isOptional: false }],
  build: (parsed, plugs) => ldapConnector(parsed, plugs.secretKeeper),
});
