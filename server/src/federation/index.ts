import { readMigrations } from '../platform/db/index.ts';

export const migrations = readMigrations('federation', new URL('./migrations/', import.meta.url));

export { federationModule, type Federation } from './module.ts';
export type { EndSession, FederationNeeds } from './needs.ts';
export { permissions as federationPermissions } from './permissions.ts';
export { events as federationEvents } from './events.ts';
export { federationSurface, type FederationSurface } from './surface.ts';
export { endAllOfPersonIn } from './logout/end-participation.ts';
export { addClient } from './client/add-client.ts';
export { removeClient } from './client/remove-client.ts';
export { acrOf, knownAcrs } from './sign-in/demand.ts';
