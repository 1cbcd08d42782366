import { readMigrations } from '../platform/db/index.ts';

export const migrations = readMigrations('federation', new URL('./migrations/', import.meta.url));

/*
 * Nobody signs in here through somebody else's provider yet; whoever builds that removes these four lines.
 * ASVS 6.8.1 does not apply: no other identity provider can be connected
 * ASVS 6.8.2 does not apply: no statement of another identity provider is taken
 * ASVS 6.8.3 does not apply: no SAML statement of another identity provider is taken
 * ASVS 6.8.4 does not apply: no other identity provider can be connected, so its strength is never relied on
 */
export { federationModule, type Federation } from './module.ts';
export type { EndSession, FederationNeeds } from './needs.ts';
export { permissions as federationPermissions } from './permissions.ts';
export { events as federationEvents } from './events.ts';
export { federationSurface, type FederationSurface } from './surface.ts';
export { endAllOfPersonIn } from './logout/end-participation.ts';
export { addClient } from './client/add-client.ts';
export { removeClient } from './client/remove-client.ts';
export { acrOf, knownAcrs } from './sign-in/demand.ts';
