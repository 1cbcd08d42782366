import { ConnectorError } from '../contract/connector-error.ts';
import type { Session } from './session.ts';

/*
 * What the catalogue of the server says. An account is a role that may log in, or once might: PostgreSQL knows no
 * disabled accounts, only roles without LOGIN, which is also what a group is. Our mark in the comment tells them apart.
 */
export const accountMark = '[bailiwick:account]';

export interface Role {
  readonly id: string;
  readonly name: string;
  readonly canLogin: boolean;
  readonly isSuperuser: boolean;
  readonly canCreateRoles: boolean;
  readonly canReplicate: boolean;
  readonly bypassesRowSecurity: boolean;
  readonly connectionLimit: number;
  /** ISO 8601, or `infinity` as PostgreSQL writes it. */
  readonly validUntil: string | null;
  readonly comment: string;
}

export interface Ourselves {
  readonly id: string;
  readonly name: string;
  /** 160004 for 16.4. */
  readonly version: number;
  readonly isSuperuser: boolean;
  readonly canCreateRoles: boolean;
  readonly canEndSessions: boolean;
  readonly canSeeSessions: boolean;
}

export async function ourselves(session: Session): Promise<Ourselves> {
  const [us] = await session.read<Ourselves & Record<string, unknown>>(
    `select oid::text as id, rolname as name, current_setting('server_version_num')::int as version, rolsuper as "isSuperuser",
            rolcreaterole as "canCreateRoles", pg_has_role(current_user, 'pg_signal_backend', 'usage') as "canEndSessions",
            pg_has_role(current_user, 'pg_read_all_stats', 'usage') as "canSeeSessions"
       from pg_roles where rolname = current_user`);
  if (us === undefined) throw new ConnectorError('auth', 'the server does not say who we are');
  return us;
}

const columns = `r.oid::text as id, r.rolname as name, r.rolcanlogin as "canLogin", r.rolsuper as "isSuperuser", r.rolcreaterole as "canCreateRoles",
  r.rolreplication as "canReplicate", r.rolbypassrls as "bypassesRowSecurity", r.rolconnlimit as "connectionLimit",
  to_char(r.rolvaliduntil at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "validUntil", coalesce(shobj_description(r.oid, 'pg_authid'), '') as comment`;

const isAccount = `(r.rolcanlogin or position('${accountMark}' in coalesce(shobj_description(r.oid, 'pg_authid'), '')) > 0)`;

/** Since 16 the maker of a role becomes a member who may only administer it: that gives no access. */
const givesAccess = (version: number, row: string): string => (version >= 160_000 ? `(${row}.inherit_option or ${row}.set_option)` : 'true');

/** Anything that is no oid belongs to no role: an id is looked up, never cast and hoped for. */
const isOid = (id: string): boolean => /^\d{1,10}$/.test(id) && Number(id) <= 4_294_967_295;

export async function findRole(session: Session, id: string): Promise<Role | null> {
  if (!isOid(id)) return null;
  const [role] = await session.read<Role & Record<string, unknown>>(`select ${columns} from pg_roles as r where r.oid = $1::oid`, [id]);
  return role ?? null;
}

export async function findRoleByName(session: Session, name: string): Promise<Role | null> {
  const [role] = await session.read<Role & Record<string, unknown>>(`select ${columns} from pg_roles as r where r.rolname = $1`, [name]);
  return role ?? null;
}

/**
 * Accounts, or whatever can be given: groups, the predefined roles, and accounts that somebody is a member of (being a
 * member of a superuser is a way to become one).
 */
export function listRoles(session: Session, us: Ourselves, type: 'account' | 'group', after: string, limit: number): Promise<readonly Role[]> {
  if (!isOid(after)) throw new ConnectorError('gone', 'this page token is not one of ours: begin again');
  const hasMembers = `exists (select from pg_auth_members as m where m.roleid = r.oid and ${givesAccess(us.version, 'm')})`;
  return session.read<Role & Record<string, unknown>>(
    `select ${columns} from pg_roles as r where r.oid > $1::oid and ${type === 'account' ? isAccount : `(not ${isAccount} or ${hasMembers})`} order by r.oid limit $2`, [after, limit]);
}

export function holdersOf(session: Session, us: Ourselves, groupId: string, after: string, limit: number): Promise<readonly { id: string; isAccount: boolean; grantors: string[] }[]> {
  if (!isOid(after)) throw new ConnectorError('gone', 'this page token is not one of ours: begin again');
  return session.read(
    `select r.oid::text as id, ${isAccount} as "isAccount", array_agg(distinct pg_get_userbyid(m.grantor)::text) as grantors
       from pg_auth_members as m join pg_roles as r on r.oid = m.member
      where m.roleid = $1::oid and r.oid > $2::oid and ${givesAccess(us.version, 'm')}
      group by r.oid, r.rolcanlogin order by r.oid limit $3`, [groupId, after, limit]);
}

export async function isMemberOf(session: Session, us: Ourselves, groupId: string, memberId: string): Promise<boolean> {
  if (!isOid(groupId) || !isOid(memberId)) return false;
  const rows = await session.read(`select 1 from pg_auth_members as m where m.roleid = $1::oid and m.member = $2::oid and ${givesAccess(us.version, 'm')} limit 1`, [groupId, memberId]);
  return rows.length > 0;
}

export async function openSessionsOf(session: Session, id: string): Promise<number> {
  if (!isOid(id)) return 0;
  const [row] = await session.read<{ count: number }>(`select count(*)::int as count from pg_stat_activity where usesysid = $1::oid and pid <> pg_backend_pid()`, [id]);
  return row?.count ?? 0;
}
