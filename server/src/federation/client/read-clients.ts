import { days, later } from '../../platform/clock/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { FederationNeeds } from '../needs.ts';
import { findApplication, findNamedClient, listNamedClients, signInFacts } from './store.ts';
import type { NamedClient } from './client.ts';

type Needs = Pick<FederationNeeds, 'clock' | 'database'>;
type May = Permit<'federation.client.read'>;

export const readClients = ({ database }: Needs, _permit: May, wanted: { applicationId?: string | undefined; search?: string | undefined; cursor?: string | undefined; limit: number }): Promise<{ items: NamedClient[]; next: string | null }> =>
  database.read((tx) => listNamedClients(tx, wanted));

export async function readClient({ database }: Needs, _permit: May, clientId: string): Promise<NamedClient> {
  const client = await database.read((tx) => findNamedClient(tx, clientId));
  if (!client) throw refuse.no_such_client({ clientId });
  return client;
}

/** How people sign in to one application: its clients, and who came during the last 30 days. */
export async function readApplicationSignIn({ clock, database }: Needs, _permit: May, applicationId: string): Promise<{ clients: NamedClient[]; people: number; lastAt: Date | null }> {
  const application = await database.read((tx) => findApplication(tx, applicationId));
  if (!application) throw refuse.no_such_application({ applicationId });
  const { items } = await database.read((tx) => listNamedClients(tx, { applicationId, limit: 100 }));
  return { clients: items, ...(await database.read((tx) => signInFacts(tx, applicationId, later(clock.now(), -days(30))))) };
}
