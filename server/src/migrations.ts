import { migrations as audit } from './audit/index.ts';
import { migrations as authentication } from './authentication/index.ts';
import { migrations as authorization } from './authorization/index.ts';
import { migrations as directory } from './directory/index.ts';
import { migrations as federation } from './federation/index.ts';
import { migrations as lifecycle } from './lifecycle/index.ts';
import { migrations as privileged } from './privileged/index.ts';
import { readMigrations, type Migration } from './platform/db/index.ts';

/** Every migration in the order of the ladder: a schema may only point at schemas above it. */
export const allMigrations = (): readonly Migration[] => [
  ...readMigrations('platform', new URL('./platform/migrations/', import.meta.url)),
  ...audit,
  ...directory,
  ...authorization,
  ...authentication,
  ...federation,
  ...lifecycle,
  ...privileged,
];
