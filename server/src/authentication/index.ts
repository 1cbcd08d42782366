import { readMigrations } from '../platform/db/index.ts';

export const migrations = readMigrations('authentication', new URL('./migrations/', import.meta.url));
