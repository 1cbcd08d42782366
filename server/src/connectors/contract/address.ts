import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { z } from 'zod';

/**
 * SSRF. An administrator may point a connector at a private address: that is where most systems live. Never at the
 * link-local range, where clouds hand their machine credentials to whoever asks (169.254.169.254 and its cousins).
 */
const metadataHosts = new Set(['metadata.google.internal', 'metadata.goog', 'metadata', 'instance-data', 'instance-data.ec2.internal']);
// Alibaba, Azure wire server, AWS over IPv6: metadata services outside the link-local range.
const metadataAddresses = new Set(['100.100.100.200', '168.63.129.16', 'fd00:ec2::254']);

export function isForbiddenAddress(address: string): boolean {
  const plain = address.toLowerCase().replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  const mapped = /^(?:::ffff:|64:ff9b::)(.+)$/.exec(plain)?.[1];
  if (mapped !== undefined) {
    const words = /^([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(mapped);
    if (words?.[1] === undefined || words[2] === undefined) return isForbiddenAddress(mapped);
    const high = Number.parseInt(words[1], 16);
    const low = Number.parseInt(words[2], 16);
    return isForbiddenAddress(`${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`);
  }
  return plain.startsWith('169.254.') || /^fe[89ab][0-9a-f]:/.test(plain) || metadataAddresses.has(plain);
}

export function isForbiddenHost(host: string): boolean {
  const plain = host.toLowerCase().replace(/\.$/, '');
  return metadataHosts.has(plain) || isForbiddenAddress(plain);
}

function faultOf(text: string, protocols: readonly string[]): string | null {
  if (!URL.canParse(text)) return 'this is not an address; write it like `https://crm.example.com/scim/v2`';
  const url = new URL(text);
  if (!protocols.includes(url.protocol)) return `an address here begins with ${protocols.map((one) => `\`${one}//\``).join(' or ')}`;
  if (url.username !== '' || url.password !== '') return 'leave the user name and password out of the address; they have their own fields';
  if (isForbiddenHost(url.hostname)) return 'this is a link-local or metadata address, which no connector may reach; use the address of the system itself';
  return null;
}

/** A setting that holds an address: only these protocols, no credentials inside, no metadata service. */
export function addressSetting(protocols: readonly string[]) {
  return z.string().trim().max(2000).superRefine((text, report) => {
    const fault = faultOf(text, protocols);
    if (fault !== null) report.addIssue({ code: 'custom', message: fault });
  });
}

/** A setting that holds a host name or an IP address, or, where the system has one, the folder of its unix socket. */
export function hostSetting(more: { readonly allowsSocketFolder: boolean }) {
  return z.string().trim().min(1).max(253).superRefine((host, report) => {
    if (more.allowsSocketFolder && /^\/[^\0]+$/.test(host)) return;
    if (!/^(?:[A-Za-z0-9_.-]+|[0-9A-Fa-f:.]+)$/.test(host)) report.addIssue({ code: 'custom', message: 'this is not a host name; write it like `db.example.com`' });
    else if (isForbiddenHost(host)) report.addIssue({ code: 'custom', message: 'this is a link-local or metadata address, which no connector may reach; use the address of the system itself' });
  });
}

/** For sockets: a harmless-looking name may still resolve to the metadata service. */
export const guardedLookup: LookupFunction = (host, options, done) => {
  lookup(host, { ...options, all: true }, (fault, addresses) => {
    if (fault !== null) {
      done(fault, '', 0);
      return;
    }
    const allowed = addresses.filter((one) => !isForbiddenAddress(one.address));
    const first = allowed[0];
    if (first === undefined) done(Object.assign(new Error(`\`${host}\` resolves to a link-local or metadata address`), { code: 'EFORBIDDEN' }), '', 0);
    else if (options.all === true) done(null, allowed);
    else done(null, first.address, first.family);
  });
};

export function isLoopback(host: string): boolean {
  const plain = host.toLowerCase().replace(/^\[|\]$/g, '');
  return plain === 'localhost' || plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}
