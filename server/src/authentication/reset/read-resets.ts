import type { ResetCard } from '@bailiwick/contract/recovery';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { readRecoverySettings } from '../recovery/store.ts';
import { problemOfDecider, stateNow, type ResetRequest } from './reset.ts';
import { listResets, type ListedReset } from './store.ts';

/** What waits for a second person, or everything there ever was; of the people whom the reader reaches. */
export async function readResets({ database, clock }: Pick<Needs, 'database' | 'clock'>, permit: Permit<'authentication.reset.read'>, held: readonly string[], query: { readonly state: 'waiting' | 'all'; readonly cursor?: string | undefined; readonly limit: number }): Promise<{ items: ResetCard[]; next: string | null }> {
  const now = clock.now();
  const [found, settings] = await database.read((tx) => Promise.all([listResets(tx, permit.scope, { isOnlyWaiting: query.state === 'waiting', cursor: query.cursor, limit: query.limit }, now), readRecoverySettings(tx)]));
  if (!found) throw refuse.cursor_unknown();
  const isManager = permit.scope.is === 'reports';
  const present = (one: ListedReset): ResetCard => ({
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
  return { items: found.items.map(present), next: found.next };
}

const isWaitingForPass = (one: ResetRequest, now: Date): boolean => stateNow(one, now) === 'approved';
