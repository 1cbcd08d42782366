import type { HrEncoding } from '@bailiwick/contract/hr-feed';
import { decodeWindows1252 } from './windows-1252.ts';

export type Decoded =
  | { readonly is: 'text'; readonly encoding: HrEncoding; readonly hasByteOrderMark: boolean; readonly reason: string; readonly text: string; /** The last character is cut in two: the transfer broke off. */ readonly isCut: boolean }
  | { readonly is: 'spreadsheet' }
  | { readonly is: 'unreadable'; readonly why: string };

const startsWith = (bytes: Uint8Array, ...start: number[]): boolean => start.every((byte, index) => bytes[index] === byte);

function fatally(label: string, bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Without a mark, UTF-16 shows itself by the zero half of separators, digits and line ends. */
function utf16Without(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const sample = bytes.subarray(0, 65_536);
  let even = 0;
  let odd = 0;
  for (let index = 0; index < sample.length; index += 1) {
    if (sample[index] !== 0) continue;
    if (index % 2 === 0) even += 1;
    else odd += 1;
  }
  const enough = sample.length * 0.025;
  if (odd > enough && odd > even * 10) return 'utf-16le';
  if (even > enough && even > odd * 10) return 'utf-16be';
  return null;
}

/** How many bytes at the end begin a character of UTF-8 without finishing it. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return 0;
    if (byte >= 0xc2) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}

const isMany = (bytes: Uint8Array): boolean => bytes.some((byte) => byte >= 0x80);

function utf16(bytes: Uint8Array, encoding: 'utf-16le' | 'utf-16be', hasByteOrderMark: boolean, reason: string): Decoded {
  const body = hasByteOrderMark ? bytes.subarray(2) : bytes;
  const isOdd = body.length % 2 === 1;
  const text = fatally(encoding, isOdd ? body.subarray(0, -1) : body);
  if (text !== null) return { is: 'text', encoding, hasByteOrderMark, reason, text, isCut: isOdd };
  const tolerant = new TextDecoder(encoding, { ignoreBOM: true }).decode(body);
  return { is: 'text', encoding, hasByteOrderMark, reason, text: tolerant, isCut: /[\ufffd]$/.test(tolerant) };
}

/** Bytes to text. Pure; a choice made by a person wins over what the bytes say. */
export function decode(bytes: Uint8Array, chosen?: HrEncoding): Decoded {
  if (startsWith(bytes, 0x50, 0x4b, 0x03, 0x04) || startsWith(bytes, 0xd0, 0xcf, 0x11, 0xe0)) return { is: 'spreadsheet' };
  const hasUtf8Mark = startsWith(bytes, 0xef, 0xbb, 0xbf);
  const hasLittleMark = startsWith(bytes, 0xff, 0xfe);
  const hasBigMark = startsWith(bytes, 0xfe, 0xff);
  if (hasLittleMark && startsWith(bytes.subarray(2), 0, 0)) return { is: 'unreadable', why: 'it is UTF-32, which nobody should send' };

  if (chosen === 'windows-1252') return { is: 'text', encoding: chosen, hasByteOrderMark: false, reason: 'chosen', text: decodeWindows1252(bytes), isCut: false };
  if (chosen === 'utf-16le' || chosen === 'utf-16be') return utf16(bytes, chosen, chosen === 'utf-16le' ? hasLittleMark : hasBigMark, 'chosen');
  if (chosen === 'utf-8') {
    const body = hasUtf8Mark ? bytes.subarray(3) : bytes;
    return { is: 'text', encoding: 'utf-8', hasByteOrderMark: hasUtf8Mark, reason: 'chosen', text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(body), isCut: unfinished(body) > 0 };
  }

  if (hasLittleMark) return utf16(bytes, 'utf-16le', true, 'the file begins with the byte order mark FF FE');
  if (hasBigMark) return utf16(bytes, 'utf-16be', true, 'the file begins with the byte order mark FE FF');
  if (!hasUtf8Mark) {
    const guess = utf16Without(bytes);
    if (guess) return utf16(bytes, guess, false, `every ${guess === 'utf-16le' ? 'second' : 'first'} byte of plain letters is zero`);
  }
  const body = hasUtf8Mark ? bytes.subarray(3) : bytes;
  const text = fatally('utf-8', body);
  if (text !== null) {
    const reason = hasUtf8Mark ? 'the file begins with the byte order mark EF BB BF' : isMany(body) ? 'every accented letter is valid UTF-8' : 'plain letters only, the same in every encoding';
    return { is: 'text', encoding: 'utf-8', hasByteOrderMark: hasUtf8Mark, reason, text, isCut: false };
  }
  const cut = unfinished(body);
  const whole = cut > 0 ? fatally('utf-8', body.subarray(0, -cut)) : null;
  // Only where other letters prove UTF-8: a Windows-1252 file may end with `é` as well.
  if (whole !== null && (hasUtf8Mark || isMany(body.subarray(0, -cut)))) {
    return { is: 'text', encoding: 'utf-8', hasByteOrderMark: hasUtf8Mark, reason: 'valid UTF-8 up to its very last character, which is cut', text: whole, isCut: true };
  }
  return { is: 'text', encoding: 'windows-1252', hasByteOrderMark: false, reason: 'it is not valid UTF-8, so it is the older encoding of Windows', text: decodeWindows1252(body), isCut: false };
}
