import type * as contract from '@bailiwick/contract/certificate';
import type { z } from 'zod';
import { record } from '../../audit/index.ts';
import { newId } from '../../platform/crypto/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Permit, Principal } from '../../platform/http/index.ts';
import { freshSignInNeeded, refuse } from '../errors.ts';
import { canReachLevel2, freshForMs, isFresh } from '../factor/factor.ts';
import { enrolledFactors } from '../factor/store.ts';
import type { Needs } from '../needs.ts';
import { problemOfAuthority } from './chain.ts';
import { authorityKeyOf, readList, takeList } from './check-revocation.ts';
import { noteOf } from './note.ts';
import { readPem, type Certificate } from './read-certificate.ts';
import { addIssuer, countOfIssuer, endIssuer, findIssuer, keepList, listsOf } from './store.ts';

type IssuerNeeds = Pick<Needs, 'clock' | 'database' | 'announce' | 'mailer' | 'config'>;

/** Whoever lists an issuer can be anybody from then on: a person, and a proof of the last fifteen minutes (ASVS 7.5.3). */
export function checkPersonAndFresh({ clock }: Pick<Needs, 'clock'>, principal: Principal): void {
  if (principal.kind !== 'person') throw refuse.issuer_by_token();
  checkFresh({ clock }, principal);
}

/** A person's proof must be fresh; a script was given its permission by somebody whose was. */
export function checkFresh({ clock }: Pick<Needs, 'clock'>, principal: Principal): void {
  if (principal.kind === 'person' && !isFresh(principal, clock.now())) throw freshSignInNeeded({ assuranceLevel: 2, maxAgeSeconds: freshForMs / 1_000 });
}

/** INVARIANT: whoever takes trust away keeps a way in: so there is always one administrator who has one. */
export async function checkOwnWayIn(tx: Tx, permit: { readonly personId: string | null }): Promise<void> {
  if (permit.personId !== null && !canReachLevel2(await enrolledFactors(tx, permit.personId))) throw refuse.last_factor();
}

/** What an authority would be listed as, and whether it can be. */
export function previewIssuer({ clock }: Pick<Needs, 'clock'>, pem: string): { readonly certificate: Certificate; readonly problem: string | null } {
  const certificate = readPem(pem);
  if (!certificate) throw refuse.issuer_not_accepted({ why: 'it is not a certificate' });
  return { certificate, problem: problemOfAuthority(certificate, clock.now()) };
}

export async function addCertificateIssuer(needs: IssuerNeeds, permit: Permit<'authentication.certificate-issuer.add'>, principal: Principal, wish: z.output<typeof contract.addIssuer>): Promise<{ id: string }> {
  checkPersonAndFresh(needs, principal);
  const { certificate, problem } = previewIssuer(needs, wish.certificate);
  if (problem !== null) throw refuse.issuer_not_accepted({ why: problem });
  const id = newId();
  const now = needs.clock.now();
  await needs.database.transaction(async (tx) => {
    const isNew = await addIssuer(tx, {
      id,
      name: wish.name,
      certificate: certificate.der,
      fingerprint: certificate.fingerprint,
      authorityId: null,
      namesBy: wish.namesBy,
      principalSuffix: wish.namesBy === 'principal' ? (wish.principalSuffix ?? null) : null,
      isUserVerified: wish.isUserVerified,
      isHardwareBound: wish.isHardwareBound,
      requiredPolicy: wish.requiredPolicy ?? null,
      revocation: wish.revocation,
      crlUrl: wish.crlUrl ?? null,
      ocspUrl: wish.ocspUrl ?? null,
      acceptsUnknown: wish.acceptsUnknown,
      addedAt: now,
      addedByName: permit.actorName,
    });
    if (!isNew) throw refuse.issuer_listed();
    if (wish.crlUrl && (wish.revocation === 'crl' || wish.revocation === 'either')) await keepList(tx, { id: newId(), issuerId: id, authority: certificate.der, authorityKey: authorityKeyOf(certificate), url: wish.crlUrl });
    const { name: _name, certificate: _pem, ...vouches } = wish;
    await record(tx, { action: 'authentication.certificate-issuer.add', actor: permit.actor, actorName: permit.actorName, target: `certificate-issuer:${id}`, targetName: wish.name, at: now, outcome: 'allowed', facts: { ...noteOf(certificate), ...vouches } });
  });
  return { id };
}

/** Its certificates sign nobody in any more, from the next sign-in on. */
export async function removeCertificateIssuer(needs: IssuerNeeds, permit: Permit<'authentication.certificate-issuer.remove'>, principal: Principal, id: string): Promise<void> {
  checkPersonAndFresh(needs, principal);
  await needs.database.transaction(async (tx) => {
    const issuer = await findIssuer(tx, id);
    if (!issuer) throw refuse.issuer_not_found({ issuer: id });
    if (issuer.authorityId !== null) throw refuse.issuer_is_our_own();
    const certificates = await countOfIssuer(tx, id);
    if (!(await endIssuer(tx, id, needs.clock.now()))) throw refuse.issuer_not_found({ issuer: id });
    await checkOwnWayIn(tx, permit);
    await record(tx, { action: 'authentication.certificate-issuer.remove', actor: permit.actor, actorName: permit.actorName, target: `certificate-issuer:${id}`, targetName: issuer.name, at: needs.clock.now(), outcome: 'allowed', facts: { certificates } });
  });
}

/** A revocation list from a file: for authorities whose address this machine cannot reach. */
export async function uploadRevocationList(needs: IssuerNeeds, permit: Permit<'authentication.certificate-issuer.take-list'>, id: string, bytes: Uint8Array): Promise<{ entries: number }> {
  const issuer = await needs.database.read((tx) => findIssuer(tx, id));
  if (!issuer) throw refuse.issuer_not_found({ issuer: id });
  await needs.database.read((tx) => keepList(tx, { id: newId(), issuerId: id, authority: issuer.certificate.der, authorityKey: authorityKeyOf(issuer.certificate), url: null }));
  let why = 'it is of another authority';
  // Of the issuer itself, or of an intermediate whose certificates came here.
  for (const list of await needs.database.read((tx) => listsOf(tx, id))) {
    const taken = await takeList(needs, list, bytes);
    if (taken.is === 'taken') {
      await needs.database.transaction((tx) => recordList(tx, needs, permit, issuer, { entries: taken.entries, from: 'a file' }));
      return { entries: taken.entries };
    }
    if (!taken.why.startsWith('it is of another authority')) why = taken.why;
  }
  throw refuse.revocation_list_not_accepted({ why });
}

/** Reads every list of the issuer now, whatever the job would do. */
export async function readRevocationLists(needs: IssuerNeeds, permit: Permit<'authentication.certificate-issuer.take-list'>, id: string): Promise<{ entries: number }> {
  const issuer = await needs.database.read((tx) => findIssuer(tx, id));
  if (!issuer) throw refuse.issuer_not_found({ issuer: id });
  for (const list of await needs.database.read((tx) => listsOf(tx, id))) await readList(needs, list, { notSinceMs: 0 });
  const lists = await needs.database.read((tx) => listsOf(tx, id));
  const bad = lists.find((one) => one.problem !== null);
  if (lists.length === 0) throw refuse.revocation_list_not_accepted({ why: 'no address is known yet; name one, or upload a file' });
  if (bad) throw refuse.revocation_list_not_accepted({ why: bad.problem! });
  const entries = lists.reduce((sum, one) => sum + one.entries, 0);
  await needs.database.transaction((tx) => recordList(tx, needs, permit, issuer, { entries, from: lists.map((one) => one.url) }));
  return { entries };
}

const recordList = (tx: Tx, { clock }: Pick<Needs, 'clock'>, permit: Permit<'authentication.certificate-issuer.take-list'>, issuer: { readonly id: string; readonly name: string }, facts: Readonly<Record<string, unknown>>): Promise<void> =>
  record(tx, { action: 'authentication.certificate-issuer.take-list', actor: permit.actor, actorName: permit.actorName, target: `certificate-issuer:${issuer.id}`, targetName: issuer.name, at: clock.now(), outcome: 'allowed', facts });
