import { BlockList, isIP, isIPv4 } from 'node:net';

/** A network that an administrator has named: `Office Zürich`. */
export interface Place {
  readonly id: string;
  readonly name: string;
  readonly networks: readonly string[];
}

/** Where an address lies, as far as anybody can say. */
export interface Whereabouts {
  /** The named network; certain, since an administrator said so. */
  readonly place: string | null;
  /** City and country by a GeoIP file. Sources disagree about addresses, so never more than probable. */
  readonly probably: string | null;
}

/** `10.1.2.3` is the network of one address; `10.1.2.3/16` is `10.1.0.0/16`. Null for what is no network. */
export function networkFrom(text: string): string | null {
  const [address = '', length, ...more] = text.trim().toLowerCase().split('/');
  const family = isIP(address);
  if (family === 0 || address.includes('%') || more.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length))) return null;
  const bits = family === 4 ? 32 : 128;
  const prefix = length === undefined ? bits : Number(length);
  if (prefix > bits) return null;
  const value = (numberOf(address) >> BigInt(bits - prefix)) << BigInt(bits - prefix);
  return `${textOf(value, family)}/${prefix}`;
}

/** Everything is no place: whoever names it would only mean to name all others. */
export const isTooWide = (network: string): boolean => network.endsWith('/0');

function numberOf(address: string): bigint {
  if (isIPv4(address)) return BigInt(address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0));
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const plain = dotted ? `${dotted[1]}${(Number(dotted[2]) * 256 + Number(dotted[3])).toString(16)}:${(Number(dotted[4]) * 256 + Number(dotted[5])).toString(16)}` : address;
  const [head = '', tail] = plain.split('::');
  const left = head.split(':').filter(Boolean);
  const right = (tail ?? '').split(':').filter(Boolean);
  const groups = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right];
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(Number.parseInt(group, 16)), 0n);
}

function textOf(value: bigint, family: 4 | 6 | number): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  // Shortest spelling (RFC 5952), so that two people who mean one network write one.
  const longest = [...groups.join(':').matchAll(/(?:^|(?<=:))0(?::0)+(?=:|$)/g)].sort((a, b) => b[0].length - a[0].length)[0];
  if (!longest) return groups.join(':');
  const text = groups.join(':');
  return `${text.slice(0, longest.index).replace(/:$/, '')}::${text.slice(longest.index + longest[0].length).replace(/^:/, '')}`;
}

/** `::ffff:10.0.0.1` is what a listener on both families calls 10.0.0.1. */
export const plainAddress = (address: string): string => /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address.replace(/%.*$/, '');

/** Finds the narrowest named network of an address. Built once per list of addresses. */
export function finderOf(places: readonly Place[]): (address: string) => string | null {
  const nets = places
    .flatMap(({ name, networks }) =>
      networks.map((network) => {
        const [base = '', prefix = '0'] = network.split('/');
        const list = new BlockList();
        const family = isIPv4(base) ? ('ipv4' as const) : ('ipv6' as const);
        list.addSubnet(base, Number(prefix), family);
        return { name, family, prefix: Number(prefix), list };
      }),
    )
    .sort((a, b) => b.prefix - a.prefix);
  return (given) => {
    const address = plainAddress(given);
    const family = isIP(address);
    if (family === 0) return null;
    const wanted = family === 4 ? 'ipv4' : 'ipv6';
    return nets.find((net) => net.family === wanted && net.list.check(address, wanted))?.name ?? null;
  };
}
