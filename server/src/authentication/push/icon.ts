import { crc32, deflateSync } from 'node:zlib';

/** The house's sign: a shield with a keyhole. The same shape as the logo of the pages, in numbers. */
const brand = [13, 91, 91] as const;
const paper = [255, 255, 255] as const;

export const iconSvg =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" fill="#0d5b5b"/><g transform="translate(4.8 4.8) scale(.6)"><path d="M12 3 4 6v6c0 4.5 3.2 7.7 8 9 4.8-1.3 8-4.5 8-9V6z" fill="#fff"/><g fill="#0d5b5b"><circle cx="12" cy="10.5" r="2.2"/><rect x="11.1" y="11.5" width="1.8" height="5" rx=".9"/></g></g></svg>\n';

/** Inside the shield of the 24-unit drawing. */
function isInShield(x: number, y: number): boolean {
  const side = Math.abs(x - 12);
  if (y < 3 || y > 21 || side > 8) return false;
  if (y < 6) return y >= 3 + (side / 8) * 3;
  if (y <= 12) return true;
  // The lower edge: from (8, 12) in an arc to the point at (0, 21).
  return side <= 8 * Math.sqrt(Math.max(0, 1 - ((y - 12) / 9) ** 2)) ** 1.15;
}
const isInKeyhole = (x: number, y: number): boolean => Math.hypot(x - 12, y - 10.5) <= 2.2 || (Math.abs(x - 12) <= 0.9 && y > 10.5 && y < 16.5);

/** PNG (for telephones that take no SVG), drawn at three samples a side per pixel. The shield stays inside the middle 80 %, where masks do not cut. */
export function iconPng(size: number): Buffer {
  const rows = Buffer.alloc(size * (1 + size * 3));
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      let light = 0;
      for (let sample = 0; sample < 9; sample += 1) {
        const x = (((column + ((sample % 3) + 0.5) / 3) / size) * 24 - 4.8) / 0.6;
        const y = (((row + (Math.floor(sample / 3) + 0.5) / 3) / size) * 24 - 4.8) / 0.6;
        if (isInShield(x, y) && !isInKeyhole(x, y)) light += 1;
      }
      for (let part = 0; part < 3; part += 1) rows[row * (1 + size * 3) + 1 + column * 3 + part] = Math.round((brand[part]! * (9 - light) + paper[part]! * light) / 9);
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  // 8 bits, true colour.
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', head), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(name: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  const out = Buffer.alloc(named.length + 8);
  out.writeUInt32BE(content.length, 0);
  named.copy(out, 4);
  out.writeUInt32BE(crc32(named), named.length + 4);
  return out;
}
