// Makes common-passwords.bin out of a list with one password a line:
//   node server/src/authentication/factor/make-block-list.mjs list.txt
// Run by hand when the list changes; see docs/decisions/0020-password-block-list.md.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

const [list] = process.argv.slice(2);
if (!list) throw new Error('name the list');
// Shorter ones are refused for their length before the list is asked.
const words = new Set(readFileSync(list, 'utf8').split(/\r?\n/).map((line) => line.normalize('NFC').toLowerCase()).filter((word) => [...word].length >= 8));
const probes = 10;
const bits = Math.ceil(words.size * 14.4);
const filter = Buffer.alloc(5 + Math.ceil(bits / 8));
filter.writeUInt32BE(bits, 0);
filter[4] = probes;
for (const word of words) {
  const digest = createHash('sha256').update(word).digest();
  const first = digest.readUInt32BE(0);
  const step = (digest.readUInt32BE(4) | 1) >>> 0;
  for (let probe = 0; probe < probes; probe += 1) {
    const bit = (first + probe * step) % bits;
    filter[5 + Math.floor(bit / 8)] |= 1 << (bit % 8);
  }
}
writeFileSync(new URL('./common-passwords.bin', import.meta.url), filter);
console.log(`${words.size} passwords, ${filter.length} bytes`);
