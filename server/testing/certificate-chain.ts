import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { randomBytes, webcrypto } from 'node:crypto';

export { x509 };

/** Certificate authorities of the world outside, in memory: right ones, and every way of being wrong. Nothing of the product's own code. */
export interface Party {
  readonly der: Buffer;
  readonly pem: string;
  readonly keyPem: string;
  readonly keys: CryptoKeyPair;
  readonly certificate: x509.X509Certificate;
}

export interface Wish {
  readonly name: string;
  /** Null signs itself. */
  readonly by: Party | null;
  readonly isAuthority?: boolean;
  readonly pathLength?: number;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly usages?: number | null;
  readonly extendedUsages?: readonly string[] | null;
  readonly email?: string | readonly string[];
  readonly principal?: string;
  readonly employeeNumber?: string;
  readonly policies?: readonly string[];
  readonly crlUrl?: string;
  readonly ocspUrl?: string;
  readonly key?: { readonly name: 'RSA'; readonly bits: number; readonly hash?: string } | { readonly name: 'EC' };
  readonly signedWith?: 'SHA-1';
  readonly more?: readonly x509.Extension[];
}

const crypto = webcrypto as unknown as Crypto;
x509.cryptoProvider.set(crypto);
export const clientAuth = '1.3.6.1.5.5.7.3.2';
export const ocspSigning = '1.3.6.1.5.5.7.3.9';

const algorithmOf = (key: Wish['key']) => (key?.name === 'RSA' ? { name: 'RSASSA-PKCS1-v1_5', hash: key.hash ?? 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength: key.bits } : { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' });

export async function makeParty(wish: Wish): Promise<Party> {
  const algorithm = algorithmOf(wish.key);
  const keys = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
  const { by, isAuthority = false } = wish;
  const usages = wish.usages === undefined ? (isAuthority ? x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign : x509.KeyUsageFlags.digitalSignature) : wish.usages;
  const extended = wish.extendedUsages === undefined ? (isAuthority ? null : [clientAuth]) : wish.extendedUsages;
  const emails = wish.email === undefined ? [] : [wish.email].flat();
  const names: x509.JsonGeneralNames = [...emails.map((value) => ({ type: 'email' as const, value })), ...(wish.principal ? [{ type: 'upn' as const, value: wish.principal }] : [])];
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: `4${randomBytes(15).toString('hex')}1`,
    subject: [{ CN: [wish.name] }, ...(wish.employeeNumber ? [{ '2.5.4.5': [wish.employeeNumber] }] : [])],
    issuer: by ? by.certificate.subjectName : new x509.Name([{ CN: [wish.name] }]),
    notBefore: wish.notBefore ?? new Date(Date.now() - 3_600_000),
    notAfter: wish.notAfter ?? new Date(Date.now() + 90 * 86_400_000),
    signingAlgorithm: (by ? { ...by.keys.privateKey.algorithm, hash: wish.signedWith ?? 'SHA-256' } : algorithm) as never,
    signingKey: by ? by.keys.privateKey : keys.privateKey,
    publicKey: keys.publicKey,
    extensions: [
      new x509.BasicConstraintsExtension(isAuthority, wish.pathLength, true),
      ...(usages === null ? [] : [new x509.KeyUsagesExtension(usages, true)]),
      ...(extended === null ? [] : [new x509.ExtendedKeyUsageExtension([...extended], false)]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(by ? by.certificate.publicKey : keys.publicKey),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
      ...(wish.policies ? [new x509.CertificatePolicyExtension([...wish.policies])] : []),
      ...(wish.crlUrl ? [new x509.CRLDistributionPointsExtension([wish.crlUrl])] : []),
      ...(wish.ocspUrl ? [new x509.AuthorityInfoAccessExtension({ ocsp: [wish.ocspUrl] })] : []),
      ...(wish.more ?? []),
    ],
  });
  const key = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64').replace(/.{64}/g, '$&\n');
  return { der: Buffer.from(certificate.rawData), pem: certificate.toString('pem'), keyPem: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`, keys, certificate };
}

export async function makeList(by: Party, revoked: readonly Party[], options: { readonly thisUpdate?: Date; readonly nextUpdate?: Date | null; readonly number?: number; readonly critical?: boolean } = {}): Promise<Buffer> {
  const list = await x509.X509CrlGenerator.create({
    issuer: by.certificate.subjectName.toString(),
    thisUpdate: options.thisUpdate ?? new Date(Date.now() - 60_000),
    ...(options.nextUpdate === null ? {} : { nextUpdate: options.nextUpdate ?? new Date(Date.now() + 86_400_000) }),
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    signingKey: by.keys.privateKey,
    entries: revoked.map((one) => ({ serialNumber: one.certificate.serialNumber, revocationDate: new Date(Date.now() - 30_000), reason: x509.X509CrlReason.keyCompromise })),
    extensions: [new x509.Extension('2.5.29.20', false, new Uint8Array([2, 1, options.number ?? 1])), ...(options.critical ? [new x509.Extension('2.5.29.27', true, new Uint8Array([2, 1, 1]))] : [])],
  });
  return Buffer.from(list.rawData);
}

export async function makeRequest(name: string, key: Wish['key'] = { name: 'EC' }): Promise<{ readonly pem: string; readonly keyPem: string }> {
  const algorithm = algorithmOf(key);
  const keys = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
  const request = await x509.Pkcs10CertificateRequestGenerator.create({ name: [{ CN: [name] }], keys, signingAlgorithm: algorithm });
  const exported = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64').replace(/.{64}/g, '$&\n');
  return { pem: request.toString('pem'), keyPem: `-----BEGIN PRIVATE KEY-----\n${exported}\n-----END PRIVATE KEY-----\n` };
}
