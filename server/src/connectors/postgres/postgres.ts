import pg from 'pg';
import { z } from 'zod';
import { randomToken } from '../../platform/crypto/index.ts';
import { hostSetting } from '../contract/address.ts';
import { ConnectorError } from '../contract/connector-error.ts';
import { defineConnectorKind, type SecretKeeper } from '../contract/connector-kind.ts';
import type { CallContext, Capabilities, Connector, Grant, Observation, Outcome, Page, Reference, Resource } from '../contract/connector.ts';
import { observation } from '../contract/digest.ts';
import { already, differenceOf, done, planned, refuseControlCharacters, refuseUnknown } from '../contract/plan.ts';
import { scramVerifier } from './scram-verifier.ts';
import { withSession, type Session } from './session.ts';
import { accountMark, findRole, findRoleByName, holdersOf, isMemberOf, listRoles, openSessionsOf, ourselves, type Ourselves, type Role } from './role-catalogue.ts';

const settings = z.object({
  host: hostSetting({ allowsSocketFolder: true }).meta({ title: 'Host', description: 'The name or address of the server, or the folder of its unix socket.' }),
  port: z.number().int().min(1).max(65_535).default(5_432).meta({ title: 'Port', description: 'PostgreSQL listens on 5432 unless told otherwise.' }),
  database: z.string().min(1).max(63).default('postgres').meta({ title: 'Database', description: 'The one to connect to. Roles belong to the whole server.' }),
  userName: z.string().min(1).max(63).meta({ title: 'Our role', description: 'A superuser, or a role with CREATEROLE, a member of pg_signal_backend and pg_read_all_stats, with ADMIN OPTION on the groups to be given.' }),
  encryption: z.enum(['verify', 'require', 'off']).default('verify').meta({ title: 'Encryption', description: '`verify` checks the certificate; `off` is for unix sockets and loopback.' }),
  certificateAuthority: z.string().max(100_000).default('').meta({ title: 'Certificate authority (PEM)', description: 'Only if the certificate is not signed by a public one.' }),
  reassignOwnedTo: z.string().max(63).default('').meta({ title: 'Successor of owned objects', description: 'On removal, what the role owns in this database goes to this role. Empty: a role that owns something is not removed.' }),
  pageSize: z.number().int().min(1).max(1_000).default(500).meta({ title: 'Page size', description: 'How many roles are read at once.' }),
  timeoutMs: z.number().int().min(100).max(120_000).default(15_000).meta({ title: 'Time limit (ms)', description: 'How long one statement may take.' }),
});
type Settings = z.output<typeof settings>;

const quoted = pg.escapeIdentifier;

export function postgresConnector(settings: Settings, secretKeeper?: SecretKeeper): Connector {
  const call = <T>(context: CallContext, work: (session: Session, us: Ourselves) => Promise<T>): Promise<T> =>
    withSession(context, settings, async (session) => work(session, await ourselves(session)));

  async function existing(session: Session, reference: Reference): Promise<Role> {
    const role = await findRole(session, reference.id);
    if (role === null) throw new ConnectorError('not_found', `there is no role with oid \`${reference.id}\``);
    return role;
  }

  /** Locking ourselves or the founder of the cluster out would leave nobody to undo it. */
  function refuseOurOwn(role: Role, us: Ourselves): void {
    if (role.id === us.id || role.id === '10') throw new ConnectorError('precondition', `\`${role.name}\` is ${role.id === us.id ? 'the role that Bailiwick itself uses' : 'the founding superuser'}: change it by hand if you must`);
  }

  return {
    kind: 'postgres',
    version: '1',
    capabilities: () => capabilitiesOf(settings),

    check: (context) => call(context, async (session, us) => {
      const missing = [
        ...(us.isSuperuser || us.canCreateRoles ? [] : ['CREATEROLE']),
        ...(us.isSuperuser || us.canEndSessions ? [] : ['membership in pg_signal_backend']),
        ...(us.canSeeSessions ? [] : ['membership in pg_read_all_stats']),
      ];
      const stuck = us.isSuperuser ? [] : await session.read<{ name: string }>(
        `select rolname as name from pg_roles where not rolcanlogin and rolname !~ '^pg_' and not pg_has_role(current_user, oid, 'MEMBER WITH ADMIN OPTION') order by 1 limit 21`);
      const warnings = [
        ...(stuck.length === 0 ? [] : [`without ADMIN OPTION these groups can be neither given nor taken: ${stuck.slice(0, 20).map((one) => one.name).join(', ')}${stuck.length > 20 ? ', …' : ''}`]),
        ...(us.isSuperuser ? ['our role is a superuser: CREATEROLE, pg_signal_backend and ADMIN OPTION on the groups would be enough'] : []),
      ];
      const granted = us.isSuperuser ? ['superuser'] : [...(us.canCreateRoles ? ['CREATEROLE'] : []), ...(us.canEndSessions ? ['pg_signal_backend'] : [])];
      return { isReady: missing.length === 0, identity: us.name, granted, missing, warnings };
    }),

    list: (context, type, request): Promise<Page<Resource>> => call(context, async (session, us) => {
      if (type !== 'account' && type !== 'group') throw new ConnectorError('unsupported', `PostgreSQL has no \`${type}\``);
      const size = Math.min(request.size ?? settings.pageSize, settings.pageSize);
      const wanted = type === 'account' ? 'account' : 'group';
      const roles = await listRoles(session, us, wanted, request.token ?? '0', size + 1);
      const items = roles.slice(0, size).map((role) => resourceOf(role, wanted, context.now()));
      const last = items.at(-1);
      return { items, isComplete: true, ...(roles.length > size && last !== undefined ? { next: last.id } : {}) };
    }),

    entitlements: (context, on) => call(context, async (session) => {
      const role = await existing(session, on);
      return {
        items: [{
          id: role.id, on, slug: 'member', name: role.name, purpose: 'membership', grantableTo: ['account', 'group'],
          risk: isPrivileged(role) ? 'privileged' : 'low', ...(role.name === 'pg_database_owner' ? { isImmutable: true } : {}),
        }],
        isComplete: true,
      };
    }),

    grants: (context, on, request): Promise<Page<Grant>> => call(context, async (session, us) => {
      const role = await existing(session, on);
      const size = Math.min(request.size ?? settings.pageSize, settings.pageSize);
      const holders = await holdersOf(session, us, role.id, request.token ?? '0', size + 1);
      const items = holders.slice(0, size).map((holder): Grant => ({
        entitlement: role.id, principal: { type: holder.isAccount ? 'account' : 'group', id: holder.id }, sources: holder.grantors, ...(holder.isAccount ? {} : { isExpandable: true }),
      }));
      const last = items.at(-1);
      return { items, isComplete: true, ...(holders.length > size && last !== undefined ? { next: last.principal.id } : {}) };
    }),

    observe: (context, target): Promise<Observation> => call(context, async (session, us) => {
      const reference = 'resource' in target ? target.resource : 'principal' in target ? target.principal : target.sessionsOf;
      const role = await findRole(session, reference.id);
      const seen = { exists: role !== null, via: `pg_roles, oid ${reference.id}`, consistency: 'strong' as const, observedAt: context.now().toISOString() };
      if ('sessionsOf' in target) {
        return observation({ ...seen, via: `pg_stat_activity, usesysid ${reference.id}`, openSessions: await openSessionsOf(session, reference.id) });
      }
      if ('entitlement' in target) {
        return observation({ ...seen, via: `pg_auth_members, roleid ${target.entitlement}, member ${reference.id}`, isGranted: await isMemberOf(session, us, target.entitlement, reference.id) });
      }
      return observation(role === null ? seen : { ...seen, resource: resourceOf(role, target.resource.type === 'group' ? 'group' : 'account', context.now()) });
    }),

    create: (context, account) => call(context, async (session) => {
      refuseName(account.login);
      const found = await findRoleByName(session, account.login);
      if (found !== null) return taken(found, context);
      if (context.dryRun) return planned('create role', account.login, { exists: [false, true], login: [null, account.login] });
      if (account.initialSecret === 'invite') throw new ConnectorError('unsupported', 'PostgreSQL cannot invite: choose a random first secret, or none');
      const secret = account.initialSecret === 'random' ? await keepNew(context, account.login) : null;
      const password = secret === null ? '' : ` password ${pg.escapeLiteral(await scramVerifier(secret.value))}`;
      try {
        await session.write(`create role ${quoted(account.login)} login${password}; comment on role ${quoted(account.login)} is ${pg.escapeLiteral(accountMark)}`);
      } catch (fault) {
        // Somebody, perhaps ourselves on another node, was faster: 42710, or 23505 when both were in flight.
        const isTaken = fault instanceof pg.DatabaseError && (fault.code === '42710' || fault.code === '23505');
        const winner = isTaken ? await findRoleByName(session, account.login) : null;
        if (winner === null) throw fault;
        return taken(winner, context);
      }
      const made = await findRoleByName(session, account.login);
      if (made === null) throw new ConnectorError('ambiguous', `\`${account.login}\` was created and cannot be found: observe before repeating it`);
      return done({ type: 'account', id: made.id }, secret === null ? {} : { secretReference: secret.reference });
    }),

    update: (context, reference, patch) => call(context, async (session, us) => {
      refuseUnknown(patch, ['login'], 'PostgreSQL');
      const role = await existing(session, reference);
      const difference = differenceOf(patch, { login: role.name });
      const { login } = patch;
      if (Object.keys(difference).length === 0 || login === undefined) return already(reference);
      if (login === null) throw new ConnectorError('invalid', 'a role needs a name');
      refuseName(login);
      refuseOurOwn(role, us);
      if (context.dryRun) return planned('alter role', role.name, difference, reference);
      await session.write(`alter role ${quoted(role.name)} rename to ${quoted(login)}`);
      return done(reference);
    }),

    setEnabled: (context, reference, enabled) => call(context, async (session, us) => {
      const role = await existing(session, reference);
      if (role.canLogin === enabled) return already(reference);
      if (!enabled) refuseOurOwn(role, us);
      if (context.dryRun) return planned('alter role', role.name, { login: [role.canLogin, enabled] }, reference);
      // A role that may not log in looks like a group; the mark keeps it on the list of accounts.
      const mark = role.comment.includes(accountMark) ? '' : `; comment on role ${quoted(role.name)} is ${pg.escapeLiteral(`${role.comment} ${accountMark}`.trim())}`;
      await session.write(`alter role ${quoted(role.name)} ${enabled ? 'login' : 'nologin'}${mark}`);
      return done(reference);
    }),

    remove: (context, reference) => call(context, async (session, us) => {
      const role = await findRole(session, reference.id);
      if (role === null) return already(reference);
      refuseOurOwn(role, us);
      if (context.dryRun) return planned('drop role', role.name, { exists: [true, false] }, reference);
      const successor = settings.reassignOwnedTo === '' ? '' : `reassign owned by ${quoted(role.name)} to ${quoted(settings.reassignOwnedTo)}; drop owned by ${quoted(role.name)}; `;
      try {
        await session.write(`${successor}drop role ${quoted(role.name)}`);
      } catch (fault) {
        if (fault instanceof pg.DatabaseError && fault.code === '2BP01') {
          throw new ConnectorError('precondition', `\`${role.name}\` still owns objects or rights: give them to a successor in every database (reassign owned, drop owned), then remove it`);
        }
        if (!(fault instanceof pg.DatabaseError && fault.code === '42704')) throw fault;
        return already(reference);
      }
      return done(reference);
    }),

    grant: (context, entitlement, principal) => setMember(context, entitlement, principal, true),
    revoke: (context, entitlement, principal) => setMember(context, entitlement, principal, false),

    revokeSessions: (context, reference) => call(context, async (session, us) => {
      const role = await existing(session, reference);
      refuseOurOwn(role, us);
      const open = await openSessionsOf(session, role.id);
      if (open === 0) return already(reference);
      if (context.dryRun) return planned('pg_terminate_backend', role.name, { openSessions: [open, 0] }, reference);
      // Since PostgreSQL 14 the call itself waits until the process is gone.
      const wait = us.version >= 140_000 ? `, ${Math.min(5_000, settings.timeoutMs)}` : '';
      const ended = await session.write<{ isOver: boolean }>(
        `select pg_terminate_backend(pid${wait}) as "isOver" from pg_stat_activity where usesysid = $1::oid and pid <> pg_backend_pid()`, [role.id]);
      const alive = ended.filter((one) => !one.isOver).length;
      if (alive > 0) throw new ConnectorError('transient', `${alive} of ${ended.length} sessions of \`${role.name}\` have not ended yet`);
      return done(reference, { note: `${ended.length} sessions ended` });
    }),

    setSecret: (context, reference, source) => call(context, async (session, us) => {
      const role = await existing(session, reference);
      refuseOurOwn(role, us);
      if (context.dryRun) return planned('alter role', role.name, { password: ['(kept)', '(new)'] }, reference);
      const secret = source === 'random' ? await keepNew(context, role.name) : { value: await context.secret(source.reference), reference: source.reference };
      await session.write(`alter role ${quoted(role.name)} password ${pg.escapeLiteral(await scramVerifier(secret.value))}`);
      return done(reference, { secretReference: secret.reference });
    }),

    /**
     * The sessions that are open now and were not at the last reading. A sample: who came and went between two readings
     * was not seen, so this proves use and never the lack of it.
     */
    usage: (context, feed, cursor) => call(context, async (session, us) => {
      if (feed !== 'sign-ins') throw new ConnectorError('unsupported', `PostgreSQL has no feed \`${feed}\`: it has \`sign-ins\``);
      // PostgreSQL would answer with empty columns, and an empty answer would read as nobody having been there.
      if (!us.canSeeSessions) throw new ConnectorError('permission', 'our role may not see when sessions began: make it a member of pg_read_all_stats');
      if (cursor !== undefined && !/^\d{1,18}$/.test(cursor)) throw new ConnectorError('gone', 'this cursor is not one of ours: begin again');
      const rows = await session.read<{ id: string; account: string; at: Date; position: string }>(
        `select pid::text || '-' || position as id, usesysid::text as account, backend_start as at, position
           from (select *, (extract(epoch from backend_start) * 1000000)::bigint::text as position from pg_stat_activity) as activity
          where usesysid is not null and usesysid <> $1::oid and position::bigint > $2::bigint
          order by position::bigint, pid limit 1000`, [us.id, cursor ?? '0']);
      return {
        items: rows.map((row) => ({ id: row.id, at: row.at.toISOString(), actor: { type: 'account', id: row.account }, kind: 'sign_in' as const })),
        cursor: rows.at(-1)?.position ?? cursor ?? '0',
        warnings: ['only sessions that are open at the moment of reading are seen'],
      };
    }),
  };

  function setMember(context: CallContext, entitlement: string, principal: Reference, isWanted: boolean): Promise<Outcome> {
    return call(context, async (session, us) => {
      const group = await existing(session, { type: 'group', id: entitlement });
      const member = await findRole(session, principal.id);
      if (member === null) {
        if (isWanted) throw new ConnectorError('not_found', `there is no role with oid \`${principal.id}\``);
        return already(principal);
      }
      const isGranted = await isMemberOf(session, us, group.id, member.id);
      if (isGranted === isWanted) return already(principal);
      if (context.dryRun) return planned(isWanted ? 'grant' : 'revoke', `${group.name} ${isWanted ? 'to' : 'from'} ${member.name}`, { isGranted: [isGranted, isWanted] }, principal);
      if (isWanted) await session.write(`grant ${quoted(group.name)} to ${quoted(member.name)}`);
      else {
        // Since 16 a membership exists once per grantor, and a plain revoke takes back only our own.
        const grantors = us.version < 160_000 ? [] : await session.read<{ name: string }>(
          `select distinct pg_get_userbyid(grantor) as name from pg_auth_members where roleid = $1::oid and member = $2::oid and (inherit_option or set_option)`, [group.id, member.id]);
        const each = grantors.length === 0 ? [''] : grantors.map((one) => ` granted by ${quoted(one.name)}`);
        await session.write(each.map((by) => `revoke ${quoted(group.name)} from ${quoted(member.name)}${by}`).join('; '));
      }
      return done(principal);
    });
  }

  async function keepNew(context: CallContext, login: string): Promise<{ value: string; reference: string }> {
    if (secretKeeper === undefined) throw new ConnectorError('unsupported', 'there is no vault to keep a new secret in');
    const value = randomToken();
    return { value, reference: await secretKeeper.keep({ operationId: context.operationId, login, value }) };
  }
}

/** A group by that name is not the person's account: linking them would give a whole team to one person. */
function taken(role: Role, context: CallContext): Outcome {
  if (!role.canLogin && !role.comment.includes(accountMark)) throw new ConnectorError('conflict', `\`${role.name}\` is a group in this server: choose another login`);
  return already({ type: 'account', id: role.id }, { resource: resourceOf(role, 'account', context.now()) });
}

/** PostgreSQL cuts longer names short without an error, and two people would share one role. */
function refuseName(login: string): void {
  refuseControlCharacters(login, 'login');
  if (login === '') throw new ConnectorError('invalid', 'a role needs a name');
  if (Buffer.byteLength(login) > 63) throw new ConnectorError('invalid', `\`${login.slice(0, 20)}…\` is longer than the 63 bytes that PostgreSQL keeps: choose a shorter login`);
  if (login.startsWith('pg_')) throw new ConnectorError('invalid', `names that begin with \`pg_\` belong to PostgreSQL itself: choose another login`);
}

const powerful = new Set(['pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files', 'pg_write_all_data', 'pg_read_all_data', 'pg_maintain', 'pg_signal_backend']);
const isPrivileged = (role: Role): boolean => role.isSuperuser || role.canCreateRoles || role.bypassesRowSecurity || role.canReplicate || powerful.has(role.name);

function resourceOf(role: Role, type: 'account' | 'group', now: Date): Resource {
  const attributes = {
    isSuperuser: role.isSuperuser, canCreateRoles: role.canCreateRoles, canReplicate: role.canReplicate, bypassesRowSecurity: role.bypassesRowSecurity,
    validUntil: role.validUntil, connectionLimit: role.connectionLimit, comment: role.comment,
  };
  const shared = { id: role.id, name: role.name, nativeType: 'role', attributes };
  if (type === 'group') return { type, ...shared };
  const isExpired = role.validUntil !== null && Date.parse(role.validUntil) < now.getTime();
  return {
    type, ...shared,
    account: {
      login: role.name, emails: [], status: role.canLogin ? 'active' : 'disabled', kind: 'unknown', isAdministrator: isPrivileged(role), profile: { login: role.name },
      ...(role.canLogin && isExpired ? { statusDetail: 'its password has expired; other ways of signing in still work' } : {}),
    },
  };
}

function capabilitiesOf(settings: Settings): Capabilities {
  const reading = { pageSizeMaximum: settings.pageSize, readConsistency: 'strong' as const, settleMs: 0 };
  return {
    types: [
      {
        type: 'account', ...reading, removalIs: 'hard', initialSecrets: ['none', 'random'], writes: ['login'], knows: ['administrator', 'sessions'],
        operations: ['list', 'observe', 'usage', 'create', 'update', 'disable', 'enable', 'remove', 'revokeSessions', 'setSecret'],
        permissions: {
          usage: ['membership in pg_read_all_stats'], create: ['CREATEROLE'], update: ['CREATEROLE'], disable: ['CREATEROLE'], enable: ['CREATEROLE'], remove: ['CREATEROLE'], setSecret: ['CREATEROLE'],
          revokeSessions: ['membership in pg_signal_backend'],
        },
      },
      { type: 'group', ...reading, operations: ['list', 'observe', 'grant', 'revoke'], permissions: { grant: ['ADMIN OPTION on the group'], revoke: ['ADMIN OPTION on the group'] }, knows: [] },
    ],
    changes: 'none',
    naturalKey: 'login',
    isByHand: false,
    rate: { concurrency: 2, scope: 'org' },
  };
}

export const postgresKind = defineConnectorKind({
  kind: 'postgres',
  title: 'PostgreSQL',
  description: 'The roles of a PostgreSQL server: made, given to groups, barred from logging in, and their open sessions ended.',
  settings,
  secrets: [{ name: 'password', title: 'Password', description: 'The password of our role.', isOptional: false }],
  build: (parsed, plugs) => postgresConnector(parsed, plugs.secretKeeper),
});
