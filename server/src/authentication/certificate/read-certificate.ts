import 'reflect-metadata';
import { AsnConvert } from '@peculiar/asn1-schema';
import * as asn from '@peculiar/asn1-x509';
import { Name } from '@peculiar/x509';
import { X509Certificate, type KeyObject } from 'node:crypto';
import { sha256 } from '../../platform/crypto/index.ts';
import type { SignatureAlgorithm } from './signature.ts';

/** A certificate, read and not yet believed. */
export interface Certificate {
  readonly der: Buffer;
  /** SHA-256 of the whole. */
  readonly fingerprint: Buffer;
  /** In hexadecimal, without leading zeros. */
  readonly serial: string;
  readonly subject: string;
  readonly issuer: string;
  readonly subjectName: Buffer;
  readonly issuerName: Buffer;
  readonly publicKey: KeyObject;
  /** SubjectPublicKeyInfo. */
  readonly publicKeyInfo: Buffer;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly isAuthority: boolean;
  readonly pathLength: number | null;
  /** Null where the certificate does not say. */
  readonly keyUsages: number | null;
  readonly extendedKeyUsages: readonly string[] | null;
  readonly policies: readonly string[] | null;
  readonly emails: readonly string[];
  /** Microsoft's user principal names. */
  readonly userPrincipalNames: readonly string[];
  /** Attribute serialNumber of the subject: where many authorities put the number of the employee. */
  readonly subjectSerialNumbers: readonly string[];
  readonly subjectKeyId: string | null;
  readonly authorityKeyId: string | null;
  readonly crlUrls: readonly string[];
  readonly ocspUrls: readonly string[];
  /** What the certificate limits in a way that is not judged here: it cannot be accepted. */
  readonly unknownLimits: readonly string[];
  readonly signed: { readonly tbs: Buffer; readonly signature: Buffer; readonly algorithm: SignatureAlgorithm };
}

export const keyUsage = asn.KeyUsageFlags;
export const usage = { clientAuth: '1.3.6.1.5.5.7.3.2', ocspSigning: '1.3.6.1.5.5.7.3.9', any: '2.5.29.37.0' } as const;
export const anyPolicy = '2.5.29.32.0';
const userPrincipalName = '1.3.6.1.4.1.311.20.2.3';
const serialNumberAttribute = '2.5.4.5';

const known = { basicConstraints: asn.id_ce_basicConstraints, keyUsage: asn.id_ce_keyUsage, extKeyUsage: asn.id_ce_extKeyUsage, names: asn.id_ce_subjectAltName, policies: asn.id_ce_certificatePolicies, subjectKeyId: asn.id_ce_subjectKeyIdentifier, authorityKeyId: asn.id_ce_authorityKeyIdentifier, crl: asn.id_ce_cRLDistributionPoints, access: asn.id_pe_authorityInfoAccess } as const;
/** Say nothing that limits, or only what we look at. */
const harmless: readonly string[] = [...Object.values(known), asn.id_ce_issuerAltName];
/** Limit the chain below even where they are not marked critical (RFC 5280 4.2.1.10, 4.2.1.11, 4.2.1.14). */
const limits: readonly string[] = [asn.id_ce_nameConstraints, asn.id_ce_policyConstraints, asn.id_ce_inhibitAnyPolicy];

export const longestCertificate = 16_384;

/** One way to write it (DER, nothing behind it), no extension twice; null for all else. Throws nothing: the bytes are a stranger's. */
export function readCertificate(der: Uint8Array): Certificate | null {
  if (der.length > longestCertificate) return null;
  try {
    const bytes = Buffer.from(der);
    // Read by two: what OpenSSL and the parser below do not agree about is nobody's certificate.
    const native = new X509Certificate(bytes);
    if (!native.raw.equals(bytes)) return null;
    const read = AsnConvert.parse(bytes, asn.Certificate);
    return factsOf(bytes, native, read);
  } catch {
    return null;
  }
}

/** The first certificate of a PEM text, or the bytes as they are. */
export function readPem(text: string): Certificate | null {
  const inside = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/.exec(text)?.[1];
  return inside === undefined ? null : readCertificate(Buffer.from(inside, 'base64'));
}

export function pemOf(der: Uint8Array, label = 'CERTIFICATE'): string {
  const lines = Buffer.from(der).toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

function factsOf(der: Buffer, native: X509Certificate, read: asn.Certificate): Certificate | null {
  const { tbsCertificate: tbs, signatureAlgorithm } = read;
  // RFC 5280 4.1.1.2: inside and outside must name the same algorithm, or the outside could be changed.
  if (!same(AsnConvert.serialize(tbs.signature), AsnConvert.serialize(signatureAlgorithm))) return null;
  const extensions = [...(tbs.extensions ?? [])];
  if (new Set(extensions.map((one) => one.extnID)).size !== extensions.length) return null;
  const find = <T>(oid: string, type: new () => T): T | null => {
    const found = extensions.find((one) => one.extnID === oid);
    return found ? AsnConvert.parse(found.extnValue.buffer, type) : null;
  };
  const basics = find(known.basicConstraints, asn.BasicConstraints);
  const usages = find(known.keyUsage, asn.KeyUsage);
  const extended = find(known.extKeyUsage, asn.ExtendedKeyUsage);
  const policies = find(known.policies, asn.CertificatePolicies);
  const names = [...(find(known.names, asn.SubjectAlternativeName) ?? [])];
  const points = [...(find(known.crl, asn.CRLDistributionPoints) ?? [])];
  const access = [...(find(known.access, asn.AuthorityInfoAccessSyntax) ?? [])];
  const { publicKey } = native;
  return {
    der,
    fingerprint: sha256(der),
    serial: serialOf(tbs.serialNumber),
    subject: new Name(tbs.subject).toString().slice(0, 400),
    issuer: new Name(tbs.issuer).toString().slice(0, 400),
    subjectName: Buffer.from(AsnConvert.serialize(tbs.subject)),
    issuerName: Buffer.from(AsnConvert.serialize(tbs.issuer)),
    publicKey,
    publicKeyInfo: publicKey.export({ format: 'der', type: 'spki' }),
    notBefore: tbs.validity.notBefore.getTime(),
    notAfter: tbs.validity.notAfter.getTime(),
    isAuthority: basics?.cA ?? false,
    pathLength: basics?.pathLenConstraint ?? null,
    keyUsages: usages?.toNumber() ?? null,
    extendedKeyUsages: extended ? [...extended] : null,
    policies: policies ? [...policies].map((one) => one.policyIdentifier) : null,
    emails: names.flatMap((one) => one.rfc822Name ?? []),
    userPrincipalNames: names.flatMap((one) => (one.otherName?.typeId === userPrincipalName ? (textOf(one.otherName.value) ?? []) : [])),
    subjectSerialNumbers: [...tbs.subject].flatMap((part) => [...part]).flatMap((one) => (one.type === serialNumberAttribute ? [one.value.toString()] : [])),
    subjectKeyId: hexOf(find(known.subjectKeyId, asn.SubjectKeyIdentifier)?.buffer),
    authorityKeyId: hexOf(find(known.authorityKeyId, asn.AuthorityKeyIdentifier)?.keyIdentifier?.buffer),
    crlUrls: points.flatMap((point) => (point.reasons || point.cRLIssuer ? [] : (point.distributionPoint?.fullName ?? []).flatMap((name) => httpOnly(name.uniformResourceIdentifier)))),
    ocspUrls: access.flatMap((one) => (one.accessMethod === asn.id_ad_ocsp ? httpOnly(one.accessLocation.uniformResourceIdentifier) : [])),
    unknownLimits: extensions.filter((one) => limits.includes(one.extnID) || (one.critical && !harmless.includes(one.extnID))).map((one) => one.extnID),
    signed: { tbs: Buffer.from(read.tbsCertificateRaw ?? AsnConvert.serialize(tbs)), signature: Buffer.from(read.signatureValue), algorithm: algorithmOf(signatureAlgorithm) },
  };
}

export const algorithmOf = (one: asn.AlgorithmIdentifier): SignatureAlgorithm => ({ oid: one.algorithm, parameters: one.parameters ? new Uint8Array(one.parameters) : null });

export const serialOf = (raw: ArrayBuffer): string => Buffer.from(raw).toString('hex').replace(/^0+(?=.)/, '');

const same = (a: ArrayBuffer, b: ArrayBuffer): boolean => Buffer.from(a).equals(Buffer.from(b));
const hexOf = (bytes: ArrayBuffer | undefined): string | null => (bytes ? Buffer.from(bytes).toString('hex') : null);
const httpOnly = (url: string | undefined): string[] => (url !== undefined && url.length <= 500 && /^https?:\/\//i.test(url) && URL.canParse(url) ? [url] : []);

/** UTF8String, or what old authorities write (PrintableString, IA5String); explicit [0] is taken off by the parser. */
function textOf(value: ArrayBuffer): string | null {
  const bytes = Buffer.from(value);
  const [tag, length] = [bytes[0], bytes[1]];
  if (tag === undefined || length === undefined || ![0x0c, 0x13, 0x16].includes(tag) || length > 127 || bytes.length !== length + 2) return null;
  const text = bytes.subarray(2).toString('utf8');
  return text.includes('\ufffd') || text.includes('\u0000') ? null : text;
}
