import { fragment, sql, type Tx } from '../../platform/db/index.ts';
import { subjectColumns, type Subject } from '../session/store.ts';
import type { Purpose } from '../sign-in/sign-in.ts';
import type { AssuranceLevel } from '../sign-in/strength.ts';
import type { Issuer, Named } from './issuer.ts';
import { readCertificate } from './read-certificate.ts';
import type { EndReason, RevocationList } from './read-list.ts';

interface IssuerRow extends Omit<Issuer, 'certificate'> {
  readonly certificate: Buffer;
}
const issuerColumns = fragment`i.id, i.name, i.certificate, i.authority_id, i.names_by, i.principal_suffix, i.is_user_verified, i.is_hardware_bound, i.required_policy, i.revocation, i.crl_url, i.ocsp_url, i.accepts_unknown, i.added_at, i.added_by_name`;

/** A certificate that cannot be read any more (a newer, stricter parser) is nobody's anchor. */
const asIssuer = (row: IssuerRow): Issuer[] => {
  const certificate = readCertificate(row.certificate);
  return certificate ? [{ ...row, certificate }] : [];
};

export async function listIssuers(tx: Tx): Promise<readonly Issuer[]> {
  return (await sql<IssuerRow>(tx)`select ${issuerColumns} from authn.certificate_issuer i where i.ended_at is null order by i.added_at, i.id`).flatMap(asIssuer);
}

export async function findIssuer(tx: Tx, id: string): Promise<Issuer | null> {
  return (await sql<IssuerRow>(tx)`select ${issuerColumns} from authn.certificate_issuer i where i.id = ${id} and i.ended_at is null`).flatMap(asIssuer)[0] ?? null;
}

export interface NewIssuer extends Omit<Issuer, 'certificate'> {
  readonly certificate: Buffer;
  readonly fingerprint: Buffer;
}

export async function addIssuer(tx: Tx, one: NewIssuer): Promise<boolean> {
  const rows = await sql<{ id: string }>(tx)`
    insert into authn.certificate_issuer (id, name, certificate, fingerprint, authority_id, names_by, principal_suffix, is_user_verified, is_hardware_bound, required_policy, revocation, crl_url, ocsp_url, accepts_unknown, added_at, added_by_name)
         values (${one.id}, ${one.name}, ${one.certificate}, ${one.fingerprint}, ${one.authorityId}, ${one.namesBy}, ${one.principalSuffix}, ${one.isUserVerified}, ${one.isHardwareBound}, ${one.requiredPolicy}, ${one.revocation},
                 ${one.crlUrl}, ${one.ocspUrl}, ${one.acceptsUnknown}, ${one.addedAt}, ${one.addedByName})
    on conflict (fingerprint) where ended_at is null do nothing
      returning id`;
  return rows.length > 0;
}

export async function endIssuer(tx: Tx, id: string, now: Date): Promise<boolean> {
  return (await sql<{ id: string }>(tx)`update authn.certificate_issuer set ended_at = ${now} where id = ${id} and ended_at is null returning id`).length > 0;
}

export async function countOfIssuer(tx: Tx, id: string): Promise<number> {
  const [row] = await sql<{ held: number }>(tx)`select count(*)::integer as held from authn.certificate where issuer_id = ${id} and ended_at is null and person_id is not null`;
  return row!.held;
}

export interface StoredCertificate {
  readonly id: string;
  readonly personId: string | null;
  readonly issuerId: string;
  readonly issuerName: string;
  readonly source: 'issued' | 'registered' | 'seen';
  readonly name: string;
  readonly certificate: Buffer;
  readonly serial: string;
  readonly subject: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly addedAt: Date;
  readonly addedByName: string;
  readonly lastUsedAt: Date | null;
  readonly replacedBy: string | null;
  readonly endedAt: Date | null;
  readonly endReason: EndReason | null;
  readonly isUserVerified: boolean;
  readonly isHardwareBound: boolean;
  readonly isOurOwn: boolean;
  readonly isIssuerGone: boolean;
}
const certificateColumns = fragment`c.id, c.person_id, c.issuer_id, i.name as issuer_name, c.source, c.name, c.certificate, c.serial, c.subject, c.not_before, c.not_after, c.added_at, c.added_by_name, c.last_used_at, c.replaced_by, c.ended_at, c.end_reason,
           i.is_user_verified, i.is_hardware_bound, i.authority_id is not null as is_our_own, i.ended_at is not null as is_issuer_gone`;

export async function findByFingerprint(tx: Tx, fingerprint: Buffer): Promise<StoredCertificate | null> {
  const [row] = await sql<StoredCertificate>(tx)`select ${certificateColumns} from authn.certificate c join authn.certificate_issuer i on i.id = c.issuer_id where c.fingerprint = ${fingerprint}`;
  return row ?? null;
}

export async function findCertificate(tx: Tx, id: string): Promise<StoredCertificate | null> {
  const [row] = await sql<StoredCertificate>(tx)`select ${certificateColumns} from authn.certificate c join authn.certificate_issuer i on i.id = c.issuer_id where c.id = ${id} for update of c`;
  return row ?? null;
}

/** Open ones first, newest first. */
export async function certificatesOf(tx: Tx, personId: string): Promise<readonly StoredCertificate[]> {
  return sql<StoredCertificate>(tx)`
    select ${certificateColumns}
      from authn.certificate c
      join authn.certificate_issuer i on i.id = c.issuer_id
     where c.person_id = ${personId}
     order by (c.ended_at is null) desc, c.added_at desc, c.id desc
     limit 100`;
}

export interface ListedCertificate extends StoredCertificate {
  readonly personName: string | null;
}

export async function listCertificates(tx: Tx, filter: { readonly search: string | null; readonly isOpen: boolean | null; readonly after: string | null; readonly limit: number }): Promise<readonly ListedCertificate[]> {
  const words = filter.search === null ? null : `%${filter.search.toLowerCase().replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
  return sql<ListedCertificate>(tx)`
    select ${certificateColumns}, p.display_name as person_name
      from authn.certificate c
      join authn.certificate_issuer i on i.id = c.issuer_id
      left join directory.person_card p on p.person_id = c.person_id
     where (${words}::text is null or lower(p.display_name) like ${words} or lower(c.name) like ${words} or lower(c.subject) like ${words} or c.serial like ${words})
       and (${filter.isOpen}::boolean is null or (c.ended_at is null) = ${filter.isOpen})
       and (${filter.after}::uuid is null or c.id < ${filter.after})
     order by c.id desc
     limit ${filter.limit}`;
}

export interface NewCertificate {
  readonly id: string;
  readonly personId: string;
  readonly issuerId: string;
  readonly source: StoredCertificate['source'];
  readonly name: string;
  readonly certificate: Buffer;
  readonly fingerprint: Buffer;
  readonly serial: string;
  readonly authorityKey: Buffer;
  readonly subject: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly addedAt: Date;
  readonly addedByName: string;
  readonly lastUsedAt: Date | null;
}

export async function addCertificate(tx: Tx, one: NewCertificate): Promise<boolean> {
  const rows = await sql<{ id: string }>(tx)`
    insert into authn.certificate (id, person_id, issuer_id, source, name, certificate, fingerprint, serial, authority_key, subject, not_before, not_after, added_at, added_by_name, last_used_at)
         values (${one.id}, ${one.personId}, ${one.issuerId}, ${one.source}, ${one.name}, ${one.certificate}, ${one.fingerprint}, ${one.serial}, ${one.authorityKey}, ${one.subject}, ${one.notBefore}, ${one.notAfter},
                 ${one.addedAt}, ${one.addedByName}, ${one.lastUsedAt})
    on conflict (fingerprint) do nothing
      returning id`;
  return rows.length > 0;
}

/** An administrator gives a certificate of another authority back to whom it belonged; never one that we issued and revoked, and never a stolen key. */
export async function reopenCertificate(tx: Tx, fingerprint: Buffer, one: Pick<NewCertificate, 'personId' | 'name' | 'addedAt' | 'addedByName'>): Promise<string | null> {
  const [row] = await sql<{ id: string }>(tx)`
    update authn.certificate
       set person_id = ${one.personId}, name = ${one.name}, source = 'registered', added_at = ${one.addedAt}, added_by_name = ${one.addedByName}, ended_at = null, end_reason = null
     where fingerprint = ${fingerprint} and source <> 'issued' and ended_at is not null and end_reason <> 'key_compromise' and (person_id is null or person_id = ${one.personId})
 returning id`;
  return row?.id ?? null;
}

/** Only while it is this person's, has not ended, and its issuer is still listed. */
export async function markCertificateUsed(tx: Tx, fingerprint: Buffer, personId: string, now: Date): Promise<boolean> {
  const rows = await sql<{ id: string }>(tx)`
    update authn.certificate c
       set last_used_at = ${now}
      from authn.certificate_issuer i
     where c.fingerprint = ${fingerprint} and c.person_id = ${personId} and c.ended_at is null and i.id = c.issuer_id and i.ended_at is null
 returning c.id`;
  return rows.length > 0;
}

export interface EndedCertificate {
  readonly id: string;
  readonly personId: string | null;
  readonly name: string;
  readonly serial: string;
  readonly authorityId: string | null;
}

export async function endCertificate(tx: Tx, id: string, reason: EndReason, now: Date): Promise<EndedCertificate | null> {
  const [row] = await sql<EndedCertificate>(tx)`
    update authn.certificate c
       set ended_at = ${now}, end_reason = ${reason}
      from authn.certificate_issuer i
     where c.id = ${id} and c.ended_at is null and i.id = c.issuer_id
 returning c.id, c.person_id, c.name, c.serial, i.authority_id`;
  return row ?? null;
}

export async function endCertificatesOf(tx: Tx, personId: string, reason: EndReason, now: Date): Promise<readonly EndedCertificate[]> {
  return sql<EndedCertificate>(tx)`
    update authn.certificate c
       set ended_at = ${now}, end_reason = ${reason}
      from authn.certificate_issuer i
     where c.person_id = ${personId} and c.ended_at is null and i.id = c.issuer_id
 returning c.id, c.person_id, c.name, c.serial, i.authority_id`;
}

/** What the newest list of their authority names. */
export async function endRevoked(tx: Tx, listId: string, now: Date): Promise<readonly (EndedCertificate & { readonly reason: EndReason })[]> {
  return sql<EndedCertificate & { reason: EndReason }>(tx)`
    update authn.certificate c
       set ended_at = ${now}, end_reason = r.reason
      from authn.revoked_serial r
      join authn.revocation_list l on l.id = r.list_id
     where r.list_id = ${listId} and c.issuer_id = l.issuer_id and c.authority_key = l.authority_key and c.serial = r.serial and c.ended_at is null
 returning c.id, c.person_id, c.name, c.serial, null::uuid as authority_id, r.reason`;
}

export async function endExpired(tx: Tx, now: Date): Promise<readonly EndedCertificate[]> {
  return sql<EndedCertificate>(tx)`update authn.certificate c set ended_at = c.not_after, end_reason = 'expired' where c.ended_at is null and c.not_after < ${now} returning c.id, c.person_id, c.name, c.serial, null::uuid as authority_id`;
}

/** Certificates that are still worth something; what a movement looks at after a leaver's were revoked. */
export async function openCertificateCount(tx: Tx, personId: string): Promise<number> {
  const [row] = await sql<{ count: number }>(tx)`select count(*)::integer as count from authn.certificate where person_id = ${personId} and ended_at is null`;
  return row!.count;
}

export interface EndingSoon {
  readonly displayName: string;
  readonly address: string | null;
  readonly name: string;
  readonly issuerName: string;
  readonly notAfter: Date;
}

/** The next certificates that end soon and have no successor, with people to tell: 30 days before, and once more in the last week. Those made for a month or less renew themselves. Whoever is taken here is told. */
export async function takeEndingSoon(tx: Tx, now: Date, limit: number): Promise<readonly EndingSoon[]> {
  return sql<EndingSoon>(tx)`
    with due as (
      select c.id, c.person_id, i.name as issuer_name
        from authn.certificate c
        join authn.certificate_issuer i on i.id = c.issuer_id and i.ended_at is null
        join directory.person_standing s on s.person_id = c.person_id and s.is_active
       where c.ended_at is null and c.replaced_by is null and c.not_after > ${now} and c.not_after < ${now}::timestamptz + interval '30 days'
         and c.not_after - c.not_before > interval '31 days'
         and (c.told_of_end_at is null or (c.not_after < ${now}::timestamptz + interval '7 days' and c.told_of_end_at < c.not_after - interval '7 days'))
       order by c.not_after
       limit ${limit}
         for update of c skip locked)
    update authn.certificate held
       set told_of_end_at = ${now}
      from due
      join directory.person_card p on p.person_id = due.person_id
     where held.id = due.id
 returning p.display_name, coalesce(p.work_email, p.private_email) as address, held.name, due.issuer_name, held.not_after`;
}

export async function setReplaced(tx: Tx, id: string, by: string): Promise<void> {
  await sql(tx)`update authn.certificate set replaced_by = ${by} where id = ${id}`;
}

export async function renameCertificate(tx: Tx, personId: string, id: string, name: string): Promise<boolean> {
  return (await sql<{ id: string }>(tx)`update authn.certificate set name = ${name} where id = ${id} and person_id = ${personId} and ended_at is null returning id`).length > 0;
}

/** Who bears this name; two of them are nobody. */
export async function findNamed(tx: Tx, { by, value }: Named): Promise<Subject | null> {
  const condition = by === 'email' ? fragment`lower(c.work_email) = lower(${value})` : by === 'username' ? fragment`lower(p.username) = lower(${value})` : fragment`c.employee_number = ${value}`;
  const rows = await sql<Subject>(tx)`select ${subjectColumns} from directory.person_standing p join directory.person_card c on c.person_id = p.person_id where ${condition} limit 2`;
  return rows.length === 1 ? rows[0]! : null;
}

export interface StoredList {
  readonly id: string;
  readonly issuerId: string;
  readonly authority: Buffer;
  readonly authorityKey: Buffer;
  readonly url: string | null;
  readonly number: string | null;
  readonly thisUpdate: Date | null;
  readonly nextUpdate: Date | null;
  readonly entries: number;
  readonly readAt: Date | null;
  readonly triedAt: Date | null;
  readonly problem: string | null;
}
const listColumns = fragment`l.id, l.issuer_id, l.authority, l.authority_key, l.url, l.number::text as number, l.this_update, l.next_update, l.entries, l.read_at, l.tried_at, l.problem`;

/** Known from the moment a certificate of this authority came; empty until it was read. An address that was known stays known. */
export async function keepList(tx: Tx, one: { readonly id: string; readonly issuerId: string; readonly authority: Buffer; readonly authorityKey: Buffer; readonly url: string | null }): Promise<StoredList> {
  const [row] = await sql<StoredList>(tx)`
    insert into authn.revocation_list as l (id, issuer_id, authority, authority_key, url)
         values (${one.id}, ${one.issuerId}, ${one.authority}, ${one.authorityKey}, ${one.url})
    on conflict (issuer_id, authority_key) do update set url = coalesce(excluded.url, l.url)
      returning ${listColumns}`;
  return row!;
}

export async function listsOf(tx: Tx, issuerId: string): Promise<readonly StoredList[]> {
  return sql<StoredList>(tx)`select ${listColumns} from authn.revocation_list l where l.issuer_id = ${issuerId} order by l.id`;
}

/** Of whom the next is near, or who was never read. */
export async function dueLists(tx: Tx, soon: Date, triedBefore: Date): Promise<readonly StoredList[]> {
  return sql<StoredList>(tx)`
    select ${listColumns}
      from authn.revocation_list l
      join authn.certificate_issuer i on i.id = l.issuer_id
     where l.url is not null and i.ended_at is null and i.revocation in ('crl', 'either')
       and (l.next_update is null or l.next_update < ${soon} or l.read_at < ${triedBefore}::timestamptz - interval '6 hours') and (l.tried_at is null or l.tried_at < ${triedBefore})
     order by l.tried_at nulls first
     limit 50`;
}

/** True for one of those who ask at the same time, and at most once a minute: a sign-in must not be a way to hammer an authority. */
export async function mayTry(tx: Tx, id: string, now: Date, notSince: Date): Promise<boolean> {
  return (await sql<{ id: string }>(tx)`update authn.revocation_list set tried_at = ${now} where id = ${id} and (tried_at is null or tried_at < ${notSince}) returning id`).length > 0;
}

/** Null when a newer list is there already: an old one, played again, must not give a revoked certificate its life back. */
export async function saveList(tx: Tx, id: string, list: RevocationList, now: Date): Promise<boolean> {
  const rows = await sql<{ id: string }>(tx)`
    update authn.revocation_list
       set number = ${list.number}::numeric, this_update = ${list.thisUpdate}, next_update = ${list.nextUpdate}, entries = ${list.revoked.length}, read_at = ${now}, problem = null
     where id = ${id} and (this_update is null or this_update <= ${list.thisUpdate}) and (number is null or ${list.number}::numeric is null or number <= ${list.number}::numeric)
 returning id`;
  if (rows.length === 0) return false;
  await sql(tx)`delete from authn.revoked_serial where list_id = ${id}`;
  const serials = list.revoked.map((one) => one.serial);
  const dates = list.revoked.map((one) => one.at.toISOString());
  const reasons = list.revoked.map((one) => one.reason);
  await sql(tx)`
    insert into authn.revoked_serial (list_id, serial, revoked_at, reason)
         select ${id}, serial, revoked_at, reason from unnest(${serials}::text[], ${dates}::timestamptz[], ${reasons}::text[]) as r (serial, revoked_at, reason)
    on conflict do nothing`;
  return true;
}

export async function noteListProblem(tx: Tx, id: string, problem: string, now: Date): Promise<void> {
  await sql(tx)`update authn.revocation_list set problem = ${problem.slice(0, 400)}, tried_at = ${now} where id = ${id}`;
}

export async function isRevokedIn(tx: Tx, listId: string, serial: string): Promise<boolean> {
  return (await sql<{ serial: string }>(tx)`select serial from authn.revoked_serial where list_id = ${listId} and serial = ${serial}`).length > 0;
}

export async function findAnswer(tx: Tx, authorityKey: Buffer, serial: string, now: Date): Promise<'good' | 'revoked' | null> {
  const [row] = await sql<{ status: 'good' | 'revoked' }>(tx)`select status from authn.revocation_answer where authority_key = ${authorityKey} and serial = ${serial} and until > ${now}`;
  return row?.status ?? null;
}

export async function saveAnswer(tx: Tx, one: { readonly authorityKey: Buffer; readonly serial: string; readonly status: 'good' | 'revoked'; readonly answeredAt: Date; readonly until: Date }): Promise<void> {
  await sql(tx)`
    insert into authn.revocation_answer (authority_key, serial, status, answered_at, until)
         values (${one.authorityKey}, ${one.serial}, ${one.status}, ${one.answeredAt}, ${one.until})
    on conflict (authority_key, serial) do update set status = excluded.status, answered_at = excluded.answered_at, until = excluded.until`;
}

export interface StoredAuthority {
  readonly id: string;
  readonly certificate: Buffer;
  readonly sealedKey: Buffer;
  readonly madeAt: Date;
  readonly listNumber: string;
  readonly list: Buffer | null;
  readonly listFrom: Date | null;
  readonly listUntil: Date | null;
  readonly issuerId: string;
}

export async function findAuthority(tx: Tx, options: { readonly isLocked?: boolean } = {}): Promise<StoredAuthority | null> {
  const [row] = await sql<StoredAuthority>(tx)`
    select a.id, a.certificate, a.sealed_key, a.made_at, a.list_number::text as list_number, a.list, a.list_from, a.list_until, i.id as issuer_id
      from authn.authority a
      join authn.certificate_issuer i on i.authority_id = a.id
     where a.ended_at is null
     ${options.isLocked ? fragment`for update of a` : fragment``}`;
  return row ?? null;
}

export async function addAuthority(tx: Tx, one: { readonly id: string; readonly certificate: Buffer; readonly sealedKey: Buffer; readonly madeAt: Date }): Promise<boolean> {
  const rows = await sql<{ id: string }>(tx)`
    insert into authn.authority (id, certificate, sealed_key, made_at) values (${one.id}, ${one.certificate}, ${one.sealedKey}, ${one.madeAt}) on conflict ((true)) where ended_at is null do nothing returning id`;
  return rows.length > 0;
}

export async function endAuthority(tx: Tx, id: string, now: Date): Promise<void> {
  // The key is of no use any more, and what is not there is not stolen.
  await sql(tx)`update authn.authority set ended_at = ${now}, sealed_key = '\\x'::bytea, list = null where id = ${id}`;
}

/** The list must be made anew: something was revoked. */
export async function dropAuthorityList(tx: Tx, authorityId: string): Promise<void> {
  await sql(tx)`update authn.authority set list = null where id = ${authorityId}`;
}

export async function saveAuthorityList(tx: Tx, id: string, one: { readonly number: string; readonly list: Buffer; readonly from: Date; readonly until: Date }): Promise<void> {
  await sql(tx)`update authn.authority set list = ${one.list}, list_number = ${one.number}::bigint, list_from = ${one.from}, list_until = ${one.until} where id = ${id}`;
}

export async function revokedByAuthority(tx: Tx, authorityId: string, now: Date): Promise<readonly { readonly serial: string; readonly endedAt: Date; readonly endReason: EndReason }[]> {
  return sql<{ serial: string; endedAt: Date; endReason: EndReason }>(tx)`
    select c.serial, c.ended_at, c.end_reason
      from authn.certificate c
      join authn.certificate_issuer i on i.id = c.issuer_id
     where i.authority_id = ${authorityId} and c.ended_at is not null and c.end_reason <> 'expired' and c.not_after > ${now}::timestamptz - interval '7 days'
     order by c.ended_at`;
}

export interface CertificateTry {
  readonly id: string;
  readonly signInId: string | null;
  readonly purpose: Purpose;
  readonly wantedLevel: AssuranceLevel;
  readonly isPhishingResistanceWanted: boolean;
  readonly returnTo: string;
  readonly problem: string | null;
  readonly personId: string | null;
  readonly issuerId: string | null;
  readonly certificate: Buffer | null;
  readonly authorityKey: Buffer | null;
}
const tryColumns = fragment`id, sign_in_id, purpose, wanted_level, is_phishing_resistance_wanted, return_to, problem, person_id, issuer_id, certificate, authority_key`;

export async function addTry(tx: Tx, one: Omit<CertificateTry, 'problem' | 'personId' | 'issuerId' | 'certificate' | 'authorityKey'> & { readonly askDigest: Buffer; readonly browserDigest: Buffer; readonly expiresAt: Date }): Promise<void> {
  await sql(tx)`
    insert into authn.certificate_try (id, ask_digest, browser_digest, sign_in_id, purpose, wanted_level, is_phishing_resistance_wanted, return_to, expires_at)
         values (${one.id}, ${one.askDigest}, ${one.browserDigest}, ${one.signInId}, ${one.purpose}, ${one.wantedLevel}, ${one.isPhishingResistanceWanted}, ${one.returnTo}, ${one.expiresAt})`;
}

export async function isTryOpen(tx: Tx, askDigest: Buffer, now: Date): Promise<boolean> {
  return (await sql<{ id: string }>(tx)`select id from authn.certificate_try where ask_digest = ${askDigest} and ticket_digest is null and expires_at > ${now}`).length > 0;
}

/** INVARIANT: of two that come with the same ask the database lets one through. */
export async function answerTry(tx: Tx, askDigest: Buffer, now: Date, answer: { readonly ticketDigest: Buffer; readonly expiresAt: Date; readonly problem: string | null; readonly personId: string | null; readonly issuerId: string | null; readonly certificate: Buffer | null; readonly authorityKey: Buffer | null }): Promise<boolean> {
  const rows = await sql<{ id: string }>(tx)`
    update authn.certificate_try
       set ticket_digest = ${answer.ticketDigest}, expires_at = ${answer.expiresAt}, problem = ${answer.problem}, person_id = ${answer.personId}, issuer_id = ${answer.issuerId}, certificate = ${answer.certificate}, authority_key = ${answer.authorityKey}
     where ask_digest = ${askDigest} and ticket_digest is null and expires_at > ${now}
 returning id`;
  return rows.length > 0;
}

/** Takes the ticket out, for the browser that began and for no other; `isForAnother`: it is there, and was begun elsewhere. */
export async function takeTry(tx: Tx, ticketDigest: Buffer, browserDigest: Buffer, now: Date): Promise<{ readonly taken: CertificateTry | null; readonly isForAnother: boolean }> {
  const [taken] = await sql<CertificateTry>(tx)`delete from authn.certificate_try where ticket_digest = ${ticketDigest} and browser_digest = ${browserDigest} and expires_at > ${now} returning ${tryColumns}`;
  if (taken) return { taken, isForAnother: false };
  const rows = await sql<{ id: string }>(tx)`select id from authn.certificate_try where ticket_digest = ${ticketDigest} and expires_at > ${now}`;
  return { taken: null, isForAnother: rows.length > 0 };
}

export async function sweepCertificates(tx: Tx, now: Date): Promise<void> {
  await sql(tx)`delete from authn.certificate_try where expires_at < ${now}`;
  await sql(tx)`delete from authn.revocation_answer where until < ${now}`;
}
