import { readMigrations } from '../platform/db/index.ts';

export const migrations = readMigrations('authentication', new URL('./migrations/', import.meta.url));

export { permissions } from './permissions.ts';
export { kinds, type AuthenticationEvent } from './events.ts';
export type { AuthenticationNeeds, ConsoleRoles } from './needs.ts';
export { sessionLimits, sessionStrength, type Session, type SessionLimits, type SessionStrength } from './session/session.ts';
export { strengthOf, workforceFloor, type AssuranceLevel, type Proof, type Strength, type Wanted } from './sign-in/strength.ts';
