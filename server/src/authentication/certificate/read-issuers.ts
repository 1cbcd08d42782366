import type * as contract from '@bailiwick/contract/certificate';
import type { KeyObject } from 'node:crypto';
import type { z } from 'zod';
import type { Permit } from '../../platform/http/index.ts';
import type { Needs } from '../needs.ts';
import { authorityPath, listPath } from './change-certificates.ts';
import type { Issuer } from './issuer.ts';
import { pemOf, readCertificate, type Certificate } from './read-certificate.ts';
import { countOfIssuer, findAuthority, listCertificates, listIssuers, listsOf, type ListedCertificate } from './store.ts';

const pageSize = 50;

/** The allow-list as it stands, with the state of each revocation list, and our own authority. */
export async function readIssuers({ config, database, clock }: Pick<Needs, 'config' | 'database' | 'clock'>, _permit: Permit<'authentication.certificate-issuer.read'>): Promise<z.input<typeof contract.issuerList>> {
  return database.read(async (tx) => {
    const authority = await findAuthority(tx);
    const items: z.input<typeof contract.issuer>[] = [];
    for (const issuer of await listIssuers(tx)) items.push(present(issuer, await listsOf(tx, issuer.id), await countOfIssuer(tx, issuer.id), clock.now()));
    return {
      door: config.certificateDoor && { url: config.certificateDoor.url.href, through: config.certificateDoor.listener ? 'listener' : 'proxy' },
      items,
      authority: authority && { issuerId: authority.issuerId, certificate: pemOf(authority.certificate), certificateUrl: new URL(authorityPath, config.url).href, listUrl: new URL(listPath, config.url).href, madeAt: authority.madeAt.toISOString() },
    };
  });
}

/** Newest first. */
export async function readCertificates({ database }: Pick<Needs, 'database'>, _permit: Permit<'authentication.certificate.read'>, query: z.output<typeof contract.certificateFilter>): Promise<z.input<typeof contract.certificatePage>> {
  const rows = await database.read((tx) => listCertificates(tx, { search: query.search || null, isOpen: query.state === undefined ? null : query.state === 'open', after: query.after ?? null, limit: pageSize + 1 }));
  const items = rows.slice(0, pageSize).map(presentCertificate);
  return { items, next: rows.length > pageSize ? items.at(-1)!.id : null };
}

export const levelOf = ({ isUserVerified, isHardwareBound }: Pick<Issuer, 'isUserVerified' | 'isHardwareBound'>): 1 | 2 | 3 => (isUserVerified ? (isHardwareBound ? 3 : 2) : 1);

export function factsOf(one: Certificate): z.input<typeof contract.certificateFacts> {
  return { subject: one.subject, issuer: one.issuer, serial: one.serial, fingerprint: one.fingerprint.toString('hex'), notBefore: one.notBefore.toISOString(), notAfter: one.notAfter.toISOString(), key: keyInWords(one.publicKey) };
}

function keyInWords({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  if (asymmetricKeyType === 'ec') return `EC ${{ prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' }[asymmetricKeyDetails?.namedCurve ?? ''] ?? asymmetricKeyDetails?.namedCurve ?? ''}`.trim();
  if (asymmetricKeyType === 'rsa' || asymmetricKeyType === 'rsa-pss') return `RSA ${asymmetricKeyDetails?.modulusLength ?? ''}`.trim();
  return asymmetricKeyType === 'ed25519' ? 'Ed25519' : (asymmetricKeyType ?? 'unknown');
}

function present(issuer: Issuer, lists: Awaited<ReturnType<typeof listsOf>>, certificates: number, now: Date): z.input<typeof contract.issuer> {
  return {
    id: issuer.id,
    name: issuer.name,
    isOurOwn: issuer.authorityId !== null,
    facts: factsOf(issuer.certificate),
    namesBy: issuer.namesBy,
    principalSuffix: issuer.principalSuffix,
    isUserVerified: issuer.isUserVerified,
    isHardwareBound: issuer.isHardwareBound,
    assuranceLevel: levelOf(issuer),
    requiredPolicy: issuer.requiredPolicy,
    revocation: issuer.revocation,
    crlUrl: issuer.crlUrl,
    ocspUrl: issuer.ocspUrl,
    acceptsUnknown: issuer.acceptsUnknown,
    lists: lists.map((list) => ({
      authority: readCertificate(list.authority)?.subject ?? '',
      url: list.url,
      entries: list.entries,
      thisUpdate: list.thisUpdate?.toISOString() ?? null,
      nextUpdate: list.nextUpdate?.toISOString() ?? null,
      readAt: list.readAt?.toISOString() ?? null,
      isInForce: list.nextUpdate !== null && list.nextUpdate > now,
      problem: list.problem,
    })),
    certificates,
    addedAt: issuer.addedAt.toISOString(),
    addedByName: issuer.addedByName,
  };
}

const presentCertificate = (one: ListedCertificate): z.input<typeof contract.certificate> => ({
  id: one.id,
  person: one.personId === null ? null : { id: one.personId, displayName: one.personName ?? '' },
  name: one.name,
  issuerName: one.issuerName,
  isOurOwn: one.isOurOwn,
  source: one.source,
  subject: one.subject,
  serial: one.serial,
  notBefore: one.notBefore.toISOString(),
  notAfter: one.notAfter.toISOString(),
  addedAt: one.addedAt.toISOString(),
  addedByName: one.addedByName,
  lastUsedAt: one.lastUsedAt?.toISOString() ?? null,
  isRenewed: one.replacedBy !== null,
  endedAt: one.endedAt?.toISOString() ?? null,
  endReason: one.endReason,
});
