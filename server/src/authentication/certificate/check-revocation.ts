import { record } from '../../audit/index.ts';
import { later, minutes, seconds } from '../../platform/clock/index.ts';
import { newId, sha256 } from '../../platform/crypto/index.ts';
import type { ActorId } from '../../platform/http/index.ts';
import type { Needs } from '../needs.ts';
import { noticeIn } from '../factor/notice.ts';
import { findSubject } from '../session/store.ts';
import { fetchBytes } from './fetch-bytes.ts';
import type { Issuer } from './issuer.ts';
import { askAbout, readAnswer } from './ocsp.ts';
import { readCertificate, type Certificate } from './read-certificate.ts';
import { longestList, readRevocationList } from './read-list.ts';
import { endRevoked, findAnswer, isRevokedIn, keepList, mayTry, noteListProblem, saveAnswer, saveList, type StoredList } from './store.ts';

export type Standing = { readonly is: 'good' } | { readonly is: 'revoked' | 'unknown'; readonly why: string };

type CheckNeeds = Pick<Needs, 'clock' | 'database' | 'announce' | 'mailer' | 'config'>;

/** Which key signs for this authority; the same key under a renewed certificate is the same authority. */
export const authorityKeyOf = (authority: Certificate): Buffer => sha256(Buffer.concat([authority.subjectName, authority.publicKeyInfo]));

const good: Standing = { is: 'good' };

/**
 * Whether anything on the way was taken back: the certificate of the person, and every authority below the anchor (ASVS 12.1.4).
 * Nobody can say is not the same as good: what then happens is the issuer's entry, and by default it is refused.
 */
export async function standingOfPath(needs: CheckNeeds, issuer: Issuer, path: readonly Certificate[]): Promise<Standing> {
  // Of our own authority the row of the certificate itself is the truth, and it is asked anyway.
  if (issuer.revocation === 'none' || issuer.revocation === 'own') return good;
  let unknown: Standing | null = null;
  for (const [at, certificate] of path.entries()) {
    const authority = path[at + 1] ?? issuer.certificate;
    const standing = await standingOf(needs, issuer, certificate, authority);
    if (standing.is === 'revoked') return standing;
    if (standing.is === 'unknown') unknown ??= standing;
  }
  return unknown && !issuer.acceptsUnknown ? unknown : good;
}

async function standingOf(needs: CheckNeeds, issuer: Issuer, certificate: Certificate, authority: Certificate): Promise<Standing> {
  const isOfAnchor = authority.fingerprint.equals(issuer.certificate.fingerprint);
  const ocspUrl = (isOfAnchor ? issuer.ocspUrl : null) ?? certificate.ocspUrls[0] ?? null;
  const crlUrl = (isOfAnchor ? issuer.crlUrl : null) ?? certificate.crlUrls[0] ?? null;
  if (issuer.revocation === 'crl') return byList(needs, issuer, certificate, authority, crlUrl);
  if (issuer.revocation === 'ocsp') return byAnswer(needs, certificate, authority, ocspUrl);
  const answered = ocspUrl ? await byAnswer(needs, certificate, authority, ocspUrl) : null;
  if (answered && answered.is !== 'unknown') return answered;
  const listed = await byList(needs, issuer, certificate, authority, crlUrl);
  return listed.is === 'unknown' && answered?.is === 'unknown' ? { is: 'unknown', why: `${answered.why}; ${listed.why}` } : listed;
}

async function byAnswer({ database, clock }: CheckNeeds, certificate: Certificate, authority: Certificate, url: string | null): Promise<Standing> {
  if (url === null) return { is: 'unknown', why: `nothing names a responder for ${certificate.subject}` };
  const authorityKey = authorityKeyOf(authority);
  const { serial } = certificate;
  const known = await database.read((tx) => findAnswer(tx, authorityKey, serial, clock.now()));
  if (known) return known === 'good' ? good : { is: 'revoked', why: `${certificate.subject} was revoked (OCSP)` };
  const question = askAbout(certificate, authority);
  let bytes: Buffer;
  try {
    bytes = await fetchBytes(url, { body: question.bytes, type: 'application/ocsp-request', atMost: 65_536 });
  } catch (error) {
    return { is: 'unknown', why: `the responder could not be asked: ${(error as Error).message}` };
  }
  const now = clock.now();
  const answer = readAnswer(bytes, question, certificate, authority, now);
  if (answer.is === 'unknown') return answer;
  await database.read((tx) => saveAnswer(tx, { authorityKey, serial, status: answer.is, answeredAt: now, until: answer.until }));
  return answer.is === 'good' ? good : { is: 'revoked', why: `${certificate.subject} was revoked (OCSP)` };
}

async function byList(needs: CheckNeeds, issuer: Issuer, certificate: Certificate, authority: Certificate, url: string | null): Promise<Standing> {
  const { database, clock } = needs;
  const key = { issuerId: issuer.id, authority: authority.der, authorityKey: authorityKeyOf(authority) };
  const list = await database.read((tx) => keepList(tx, { id: newId(), ...key, url }));
  const isInForce = (one: StoredList): boolean => one.nextUpdate !== null && one.nextUpdate > clock.now();
  let current = list;
  if (!isInForce(current) && current.url !== null) {
    await readList(needs, current, { notSinceMs: minutes(1) });
    current = await database.read((tx) => keepList(tx, { id: list.id, ...key, url: null }));
  }
  // Known as revoked stays revoked, whatever happens to the list afterwards.
  if (await database.read((tx) => isRevokedIn(tx, current.id, certificate.serial))) return { is: 'revoked', why: `${certificate.subject} stands in the revocation list` };
  if (isInForce(current)) return good;
  const why = current.readAt === null ? `there is no revocation list of ${authority.subject} yet` : `the revocation list of ${authority.subject} held until ${current.nextUpdate?.toISOString()}`;
  return { is: 'unknown', why: current.problem ? `${why} (${current.problem})` : why };
}

/** Fetches a list and takes it in; what goes wrong stands beside it. At most once in `notSinceMs`, over all nodes. */
export async function readList(needs: CheckNeeds, list: StoredList, options: { readonly notSinceMs: number; readonly signal?: AbortSignal }): Promise<boolean> {
  const { database, clock } = needs;
  const now = clock.now();
  if (list.url === null || !(await database.read((tx) => mayTry(tx, list.id, now, later(now, -options.notSinceMs))))) return false;
  try {
    const bytes = await fetchBytes(list.url, { atMost: longestList, timeoutMs: seconds(15), ...(options.signal ? { signal: options.signal } : {}) });
    const taken = await takeList(needs, list, bytes);
    if (taken.is === 'taken') return true;
    await database.read((tx) => noteListProblem(tx, list.id, taken.why, clock.now()));
  } catch (error) {
    await database.read((tx) => noteListProblem(tx, list.id, (error as Error).message, clock.now()));
  }
  return false;
}

/** A list as it came, from the address or from a file. People whose certificates stand in it lose them now. */
export async function takeList(needs: CheckNeeds, list: Pick<StoredList, 'id' | 'authority'>, bytes: Uint8Array): Promise<{ readonly is: 'taken'; readonly entries: number } | { readonly is: 'refused'; readonly why: string }> {
  const now = needs.clock.now();
  const authority = readCertificate(list.authority);
  if (!authority) return { is: 'refused', why: 'the certificate of the authority cannot be read any more' };
  const read = readRevocationList(bytes, authority, now);
  if (read.is === 'refused') return read;
  const isNew = await needs.database.transaction(async (tx) => {
    if (!(await saveList(tx, list.id, read.list, now))) return false;
    for (const ended of await endRevoked(tx, list.id, now)) {
      const subject = ended.personId === null ? null : await findSubject(tx, ended.personId);
      await record(tx, {
        action: 'authentication.certificate.revoke',
        actor: 'system:authentication' as ActorId,
        actorName: 'Bailiwick',
        target: ended.personId === null ? null : `person:${ended.personId}`,
        targetName: subject?.displayName ?? null,
        at: now,
        outcome: 'allowed',
        reason: `the revocation list of ${authority.subject} names it`,
        facts: { certificateId: ended.id, name: ended.name, serial: ended.serial, reason: ended.reason },
      });
      if (!subject) continue;
      await needs.announce(tx, { kind: 'factor_removed', subject: `person:${subject.personId}`, at: now, facts: { factor: 'certificate' } });
      await noticeIn(tx, needs, subject, { about: 'factor_removed', factor: 'certificate' });
    }
    return true;
  });
  return isNew ? { is: 'taken', entries: read.list.revoked.length } : { is: 'refused', why: 'it is older than the list that is here' };
}
