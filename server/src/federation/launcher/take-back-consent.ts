import { record } from '../../audit/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { findClient } from '../client/store.ts';
import { deleteOfPersonAndClient } from '../issued/store.ts';
import type { FederationNeeds } from '../needs.ts';
import { deleteConsent } from '../sign-in/store.ts';

/** ASVS 10.7.3: what was agreed to can be taken back; whatever it led to ends with it. */
export async function takeBackConsent({ clock, database }: Pick<FederationNeeds, 'clock' | 'database'>, permit: Permit<'federation.own.change'>, input: { clientId: string }): Promise<void> {
  await database.transaction(async (tx) => {
    if (!permit.personId || !(await deleteConsent(tx, permit.personId, input.clientId))) throw refuse.no_such_consent(input);
    const client = await findClient(tx, input.clientId);
    const ended = await deleteOfPersonAndClient(tx, permit.personId, input.clientId);
    await record(tx, { action: 'federation.consent.take-back', actor: permit.actor, actorName: permit.actorName, target: `client:${input.clientId}`, targetName: client?.name ?? null, at: clock.now(), outcome: 'allowed', facts: { endedTokens: ended.length } });
  });
}
