import { randomFillSync, randomInt } from 'node:crypto';

const pool = Buffer.alloc(4_096);
let used = pool.length;
let lastMs = 0;
let counter = 0;

/** Drawn from the system 4 KiB at a time: each visit costs more than what it brings. What was handed out is wiped, so that no byte is there twice. */
function bytes(length: number): Buffer {
  if (length > pool.length / 8) return randomFillSync(Buffer.alloc(length));
  if (used + length > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const out = Buffer.from(pool.subarray(used, used + length));
  pool.fill(0, used, used + length);
  used += length;
  return out;
}

/** A UUID of version 7 (RFC 9562): sorts by time of making, so that new rows stay together in an index. Not a secret. */
export function newId(): string {
  const random = bytes(10);
  const now = Date.now();
  counter = now === lastMs ? counter + 1 : random.readUInt16BE(0) & 0x7ff;
  lastMs = now;
  const ms = now + (counter >> 12);
  const out = Buffer.alloc(16);
  out.writeUIntBE(ms, 0, 6);
  out.writeUInt16BE(0x7000 | (counter & 0xfff), 6);
  random.copy(out, 8, 2, 10);
  out[8] = (out[8]! & 0x3f) | 0x80;
  const hex = out.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Base64url text with `bits` random bits (256 by default: 63B-4 5.1 asks 64, ASVS 7.2.3 128). */
export const randomToken = (bits = 256): string => bytes(bits / 8).toString('base64url');

export const randomDigits = (length: number): string => Array.from({ length }, () => String(randomInt(10))).join('');

export const randomBytes = (length: number): Buffer => bytes(length);

/** From 0 up to, not including, `below`. */
export const randomInteger = (below: number): number => randomInt(below);
