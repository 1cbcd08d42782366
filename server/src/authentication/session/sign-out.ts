import type { Principal } from '../../platform/http/index.ts';
import type { Needs } from '../needs.ts';
import { endSessionIn } from './end-sessions.ts';

/** Ends the session on the server: the cookie that stays somewhere is worth nothing (ASVS 7.4.1). */
export async function endSignedOutSession(needs: Pick<Needs, 'clock' | 'database' | 'announce'>, principal: Principal): Promise<void> {
  const { sessionId, personId } = principal;
  if (!sessionId || !personId) return;
  await needs.database.transaction((tx) => endSessionIn(tx, needs, { actor: principal.actor, actorName: principal.name }, { personId, sessionId, reason: 'signed out' }));
}
