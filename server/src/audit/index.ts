import { readMigrations } from '../platform/db/index.ts';

export const migrations = readMigrations('audit', new URL('./migrations/', import.meta.url));

export type { Entry, NewEntry, Outcome } from './entry/entry.ts';
export { actionsWithWords, nameOfAction, sentenceOf } from './entry/entry.ts';
export { canonical } from './entry/canonical.ts';
export { listEntries, record, recordAll, recording, type EntryFilter } from './entry/store.ts';
export { makeRecordRefusal, openRefusalRecorder, recordApart } from './entry/record-refusal.ts';

export { auditModule } from './module.ts';
export { permissions as auditPermissions } from './permissions.ts';
export { awaitSealed, checkpointFileIn, openSealer, type Sealer } from './chain/seal.ts';
export { verifyChain, type Verification } from './chain/verify-chain.ts';
export { sayProblem, type Problem } from './chain/chain.ts';
export { pruneEntries, type Pruned } from './chain/prune-entries.ts';
export { exportEntries } from './entry/read-entries.ts';
export { ocsfOf } from './entry/ocsf.ts';
