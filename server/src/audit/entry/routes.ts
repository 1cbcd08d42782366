import { auditActionsAnswer, auditChain, auditEntriesAnswer, auditEntriesQuery, auditEntry, auditEntryParams, auditExportQuery, auditPruneAnswer, auditPruneBody, type AuditEntryAnswer } from '@bailiwick/contract/audit';
import type { Clock } from '../../platform/clock/index.ts';
import type { Keys } from '../../platform/crypto/index.ts';
import type { Database } from '../../platform/db/index.ts';
import { file, route, type AnyRoute } from '../../platform/http/index.ts';
import { pruneEntries } from '../chain/prune-entries.ts';
import { readChain } from '../chain/read-chain.ts';
import { refuse } from '../errors.ts';
import { nameOfAction, sentenceOf, type Entry } from './entry.ts';
import { exportEntries, readActions, readEntries, readEntry } from './read-entries.ts';

export interface Needs {
  readonly database: Database;
  readonly clock: Clock;
  readonly keys: Pick<Keys, 'signingKey'>;
  readonly archiveFolder: string;
}

const present = (entry: Entry): AuditEntryAnswer => ({ ...entry, at: entry.at.toISOString(), facts: { ...entry.facts }, sentence: sentenceOf(entry) });
const moment = (text: string | undefined): Date | undefined => (text === undefined ? undefined : new Date(text));

export function auditRoutes(needs: Needs): AnyRoute[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/audit/entries',
      permission: 'audit.entry.read',
      summary: 'Audit entries, the newest first, by words, actor, action, target, outcome and time',
      query: auditEntriesQuery,
      output: auditEntriesAnswer,
      refusals: [refuse.cursor_unknown],
      run: async ({ permit, query }) => {
        const { items, next } = await readEntries(needs, permit, { ...query, from: moment(query.from), to: moment(query.to) });
        return { items: items.map(present), next };
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/audit/entries/:seq',
      permission: 'audit.entry.read',
      summary: 'One audit entry by its place in the chain',
      params: auditEntryParams,
      output: auditEntry,
      refusals: [refuse.entry_not_found],
      run: async ({ permit, params }) => present(await readEntry(needs, permit, params.seq)),
    }),
    route({
      method: 'GET',
      path: '/api/v1/audit/actions',
      permission: 'audit.entry.read',
      summary: 'The actions that occur in the audit',
      output: auditActionsAnswer,
      run: async ({ permit }) => ({ items: (await readActions(needs, permit)).map((action) => ({ action, name: nameOfAction(action) })) }),
    }),
    route({
      method: 'GET',
      path: '/api/v1/audit/chain',
      permission: 'audit.chain.read',
      summary: 'How the hash chain stands: its end, its last checkpoint, what waits, and what the last walk over all of it found',
      output: auditChain,
      run: async ({ permit }) => {
        const { head, waiting, lagMs, prunedUntil, lastWalk } = await readChain(needs, permit);
        return {
          lastSeq: head.seq,
          lastHash: head.hash,
          lastSealedAt: head.sealedAt?.toISOString() ?? null,
          waiting,
          lagMs,
          checkpoint: head.checkpointAt ? { seq: head.checkpointSeq, at: head.checkpointAt.toISOString() } : null,
          prunedUntil,
          lastWalk: lastWalk && { ...lastWalk, at: lastWalk.at.toISOString(), findings: [...lastWalk.findings] },
        };
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/audit/export',
      permission: 'audit.entry.read',
      summary: 'Audit entries as OCSF events, one JSON object a line, in the order of the chain',
      query: auditExportQuery,
      run: async ({ permit, query }) => file(await exportEntries(needs, permit, { after: query.after, limit: query.limit, from: moment(query.from), to: moment(query.to) }), 'application/x-ndjson', 'audit.ndjson'),
    }),
    route({
      method: 'POST',
      path: '/api/v1/audit/prune',
      permission: 'audit.entry.prune',
      summary: 'Export entries older than a moment to the archive folder and remove them',
      body: auditPruneBody,
      output: auditPruneAnswer,
      status: 200,
      refusals: [refuse.too_young_to_prune],
      run: ({ permit, body }) => pruneEntries(needs, permit, { before: new Date(body.before) }),
    }),
  ];
}
