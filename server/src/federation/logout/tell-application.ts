import { z } from 'zod';
import { record } from '../../audit/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import type { JobDefinition } from '../../platform/jobs/index.ts';
import type { FederationNeeds } from '../needs.ts';
import { ForbiddenAddress } from '../../platform/outgoing/index.ts';
import type { Door } from '../provider/protocol.ts';
import { findWaitingLogout, saveLogoutAnswer } from './store.ts';

export const tellJob = 'federation.tell-of-the-end';
const attempts = 8;
const payloadOf = z.object({ sessionId: z.uuid(), clientId: z.string() });

type Needs = Pick<FederationNeeds, 'clock' | 'database' | 'gate'> & { readonly door: Door };

/** Tells one application that one session ended (OpenID Connect Back-Channel Logout 1.0), and writes down what it answered. */
export async function tellApplication({ clock, database, door }: Needs, permit: Permit<'federation.participation.notify'>, input: { sessionId: string; clientId: string; attempt: number }): Promise<void> {
  const waiting = await database.read((tx) => findWaitingLogout(tx, input.sessionId, input.clientId));
  if (!waiting) return;
  const { provider } = await door.current();
  const client = (await provider.Client.find(input.clientId)) as { backchannelLogout(sub: string, sid: string): Promise<void> } | undefined;
  if (!client) return;

  const failure = await client.backchannelLogout(waiting.personId, waiting.sid).then(
    () => null,
    (error: Error & { response?: { status: number } }) => error,
  );
  const isLast = failure !== null && (input.attempt >= attempts || failure instanceof ForbiddenAddress);
  const answer = failure === null ? 'accepted' : failure.response ? `answered ${failure.response.status}` : `could not be reached: ${failure.message}`;
  const now = clock.now();
  await database.transaction(async (tx) => {
    await saveLogoutAnswer(tx, input.sessionId, input.clientId, { state: failure === null ? 'told' : isLast ? 'given_up' : 'waiting', answer, at: now });
    // The first failure and the end are worth an entry each; the tries between them are counted.
    if (failure !== null && !isLast && input.attempt > 1) return;
    await record(tx, {
      action: 'federation.application.tell-of-the-end',
      actor: permit.actor,
      actorName: permit.actorName,
      target: `application:${waiting.applicationId}`,
      targetName: waiting.clientName,
      at: now,
      outcome: failure === null ? 'allowed' : 'refused',
      reason: failure === null ? null : `${answer}${isLast ? '; given up' : '; tried again'}`,
      facts: { clientId: input.clientId, personId: waiting.personId, sid: waiting.sid, attempts: waiting.logoutAttempts + 1, answer },
    });
  });
  if (failure !== null && !isLast) throw failure;
}

export const tellJobDefinition = (needs: Needs): JobDefinition => ({
  name: tellJob,
  maxAttempts: attempts,
  async run(payload, { attempt }) {
    await tellApplication(needs, needs.gate.system('federation', 'federation.participation.notify'), { ...payloadOf.parse(payload), attempt });
  },
});
