/** What the bytes 80 to 9F mean in Windows-1252; five of them mean nothing, and a file that uses those is damaged. */
const upper = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

export function decodeWindows1252(bytes: Uint8Array): string {
  // latin1 agrees everywhere else; a TextDecoder is not used, since some Node releases took the one for the other.
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1').replace(/[\u0080-\u009f]/g, (character) => upper[character.charCodeAt(0) - 0x80]!);
}

export const canWindows1252Write = (character: string): boolean => {
  const code = character.codePointAt(0)!;
  return code < 0x80 || (code >= 0xa0 && code <= 0xff) || upper.includes(character);
};

/** Letters that Unicode does not take apart. */
const plain: Readonly<Record<string, string>> = { Ł: 'L', ł: 'l', Đ: 'D', đ: 'd', Ħ: 'H', ħ: 'h', ı: 'i', Ŧ: 'T', ŧ: 't', Ŋ: 'N', ŋ: 'n', ẞ: 'S' };

const bare = (character: string): string => plain[character] ?? character.normalize('NFD').replace(/\p{M}/gu, '');

/**
 * Whether `written` is what a system that knows only Windows-1252 makes of `known`: it cannot write `č` or `ł`, and puts
 * `c`, `l` or `?`. Then the file does not say that the name changed, only that its encoding is too small for it.
 */
export function isWrittenFrom(written: string, known: string): boolean {
  const theirs = [...written.normalize('NFC')];
  const ours = [...known.normalize('NFC')];
  let isSame = true;
  if (theirs.length !== ours.length) return false;
  for (const [index, our] of ours.entries()) {
    const their = theirs[index]!;
    if (their === our) continue;
    isSame = false;
    if (canWindows1252Write(our) || (their !== '?' && bare(their) !== bare(our))) return false;
  }
  return !isSame;
}
