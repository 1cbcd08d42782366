import { readMigrations } from '../platform/db/index.ts';

export const migrations = readMigrations('privileged', new URL('./migrations/', import.meta.url));

export { privilegedModule } from './module.ts';
export { permissions as privilegedPermissions } from './permissions.ts';
export { eventKinds as privilegedEventKinds } from './events.ts';
export type { Needs as PrivilegedNeeds } from './needs.ts';

export { lastWayIn } from './last-way-in/keep-last-way-in.ts';
export { breakGlassInWords } from './break-glass/read-break-glass.ts';
export { selfTest } from './break-glass/self-test.ts';
