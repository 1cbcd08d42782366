import { readMigrations } from '../platform/db/index.ts';

export const migrations = readMigrations('directory', new URL('./migrations/', import.meta.url));
