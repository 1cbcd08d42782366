import { readMigrations } from '../platform/db/index.ts';

export const migrations = readMigrations('lifecycle', new URL('./migrations/', import.meta.url));
