import { readMigrations } from '../platform/db/index.ts';

export const migrations = readMigrations('audit', new URL('./migrations/', import.meta.url));
