import { record } from '../../audit/index.ts';
import type { Principal } from '../../platform/http/index.ts';
import type { Needs } from '../needs.ts';
import { announceEnded } from './end-sessions.ts';
import { endSession } from './store.ts';

/** Ends the session on the server: the cookie that stays somewhere is worth nothing (ASVS 7.4.1). */
export async function endSignedOutSession({ clock, database, announce }: Pick<Needs, 'clock' | 'database' | 'announce'>, principal: Principal): Promise<void> {
  const { sessionId, personId } = principal;
  if (!sessionId || !personId) return;
  await database.transaction(async (tx) => {
    const now = clock.now();
    const ended = await endSession(tx, sessionId, personId, now, 'signed out');
    if (!ended) return;
    await record(tx, { action: 'authentication.session.end', actor: principal.actor, actorName: principal.name, target: `person:${personId}`, targetName: principal.name, at: now, outcome: 'allowed', reason: 'signed out', facts: { sessions: [sessionId] } });
    await announceEnded(tx, announce, [ended], 'signed out', now);
  });
}
