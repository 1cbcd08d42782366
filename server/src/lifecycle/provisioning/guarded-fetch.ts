import { lookup } from 'node:dns/promises';
import { ConnectorError } from '../../connectors/index.ts';
import { isForbiddenAddress } from '../../platform/outgoing/index.ts';

/**
 * SSRF: a harmless name may resolve to the address where clouds hand out machine credentials. Looked up before every
 * request; redirects are never followed (the connectors ask for `manual`).
 */
export const guardedFetch: typeof fetch = async (input, init) => {
  const { hostname } = new URL(input instanceof Request ? input.url : input);
  const host = hostname.replace(/^\[|\]$/g, '');
  const addresses = await lookup(host, { all: true }).catch((fault: unknown) => {
    throw new ConnectorError('transient', `\`${host}\` cannot be found (${(fault as { code?: string }).code ?? 'unknown'})`);
  });
  if (addresses.some(({ address }) => isForbiddenAddress(address))) throw new ConnectorError('config', `\`${host}\` leads to a link-local or metadata address, which no connector may reach; use the address of the system itself`);
  return fetch(input, init);
};
