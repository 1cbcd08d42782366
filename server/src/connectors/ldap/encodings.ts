/*
 * How LDAP directories write things down. Pure, so that the Active Directory half is tested without one.
 */

/** RFC 4514 2.4: a value inside a distinguished name. */
export function escapeRdnValue(value: string): string {
  let escaped = '';
  for (const [index, character] of [...value].entries()) {
    const isEdgeSpace = character === ' ' && (index === 0 || index === [...value].length - 1);
    if (character === '\u0000') escaped += '\\00';
    else if ('"+,;<>\\='.includes(character) || isEdgeSpace || (character === '#' && index === 0)) escaped += `\\${character}`;
    else escaped += character;
  }
  return escaped;
}

/** MS-DTYP 2.3.4: the first three fields of a GUID are little-endian on the wire. */
export function guidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  const swapped = (start: number, length: number): string => (hex.slice(start, start + length).match(/../g) ?? []).toReversed().join('');
  return `${swapped(0, 8)}-${swapped(8, 4)}-${swapped(12, 4)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function guidBytes(text: string): Buffer {
  const [a = '', b = '', c = '', d = '', e = ''] = text.split('-');
  const swapped = (part: string): string => (part.match(/../g) ?? []).toReversed().join('');
  return Buffer.from(`${swapped(a)}${swapped(b)}${swapped(c)}${d}${e}`, 'hex');
}

/** MS-ADTS 3.1.1.3.1.5: the password in double quotes, UTF-16 little-endian. Only over an encrypted connection. */
export const unicodePassword = (value: string): Buffer => Buffer.from(`"${value}"`, 'utf16le');

/** MS-ADTS 2.2.16. */
export const accountControl = { disabled: 0x2, normal: 0x200 } as const;

export const isDisabledControl = (control: number): boolean => (control & accountControl.disabled) !== 0;

export const withDisabled = (control: number, isDisabled: boolean): number => (isDisabled ? control | accountControl.disabled : control & ~accountControl.disabled);

/** A FILETIME counts 100 ns from 1601. `0` and the largest value are how Active Directory writes "never". */
export function fileTime(text: string | undefined): string | null {
  if (text === undefined || !/^\d+$/.test(text)) return null;
  const ticks = BigInt(text);
  if (ticks === 0n || ticks >= 9_223_372_036_854_775_807n) return null;
  return new Date(Number(ticks / 10_000n - 11_644_473_600_000n)).toISOString();
}

/** RFC 4517 3.3.13 GeneralizedTime: `20261122083000Z`, `20261122083000.5Z`, `20261122083000.0Z`, `20261122083000+0100`. */
export function generalizedTime(text: string | undefined): string | undefined {
  const [, year, month, day, hour, minute, second = '00', , offset] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?([.,]\d+)?(Z|[+-]\d{4})$/.exec(text ?? '') ?? [];
  if (year === undefined) return undefined;
  const zone = offset === 'Z' || offset === undefined ? 'Z' : `${offset.slice(0, 3)}:${offset.slice(3)}`;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** RFC 3062: who, and the new password. The server hashes it as it hashes all others. */
export function passwordModifyRequest(dn: string, value: string): Buffer {
  const field = (tag: number, bytes: Buffer): Buffer => Buffer.concat([Buffer.from([tag]), length(bytes.length), bytes]);
  const length = (size: number): Buffer => {
    if (size < 128) return Buffer.from([size]);
    const hex = size.toString(16);
    const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
    return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
  };
  return field(0x30, Buffer.concat([field(0x80, Buffer.from(dn, 'utf8')), field(0x82, Buffer.from(value, 'utf8'))]));
}
