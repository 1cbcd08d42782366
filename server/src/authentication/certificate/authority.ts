import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { createPublicKey, webcrypto } from 'node:crypto';
import { days, hours, later, minutes } from '../../platform/clock/index.ts';
import { randomBytes } from '../../platform/crypto/index.ts';
import type { EndReason } from './read-list.ts';
import { readCertificate, usage, type Certificate } from './read-certificate.ts';
import { isAlgorithmKnown, isSignedBy, isStrong, type SignatureAlgorithm } from './signature.ts';

/**
 * What our own certificate authority makes: its own certificate, certificates of people, revocation lists. Only bytes; nothing
 * here knows the database. P-256 throughout: 128 bits (ASVS 11.2.3), and every device since ten years takes it.
 */
const curve = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const signing = { name: 'ECDSA', hash: 'SHA-256' } as const;

export const authorityLifeMs = days(3_650);
export const certificateLifeMs = days(365);
/** A revocation list holds a day, and is made anew after half of it, so that a missed renewal closes nothing. */
export const listLifeMs = hours(24);
/** Clocks of devices may be behind. */
const backMs = minutes(10);

const crypto = webcrypto as unknown as Crypto;
x509.cryptoProvider.set(crypto);

/** 127 random bits, positive and never zero (RFC 5280 4.1.2.2; the forums of browsers ask 64). */
function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes.toString('hex');
}

/** Attribute by attribute, so that no sign in a name can begin another attribute; 64 letters is the most that they hold. */
const nameOf = (parts: readonly (readonly [type: string, value: string])[]): x509.Name => new x509.Name(parts.map(([type, value]) => ({ [type]: [{ utf8String: [...value].slice(0, 64).join('') }] })));

/** Whole seconds: a certificate cannot say more. */
const second = (at: Date): Date => new Date(Math.floor(at.getTime() / 1_000) * 1_000);

export interface MadeAuthority {
  readonly certificate: Buffer;
  /** PKCS#8; sealed before it is stored. */
  readonly key: Buffer;
}

export async function makeAuthorityCertificate(organisation: string, name: string, now: Date): Promise<MadeAuthority> {
  const keys = await crypto.subtle.generateKey(curve, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: nameOf([['O', organisation], ['CN', name]]),
    notBefore: second(later(now, -backMs)),
    notAfter: second(later(now, authorityLifeMs)),
    signingAlgorithm: signing,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: Buffer.from(certificate.rawData), key: Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)) };
}

export type ReadRequest = { readonly is: 'read'; readonly publicKey: Buffer } | { readonly is: 'refused'; readonly why: string };

/**
 * A request (PKCS#10, PEM) whose sender has the key: it signed itself. The names in it are not looked at; whose certificate it
 * becomes, an administrator says.
 */
export function readRequest(pem: string): ReadRequest {
  const inside = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]+)-----END/.exec(pem)?.[1];
  if (inside === undefined) return { is: 'refused', why: 'it does not begin with -----BEGIN CERTIFICATE REQUEST-----' };
  try {
    const request = new x509.Pkcs10CertificateRequest(bytesOf(Buffer.from(inside, 'base64')));
    const parts = (request as unknown as { asn: { signatureAlgorithm: { algorithm: string; parameters?: ArrayBuffer | null }; signature: ArrayBuffer; certificationRequestInfoRaw?: ArrayBuffer } }).asn;
    const key = createPublicKeyOf(Buffer.from(request.publicKey.rawData));
    const algorithm: SignatureAlgorithm = { oid: parts.signatureAlgorithm.algorithm, parameters: parts.signatureAlgorithm.parameters ? new Uint8Array(parts.signatureAlgorithm.parameters) : null };
    if (!isStrong(key)) return { is: 'refused', why: 'its key is too short or of an unknown kind; use P-256 or RSA of 2048 bits and more' };
    if (!isAlgorithmKnown(algorithm)) return { is: 'refused', why: 'it is signed by an algorithm that does not count, such as SHA-1; make it with SHA-256' };
    if (!parts.certificationRequestInfoRaw || !isSignedBy(key, algorithm, new Uint8Array(parts.certificationRequestInfoRaw), new Uint8Array(parts.signature))) return { is: 'refused', why: 'it is not signed by its own key' };
    return { is: 'read', publicKey: Buffer.from(request.publicKey.rawData) };
  } catch {
    return { is: 'refused', why: 'it cannot be read' };
  }
}

const createPublicKeyOf = (spki: Buffer) => createPublicKey({ key: spki, format: 'der', type: 'spki' });

export interface CertificateWish {
  readonly publicKey: Buffer;
  readonly commonName: string;
  readonly organisation: string;
  readonly email: string | null;
  readonly listUrl: string;
  readonly authorityUrl: string;
}

export async function issueCertificate(authority: Certificate, key: Buffer, wish: CertificateWish, now: Date): Promise<Certificate> {
  const notAfter = new Date(Math.min(later(now, certificateLifeMs).getTime(), authority.notAfter.getTime()));
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject: nameOf([['O', wish.organisation], ['CN', wish.commonName]]),
    issuer: read(authority.der).subjectName,
    notBefore: second(later(now, -backMs)),
    notAfter: second(notAfter),
    signingAlgorithm: signing,
    signingKey: await signingKeyOf(key),
    publicKey: new x509.PublicKey(bytesOf(wish.publicKey)),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([usage.clientAuth], false),
      await x509.SubjectKeyIdentifierExtension.create(new x509.PublicKey(bytesOf(wish.publicKey))),
      await x509.AuthorityKeyIdentifierExtension.create(read(authority.der).publicKey),
      new x509.CRLDistributionPointsExtension([wish.listUrl]),
      new x509.AuthorityInfoAccessExtension({ caIssuers: [wish.authorityUrl] }),
      ...(wish.email === null || !/^[\x21-\x7e]+$/.test(wish.email) ? [] : [new x509.SubjectAlternativeNameExtension([{ type: 'email', value: wish.email }])]),
    ],
  });
  const issued = readCertificate(Buffer.from(certificate.rawData));
  // What we issue must pass our own reading; anything else is a bug here and not a person's trouble later.
  if (!issued) throw new Error('a certificate was issued that cannot be read');
  return issued;
}

const reasons: Readonly<Record<EndReason, x509.X509CrlReason>> = {
  unspecified: x509.X509CrlReason.unspecified,
  key_compromise: x509.X509CrlReason.keyCompromise,
  affiliation_changed: x509.X509CrlReason.affiliationChanged,
  superseded: x509.X509CrlReason.superseded,
  cessation_of_operation: x509.X509CrlReason.cessationOfOperation,
  expired: x509.X509CrlReason.unspecified,
};

export async function makeRevocationList(authority: Certificate, key: Buffer, revoked: readonly { readonly serial: string; readonly endedAt: Date; readonly endReason: EndReason }[], number: bigint, now: Date): Promise<{ readonly der: Buffer; readonly from: Date; readonly until: Date }> {
  const from = second(later(now, -backMs));
  const until = second(later(now, listLifeMs));
  const list = await x509.X509CrlGenerator.create({
    issuer: read(authority.der).subjectName,
    thisUpdate: from,
    nextUpdate: until,
    signingAlgorithm: signing,
    signingKey: await signingKeyOf(key),
    // RFC 5280 5.3.1: `unspecified` is left out.
    entries: revoked.map((one) => ({ serialNumber: one.serial, revocationDate: second(one.endedAt), ...(reasons[one.endReason] === x509.X509CrlReason.unspecified ? {} : { reason: reasons[one.endReason] }) })),
    extensions: [await x509.AuthorityKeyIdentifierExtension.create(read(authority.der).publicKey), new x509.Extension('2.5.29.20', false, integerOf(number))],
  });
  return { der: Buffer.from(list.rawData), from, until };
}

function integerOf(value: bigint): ArrayBuffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  const content = bytes[0]! > 0x7f ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
  return new Uint8Array([0x02, content.length, ...content]).buffer;
}

const bytesOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;
const read = (der: Buffer): x509.X509Certificate => new x509.X509Certificate(bytesOf(der));

const signingKeyOf = (pkcs8: Buffer): Promise<CryptoKey> => crypto.subtle.importKey('pkcs8', bytesOf(pkcs8), curve, false, ['sign']);
