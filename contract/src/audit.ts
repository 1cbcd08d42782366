import { z } from 'zod';
import { moment, pageOf, pageQuery } from './page.ts';

export const auditOutcome = z.enum(['allowed', 'refused']);

export const auditEntry = z.object({
  /** Place in the chain; null for the fraction of a second before it is sealed. */
  seq: z.number().int().nullable(),
  at: moment,
  /** The permission or verb: `directory.person.leave`. */
  action: z.string(),
  /** `person:<id>`, `token:<id>`, `system:<part>`. */
  actor: z.string(),
  actorName: z.string(),
  /** `person:<id>`, `application:<id>`, …; null where there is none. */
  target: z.string().nullable(),
  targetName: z.string().nullable(),
  outcome: auditOutcome,
  reason: z.string().nullable(),
  /** For people: `Maria Keller had Ivan Petrov leave`. */
  sentence: z.string(),
  facts: z.record(z.string(), z.unknown()),
  /** SHA-256 of the entry before and this one, hex; null until sealed. */
  hash: z.string().nullable(),
});
export type AuditEntryAnswer = z.infer<typeof auditEntry>;

const filters = {
  search: z.string().trim().max(200).optional(),
  actor: z.string().max(200).optional(),
  action: z.string().max(120).optional(),
  target: z.string().max(200).optional(),
  outcome: auditOutcome.optional(),
  from: moment.optional(),
  to: moment.optional(),
};

export const auditEntriesQuery = z.strictObject({ ...filters, ...pageQuery });
export const auditEntriesAnswer = pageOf(auditEntry);
export const auditEntryParams = z.strictObject({ seq: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) });

/** The actions that occur, with their plain names, for the filter. */
export const auditActionsAnswer = z.object({ items: z.array(z.object({ action: z.string(), name: z.string() })) });

export const auditChain = z.object({
  lastSeq: z.number().int(),
  lastHash: z.string(),
  lastSealedAt: moment.nullable(),
  /** Entries written and not yet sealed, and how long the oldest has waited. */
  waiting: z.number().int(),
  lagMs: z.number(),
  checkpoint: z.object({ seq: z.number().int(), at: moment }).nullable(),
  /** Entries up to here were exported and removed; the chain is verifiable from there on. */
  prunedUntil: z.number().int().nullable(),
  /** The last walk over the whole chain (each night, and by `npx bailiwick audit verify`); whole when it found nothing. */
  lastWalk: z.object({ at: moment, entries: z.number().int(), lastSeq: z.number().int(), seconds: z.number(), findings: z.array(z.string()) }).nullable(),
});
export type AuditChainAnswer = z.infer<typeof auditChain>;

/** At most 50,000 entries in one answer; `after` is the seq of the last one of the answer before. */
export const auditExportQuery = z.strictObject({
  from: moment.optional(),
  to: moment.optional(),
  after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
  limit: z.coerce.number().int().min(1).max(50_000).default(10_000),
});

export const auditPruneBody = z.strictObject({
  /** Entries older than this are exported to the archive folder and removed, up to the last checkpoint before it. */
  before: moment,
});
export const auditPruneAnswer = z.object({ prunedUntil: z.number().int().nullable(), removed: z.number().int(), archive: z.string().nullable(), archiveSha256: z.string().nullable() });
