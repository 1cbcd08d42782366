import type { Drift } from '@bailiwick/contract/lifecycle';
import { record } from '../../audit/index.ts';
import { endGrantIn, giveGrantIn, grantId } from '../../authorization/index.ts';
import { accountId as accountIdOf, entitlementId as entitlementIdOf, personId as personIdOf } from '../../directory/index.ts';
import type { Database, Tx } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Revert } from '../movement/movement.ts';
import { planMovementIn, type PlanningNeeds } from '../movement/plan-movement.ts';
import { sayDrift, type DriftKind } from './reconciliation.ts';
import * as store from './store.ts';

type Needs = PlanningNeeds & { readonly database: Database };

interface Filter {
  readonly applicationId?: string | undefined;
  readonly personId?: string | undefined;
  readonly kind?: DriftKind | undefined;
  readonly state: 'open' | 'adopted' | 'reverting' | 'resolved';
  readonly cursor?: string | undefined;
  readonly limit: number;
}

export async function readDrift({ database }: Pick<Needs, 'database'>, _permit: Permit<'lifecycle.drift.read'>, filter: Filter): Promise<{ items: Drift[]; next: string | null }> {
  const { items, next } = await database.read((tx) => store.listDrift(tx, filter));
  return {
    items: items.map((row) => ({
      id: row.id, kind: row.kind, severity: row.severity, state: row.state, title: sayDrift(row), applicationId: row.applicationId, applicationName: row.applicationName, personId: row.personId, personName: row.personName, accountId: row.accountId, login: row.login,
      entitlementId: row.entitlementId, entitlementName: row.entitlementName, foundAt: row.foundAt.toISOString(), decidedAt: row.decidedAt?.toISOString() ?? null, decidedBy: row.decidedBy, movementId: row.movementId,
    })),
    next,
  };
}

/** What is held becomes a grant with a reason, or a grant that nobody holds ends. */
export const adoptDrift = (needs: Needs, permit: Permit<'lifecycle.drift.adopt'>, input: { readonly driftId: string; readonly reason: string }): Promise<void> =>
  needs.database.transaction((tx) => adoptIn(needs, tx, permit, input));

/** Many at once: after the first reading of a system, what is there is the beginning. */
export async function adoptManyDrifts(needs: Needs, permit: Permit<'lifecycle.drift.adopt'>, input: { readonly applicationId: string; readonly kind: DriftKind; readonly reason: string }): Promise<number> {
  if (input.kind === 'leaver_active') throw refuse.drift_not_adoptable();
  let adopted = 0;
  for (;;) {
    const count = await needs.database.transaction(async (tx) => {
      const some = await store.openDriftOf(tx, input.applicationId, input.kind, 200);
      for (const { id } of some) await adoptIn(needs, tx, permit, { driftId: id, reason: input.reason });
      return some.length;
    });
    adopted += count;
    if (count < 200) return adopted;
  }
}

async function adoptIn(needs: Needs, tx: Tx, permit: Permit<'lifecycle.drift.adopt'>, { driftId, reason }: { readonly driftId: string; readonly reason: string }): Promise<void> {
  const drift = await store.lockDrift(tx, driftId);
  if (drift === null) throw refuse.drift_not_found();
  if (drift.state !== 'open') throw refuse.drift_decided({ state: drift.state });
  if (drift.kind === 'leaver_active' || drift.personId === null || drift.entitlementId === null) throw refuse.drift_not_adoptable();
  const now = needs.clock.now();
  if (drift.kind === 'unexplained_holding') {
    await giveGrantIn(needs, tx, needs.permits.give, { personId: personIdOf(drift.personId), entitlementId: entitlementIdOf(drift.entitlementId), accountId: accountIdOf(drift.accountId), source: 'found', reason });
  } else {
    const open = await store.openGrantId(tx, drift.personId, drift.entitlementId);
    if (open !== null) await endGrantIn(needs, tx, needs.permits.end, { grantId: grantId(open), reason });
  }
  await store.decideDrift(tx, drift.id, { state: 'adopted', by: permit.actorName, at: now, movementId: null });
  await record(tx, { action: 'lifecycle.drift.adopt', actor: permit.actor, actorName: permit.actorName, target: `person:${drift.personId}`, targetName: sayDrift(drift), at: now, outcome: 'allowed', reason, facts: { driftId: drift.id, kind: drift.kind, applicationId: drift.applicationId, entitlementId: drift.entitlementId } });
}

/** The target is made to be as the grants say. Answers the movement that does it. */
export const revertDrift = (needs: Needs, permit: Permit<'lifecycle.drift.revert'>, driftId: string): Promise<string> =>
  needs.database.transaction(async (tx) => {
    const drift = await store.lockDrift(tx, driftId);
    if (drift === null) throw refuse.drift_not_found();
    if (drift.state !== 'open' && drift.state !== 'reverting') throw refuse.drift_decided({ state: drift.state });
    if (drift.personId === null) throw refuse.drift_not_adoptable();
    const now = needs.clock.now();
    const facts = { applicationId: drift.applicationId, accountId: drift.accountId };
    const revert: Revert = drift.kind === 'leaver_active' ? { kind: 'leaver_active', ...facts } : { kind: drift.kind, ...facts, entitlementId: drift.entitlementId ?? '', nativeId: drift.entitlementNativeId ?? '', name: drift.entitlementName ?? '' };
    const movementId = await planMovementIn(needs, tx, { personId: drift.personId, kind: 'adjust', cause: sayDrift(drift), happenedAt: drift.foundAt, plannedBy: { actor: permit.actor, name: permit.actorName }, isAutomatic: false, reverts: [revert] });
    if (movementId === null) throw refuse.drift_resolved();
    await store.decideDrift(tx, drift.id, { state: 'reverting', by: permit.actorName, at: now, movementId });
    await record(tx, { action: 'lifecycle.drift.revert', actor: permit.actor, actorName: permit.actorName, target: `person:${drift.personId}`, targetName: sayDrift(drift), at: now, outcome: 'allowed', facts: { driftId: drift.id, kind: drift.kind, movementId } });
    return movementId;
  });
