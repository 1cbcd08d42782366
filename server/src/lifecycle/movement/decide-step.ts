import { record } from '../../audit/index.ts';
import type { Confirmation, ListedAccount } from '../../connectors/index.ts';
import { newId } from '../../platform/crypto/index.ts';
import type { Database, Tx } from '../../platform/db/index.ts';
import type { Permit, Scope } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { accountOfStep, addConfirmation, findConnection } from '../provisioning/store.ts';
import { isOpen } from './movement.ts';
import { jobs as names, type PlanningNeeds } from './plan-movement.ts';
import { settleMovementIn } from './settle-movement.ts';
import * as store from './store.ts';

type Needs = PlanningNeeds & { readonly database: Database };

async function openStep(tx: Tx, movementId: string, stepId: string, scope: Scope): Promise<store.StepRow> {
  if ((await store.findMovement(tx, movementId, scope)) === null) throw refuse.movement_not_found();
  const step = await store.findStep(tx, movementId, stepId);
  if (step === null) throw refuse.step_not_found();
  if (!isOpen(step.state)) throw refuse.step_is_over({ state: step.state });
  return step;
}

/**
 * Somebody did it by hand and says what they saw. In a system by hand that is the evidence, with their name; everywhere
 * else it only asks the system to be looked at again: done without a read-back does not exist.
 */
export const confirmStep = (needs: Needs, permit: Permit<'lifecycle.step.confirm'>, input: { readonly movementId: string; readonly stepId: string; readonly evidence: string; readonly accountId?: string | undefined }): Promise<void> =>
  needs.database.transaction(async (tx) => {
    const now = needs.clock.now();
    const step = await openStep(tx, input.movementId, input.stepId, permit.scope);
    if (step.applicationId === null) throw refuse.step_not_by_hand();
    const connection = await findConnection(tx, step.applicationId);
    if (connection === null) throw refuse.connection_not_found();
    if (needs.links.capabilities(connection)?.isByHand === true) {
      const account = await accountOfStep(tx, { accountId: step.accountId, personId: step.personId, applicationId: step.applicationId });
      await addConfirmation(tx, { id: newId(), applicationId: step.applicationId, operationId: step.operationId, saw: sawOf(step, account?.nativeId ?? null, input.accountId ?? null), evidence: input.evidence, at: now, by: permit.actorName });
    }
    await store.dueNow(tx, input.movementId, step.id, now);
    await wakeSystem(needs, tx, step.applicationId);
    await record(tx, { action: 'lifecycle.step.confirm', actor: permit.actor, actorName: permit.actorName, target: `person:${step.personId}`, targetName: step.title, at: now, outcome: 'allowed', reason: input.evidence, facts: { movementId: input.movementId, stepId: step.id, operationId: step.operationId, application: connection.name } });
  });

function sawOf(step: store.StepRow, accountNativeId: string | null, givenId: string | null): Confirmation['saw'] {
  const { wanted } = step;
  if (wanted.is === 'account') {
    const account: ListedAccount = { id: givenId ?? wanted.login, login: wanted.login, name: [wanted.givenName, wanted.familyName].filter(Boolean).join(' ') || wanted.login, email: wanted.email === '' ? null : wanted.email, isEnabled: true, entitlements: [] };
    return { kind: 'account', account };
  }
  const id = accountNativeId ?? givenId;
  if (id === null) throw refuse.account_id_needed();
  switch (wanted.is) {
    case 'enabled': return { kind: 'enabled', id };
    case 'disabled': case 'sessions_ended': return { kind: 'disabled', id };
    case 'granted': return { kind: 'granted', id, entitlement: wanted.entitlement };
    case 'not_granted': return { kind: 'not_granted', id, entitlement: wanted.entitlement };
    case 'attributes': throw refuse.step_not_by_hand();
  }
}

/** Now, instead of when its wait is over. Without a step: all that are open. */
export const retryMovement = (needs: Needs, permit: Permit<'lifecycle.movement.run'>, input: { readonly movementId: string; readonly stepId: string | null }): Promise<void> =>
  needs.database.transaction(async (tx) => {
    const now = needs.clock.now();
    const movement = await store.findMovement(tx, input.movementId, permit.scope);
    if (movement === null) throw refuse.movement_not_found();
    const systems = await store.dueNow(tx, input.movementId, input.stepId, now);
    for (const applicationId of systems) await wakeSystem(needs, tx, applicationId);
    await needs.jobs.enqueue(tx, names.observeSurfaces, { movementId: input.movementId });
    await record(tx, { action: 'lifecycle.movement.retry', actor: permit.actor, actorName: permit.actorName, target: `person:${movement.personId}`, targetName: movement.title, at: now, outcome: 'allowed', facts: { movementId: movement.id, stepId: input.stepId } });
  });

/** Somebody looked at the plan and lets it run. */
export const runMovement = (needs: Needs, permit: Permit<'lifecycle.movement.run'>, movementId: string): Promise<void> =>
  needs.database.transaction(async (tx) => {
    const now = needs.clock.now();
    const movement = await store.findMovement(tx, movementId, permit.scope);
    if (movement === null) throw refuse.movement_not_found();
    const released = await store.unhold(tx, { movementId, reasons: ['approval'] }, now);
    if (released.length === 0) throw refuse.movement_runs_already();
    await settleMovementIn(needs, tx, movementId);
    for (const applicationId of await store.dueNow(tx, movementId, null, now)) await wakeSystem(needs, tx, applicationId);
    await record(tx, { action: 'lifecycle.movement.run', actor: permit.actor, actorName: permit.actorName, target: `person:${movement.personId}`, targetName: movement.title, at: now, outcome: 'allowed', facts: { movementId } });
  });

/** A human gives a step up, with a reason that stays. */
export const skipStep = (needs: Needs, permit: Permit<'lifecycle.step.skip'>, input: { readonly movementId: string; readonly stepId: string; readonly reason: string }): Promise<void> =>
  needs.database.transaction(async (tx) => {
    const now = needs.clock.now();
    const step = await openStep(tx, input.movementId, input.stepId, permit.scope);
    if (!(await store.skipStep(tx, step.id, `${permit.actorName}: ${input.reason}`))) throw refuse.step_is_running();
    await settleMovementIn(needs, tx, input.movementId);
    if (step.applicationId !== null) await wakeSystem(needs, tx, step.applicationId);
    await record(tx, { action: 'lifecycle.step.skip', actor: permit.actor, actorName: permit.actorName, target: `person:${step.personId}`, targetName: step.title, at: now, outcome: 'allowed', reason: input.reason, facts: { movementId: input.movementId, stepId: step.id } });
  });

const wakeSystem = ({ jobs }: Pick<Needs, 'jobs'>, tx: Tx, applicationId: string): Promise<void> => jobs.enqueue(tx, names.runSystem, { applicationId }, { key: `${names.runSystem}:${applicationId}:0` });

export const changeSettings = (needs: Needs, permit: Permit<'lifecycle.settings.change'>, approvalFor: readonly string[]): Promise<void> =>
  needs.database.transaction(async (tx) => {
    const before = await store.settings(tx);
    await store.saveSettings(tx, [...new Set(approvalFor)]);
    await record(tx, { action: 'lifecycle.settings.change', actor: permit.actor, actorName: permit.actorName, target: null, targetName: null, at: needs.clock.now(), outcome: 'allowed', facts: { approvalFor: [before.approvalFor, approvalFor] } });
  });
