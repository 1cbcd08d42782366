import { record, recordApart } from '../../audit/index.ts';
import type { Principal } from '../../platform/http/index.ts';
import type { Client } from '../client/client.ts';
import type { FederationNeeds } from '../needs.ts';
import { saveConsent } from './store.ts';

type Needs = Pick<FederationNeeds, 'clock' | 'database'>;

/** The person agrees that an application which is not the company's own learns what it asks for (ASVS 10.7.1). */
export async function giveConsent({ clock, database }: Needs, principal: Principal, personId: string, client: Client, scopes: readonly string[]): Promise<void> {
  const now = clock.now();
  await database.transaction(async (tx) => {
    await saveConsent(tx, { personId, clientId: client.id, scopes, givenAt: now });
    await record(tx, { action: 'federation.consent.give', actor: principal.actor, actorName: principal.name, target: `application:${client.applicationId}`, targetName: client.name, at: now, outcome: 'allowed', facts: { clientId: client.id, scopes } });
  });
}

export const recordNoAccess = ({ clock, database }: Needs, principal: Principal, client: Client, facts: { reason: string; address: string }): Promise<void> =>
  recordApart({ database }, { action: 'federation.application.sign-in', actor: principal.actor, actorName: principal.name, target: `application:${client.applicationId}`, targetName: client.name, at: clock.now(), outcome: 'refused', reason: facts.reason, facts: { clientId: client.id, address: facts.address } });
