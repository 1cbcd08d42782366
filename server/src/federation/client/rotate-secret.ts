import { record } from '../../audit/index.ts';
import { hours, later } from '../../platform/clock/index.ts';
import { digestOf } from '../../platform/crypto/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { events } from '../events.ts';
import type { FederationNeeds } from '../needs.ts';
import { newSecret } from './add-client.ts';
import { hasSecret, type NamedClient } from './client.ts';
import { findClientForChange, findNamedClient, updateClient } from './store.ts';

/** A new secret; the one before works on for a while, so that the application need not change at the same second. */
export async function rotateSecret({ clock, database, announce }: Pick<FederationNeeds, 'clock' | 'database' | 'announce'>, permit: Permit<'federation.client.rotate-secret'>, input: { clientId: string; previousWorksForHours: number }): Promise<{ client: NamedClient; secret: string }> {
  const now = clock.now();
  const secret = newSecret();
  return database.transaction(async (tx) => {
    const before = await findClientForChange(tx, input.clientId);
    if (!before) throw refuse.no_such_client({ clientId: input.clientId });
    if (!hasSecret(before.authentication)) throw refuse.no_secret_to_rotate({ clientId: input.clientId });
    const worksOn = input.previousWorksForHours > 0;
    await updateClient(tx, {
      ...before,
      secretDigest: digestOf(secret),
      secretMadeAt: now,
      previousSecretDigest: worksOn ? before.secretDigest : null,
      previousSecretExpiresAt: worksOn ? later(now, hours(input.previousWorksForHours)) : null,
      updatedAt: now,
    });
    await record(tx, { action: 'federation.client.rotate-secret', actor: permit.actor, actorName: permit.actorName, target: `client:${before.id}`, targetName: before.name, at: now, outcome: 'allowed', facts: { previousWorksForHours: input.previousWorksForHours } });
    await announce(tx, { kind: events.clientChanged, subject: `client:${before.id}`, at: now, facts: { applicationId: before.applicationId, changed: ['secret'] } });
    const client = await findNamedClient(tx, before.id);
    if (!client) throw refuse.no_such_client({ clientId: input.clientId });
    return { client, secret };
  });
}
