import { digestOf, hmac } from '../../platform/crypto/index.ts';
import type { ActorId, Principal, SessionReader } from '../../platform/http/index.ts';
import { readApiToken, markTokenUsed } from '../api-token/store.ts';
import type { Needs } from '../needs.ts';
import { findSetLimits } from '../session-limit/store.ts';
import { limitsFrom } from '../session-limit/session-limit.ts';
import { endsOf, seenEveryMs } from './session.ts';
import { markSeen, readOpenSession } from './store.ts';
import { personActor } from './person-actor.ts';

export const sessionCookie = 'bailiwick';
export const tokenPrefix = 'bw_';

/** Tells platform/http who asks: by cookie or by API token, each in one indexed question. */
export function openSessionReader({ database, clock, keys }: Pick<Needs, 'database' | 'clock' | 'keys'>): SessionReader {
  const csrfKey = keys.derive('session csrf');

  // ASVS 7.2.1
  async function bySession(secret: string, isOnlyLooking: boolean): Promise<Principal | null> {
    const now = clock.now();
    const session = await database.read((tx) => readOpenSession(tx, digestOf(secret), now));
    if (!session) return null;
    if (!isOnlyLooking && now.getTime() - session.lastSeenAt.getTime() >= seenEveryMs) {
      const limits = limitsFrom(await database.read(findSetLimits));
      await database.read((tx) => markSeen(tx, session.id, now, endsOf(session.isBreakGlass ? 3 : session.assuranceLevel, session.authenticatedAt, now, limits).idleExpiresAt));
    }
    return {
      kind: 'person',
      actor: personActor(session.personId),
      name: session.displayName,
      personId: session.personId,
      sessionId: session.id,
      assuranceLevel: session.assuranceLevel,
      methods: session.methods,
      authenticatedAt: session.authenticatedAt,
      onlyPermissions: null,
      // Bound to the secret and not to the row: it changes with every new secret, and nobody can make it from the database.
      csrfToken: hmac(csrfKey, secret).toString('base64url'),
    };
  }

  async function byToken(secret: string): Promise<Principal | null> {
    if (!secret.startsWith(tokenPrefix)) return null;
    const now = clock.now();
    const token = await database.read((tx) => readApiToken(tx, digestOf(secret), now));
    if (!token) return null;
    if (!token.lastUsedAt || now.getTime() - token.lastUsedAt.getTime() >= seenEveryMs) await database.read((tx) => markTokenUsed(tx, token.id, now));
    return {
      kind: 'token',
      actor: `token:${token.id}` as ActorId,
      name: `API token ${token.name}`,
      personId: token.ownerId,
      sessionId: null,
      // 63B-4 5.1.2: an access token is never read as the person being present.
      assuranceLevel: 0,
      methods: [],
      authenticatedAt: null,
      onlyPermissions: token.permissions,
      csrfToken: null,
    };
  }

  return {
    cookieName: sessionCookie,
    read: async ({ session, bearer }, _request, { isOnlyLooking = false } = {}) => (bearer !== null ? byToken(bearer) : session !== null ? bySession(session, isOnlyLooking) : null),
  };
}
