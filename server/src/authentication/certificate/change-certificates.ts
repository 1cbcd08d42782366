import type * as contract from '@bailiwick/contract/certificate';
import type { z } from 'zod';
import { record } from '../../audit/index.ts';
import { newId, randomBytes } from '../../platform/crypto/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import { recorded } from '../../platform/errors/index.ts';
import type { ActorId, Permit, Principal } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { noticeIn } from '../factor/notice.ts';
import type { Needs } from '../needs.ts';
import { endSessionsIn } from '../session/end-sessions.ts';
import { subjectInScope } from '../session/scope.ts';
import { findSubject, type Subject } from '../session/store.ts';
import { issueCertificate, makeAuthorityCertificate, makeRevocationList, readRequest } from './authority.ts';
import { judgeChain } from './chain.ts';
import { checkFresh, checkOwnWayIn, checkPersonAndFresh } from './change-issuers.ts';
import { authorityKeyOf, standingOfPath } from './check-revocation.ts';
import { makeDeviceKey, makeKeyStore } from './key-store.ts';
import { noteOf } from './note.ts';
import { pemOf, readCertificate, readPem, type Certificate } from './read-certificate.ts';
import type { EndReason } from './read-list.ts';
import {
  addAuthority, addCertificate, addIssuer, certificatesOf, dropAuthorityList, endAuthority, endCertificate, endCertificatesOf, endIssuer, findAuthority, findCertificate, listIssuers, reopenCertificate, revokedByAuthority, saveAuthorityList, setReplaced,
  type NewCertificate, type StoredAuthority,
} from './store.ts';

type ChangeNeeds = Pick<Needs, 'clock' | 'database' | 'announce' | 'mailer' | 'config' | 'keys' | 'consoleRoles'>;
interface By {
  readonly actor: ActorId;
  readonly actorName: string;
}

export const mostCertificates = 50;
export const listPath = '/pki/crl';
export const authorityPath = '/pki/ca';

const keyContext = (id: string): string => `authn.authority/${id}/sealed_key`;

/** An authority of our own, for a firm that has none. Its key is made here, sealed, and never leaves. */
export async function makeCertificateAuthority(needs: ChangeNeeds, permit: Permit<'authentication.certificate-authority.make'>, principal: Principal, name: string): Promise<{ issuerId: string }> {
  checkPersonAndFresh(needs, principal);
  const now = needs.clock.now();
  const made = await makeAuthorityCertificate(needs.config.organisation, name, now);
  const certificate = readCertificate(made.certificate);
  if (!certificate) throw new Error('an authority was made that cannot be read');
  const [id, issuerId] = [newId(), newId()];
  await needs.database.transaction(async (tx) => {
    if (!(await addAuthority(tx, { id, certificate: made.certificate, sealedKey: needs.keys.seal(made.key, keyContext(id)), madeAt: now }))) throw refuse.authority_exists();
    // It issues to anybody who has a key, wherever the key lies: nothing more is claimed for it than that.
    await addIssuer(tx, { id: issuerId, name, certificate: made.certificate, fingerprint: certificate.fingerprint, authorityId: id, namesBy: 'registered', principalSuffix: null, isUserVerified: false, isHardwareBound: false, requiredPolicy: null, revocation: 'own', crlUrl: null, ocspUrl: null, acceptsUnknown: false, addedAt: now, addedByName: permit.actorName });
    await record(tx, { action: 'authentication.certificate-authority.make', actor: permit.actor, actorName: permit.actorName, target: `certificate-issuer:${issuerId}`, targetName: name, at: now, outcome: 'allowed', facts: { ...noteOf(certificate), notAfter: certificate.notAfter.toISOString() } });
  });
  return { issuerId };
}

/** Cannot be undone: the key is gone, and what it issued signs nobody in. */
export async function endCertificateAuthority(needs: ChangeNeeds, permit: Permit<'authentication.certificate-authority.end'>, principal: Principal): Promise<void> {
  checkPersonAndFresh(needs, principal);
  await needs.database.transaction(async (tx) => {
    const authority = await findAuthority(tx, { isLocked: true });
    if (!authority) throw refuse.authority_not_found();
    const now = needs.clock.now();
    await endAuthority(tx, authority.id, now);
    await endIssuer(tx, authority.issuerId, now);
    await checkOwnWayIn(tx, permit);
    await record(tx, { action: 'authentication.certificate-authority.end', actor: permit.actor, actorName: permit.actorName, target: `certificate-issuer:${authority.issuerId}`, targetName: readCertificate(authority.certificate)?.subject ?? null, at: now, outcome: 'allowed', facts: {} });
  });
}

export interface Issued {
  readonly id: string;
  readonly certificate: string;
  readonly authority: string;
  readonly notAfter: Date;
  /** Leaves this function once; only where the key was made here. */
  readonly keyStore: { readonly file: string; readonly password: string } | null;
}

/**
 * Of a request that the device made: its key never leaves it. Or, for devices that can make none, with a key of ours, which is
 * handed over once and kept nowhere. Bound to one person by its fingerprint, and they are told.
 */
export async function issueCertificateTo(needs: ChangeNeeds, permit: Permit<'authentication.certificate.issue'>, principal: Principal, wish: { readonly personId: string; readonly name: string; readonly request: string | null }): Promise<Issued> {
  checkFresh(needs, principal);
  const { subject } = await checkReceiver(needs, permit, wish.personId, 'authentication.certificate.issue');
  return needs.database.transaction((tx) => issueIn(tx, needs, permit, subject, wish));
}

/** A new certificate for the same person and device; the one before goes on until its end, so that nobody stands outside meanwhile. */
export async function renewCertificate(needs: ChangeNeeds, permit: Permit<'authentication.certificate.issue'>, principal: Principal, wish: { readonly id: string; readonly request: string | null }): Promise<Issued> {
  checkFresh(needs, principal);
  const before = await needs.database.transaction((tx) => findCertificate(tx, wish.id));
  if (!before || before.personId === null || (before.endedAt !== null && before.endReason !== 'expired')) throw refuse.certificate_not_found({ certificate: wish.id });
  if (!before.isOurOwn) throw refuse.certificate_not_ours();
  const { subject } = await checkReceiver(needs, permit, before.personId, 'authentication.certificate.issue');
  return needs.database.transaction(async (tx) => {
    const issued = await issueIn(tx, needs, permit, subject, { name: before.name, request: wish.request });
    await setReplaced(tx, before.id, issued.id);
    return issued;
  });
}

async function issueIn(tx: Tx, needs: ChangeNeeds, by: By, subject: Subject, wish: { readonly name: string; readonly request: string | null }): Promise<Issued> {
  const { config, clock, keys } = needs;
  const request = wish.request === null ? null : readRequest(wish.request);
  if (request?.is === 'refused') throw refuse.certificate_request_not_accepted({ why: request.why });
  const authority = await findAuthority(tx);
  const root = authority && readCertificate(authority.certificate);
  if (!authority || !root) throw refuse.authority_not_found();
  await checkRoom(tx, subject);
  const now = clock.now();
  const made = request ? null : await makeDeviceKey();
  const certificate = await issueCertificate(root, keys.open(authority.sealedKey, keyContext(authority.id)), { publicKey: made?.publicKey ?? request!.publicKey, commonName: subject.displayName, organisation: config.organisation, email: subject.workEmail, listUrl: new URL(listPath, config.url).href, authorityUrl: new URL(authorityPath, config.url).href }, now);
  const id = newId();
  await addCertificate(tx, { ...boundTo(subject, certificate, root, by), id, issuerId: authority.issuerId, source: 'issued', name: wish.name, addedAt: now });
  await sayAddedIn(tx, needs, by, subject, 'authentication.certificate.issue', { certificateId: id, name: wish.name, isKeyMadeHere: made !== null, notAfter: certificate.notAfter.toISOString(), ...noteOf(certificate) });
  const password = newPassword();
  const keyStore = made && { file: (await makeKeyStore({ key: made.key, certificate: certificate.der, authority: root.der, name: wish.name, password })).toString('base64'), password };
  return { id, certificate: pemOf(certificate.der), authority: pemOf(root.der), notAfter: certificate.notAfter, keyStore };
}

/** 100 bits, in letters and digits that are not taken for one another. */
function newPassword(): string {
  const letters = [...randomBytes(20)].map((byte) => 'abcdefghijkmnpqrstuvwxyz23456789'[byte & 31]).join('');
  return letters.match(/.{5}/g)!.join('-');
}

/** A certificate that another, listed authority issued: from now on it is this person's. */
export async function registerCertificate(needs: ChangeNeeds, permit: Permit<'authentication.certificate.register'>, principal: Principal, wish: z.output<typeof contract.registerCertificate>): Promise<{ id: string }> {
  checkFresh(needs, principal);
  const { subject } = await checkReceiver(needs, permit, wish.personId, 'authentication.certificate.register');
  const certificate = readPem(wish.certificate);
  if (!certificate) throw refuse.certificate_not_accepted({ why: 'it cannot be read' });
  const judged = judgeChain(certificate, chainOf(wish.certificate), await needs.database.read(listIssuers), needs.clock.now());
  if (judged.is === 'refused') throw refuse.certificate_not_accepted({ why: judged.why });
  if (judged.anchor.authorityId !== null) throw refuse.certificate_taken();
  const standing = await standingOfPath(needs, judged.anchor, judged.path);
  if (standing.is !== 'good') throw refuse.certificate_not_accepted({ why: standing.why });
  return needs.database.transaction(async (tx) => {
    await checkRoom(tx, subject);
    const bound = { ...boundTo(subject, certificate, judged.path[1] ?? judged.anchor.certificate, permit), id: newId(), issuerId: judged.anchor.id, source: 'registered' as const, name: wish.name, addedAt: needs.clock.now() };
    // Somebody who left and came back brings the same card.
    const id = (await addCertificate(tx, bound)) ? bound.id : await reopenCertificate(tx, certificate.fingerprint, bound);
    if (id === null) throw refuse.certificate_taken();
    await sayAddedIn(tx, needs, permit, subject, 'authentication.certificate.register', { certificateId: id, name: wish.name, ...noteOf(certificate) });
    return { id };
  });
}

/** Revoked at once here, and in the list that others read. Sessions end too unless told otherwise (ASVS 7.4.3, 6.5.6). */
export async function revokeCertificate(needs: ChangeNeeds, permit: Permit<'authentication.certificate.revoke'>, principal: Principal, wish: { readonly id: string; readonly reason: EndReason; readonly endSessions: boolean }): Promise<void> {
  checkFresh(needs, principal);
  await needs.database.transaction(async (tx) => {
    const held = await findCertificate(tx, wish.id);
    if (!held) throw refuse.certificate_not_found({ certificate: wish.id });
    const subject = held.personId === null ? null : await subjectInScope(tx, permit, held.personId);
    if (!(await revokeIn(tx, needs, permit, held.id, subject, wish.reason))) throw refuse.certificate_not_found({ certificate: wish.id });
    await checkOwnWayIn(tx, permit);
    if (subject && wish.endSessions) await endSessionsIn(tx, needs, permit, { personId: subject.personId, keep: permit.personId === subject.personId ? principal.sessionId : null, reason: 'a certificate was revoked' });
  });
}

export async function revokeIn(tx: Tx, needs: Pick<Needs, 'clock' | 'announce' | 'mailer' | 'config'>, by: By, id: string, subject: Subject | null, reason: EndReason): Promise<boolean> {
  const now = needs.clock.now();
  const ended = await endCertificate(tx, id, reason, now);
  if (!ended) return false;
  if (ended.authorityId !== null) await dropAuthorityList(tx, ended.authorityId);
  await record(tx, { action: 'authentication.certificate.revoke', actor: by.actor, actorName: by.actorName, target: subject ? `person:${subject.personId}` : null, targetName: subject?.displayName ?? null, at: now, outcome: 'allowed', reason, facts: { certificateId: id, name: ended.name, serial: ended.serial } });
  if (!subject) return true;
  await needs.announce(tx, { kind: 'factor_removed', subject: `person:${subject.personId}`, at: now, facts: { factor: 'certificate' } });
  await noticeIn(tx, needs, subject, { about: 'factor_removed', factor: 'certificate' });
  return true;
}

/** A leaver's certificates open nothing, and stand in the list, from this transaction on. How many. */
export async function revokeAllIn(tx: Tx, { clock }: Pick<Needs, 'clock'>, by: By, personId: string): Promise<number> {
  const now = clock.now();
  const ended = await endCertificatesOf(tx, personId, 'cessation_of_operation', now);
  for (const authorityId of new Set(ended.flatMap((one) => one.authorityId ?? []))) await dropAuthorityList(tx, authorityId);
  const subject = ended.length > 0 ? await findSubject(tx, personId) : null;
  for (const one of ended) await record(tx, { action: 'authentication.certificate.revoke', actor: by.actor, actorName: by.actorName, target: `person:${personId}`, targetName: subject?.displayName ?? null, at: now, outcome: 'allowed', reason: 'cessation_of_operation', facts: { certificateId: one.id, name: one.name, serial: one.serial } });
  return ended.length;
}

/** The revocation list of our own authority as it stands at /pki/crl; made anew when something changed, or after half its life. */
export async function publishedList(needs: Pick<Needs, 'clock' | 'database' | 'keys'>): Promise<Buffer> {
  const isFine = (one: StoredAuthority | null): one is StoredAuthority & { list: Buffer } => one?.list != null && one.listFrom !== null && one.listUntil !== null && needs.clock.now().getTime() - one.listFrom.getTime() < (one.listUntil.getTime() - one.listFrom.getTime()) / 2;
  const now = await needs.database.read((tx) => findAuthority(tx));
  if (isFine(now)) return now.list;
  return needs.database.transaction(async (tx) => {
    const authority = await findAuthority(tx, { isLocked: true });
    const root = authority && readCertificate(authority.certificate);
    if (!authority || !root) throw refuse.authority_not_found();
    // Somebody else made it while this one waited for the lock.
    if (isFine(authority)) return authority.list;
    const at = needs.clock.now();
    const number = BigInt(authority.listNumber) + 1n;
    const made = await makeRevocationList(root, needs.keys.open(authority.sealedKey, keyContext(authority.id)), await revokedByAuthority(tx, authority.id, at), number, at);
    await saveAuthorityList(tx, authority.id, { number: number.toString(), list: made.der, from: made.from, until: made.until });
    return made.der;
  });
}

export async function publishedAuthority({ database }: Pick<Needs, 'database'>): Promise<Buffer> {
  const authority = await database.read((tx) => findAuthority(tx));
  if (!authority) throw refuse.authority_not_found();
  return authority.certificate;
}

/** Active, in reach, and not above whoever asks: a certificate is a way to be that person. */
async function checkReceiver(needs: ChangeNeeds, permit: Permit<'authentication.certificate.issue'> | Permit<'authentication.certificate.register'>, personId: string, action: string): Promise<{ readonly subject: Subject }> {
  const { clock, consoleRoles } = needs;
  const outcome = await needs.database.transaction(async (tx) => {
    const subject = await subjectInScope(tx, permit, personId);
    // As with access passes: a token that names this one permission must not become an administrator by it.
    const helperId = permit.actor.startsWith('token:') ? null : permit.personId;
    const why = !(await consoleRoles.mayHelp(tx, helperId, personId)) ? ('privileged' as const) : !subject.isActive ? ('not_active' as const) : null;
    if (why !== null) await record(tx, { action, actor: permit.actor, actorName: permit.actorName, target: `person:${personId}`, targetName: subject.displayName, at: clock.now(), outcome: 'refused', reason: why, facts: {} });
    return { subject, why };
  });
  if (outcome.why === 'privileged') throw recorded(refuse.certificate_for_privileged());
  if (outcome.why === 'not_active') throw recorded(refuse.person_not_active({ person: outcome.subject.displayName }));
  return outcome;
}

async function checkRoom(tx: Tx, subject: Subject): Promise<void> {
  const open = (await certificatesOf(tx, subject.personId)).filter((one) => one.endedAt === null);
  if (open.length >= mostCertificates) throw refuse.too_many_certificates({ atMost: mostCertificates });
}

const boundTo = (subject: Subject, certificate: Certificate, signer: Certificate, by: By): Omit<NewCertificate, 'id' | 'issuerId' | 'source' | 'name' | 'addedAt'> => ({
  personId: subject.personId,
  certificate: certificate.der,
  fingerprint: certificate.fingerprint,
  serial: certificate.serial,
  authorityKey: authorityKeyOf(signer),
  subject: certificate.subject,
  notBefore: certificate.notBefore,
  notAfter: certificate.notAfter,
  addedByName: by.actorName,
  lastUsedAt: null,
});

async function sayAddedIn(tx: Tx, needs: Pick<Needs, 'clock' | 'announce' | 'mailer' | 'config'>, by: By, subject: Subject, action: 'authentication.certificate.issue' | 'authentication.certificate.register', facts: Readonly<Record<string, unknown>>): Promise<void> {
  const now = needs.clock.now();
  await record(tx, { action, actor: by.actor, actorName: by.actorName, target: `person:${subject.personId}`, targetName: subject.displayName, at: now, outcome: 'allowed', facts });
  await needs.announce(tx, { kind: 'factor_added', subject: `person:${subject.personId}`, at: now, facts: { factor: 'certificate' } });
  await noticeIn(tx, needs, subject, { about: 'factor_added', factor: 'certificate' });
}

/** What stands behind the first certificate in a PEM text. */
const chainOf = (pem: string): readonly Certificate[] => [...pem.matchAll(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g)].slice(1, 9).flatMap(([one]) => readPem(one) ?? []);
