import { ConnectorError } from '../../connectors/index.ts';
import { ForbiddenAddress, openOutgoingFetch } from '../../platform/outgoing/index.ts';

/** Each request brings its own end (`links.context`); lists of many accounts come in pages. */
const outgoing = openOutgoingFetch({ answerLimit: 64 * 1024 * 1024, timeoutMs: null, keepsConnections: true });

/** What connectors reach the outside with. SSRF: a harmless name may resolve to the address where clouds hand out machine credentials. */
export const guardedFetch: typeof fetch = async (input, init) => {
  try {
    return await outgoing(input, init);
  } catch (fault) {
    if (fault instanceof ForbiddenAddress) throw new ConnectorError('config', `${fault.message}, which no connector may reach; use the address of the system itself`);
    throw fault;
  }
};
