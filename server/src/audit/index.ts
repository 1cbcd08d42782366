import { readMigrations } from '../platform/db/index.ts';

export const migrations = readMigrations('audit', new URL('./migrations/', import.meta.url));

export type { Entry, NewEntry, Outcome } from './entry/entry.ts';
export { nameOfAction, sentenceOf } from './entry/entry.ts';
export { canonical } from './entry/canonical.ts';
export { listEntries, record, recordAll, type EntryFilter } from './entry/store.ts';
export { makeRecordRefusal, recordApart } from './entry/record-refusal.ts';
