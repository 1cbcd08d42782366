import { readMigrations } from '../platform/db/index.ts';

export type { OwnSurface } from './movement/own-surface.ts';
export { lifecycleModule, type LifecycleNeeds } from './module.ts';

export const migrations = readMigrations('lifecycle', new URL('./migrations/', import.meta.url));
