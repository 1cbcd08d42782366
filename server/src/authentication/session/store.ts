import { fragment, sql, type Fragment, type Tx } from '../../platform/db/index.ts';
import type { Session } from './session.ts';

const columns = fragment`s.id, s.person_id, s.assurance_level, s.methods, s.is_phishing_resistant, s.device, s.device_id, s.address, s.created_at, s.authenticated_at, s.last_seen_at, s.idle_expires_at, s.expires_at, s.ended_at, s.end_reason`;

/** What administrators chose instead of the defaults; read along with what needs it. */
export const setLimits = fragment`(select coalesce(jsonb_agg(jsonb_build_object('assuranceLevel', l.assurance_level, 'overallSeconds', l.overall_seconds, 'idleSeconds', l.idle_seconds)), '[]') from authn.session_limit l) as set_limits`;

export interface ReadSession extends Session {
  readonly displayName: string;
  readonly isBreakGlass: boolean;
}

/**
 * One question for the whole truth: the session is open, inside its limits, and its person is active NOW. A leaver is out
 * at the next request on every node, without anybody having told them (ASVS 7.4.2).
 */
export async function readOpenSession(tx: Tx, digest: Buffer, now: Date): Promise<ReadSession | null> {
  const [row] = await sql<ReadSession>(tx)`
    select ${columns}, c.display_name, p.is_break_glass
      from authn.session s
      join directory.person_standing p on p.person_id = s.person_id and p.is_active
      join directory.person_card c on c.person_id = s.person_id
     where s.digest = ${digest}
       and s.ended_at is null
       and s.expires_at > ${now}
       and s.idle_expires_at > ${now}`;
  return row ?? null;
}

/** Why the session of this secret ended, if it did since then. */
export async function endReasonOf(tx: Tx, digest: Buffer, since: Date): Promise<string | null> {
  const [row] = await sql<{ endReason: string | null }>(tx)`select end_reason from authn.session where digest = ${digest} and ended_at > ${since}`;
  return row?.endReason ?? null;
}

/** The same truth by id: for protocols that hold on to a session (refresh, introspection). */
export async function findSession(tx: Tx, id: string, now: Date): Promise<Session | null> {
  const [row] = await sql<Session>(tx)`
    select ${columns}
      from authn.session s
      join directory.person_standing p on p.person_id = s.person_id and p.is_active
     where s.id = ${id}
       and s.ended_at is null
       and s.expires_at > ${now}
       and s.idle_expires_at > ${now}`;
  return row ?? null;
}

/** A part of a statement: the row of a new session, where `when` holds. */
export const addingSession = (session: Session, digest: Buffer, when: Fragment): Fragment => fragment`
      insert into authn.session (id, digest, person_id, assurance_level, methods, is_phishing_resistant, device, device_id, address, created_at, authenticated_at, last_seen_at, idle_expires_at, expires_at)
      select ${session.id}::uuid, ${digest}::bytea, ${session.personId}::uuid, ${session.assuranceLevel}::smallint, ${[...session.methods]}::text[], ${session.isPhishingResistant}::boolean, ${session.device}::text, ${session.deviceId}::uuid,
             ${session.address}::text, ${session.createdAt}::timestamptz, ${session.authenticatedAt}::timestamptz, ${session.lastSeenAt}::timestamptz, ${session.idleExpiresAt}::timestamptz, ${session.expiresAt}::timestamptz
       where ${when}`;

/** No more than `atMost` stay open: those unused for longest end, with their tokens told as of any other (ASVS 7.1.2). */
export async function addSession(tx: Tx, session: Session, digest: Buffer, atMost: number, reason: string): Promise<readonly Ended[]> {
  return sql<Ended>(tx)`
    with added as (${addingSession(session, digest, fragment`true`)})
    update authn.session
       set ended_at = ${session.createdAt}, end_reason = ${reason}
     where id in (select id from authn.session where person_id = ${session.personId} and ended_at is null order by last_seen_at desc, id desc offset ${atMost - 1})
       and ended_at is null
 returning id, person_id`;
}

/** Writes what a fresh proof changed, with the new secret; false when the session has ended meanwhile, or was raised above it by somebody quicker. */
export async function raiseSession(tx: Tx, session: Session, digest: Buffer): Promise<boolean> {
  const rows = await sql<{ id: string }>(tx)`
    update authn.session
       set digest = ${digest}, assurance_level = ${session.assuranceLevel}, methods = ${[...session.methods]}, is_phishing_resistant = ${session.isPhishingResistant},
           address = ${session.address}, authenticated_at = ${session.authenticatedAt}, last_seen_at = ${session.lastSeenAt}, idle_expires_at = ${session.idleExpiresAt}, expires_at = ${session.expiresAt}
     where id = ${session.id} and ended_at is null and assurance_level <= ${session.assuranceLevel} and (not is_phishing_resistant or ${session.isPhishingResistant})
 returning id`;
  return rows.length > 0;
}

export async function markSeen(tx: Tx, id: string, now: Date, idleExpiresAt: Date): Promise<void> {
  await sql(tx)`update authn.session set last_seen_at = ${now}, idle_expires_at = least(${idleExpiresAt}, expires_at) where id = ${id} and ended_at is null and last_seen_at < ${now}`;
}

/** Open ones first, newest first. */
export async function sessionsOf(tx: Tx, personId: string, limit: number): Promise<readonly Session[]> {
  return sql<Session>(tx)`
    select ${columns}
      from authn.session s
     where s.person_id = ${personId}
     order by (s.ended_at is null) desc, s.created_at desc
     limit ${limit}`;
}

export interface Ended {
  readonly id: string;
  readonly personId: string;
}

/** `takesTokens`: what rests on it ends too, offline access included; judged by whoever reads a token. */
export async function endSession(tx: Tx, id: string, personId: string, at: Date, reason: string, takesTokens = false): Promise<Ended | null> {
  const [row] = await sql<Ended>(tx)`
    update authn.session
       set ended_at = ${at}, end_reason = ${reason}, takes_tokens = ${takesTokens}
     where id = ${id} and person_id = ${personId} and ended_at is null
 returning id, person_id`;
  return row ?? null;
}

/** What rests on sessions that ended before ends as well: offline access outlives them. Returns how many had not been told so yet. */
export async function takeTokensOfEnded(tx: Tx, personId: string, keep: string | null): Promise<number> {
  const rows = await sql<{ id: string }>(tx)`update authn.session set takes_tokens = true where person_id = ${personId} and ended_at is not null and not takes_tokens and id is distinct from ${keep}::uuid returning id`;
  return rows.length;
}

/** Every open session of a person, but for `keep`, and what rests on them. */
export async function endSessionsOf(tx: Tx, personId: string, keep: string | null, at: Date, reason: string): Promise<readonly Ended[]> {
  return sql<Ended>(tx)`
    update authn.session
       set ended_at = ${at}, end_reason = ${reason}, takes_tokens = true
     where person_id = ${personId} and ended_at is null and id is distinct from ${keep}::uuid
 returning id, person_id`;
}

/** Every open session of everybody, but for `keep`, and what rests on those and on all that ended before. `offline`: people who had nothing left but that. */
export async function endEverySession(tx: Tx, keep: string | null, at: Date, reason: string): Promise<{ readonly ended: readonly Ended[]; readonly offline: readonly string[] }> {
  const ended = await sql<Ended>(tx)`
    update authn.session
       set ended_at = ${at}, end_reason = ${reason}, takes_tokens = true
     where ended_at is null and id is distinct from ${keep}::uuid
 returning id, person_id`;
  const before = await sql<{ personId: string }>(tx)`
    with taken as (update authn.session set takes_tokens = true where ended_at is not null and not takes_tokens and id is distinct from ${keep}::uuid returning person_id)
    select distinct person_id from taken`;
  return { ended, offline: before.map((one) => one.personId) };
}

export async function openSessionCount(tx: Tx, personId: string, now: Date): Promise<number> {
  const [row] = await sql<{ count: number }>(tx)`
    select count(*)::integer as count
      from authn.session
     where person_id = ${personId} and ended_at is null and expires_at > ${now} and idle_expires_at > ${now}`;
  return row?.count ?? 0;
}

/** Those whose time is over, to be closed with their reason so that protocols above hear of it. */
export async function endExpiredSessions(tx: Tx, now: Date, limit: number): Promise<readonly (Ended & { readonly endReason: string })[]> {
  return sql<Ended & { endReason: string }>(tx)`
    update authn.session
       set ended_at = ${now}, end_reason = case when expires_at <= ${now} then 'the longest time for a session is over' else 'unused for too long' end
     where id in (select id from authn.session where ended_at is null and (expires_at <= ${now} or idle_expires_at <= ${now}) order by expires_at limit ${limit} for update skip locked)
 returning id, person_id, end_reason`;
}

export async function forgetSessions(tx: Tx, endedBefore: Date): Promise<void> {
  await sql(tx)`delete from authn.session where ended_at < ${endedBefore}`;
}

export interface Subject {
  readonly personId: string;
  readonly isActive: boolean;
  readonly username: string;
  readonly displayName: string;
  readonly workEmail: string | null;
  readonly privateEmail: string | null;
  readonly title: string | null;
  readonly department: string | null;
  /** See privileged/README.md. */
  readonly isBreakGlass: boolean;
}

export const subjectColumns = fragment`p.person_id, p.is_active, p.is_break_glass, p.username, c.display_name, c.work_email, c.private_email, c.title, c.department`;

const subject = fragment`
    select ${subjectColumns}
      from directory.person_standing p
      join directory.person_card c on c.person_id = p.person_id`;

export async function findSubject(tx: Tx, personId: string): Promise<Subject | null> {
  const [row] = await sql<Subject>(tx)`${subject} where p.person_id = ${personId}`;
  return row ?? null;
}

export async function findSubjectByUsername(tx: Tx, username: string): Promise<Subject | null> {
  const [row] = await sql<Subject>(tx)`${subject} where lower(p.username) = lower(${username})`;
  return row ?? null;
}
