import { RsaSaPssParams } from '@peculiar/asn1-rsa';
import { AsnConvert } from '@peculiar/asn1-schema';
import { constants, verify, type KeyObject } from 'node:crypto';

/** As it stands in a certificate, a revocation list, an answer or a request. */
export interface SignatureAlgorithm {
  readonly oid: string;
  readonly parameters: Uint8Array | null;
}

const plain: Readonly<Record<string, readonly [hash: string, key: 'rsa' | 'ec']>> = {
  '1.2.840.113549.1.1.11': ['sha256', 'rsa'],
  '1.2.840.113549.1.1.12': ['sha384', 'rsa'],
  '1.2.840.113549.1.1.13': ['sha512', 'rsa'],
  '1.2.840.10045.4.3.2': ['sha256', 'ec'],
  '1.2.840.10045.4.3.3': ['sha384', 'ec'],
  '1.2.840.10045.4.3.4': ['sha512', 'ec'],
};
const pss = '1.2.840.113549.1.1.10';
const edwards: Readonly<Record<string, string>> = { '1.3.101.112': 'ed25519', '1.3.101.113': 'ed448' };
const hashes: Readonly<Record<string, string>> = { '2.16.840.1.101.3.4.2.1': 'sha256', '2.16.840.1.101.3.4.2.2': 'sha384', '2.16.840.1.101.3.4.2.3': 'sha512' };

/**
 * Whether `key` signed `tbs`. Only algorithms on this list count: SHA-1 and MD5 are not on it, so that a certificate that
 * somebody made by a collision opens nothing (ASVS 11.4.1).
 */
export function isSignedBy(key: KeyObject, algorithm: SignatureAlgorithm, tbs: Uint8Array, signature: Uint8Array): boolean {
  const how = howOf(algorithm);
  if (!how || !isStrong(key)) return false;
  if (how.is === 'edwards') return key.asymmetricKeyType === how.key && check(() => verify(null, tbs, key, signature));
  if (how.is === 'pss') {
    const isRight = key.asymmetricKeyType === 'rsa' || key.asymmetricKeyType === 'rsa-pss';
    return isRight && check(() => verify(how.hash, tbs, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: how.saltLength }, signature));
  }
  return key.asymmetricKeyType === how.key && check(() => verify(how.hash, tbs, key, signature));
}

export const isAlgorithmKnown = (algorithm: SignatureAlgorithm): boolean => howOf(algorithm) !== null;

type How = { readonly is: 'plain'; readonly hash: string; readonly key: 'rsa' | 'ec' } | { readonly is: 'pss'; readonly hash: string; readonly saltLength: number } | { readonly is: 'edwards'; readonly key: string };

function howOf({ oid, parameters }: SignatureAlgorithm): How | null {
  const known = plain[oid];
  if (known) return { is: 'plain', hash: known[0], key: known[1] };
  const curve = edwards[oid];
  if (curve) return { is: 'edwards', key: curve };
  if (oid !== pss || parameters === null) return null;
  try {
    const read = AsnConvert.parse(parameters, RsaSaPssParams);
    const hash = hashes[read.hashAlgorithm.algorithm];
    const mask = read.maskGenAlgorithm.parameters ? AsnConvert.toString(read.maskGenAlgorithm.parameters) : '';
    // The mask is made with the same hash, as everybody does; another one would be worth a question.
    return hash && mask.includes(read.hashAlgorithm.algorithm) && read.saltLength >= 16 ? { is: 'pss', hash, saltLength: read.saltLength } : null;
  } catch {
    return null;
  }
}

/** 63B-4 3.1.7.1: 112 bits at least, which is RSA 2048. The curves have 128 bits and more (ASVS 11.2.3). */
export function isStrong(key: KeyObject): boolean {
  const { modulusLength, publicExponent, namedCurve } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case 'rsa':
    case 'rsa-pss':
      return (modulusLength ?? 0) >= 2_048 && (modulusLength ?? 0) <= 16_384 && (publicExponent ?? 0n) >= 65_537n;
    case 'ec':
      return ['prime256v1', 'secp384r1', 'secp521r1'].includes(namedCurve ?? '');
    case 'ed25519':
    case 'ed448':
      return true;
    default:
      return false;
  }
}

function check(work: () => boolean): boolean {
  try {
    return work();
  } catch {
    return false;
  }
}
