import type { Clock } from '../../platform/clock/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Subscriber } from '../../platform/events/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import { deleteOfOtherSessions, deleteOfPerson, deleteOfSession } from '../issued/store.ts';
import { endParticipationsOfPerson, endParticipationsOfSession, type EndedParticipation } from './store.ts';
import { tellJob } from './tell-application.ts';

interface Needs {
  readonly clock: Clock;
  readonly jobs: Pick<Jobs, 'enqueue'>;
}

const tellAll = async (tx: Tx, { jobs }: Needs, ended: readonly EndedParticipation[]): Promise<void> => {
  for (const one of ended) {
    if (one.backchannelLogoutUri) await jobs.enqueue(tx, tellJob, { sessionId: one.sessionId, clientId: one.clientId }, { key: `${tellJob} ${one.sessionId} ${one.clientId}` });
  }
};

/** Everything that was issued to a person, gone; every application that knew a session of theirs is told. */
export async function endAllOfPersonIn(tx: Tx, needs: Needs, personId: string): Promise<{ tokens: number; applications: number }> {
  const gone = await deleteOfPerson(tx, personId);
  const ended = await endParticipationsOfPerson(tx, personId, needs.clock.now());
  await tellAll(tx, needs, ended);
  return { tokens: gone.length, applications: ended.length };
}

/** What these events bring is tidying and telling. That nothing works any more is true before: see issued/store.ts. */
export const endOfSessions = (needs: Needs): Subscriber => ({
  name: 'federation.end-of-sessions',
  kinds: ['session_ended', 'signed_out_everywhere', 'person_left', 'sign_in_disavowed'],
  async deliver(tx, event) {
    // "This was not me": what was agreed to while somebody else sat there (offline access, 90 days) goes as well.
    if (event.kind === 'person_left' || event.kind === 'sign_in_disavowed') {
      await endAllOfPersonIn(tx, needs, event.subject.slice('person:'.length));
      return;
    }
    if (event.kind === 'signed_out_everywhere') {
      // Offline access outlives its session: what rests on those that ended long ago goes here. Each session that ended now tells by itself.
      const kept = event.facts['keptSessionId'];
      await deleteOfOtherSessions(tx, event.subject.slice('person:'.length), typeof kept === 'string' ? kept : null);
      return;
    }
    const sessionId = event.facts['sessionId'];
    if (typeof sessionId !== 'string') return;
    await deleteOfSession(tx, sessionId, event.facts['takesTokens'] === true);
    await tellAll(tx, needs, await endParticipationsOfSession(tx, sessionId, needs.clock.now()));
  },
});
