import { readMigrations } from '../platform/db/index.ts';

export const migrations = readMigrations('federation', new URL('./migrations/', import.meta.url));
