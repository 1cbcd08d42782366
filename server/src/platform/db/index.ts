export { openDatabase, type Database, type DatabaseConnection } from './database.ts';
export { afterCommit, sql, fragment, join, identifier, isLeftToTheDisk, json, textArray, type Fragment, type Tx } from './sql.ts';
export { migrate, readMigrations, type Migration } from './migrate.ts';
export { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded.ts';
export { cursorOf, isMoment, parseCursor, parseIdCursor, parseTimeCursor, type Cursor } from './page.ts';
