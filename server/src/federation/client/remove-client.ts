import { record } from '../../audit/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { events } from '../events.ts';
import { deleteOfClient } from '../issued/store.ts';
import type { FederationNeeds } from '../needs.ts';
import { deleteClient, findClientForChange } from './store.ts';

/** The client and everything that was issued to it. The application stays: other systems may still know it. */
export async function removeClient({ clock, database, announce }: Pick<FederationNeeds, 'clock' | 'database' | 'announce'>, permit: Permit<'federation.client.remove'>, input: { clientId: string }): Promise<void> {
  const now = clock.now();
  await database.transaction(async (tx) => {
    const before = await findClientForChange(tx, input.clientId);
    if (!before) throw refuse.no_such_client({ clientId: input.clientId });
    const ended = await deleteOfClient(tx, before.id);
    await deleteClient(tx, before.id);
    await record(tx, { action: 'federation.client.remove', actor: permit.actor, actorName: permit.actorName, target: `client:${before.id}`, targetName: before.name, at: now, outcome: 'allowed', facts: { applicationId: before.applicationId, endedTokens: ended.length } });
    await announce(tx, { kind: events.clientRemoved, subject: `client:${before.id}`, at: now, facts: { applicationId: before.applicationId } });
  });
}
