import type { ResetCard } from '@bailiwick/contract/recovery';
import { cursorOf, parseTimeCursor } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { readRecoverySettings } from '../recovery/store.ts';
import { problemOfDecider, stateNow, type ResetRequest } from './reset.ts';
import { listResets } from './store.ts';

/** What waits for a second person, or everything there ever was; of the people whom the reader reaches. */
export async function readResets({ database, clock }: Pick<Needs, 'database' | 'clock'>, permit: Permit<'authentication.reset.read'>, held: readonly string[], query: { readonly state: 'waiting' | 'all'; readonly cursor?: string | undefined; readonly limit: number }): Promise<{ items: ResetCard[]; next: string | null }> {
  const after = query.cursor === undefined ? null : parseTimeCursor(query.cursor);
  if (query.cursor !== undefined && !after) throw refuse.reset_not_found({ reset: query.cursor });
  const now = clock.now();
  const [rows, settings] = await database.read((tx) => Promise.all([listResets(tx, permit.scope, query.state === 'waiting', now, after, query.limit + 1), readRecoverySettings(tx)]));
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  const isManager = permit.scope.is === 'reports';
  const present = (one: (typeof rows)[number]): ResetCard => ({
    id: one.id,
    personId: one.personId,
    personName: one.personName,
    askedById: one.askedBy,
    askedByName: one.askedByName,
    askedAt: one.askedAt.toISOString(),
    reason: one.reason,
    identityCheck: one.identityCheck,
    ticket: one.ticket,
    state: stateNow(one, now),
    decidedByName: one.decidedByName,
    decidedAt: one.decidedAt?.toISOString() ?? null,
    decisionReason: one.decisionReason,
    expiresAt: one.expiresAt.toISOString(),
    mayDecide: stateNow(one, now) === 'open' && held.includes('authentication.reset.decide') && problemOfDecider(one, { personId: permit.personId, isManager }, settings) === null,
    mayTakePass: isWaitingForPass(one, now) && one.askedBy === permit.personId,
  });
  return { items: shown.map(present), next: rows.length > query.limit && last ? cursorOf({ key: last.askedAt.toISOString(), id: last.id }) : null };
}

const isWaitingForPass = (one: ResetRequest, now: Date): boolean => stateNow(one, now) === 'approved';
