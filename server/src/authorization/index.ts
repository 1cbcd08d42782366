import { readMigrations } from '../platform/db/index.ts';

export const migrations = readMigrations('authorization', new URL('./migrations/', import.meta.url));
