import { isIP } from 'node:net';
import { z } from 'zod';
import { isForbiddenAddress } from '../../platform/outgoing/index.ts';

/** Names under which clouds hand their machine credentials to whoever asks; addresses are judged by the platform. */
const metadataHosts = new Set(['metadata.google.internal', 'metadata.goog', 'metadata', 'instance-data', 'instance-data.ec2.internal']);

export function isForbiddenHost(host: string): boolean {
  const plain = host.toLowerCase().replace(/\.$/, '').replace(/^\[|\]$/g, '');
  return metadataHosts.has(plain) || (isIP(plain.replace(/%.*$/, '')) !== 0 && isForbiddenAddress(plain));
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

export function isLoopback(host: string): boolean {
  const plain = host.toLowerCase().replace(/^\[|\]$/g, '');
  return plain === 'localhost' || plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}
