import { createHmac, createSecretKey, hash, timingSafeEqual, type KeyObject } from 'node:crypto';

export const sha256 = (input: string | Uint8Array): Buffer => hash('sha256', input, 'buffer');

const prepared = new WeakMap<Uint8Array, KeyObject>();

/** The few keys of the house are prepared once each: that costs more than the digest. */
export function hmac(key: Uint8Array, input: string | Uint8Array): Buffer {
  let ready = prepared.get(key);
  if (!ready) prepared.set(key, (ready = createSecretKey(key)));
  return createHmac('sha256', ready).update(input).digest();
}

/** For one-time codes alone (RFC 6238), whose keys differ each time. A key as bare bytes would cost the digest ten times over: node asks of it twice, by an error each, whether it is something else. */
export const hmacSha1 = (key: Uint8Array, input: Uint8Array): Buffer => createHmac('sha1', createSecretKey(key)).update(input).digest();

/** Compares in constant time; texts of other lengths are simply not the same. */
export function isSame(a: string | Uint8Array, b: string | Uint8Array): boolean {
  const left = Buffer.from(a as string);
  const right = Buffer.from(b as string);
  return left.length === right.length && timingSafeEqual(left, right);
}

/** How a high-entropy secret (session, token, code of 80 bits and more) is stored: fast, since there is nothing to guess (63B-4 5.1). */
export const digestOf = (secret: string): Buffer => sha256(secret);
