import { crc32, deflateSync, inflateSync } from 'node:zlib';
import type { LogoOutcome } from './logo-outcome.ts';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** What a picture needs to be seen. Texts, dates, places, profiles, animations and whatever hangs behind the end stay outside. */
const kept: ReadonlySet<string> = new Set(['IHDR', 'PLTE', 'tRNS', 'sRGB', 'gAMA']);

const channels: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const depths: Readonly<Record<number, readonly number[]>> = { 0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16] };
const mostPixels = 1_024;

export const isPng = (bytes: Uint8Array): boolean => Buffer.from(bytes.subarray(0, 8)).equals(signature);

/** Read part by part with every checksum, unpacked within the size that its head names, packed again. */
export function rebuildPng(bytes: Uint8Array): LogoOutcome {
  const refused = (why: string): LogoOutcome => ({ is: 'refused', why });
  const file = Buffer.from(bytes);
  const parts: [string, Buffer][] = [];
  const pixels: Buffer[] = [];
  let hasEnd = false;
  for (let at = 8; at + 12 <= file.length && !hasEnd; ) {
    const length = file.readUInt32BE(at);
    if (length > file.length - at - 12) return refused('it is cut off');
    const type = file.toString('latin1', at + 4, at + 8);
    const content = file.subarray(at + 8, at + 8 + length);
    if (crc32(file.subarray(at + 4, at + 8 + length)) !== file.readUInt32BE(at + 8 + length)) return refused('it is damaged');
    if (parts.length === 0 && type !== 'IHDR') return refused('it is not a whole PNG');
    if (type === 'IDAT') pixels.push(content);
    else if (kept.has(type)) {
      if (parts.some(([one]) => one === type) || (type !== 'IHDR' && pixels.length > 0)) return refused('its parts are out of order');
      parts.push([type, content]);
    }
    hasEnd = type === 'IEND';
    at += 12 + length;
  }
  const head = parts[0]?.[1];
  if (!hasEnd || head?.length !== 13 || pixels.length === 0) return refused('it is not a whole PNG');
  const [width, height, depth, kind, interlace] = [head.readUInt32BE(0), head.readUInt32BE(4), head[8]!, head[9]!, head[12]!];
  if (width < 8 || height < 8 || width > mostPixels || height > mostPixels) return refused(`it must be between 8 and ${mostPixels} pixels wide and high`);
  if (width / height > 12 || height / width > 4) return refused('it is too long for its height; crop it');
  if (!depths[kind]?.includes(depth) || head[10] !== 0 || head[11] !== 0) return refused('it is not a whole PNG');
  if (interlace !== 0) return refused('it is interlaced; save it without');
  if (kind === 3 && !parts.some(([type]) => type === 'PLTE')) return refused('it lacks its palette');
  const size = height * (1 + Math.ceil((width * channels[kind]! * depth) / 8));
  let rows: Buffer;
  try {
    // A small file that unpacks to gigabytes stops here.
    rows = inflateSync(Buffer.concat(pixels), { maxOutputLength: size });
  } catch {
    return refused('its pixels cannot be unpacked');
  }
  if (rows.length !== size) return refused('it has fewer pixels than it says');
  const part = (type: string, content: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(content.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const rebuilt = Buffer.concat([signature, ...parts.map(([type, content]) => part(type, content)), part('IDAT', deflateSync(rows, { level: 9 })), part('IEND', Buffer.alloc(0))]);
  return { is: 'accepted', type: 'image/png', bytes: rebuilt };
}
