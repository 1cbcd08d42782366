import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/** A maker of security keys, as FIDO metadata knows it: a root, attestation keys under it, statements and signed metadata files. */
export interface AttestationAuthority {
  readonly root: Buffer;
  readonly rootPem: string;
  /** An attestation key with its certificate, as a batch of keys carries it. */
  attestationKey(options?: { readonly aaguid?: string | null; readonly isAuthority?: boolean; readonly issuer?: AttestationKey; /** Where its revocation list is said to be. */ readonly revocationList?: string }): AttestationKey;
  /** What the maker publishes about a model. */
  statement(options: { readonly aaguid: string; readonly name: string; readonly keyProtection?: readonly string[]; readonly roots?: readonly Buffer[] }): Record<string, unknown>;
  /** A metadata file (MDS3), signed under this root. */
  blob(options: { readonly no: number; readonly nextUpdate?: string; readonly entries: readonly Record<string, unknown>[]; readonly host?: string }): string;
}

export interface AttestationKey {
  readonly certificate: Buffer;
  readonly privateKey: KeyObject;
  /** From the certificate up, without the root. */
  readonly chain: readonly Buffer[];
}

/* As much DER as a certificate needs (X.690). */
const length = (n: number): Buffer => (n < 128 ? Buffer.from([n]) : n < 256 ? Buffer.from([0x81, n]) : Buffer.from([0x82, n >> 8, n & 0xff]));
const tlv = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), length(content.length), content]);
};
const sequence = (...parts: readonly Buffer[]): Buffer => tlv(0x30, ...parts);
const oid = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const encode = (n: number): number[] => {
    const bytes = [n & 0x7f];
    for (let left = n >>> 7; left > 0; left >>>= 7) bytes.unshift((left & 0x7f) | 0x80);
    return bytes;
  };
  return tlv(0x06, Buffer.from([...encode(first * 40 + second), ...rest.flatMap(encode)]));
};
const boolean = (value: boolean): Buffer => tlv(0x01, Buffer.from([value ? 0xff : 0]));
const utcTime = (text: string): Buffer => tlv(0x17, Buffer.from(text));
const name = (parts: readonly (readonly [string, string])[]): Buffer => sequence(...parts.map(([type, value]) => tlv(0x31, sequence(oid(type), tlv(type === '2.5.4.6' ? 0x13 : 0x0c, Buffer.from(value))))));
const extension = (id: string, value: Buffer, isCritical = false): Buffer => sequence(oid(id), ...(isCritical ? [boolean(true)] : []), tlv(0x04, value));
const ecdsaSha256 = sequence(oid('1.2.840.10045.4.3.2'));

interface Party {
  readonly name: Buffer;
  readonly privateKey: KeyObject;
}

function certificate(options: { readonly subject: Buffer; readonly publicKey: KeyObject; readonly issuer: Party; readonly isAuthority: boolean; readonly extensions?: readonly Buffer[] }): Buffer {
  const tbs = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaSha256,
    options.issuer.name,
    sequence(utcTime('200101000000Z'), utcTime('491231235959Z')),
    options.subject,
    options.publicKey.export({ format: 'der', type: 'spki' }),
    tlv(0xa3, sequence(extension('2.5.29.19', options.isAuthority ? sequence(boolean(true)) : sequence(), true), ...(options.extensions ?? []))),
  );
  return sequence(tbs, ecdsaSha256, tlv(0x03, Buffer.from([0]), sign('sha256', tbs, options.issuer.privateKey)));
}

const pem = (der: Buffer): string => `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const hex = (aaguid: string): Buffer => Buffer.from(aaguid.replaceAll('-', ''), 'hex');

export function attestationAuthority(maker = 'Linden Keys'): AttestationAuthority {
  const pair = newKey();
  const rootName = name([['2.5.4.6', 'CH'], ['2.5.4.10', maker], ['2.5.4.3', `${maker} Root`]]);
  const asRoot: Party = { name: rootName, privateKey: pair.privateKey };
  const root = certificate({ subject: rootName, publicKey: pair.publicKey, issuer: asRoot, isAuthority: true });
  const subjects = new WeakMap<AttestationKey, Buffer>();

  return {
    root,
    rootPem: pem(root),
    attestationKey({ aaguid = null, isAuthority = false, issuer, revocationList } = {}) {
      const key = newKey();
      const subject = name([['2.5.4.6', 'CH'], ['2.5.4.10', maker], ['2.5.4.11', 'Authenticator Attestation'], ['2.5.4.3', `${maker} Attestation ${randomBytes(4).toString('hex')}`]]);
      const extensions = [
        ...(aaguid === null ? [] : [extension('1.3.6.1.4.1.45724.1.1.4', tlv(0x04, hex(aaguid)))]),
        ...(revocationList === undefined ? [] : [extension('2.5.29.31', sequence(sequence(tlv(0xa0, tlv(0xa0, tlv(0x86, Buffer.from(revocationList)))))))]),
      ];
      const der = certificate({ subject, publicKey: key.publicKey, issuer: issuer ? { name: subjects.get(issuer)!, privateKey: issuer.privateKey } : asRoot, isAuthority, extensions });
      const made: AttestationKey = { certificate: der, privateKey: key.privateKey, chain: [der, ...(issuer?.chain ?? [])] };
      subjects.set(made, subject);
      return made;
    },
    statement: ({ aaguid, name: description, keyProtection = ['hardware', 'secure_element'], roots = [root] }) => ({
      aaguid,
      description,
      authenticatorVersion: 1,
      protocolFamily: 'fido2',
      schema: 3,
      upv: [{ major: 1, minor: 0 }],
      authenticationAlgorithms: ['secp256r1_ecdsa_sha256_raw'],
      publicKeyAlgAndEncodings: ['cose'],
      attestationTypes: ['basic_full'],
      userVerificationDetails: [[{ userVerificationMethod: 'presence_internal' }, { userVerificationMethod: 'passcode_external' }]],
      keyProtection,
      matcherProtection: ['on_chip'],
      tcDisplay: [],
      attestationRootCertificates: roots.map((one) => one.toString('base64')),
    }),
    blob({ no, nextUpdate = '2040-01-01', entries, host = 'mds.fidoalliance.org' }) {
      const key = newKey();
      const signer = certificate({ subject: name([['2.5.4.6', 'US'], ['2.5.4.10', 'FIDO ALLIANCE'], ['2.5.4.3', host]]), publicKey: key.publicKey, issuer: asRoot, isAuthority: false });
      const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
      const signed = `${part({ alg: 'ES256', typ: 'JWT', x5c: [signer.toString('base64')] })}.${part({ legalHeader: 'for tests', no, nextUpdate, entries })}`;
      return `${signed}.${sign('sha256', Buffer.from(signed), { key: key.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
    },
  };
}

/** An entry of a metadata file. */
export const entryOf = (statement: Record<string, unknown>, statuses: readonly string[] = ['FIDO_CERTIFIED_L1']): Record<string, unknown> => ({
  ...(statement['aaguid'] === undefined ? {} : { aaguid: statement['aaguid'] }),
  ...(statement['attestationCertificateKeyIdentifiers'] === undefined ? {} : { attestationCertificateKeyIdentifiers: statement['attestationCertificateKeyIdentifiers'] }),
  metadataStatement: statement,
  statusReports: statuses.map((status) => ({ status, effectiveDate: '2024-01-01' })),
  timeOfLastStatusChange: '2024-01-01',
});

/** RFC 5280 4.2.1.2 (1), by which U2F models are known. */
export const keyIdentifierOf = (key: AttestationKey): string => {
  const spki = key.privateKey.export({ format: 'jwk' });
  return createHash('sha1').update(Buffer.concat([Buffer.from([4]), Buffer.from(spki.x!, 'base64url'), Buffer.from(spki.y!, 'base64url')])).digest('hex');
};
