import { AuthenticatedSafe, Certificate as AsnCertificate, CertBag, PFX, PKCS8ShroudedKeyBag, PrivateKeyInfo, SafeBag, SafeContents, Attribute } from 'pkijs';
import { BmpString, OctetString } from 'asn1js';
import { webcrypto } from 'node:crypto';
import { sha256 } from '../../platform/crypto/index.ts';

const curve = { name: 'ECDSA', namedCurve: 'P-256' } as const;
/** Of the key that the password becomes; the password itself has 100 bits. */
const iterations = 100_000;
const friendlyName = '1.2.840.113549.1.9.20';
const localKeyId = '1.2.840.113549.1.9.21';

/** A key of our making, for devices that cannot make a request. Its certificate comes from the authority as for any other. */
export async function makeDeviceKey(): Promise<{ readonly key: Buffer; readonly publicKey: Buffer }> {
  const keys = await webcrypto.subtle.generateKey(curve, true, ['sign', 'verify']);
  return { key: Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)), publicKey: Buffer.from(await webcrypto.subtle.exportKey('spki', keys.publicKey)) };
}

/** Key, certificate and authority in one file (PKCS#12, RFC 7292): AES-256 under PBKDF2, and a MAC of SHA-256 over the whole. */
export async function makeKeyStore(wish: { readonly key: Buffer; readonly certificate: Buffer; readonly authority: Buffer; readonly name: string; readonly password: string }): Promise<Buffer> {
  const password = bytesOf(Buffer.from(wish.password, 'latin1'));
  const id = sha256(wish.certificate).subarray(0, 20);
  const attributes = (): Attribute[] => [
    new Attribute({ type: friendlyName, values: [new BmpString({ value: wish.name })] }),
    new Attribute({ type: localKeyId, values: [new OctetString({ valueHex: bytesOf(id) })] }),
  ];
  const encryption = { password, contentEncryptionAlgorithm: { name: 'AES-CBC', length: 256 }, hmacHashAlgorithm: 'SHA-256', iterationCount: iterations } as const;
  const shrouded = new PKCS8ShroudedKeyBag({ parsedValue: PrivateKeyInfo.fromBER(bytesOf(wish.key)) });
  await shrouded.makeInternalValues(encryption as never);
  const certificateBag = (der: Buffer, more: Attribute[]): SafeBag => new SafeBag({ bagId: '1.2.840.113549.1.12.10.1.3', bagValue: new CertBag({ parsedValue: AsnCertificate.fromBER(bytesOf(der)) }), ...(more.length > 0 ? { bagAttributes: more } : {}) });
  const safe = new AuthenticatedSafe({
    parsedValue: {
      safeContents: [
        { privacyMode: 0, value: new SafeContents({ safeBags: [new SafeBag({ bagId: '1.2.840.113549.1.12.10.1.2', bagValue: shrouded, bagAttributes: attributes() })] }) },
        { privacyMode: 1, value: new SafeContents({ safeBags: [certificateBag(wish.certificate, attributes()), certificateBag(wish.authority, [])] }) },
      ],
    },
  });
  await safe.makeInternalValues({ safeContents: [{}, encryption] });
  const store = new PFX({ parsedValue: { integrityMode: 0, authenticatedSafe: safe } });
  await store.makeInternalValues({ password, iterations, pbkdf2HashAlgorithm: 'SHA-256', hmacHashAlgorithm: 'SHA-256' });
  return Buffer.from(store.toSchema().toBER(false));
}

const bytesOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;
