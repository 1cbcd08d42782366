import { createPublicKey, verify, type KeyObject } from 'node:crypto';

/** SubjectPublicKeyInfo of P-256 up to the point (RFC 5480 2.1.1, 2.2): always these bytes, so that nothing is parsed that could be written in two ways. */
const p256 = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');

/** Null when it is no uncompressed point on the curve. */
function keyOf(point: Uint8Array): KeyObject | null {
  if (point.length !== 65 || point[0] !== 4) return null;
  try {
    return createPublicKey({ key: Buffer.concat([p256, point]), format: 'der', type: 'spki' });
  } catch {
    return null;
  }
}

/** Of what WebCrypto makes: ECDSA over SHA-256, both numbers side by side (IEEE P1363). */
export function isSignedBy(point: Uint8Array, text: string, signature: string): boolean {
  const key = keyOf(point);
  const bytes = Buffer.from(signature, 'base64url');
  return key !== null && bytes.length === 64 && verify('sha256', Buffer.from(text, 'utf8'), { key, dsaEncoding: 'ieee-p1363' }, bytes);
}
