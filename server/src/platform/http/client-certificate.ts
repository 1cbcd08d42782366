import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import type { Config } from '../config/index.ts';
import type { RequestFacts } from './gate.ts';

/** What a connection showed of a client certificate; DER. Shown is not checked: whom it names, and whether to believe it, is for authentication to say. */
export type PresentedCertificate =
  | { readonly is: 'none' }
  | { readonly is: 'presented'; readonly certificate: Buffer; readonly chain: readonly Buffer[] }
  /** There was something, and it is not believed. */
  | { readonly is: 'refused'; readonly why: string };

const none: PresentedCertificate = { is: 'none' };

/** RFC 9440: one certificate, and the intermediates in a header of their own. */
const standardName = 'client-cert';
const standardChain = 'client-cert-chain';

/** More than any certificate, and far below what would cost memory. */
const longest = 24_000;
const longestChain = 8;

type HeadersOf = Pick<IncomingMessage, 'headers' | 'rawHeaders'>;

/** Some proxies and frameworks take `_` and `-` for one letter: whoever smuggles a header relies on that. */
const sameName = (name: string): string => name.toLowerCase().replaceAll('_', '-');

/**
 * Takes the certificate headers out of a request, so that nothing behind can read them, and says what they showed.
 *
 * INVARIANT: a header is believed only when a setting names it AND the other end of the TCP connection (not what
 * X-Forwarded-For says) is a trusted proxy AND it stands there once, under its own name. Everything else is somebody who
 * wants to be another person (request smuggling through a trusted-proxy header; RFC 9440 section 4, ASVS 4.1.3).
 */
export function openCertificateHeader(config: Pick<Config, 'certificateDoor' | 'trustedProxies'>): (request: HeadersOf & { readonly socket: { readonly remoteAddress?: string | undefined } }) => PresentedCertificate {
  const wanted = config.certificateDoor?.header ?? null;
  const isTrusted = trustOf(config.trustedProxies);
  const taken = new Set([standardName, standardChain, ...(wanted === null ? [] : [wanted])]);

  return (request) => {
    for (const name of Object.keys(request.headers)) if (taken.has(sameName(name))) delete request.headers[name];
    const found = taken.size === 0 ? [] : pairsOf(request.rawHeaders).filter(([name]) => taken.has(sameName(name)));
    if (found.length === 0) return none;
    if (wanted === null) return { is: 'refused', why: 'a certificate header was sent, and no setting names one' };
    if (!isTrusted(request.socket.remoteAddress)) return { is: 'refused', why: 'a certificate header was sent by an address that is no trusted proxy' };
    if (found.some(([name]) => name.includes('_'))) return { is: 'refused', why: 'a certificate header was sent with `_` in its name: somebody may be smuggling past the proxy' };
    const chainName = wanted === standardName ? standardChain : null;
    const ours = found.filter(([name]) => name.toLowerCase() === wanted);
    const chains = found.filter(([name]) => name.toLowerCase() === chainName);
    // nginx sends an empty header where there is no certificate.
    if (ours.length === 1 && ours[0]![1] === '' && chains.every(([, value]) => value === '')) return none;
    if (ours.length === 0 && chains.length === 0) return { is: 'refused', why: `a certificate header other than \`${wanted}\` was sent` };
    if (ours.length !== 1 || chains.length > 1) return { is: 'refused', why: 'the certificate header was sent more than once' };
    // The proxy that names one header sets that one: another of these names beside it came through from outside.
    if (found.length !== ours.length + chains.length) return { is: 'refused', why: `a certificate header other than \`${wanted}\` was sent beside it` };
    const value = ours[0]![1];
    if (value.length > longest) return { is: 'refused', why: 'the certificate header is too long' };
    const certificate = wanted === standardName ? fromByteSequence(value) : fromEscapedPem(value);
    if (!certificate) return { is: 'refused', why: wanted === standardName ? 'the certificate header is not written as RFC 9440 says' : 'the certificate header is not an escaped PEM certificate' };
    const chain = chains[0] && chains[0][1] !== '' ? fromList(chains[0][1]) : [];
    return chain ? { is: 'presented', certificate, chain } : { is: 'refused', why: 'the header with the intermediates is not written as RFC 9440 says' };
  };
}

const presented = new WeakMap<RequestFacts, PresentedCertificate>();

/** Only the HTTP server notes; only the certificate door asks. Kept apart from the facts that every route sees. */
export const noteCertificate = (facts: RequestFacts, certificate: PresentedCertificate): void => void presented.set(facts, certificate);
export const certificateOf = (facts: RequestFacts): PresentedCertificate => presented.get(facts) ?? none;

function pairsOf(raw: readonly string[]): (readonly [name: string, value: string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) pairs.push([raw[at]!, raw[at + 1]!]);
  return pairs;
}

/** The other end of the TCP connection; names as `trustProxy` knows them. What is not understood trusts nobody. */
function trustOf(proxies: readonly string[]): (address: string | undefined) => boolean {
  const names: Readonly<Record<string, readonly string[]>> = { loopback: ['127.0.0.0/8', '::1/128'], linklocal: ['169.254.0.0/16', 'fe80::/10'], uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'] };
  const list = new BlockList();
  for (const entry of proxies.flatMap((one) => names[one] ?? [one])) {
    const [address = '', bits] = entry.split('/');
    const family = isIP(address);
    if (family === 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) continue;
    const kind = family === 4 ? 'ipv4' : 'ipv6';
    const size = Number(bits ?? (family === 4 ? 32 : 128));
    if (size <= (family === 4 ? 32 : 128)) list.addSubnet(address, size, kind);
  }
  return (address) => {
    const plain = (address ?? '').replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
    const family = isIP(plain);
    return family !== 0 && list.check(plain, family === 4 ? 'ipv4' : 'ipv6');
  };
}

/** Base64 that says its bytes in one way only. */
function fromBase64(text: string): Buffer | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : null;
}

/** `:MIIB...:` (RFC 9651 3.3.5). */
function fromByteSequence(value: string): Buffer | null {
  const inside = /^:([A-Za-z0-9+/=]+):$/.exec(value)?.[1];
  return inside === undefined ? null : fromBase64(inside);
}

function fromList(value: string): readonly Buffer[] | null {
  if (value.length > longest * longestChain) return null;
  const parts = value.split(/[ \t]*,[ \t]*/).map(fromByteSequence);
  return parts.length <= longestChain && parts.every((part) => part !== null) ? (parts as Buffer[]) : null;
}

/** `$ssl_client_escaped_cert` of nginx: one PEM certificate, percent-encoded. */
function fromEscapedPem(value: string): Buffer | null {
  if (!/^[A-Za-z0-9%+/=._~-]+$/.test(value)) return null;
  let text: string;
  try {
    text = decodeURIComponent(value);
  } catch {
    return null;
  }
  const inside = /^-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END CERTIFICATE-----(?:\r?\n)?$/.exec(text)?.[1];
  return inside === undefined ? null : fromBase64(inside.replace(/[\r\n]/g, ''));
}
