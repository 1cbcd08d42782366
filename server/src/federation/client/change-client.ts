import type { ChangeClient } from '@bailiwick/contract/federation';
import { record } from '../../audit/index.ts';
import { digestOf } from '../../platform/crypto/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { events } from '../events.ts';
import { deleteOfClient } from '../issued/store.ts';
import type { FederationNeeds } from '../needs.ts';
import { newSecret } from './add-client.ts';
import { hasSecret, inconsistencyOf, type Client, type NamedClient } from './client.ts';
import { findClientForChange, findNamedClient, updateClient } from './store.ts';

type Needs = Pick<FederationNeeds, 'clock' | 'database' | 'announce'>;

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Changes what is named and leaves the rest. A change of how it authenticates ends every token it holds. */
export async function changeClient({ clock, database, announce }: Needs, permit: Permit<'federation.client.change'>, input: { clientId: string; change: ChangeClient }): Promise<{ client: NamedClient; secret: string | null }> {
  const now = clock.now();
  return database.transaction(async (tx) => {
    const before = await findClientForChange(tx, input.clientId);
    if (!before) throw refuse.no_such_client({ clientId: input.clientId });
    const given = Object.fromEntries(Object.entries(input.change).filter(([, value]) => value !== undefined)) as Partial<Client>;
    const authentication = given.authentication ?? before.authentication;
    const isOtherwise = authentication !== before.authentication;
    const secret = hasSecret(authentication) && !hasSecret(before.authentication) ? newSecret() : null;
    const after: Client = {
      ...before,
      ...given,
      ...(secret === null ? {} : { secretDigest: digestOf(secret), secretMadeAt: now }),
      ...(hasSecret(authentication) ? {} : { secretDigest: null, previousSecretDigest: null, previousSecretExpiresAt: null, secretMadeAt: null }),
      ...(authentication === 'private_key_jwt' ? {} : { jwks: null, jwksUri: null }),
      updatedAt: now,
    };
    const changed = Object.keys(given).filter((name) => !same(before[name as keyof Client], after[name as keyof Client]));
    if (changed.length > 0) {
      const why = inconsistencyOf(after);
      if (why) throw refuse.client_not_consistent({ why });
      await updateClient(tx, after);
      if (isOtherwise) await deleteOfClient(tx, before.id);
      await record(tx, {
        action: 'federation.client.change',
        actor: permit.actor,
        actorName: permit.actorName,
        target: `client:${before.id}`,
        targetName: after.name,
        at: now,
        outcome: 'allowed',
        facts: { changes: Object.fromEntries(changed.map((name) => [name, [before[name as keyof Client], after[name as keyof Client]]])), endedTokens: isOtherwise },
      });
      await announce(tx, { kind: events.clientChanged, subject: `client:${before.id}`, at: now, facts: { applicationId: before.applicationId, changed } });
    }
    const client = await findNamedClient(tx, before.id);
    if (!client) throw refuse.no_such_client({ clientId: input.clientId });
    return { client, secret };
  });
}
