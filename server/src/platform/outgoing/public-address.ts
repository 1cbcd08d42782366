import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { ForbiddenAddress, isForbiddenAddress } from './address.ts';

/**
 * SSRF, where not an administrator but anybody's browser names the address (a web push endpoint): only the open internet.
 * What belongs to a house, to this machine, or to nobody is refused (IANA special-purpose registries, RFC 6890).
 */
const house = new BlockList();
for (const [network, prefix] of [['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.0.2.0', 24], ['192.88.99.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24]] as const) house.addSubnet(network, prefix, 'ipv4');
const everywhere = new BlockList();
everywhere.addSubnet('2000::', 3, 'ipv6');
// Inside of it, but for documents, benchmarks, and tunnels that carry an IPv4 address of anybody's choice (Teredo, 6to4).
for (const [network, prefix] of [['2001::', 23], ['2001:db8::', 32], ['2002::', 16], ['3fff::', 20]] as const) house.addSubnet(network, prefix, 'ipv6');

/** Of an IP address; what is none is not public. IPv4 inside IPv6 is judged as what it is. */
export function isPublicAddress(address: string): boolean {
  const plain = address.toLowerCase().replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  const family = isIP(plain);
  if (family === 0 || isForbiddenAddress(plain)) return false;
  if (family === 4) return !house.check(plain, 'ipv4');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain)?.[1];
  if (mapped !== undefined) return isPublicAddress(mapped);
  return everywhere.check(plain, 'ipv6') && !house.check(plain, 'ipv6');
}

/** As `guardedLookup`, for the open internet alone: judged at the moment of connecting (DNS rebinding). */
export const publicLookup: LookupFunction = (host, options, done) => {
  lookup(host, { ...options, all: true }, (fault, addresses) => {
    if (fault !== null) return done(fault, '', 0);
    const usable = addresses.filter((one) => isPublicAddress(one.address));
    const first = usable[0];
    if (first === undefined) return done(new ForbiddenAddress(`\`${host}\` is not on the open internet`), '', 0);
    return options.all === true ? done(null, usable) : done(null, first.address, first.family);
  });
};
