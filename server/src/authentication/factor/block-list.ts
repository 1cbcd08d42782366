import { readFileSync } from 'node:fs';
import { sha256 } from '../../platform/crypto/index.ts';

export interface BlockList {
  /** `folded`: lower case, NFC. Never misses a listed one; is wrong about one in a thousand that are not. */
  has(folded: string): boolean;
}

/**
 * A Bloom filter: bytes 0-3 the number of bits, byte 4 the number of probes, then the bits. Made by
 * `make-block-list.mjs` beside it; where its words come from stands in docs/decisions/0020-password-block-list.md (ASVS 6.2.12).
 */
export function openBlockList(file: URL = new URL('./common-passwords.bin', import.meta.url)): BlockList {
  let filter: Buffer | null = null;
  return {
    has(folded) {
      // Read at first use: most processes start without anybody choosing a password.
      filter ??= readFileSync(file);
      const bits = filter.readUInt32BE(0);
      const probes = filter[4]!;
      const digest = sha256(folded);
      const first = digest.readUInt32BE(0);
      const step = (digest.readUInt32BE(4) | 1) >>> 0;
      for (let probe = 0; probe < probes; probe += 1) {
        const bit = (first + probe * step) % bits;
        if ((filter[5 + (bit >>> 3)]! & (1 << (bit & 7))) === 0) return false;
      }
      return true;
    },
  };
}
