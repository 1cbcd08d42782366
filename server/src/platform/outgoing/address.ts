import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/**
 * SSRF. Addresses at which no system of a company lives, but the credentials of machines do (cloud metadata), or
 * everybody at once. Private networks and this machine itself are allowed: an administrator named the address by hand,
 * and that is where most systems live.
 */
const forbidden = new BlockList();
forbidden.addSubnet('169.254.0.0', 16, 'ipv4');
forbidden.addSubnet('0.0.0.0', 8, 'ipv4');
forbidden.addSubnet('224.0.0.0', 4, 'ipv4');
forbidden.addSubnet('240.0.0.0', 4, 'ipv4');
// Metadata services outside the link-local range: Alibaba, Oracle, the wire server of Azure, AWS over IPv6.
for (const address of ['100.100.100.200', '192.0.0.192', '168.63.129.16']) forbidden.addAddress(address, 'ipv4');
forbidden.addAddress('fd00:ec2::254', 'ipv6');
forbidden.addSubnet('fe80::', 10, 'ipv6');
forbidden.addSubnet('ff00::', 8, 'ipv6');
forbidden.addAddress('::', 'ipv6');

/** Of an IP address; what is none is forbidden. IPv4 inside IPv6 (`::ffff:`, NAT64) is judged as what it is. */
export function isForbiddenAddress(address: string): boolean {
  const plain = address.toLowerCase().replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  const translated = /^64:ff9b::(.+)$/.exec(plain)?.[1];
  if (translated !== undefined) return isForbiddenAddress(`::ffff:${translated}`);
  const family = isIP(plain);
  if (family === 0) return true;
  return forbidden.check(plain, family === 4 ? 'ipv4' : 'ipv6');
}

export class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';
  readonly code = 'EFORBIDDEN';
}

/** For sockets: judged at the moment of connecting, so that a name which changes its address in between gains nothing (DNS rebinding). */
export const guardedLookup: LookupFunction = (host, options, done) => {
  lookup(host, { ...options, all: true }, (fault, addresses) => {
    if (fault !== null) return done(fault, '', 0);
    const usable = addresses.filter((one) => !isForbiddenAddress(one.address));
    const first = usable[0];
    if (first === undefined) return done(new ForbiddenAddress(`\`${host}\` resolves to a link-local or metadata address`), '', 0);
    return options.all === true ? done(null, usable) : done(null, first.address, first.family);
  });
};
