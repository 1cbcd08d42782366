import type Provider from 'oidc-provider';
import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import { hmac } from '../../platform/crypto/index.ts';
import type { Principal, SessionReader } from '../../platform/http/index.ts';
import { acrOf } from '../sign-in/demand.ts';
import { requestOf } from './request.ts';

export interface SessionNeeds {
  readonly sessionReader: SessionReader;
  readonly isSecure: boolean;
  readonly sidKey: Buffer;
}

/** What relying parties know a session by (`sid`): another value for each, so that two cannot compare (63C-4 3.4.1). */
export const sidOf = (key: Buffer, sessionId: string, clientId: string): string => hmac(key, `${sessionId} ${clientId}`).subarray(0, 18).toString('base64url');

/** Who the browser behind this protocol request is signed in as; asked once per request. */
export function principalOf(needs: SessionNeeds, raw: IncomingMessage): Promise<Principal | null> {
  const request = requestOf(raw);
  if (!request) return Promise.resolve(null);
  request.principal ??= (async () => {
    const name = `${needs.isSecure ? '__Host-' : ''}${needs.sessionReader.cookieName}`;
    const secret = cookieOf(raw.headers.cookie ?? '', name);
    if (!secret) return null;
    const principal = await needs.sessionReader.read({ session: secret, bearer: null }, request.facts);
    return principal?.kind === 'person' && principal.personId && principal.sessionId && principal.authenticatedAt ? principal : null;
  })();
  return request.principal;
}

function cookieOf(header: string, name: string): string | null {
  for (const part of header.split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) {
      const value = part.slice(at + 1).trim();
      try {
        return decodeURIComponent(value);
      } catch {
        return null;
      }
    }
  }
  return null;
}

/**
 * The library keeps a sign-in session of its own beside ours; two truths. INVARIANT: here there is one. Its session is
 * read from the house's own cookie at every request, is never stored, sets no cookie, and cannot be told who somebody is:
 * a half-done sign-in handed from one browser to another signs nobody in.
 */
export function bindSession(provider: Provider, needs: SessionNeeds): void {
  const Session = provider.Session as unknown as new (payload?: Record<string, unknown>) => InstanceType<typeof provider.Session>;
  Object.assign(provider.Session, {
    async get(ctx: Context) {
      const principal = await principalOf(needs, ctx.req);
      const session = new Session(
        principal
          ? { accountId: principal.personId, uid: principal.sessionId, loginTs: Math.floor(principal.authenticatedAt!.getTime() / 1_000), acr: acrOf(principal.assuranceLevel), amr: [...principal.methods], jti: 'of the house' }
          : { jti: 'nobody' },
      );
      const nothing = { value: async () => undefined };
      Object.defineProperties(session, {
        new: { value: true },
        touched: { value: false, writable: false, configurable: false },
        save: nothing,
        persist: nothing,
        destroy: nothing,
        loginAccount: { value: () => undefined },
        resetIdentifier: { value: () => undefined },
        ensureClientContainer: {
          value: (clientId: string) => {
            if (principal?.sessionId) session.sidFor(clientId, sidOf(needs.sidKey, principal.sessionId, clientId));
          },
        },
      });
      const { oidc } = ctx as unknown as { oidc?: { entity(key: string, value: unknown): void } };
      oidc?.entity('Session', session);
      return session;
    },
    async find() {
      return undefined;
    },
    async findByUid() {
      return undefined;
    },
  });
}
