import { AsnConvert } from '@peculiar/asn1-schema';
import * as asn from '@peculiar/asn1-x509';
import { later, minutes } from '../../platform/clock/index.ts';
import { algorithmOf, keyUsage, serialOf, type Certificate } from './read-certificate.ts';
import { isSignedBy } from './signature.ts';

export type EndReason = 'unspecified' | 'key_compromise' | 'affiliation_changed' | 'superseded' | 'cessation_of_operation' | 'expired';

export interface RevocationList {
  readonly number: string | null;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly revoked: readonly { readonly serial: string; readonly at: Date; readonly reason: EndReason }[];
}

/** Clocks of others may be a little ahead. */
const skewMs = minutes(5);
export const longestList = 24 * 1_048_576;
const removedFromList = 8;
const reasons: Readonly<Record<number, EndReason>> = { 1: 'key_compromise', 2: 'key_compromise', 3: 'affiliation_changed', 4: 'superseded', 5: 'cessation_of_operation' };

/**
 * A revocation list (DER or PEM), signed by `authority` and in force now (RFC 5280 6.3). A list that covers only a part (critical
 * extensions: delta, indirect, by reason) is refused: what it does not say would be taken for "good".
 */
export function readRevocationList(bytes: Uint8Array, authority: Certificate, now: Date): { readonly is: 'read'; readonly list: RevocationList } | { readonly is: 'refused'; readonly why: string } {
  const refused = (why: string) => ({ is: 'refused', why }) as const;
  if (bytes.length > longestList) return refused('it is too large');
  let read: asn.CertificateList;
  try {
    read = AsnConvert.parse(derOf(bytes), asn.CertificateList);
  } catch {
    return refused('it is not a revocation list (CRL) as DER or PEM');
  }
  const { tbsCertList: tbs, signatureAlgorithm } = read;
  if (!Buffer.from(AsnConvert.serialize(tbs.issuer)).equals(authority.subjectName)) return refused(`it is of another authority, not of ${authority.subject}`);
  if (authority.keyUsages !== null && (authority.keyUsages & keyUsage.cRLSign) === 0) return refused(`${authority.subject} may not sign revocation lists (key usage)`);
  if (!Buffer.from(AsnConvert.serialize(tbs.signature)).equals(Buffer.from(AsnConvert.serialize(signatureAlgorithm)))) return refused('it names two signature algorithms');
  const signed = Buffer.from(read.tbsCertListRaw ?? AsnConvert.serialize(tbs));
  if (!isSignedBy(authority.publicKey, algorithmOf(signatureAlgorithm), signed, new Uint8Array(read.signature))) return refused(`${authority.subject} did not sign it, or signed it with an algorithm that does not count`);
  const limits = [...(tbs.crlExtensions ?? [])].filter((one) => one.critical);
  if (limits.length > 0) return refused(`it covers only a part (${limits.map((one) => one.extnID).join(', ')}); name the address of the complete list`);
  const thisUpdate = tbs.thisUpdate.getTime();
  const nextUpdate = tbs.nextUpdate?.getTime() ?? null;
  if (nextUpdate === null) return refused('it does not say until when it holds');
  if (thisUpdate > later(now, skewMs)) return refused(`it is from the future (${thisUpdate.toISOString()})`);
  if (nextUpdate <= now) return refused(`it held until ${nextUpdate.toISOString()}`);
  const revoked: RevocationList['revoked'][number][] = [];
  for (const entry of tbs.revokedCertificates ?? []) {
    const extensions = [...(entry.crlEntryExtensions ?? [])];
    if (extensions.some((one) => one.critical)) return refused('it speaks for other authorities too');
    const reason = extensions.find((one) => one.extnID === asn.id_ce_cRLReasons);
    const code = reason ? Buffer.from(reason.extnValue.buffer).at(-1)! : 0;
    if (code !== removedFromList) revoked.push({ serial: serialOf(entry.userCertificate), at: entry.revocationDate.getTime(), reason: reasons[code] ?? 'unspecified' });
  }
  const number = [...(tbs.crlExtensions ?? [])].find((one) => one.extnID === asn.id_ce_cRLNumber);
  return { is: 'read', list: { number: number ? numberOf(number.extnValue.buffer) : null, thisUpdate, nextUpdate, revoked } };
}

function derOf(bytes: Uint8Array): Buffer {
  const buffer = Buffer.from(bytes);
  // By its first letters; some authorities write `CRL`, most `X509 CRL`.
  if (buffer[0] !== 0x2d) return buffer;
  const inside = /-----BEGIN (?:X509 )?CRL-----([A-Za-z0-9+/=\s]+)-----END/.exec(buffer.toString('latin1'))?.[1] ?? '';
  return Buffer.from(inside, 'base64');
}

function numberOf(value: ArrayBuffer): string | null {
  const bytes = Buffer.from(value);
  if (bytes[0] !== 0x02 || bytes.length < 3 || bytes.length > 22) return null;
  return BigInt(`0x${bytes.subarray(2).toString('hex')}`).toString();
}
