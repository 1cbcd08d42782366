import { record } from '../../audit/index.ts';
import { desiredEntitlements, endGrantIn, giveGrantIn, grantId, roleId, rolesWithEntitlements } from '../../authorization/index.ts';
import { entitlementId as entitlementIdOf, personId as personIdOf } from '../../directory/index.ts';
import { later, minutes, type Clock } from '../../platform/clock/index.ts';
import { newId } from '../../platform/crypto/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Announce } from '../../platform/events/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import { brakeRaised, movementPlanned } from '../events.ts';
import type { Links } from '../provisioning/links.ts';
import {
  exceedsBrake, planMovement, titleOf, urgencyOf, wordsOf, type ConnectedSystem, type MovementKind, type MovementPlan, type MovingPerson, type Revert, type Situation, type Unsettled,
} from './movement.ts';
import type { OwnSurface } from './own-surface.ts';
import { settleMovementIn } from './settle-movement.ts';
import * as store from './store.ts';

export interface PlanningNeeds {
  readonly clock: Clock;
  readonly announce: Announce;
  readonly jobs: Pick<Jobs, 'enqueue'>;
  readonly links: Links;
  readonly surfaces: readonly OwnSurface[];
  readonly permits: { readonly give: Permit<'authorization.grant.give'>; readonly end: Permit<'authorization.grant.end'> };
}

export interface MovementWish {
  readonly personId: string;
  readonly kind: MovementKind;
  /** In words, for people and the audit: `the HR list says so`. */
  readonly cause: string;
  readonly happenedAt: Date;
  readonly plannedBy: { readonly actor: string; readonly name: string };
  /** False where a human asked for exactly this; the brake counts the rest. */
  readonly isAutomatic: boolean;
  readonly changes?: Situation['changes'];
  /** Grants that changed outside of a movement and must reach the target. */
  readonly touched?: readonly Unsettled[];
  readonly reverts?: readonly Revert[];
}

/** One run, for the brake: whatever is planned by itself within this time. */
const runMs = minutes(10);
export const jobs = { runSystem: 'lifecycle.run-system', previewSystem: 'lifecycle.preview-system', observeSurfaces: 'lifecycle.observe-surfaces' } as const;
const slots = 4;

/** Plans a movement inside the transaction that tells of its cause. Null: there is nothing to do. */
export async function planMovementIn(needs: PlanningNeeds, tx: Tx, wish: MovementWish): Promise<string | null> {
  const { clock, announce, surfaces, permits } = needs;
  await store.lockPerson(tx, wish.personId);
  const now = clock.now();
  const unsettled = await store.unsettledOf(tx, wish.personId);
  const touched = wish.touched ?? [];
  const situation = await situationOf(needs, tx, { ...wish, unsettled: touched });
  if (situation === null) return null;
  // Nothing new: an unfinished movement goes on undisturbed. What starts or ends an employment is always written down.
  const isMinor = wish.kind === 'adjust' || wish.kind === 'mover';
  if (isMinor && isEmpty(planMovement(situation))) return null;

  const movementId = newId();
  const plan = planMovement({ ...situation, unsettled: [...unsettled, ...touched] });
  const title = titleOf(wish.kind, situation.person, situation.changes);
  const replaced = await store.supersede(tx, wish.personId, `superseded by a newer movement (${title})`);

  for (const grant of plan.end) await endGrantIn(needs, tx, permits.end, { grantId: grantId(grant.grantId), reason: grant.reason });
  for (const grant of plan.give) {
    const given = { personId: personIdOf(wish.personId), entitlementId: entitlementIdOf(grant.entitlementId), reason: grant.reason };
    if (grant.source === 'birthright' && grant.roleId !== null) await giveGrantIn(needs, tx, permits.give, { ...given, source: 'birthright', roleId: roleId(grant.roleId) });
    else if (grant.expiresAt !== null) await giveGrantIn(needs, tx, permits.give, { ...given, source: 'carry-over', expiresAt: grant.expiresAt });
  }

  const { approvalFor } = await store.settings(tx);
  const needsApproval = wish.kind !== 'leaver' && approvalFor.some((kind) => kind === wish.kind);
  const steps = plan.steps.map((step): store.NewStep => ({
    ...step, id: newId(), operationId: newId(), state: step.surface === null ? 'wanted' : 'sent', heldBecause: needsApproval && step.surface === null ? 'approval' : step.heldBecause,
  }));
  await store.addMovement(tx, {
    id: movementId, personId: wish.personId, kind: wish.kind, cause: wish.cause, title, plan: wordsOf(plan), happenedAt: wish.happenedAt, plannedAt: now, plannedBy: wish.plannedBy.name, isAutomatic: wish.isAutomatic,
  });
  await store.addSteps(tx, { id: movementId, personId: wish.personId, urgency: urgencyOf(wish.kind) }, steps, now);
  // INVARIANT: what we hold ourselves ends in this very transaction; the read-back follows in another.
  for (const surface of surfaces) if (steps.some((step) => step.surface === surface.name)) await surface.endFor(tx, wish.personId);
  if (wish.isAutomatic) await brake(needs, tx, plan, now);

  await record(tx, {
    action: 'lifecycle.movement.plan', actor: wish.plannedBy.actor, actorName: wish.plannedBy.name, target: `person:${wish.personId}`, targetName: situation.person.displayName, at: now, outcome: 'allowed', reason: wish.cause,
    facts: { movementId, kind: wish.kind, plan: wordsOf(plan), steps: steps.map(({ system, action, title: what }) => ({ system, action, what })) },
  });
  await announce(tx, movementPlanned(movementId, now, { personId: wish.personId, kind: wish.kind }));
  for (const older of replaced) await settleMovementIn(needs, tx, older, `superseded: ${title}`);
  await settleMovementIn(needs, tx, movementId);
  await wake(needs, tx, movementId, wish.personId, situation.systems, plan);
  return movementId;
}

const isEmpty = (plan: MovementPlan): boolean => plan.steps.length === 0 && plan.give.length === 0 && plan.end.length === 0;

/** What is known about the person and wanted for them. Null: there is no such person. */
export async function situationOf(
  { clock, links, surfaces }: Pick<PlanningNeeds, 'clock' | 'links' | 'surfaces'>,
  tx: Tx,
  wish: { readonly personId: string; readonly kind: MovementKind; readonly changes?: Situation['changes']; readonly unsettled: readonly Unsettled[]; readonly reverts?: readonly Revert[]; readonly as?: Partial<MovingPerson> },
): Promise<Situation | null> {
  const found = await store.findMovingPerson(tx, wish.personId);
  if (found === null) return null;
  const person = { ...found, ...wish.as };
  const desired = wish.kind === 'leaver' ? [] : await desiredOf(tx, person);
  return {
    kind: wish.kind, person, changes: wish.changes ?? {}, desired,
    openGrants: await store.openGrantsWithNames(tx, person.id), accounts: await store.accountsOf(tx, person.id), holdings: await store.holdingsOf(tx, person.id),
    systems: await systemsOf(links, tx), surfaces, unsettled: wish.unsettled, reverts: wish.reverts ?? [], now: clock.now(),
  };
}

async function desiredOf(tx: Tx, person: MovingPerson): Promise<Situation['desired']> {
  const wanted = desiredEntitlements(person, await rolesWithEntitlements(tx));
  const named = new Map((await store.entitlementsById(tx, [...wanted.keys()])).map((one) => [one.id, one] as const));
  return [...wanted].flatMap(([id, role]) => {
    const one = named.get(id);
    return one === undefined ? [] : [{ entitlementId: id, applicationId: one.applicationId, nativeId: one.nativeId, name: one.name, roleId: role.id, roleName: role.name }];
  });
}

export async function systemsOf(links: Links, tx: Tx): Promise<ConnectedSystem[]> {
  return (await store.connectedRows(tx)).flatMap((row) => {
    const capabilities = links.capabilities(row);
    const account = capabilities?.types.find((type) => type.type === 'account');
    return [{
      applicationId: row.applicationId, name: row.name, mode: row.mode, loginFrom: row.loginFrom,
      // Settings that fit no connector any more still leave a system that holds accounts: its steps will say what is wrong.
      isByHand: capabilities?.isByHand ?? false, canCreate: account?.operations.includes('create') ?? true, canEndSessions: account?.operations.includes('revokeSessions') ?? false,
      writes: account?.operations.includes('update') === true ? (account.writes ?? []) : [],
    }];
  });
}

async function brake(needs: PlanningNeeds, tx: Tx, plan: MovementPlan, now: Date): Promise<void> {
  const systems = new Map(plan.steps.filter((step) => step.isRemoval && step.applicationId !== null).map((step) => [step.applicationId as string, step.system] as const));
  // In one order everywhere, so that two plans do not wait for each other.
  for (const [applicationId, name] of [...systems].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const since = later(now, -runMs);
    const facts = await store.removalsSince(tx, applicationId, since);
    if (!exceedsBrake(facts.removals, facts.accounts) && (await store.openBrake(tx, applicationId)) === null) continue;
    const isNew = await store.raiseBrake(tx, applicationId, facts, now);
    const held = await store.holdRemovals(tx, applicationId, since);
    for (const movementId of held) await settleMovementIn(needs, tx, movementId);
    if (!isNew) continue;
    await record(tx, {
      action: 'lifecycle.brake.raise', actor: 'system:lifecycle', actorName: 'Bailiwick', target: `application:${applicationId}`, targetName: name, at: now, outcome: 'allowed',
      reason: `one run would take access from ${facts.removals} of ${facts.accounts} accounts`, facts: { ...facts, movements: held.length },
    });
    await needs.announce(tx, brakeRaised(applicationId, now, facts));
  }
}

async function wake({ jobs: queue }: PlanningNeeds, tx: Tx, movementId: string, personId: string, systems: readonly ConnectedSystem[], plan: MovementPlan): Promise<void> {
  if (plan.steps.some((step) => step.surface !== null)) await queue.enqueue(tx, jobs.observeSurfaces, { movementId });
  const slot = slotOf(personId);
  for (const system of systems) {
    if (!plan.steps.some((step) => step.applicationId === system.applicationId)) continue;
    if (system.mode === 'live') await queue.enqueue(tx, jobs.runSystem, { applicationId: system.applicationId }, { key: `${jobs.runSystem}:${system.applicationId}:${slot}` });
    else if (system.mode === 'preview') await queue.enqueue(tx, jobs.previewSystem, { applicationId: system.applicationId }, { key: `${jobs.previewSystem}:${system.applicationId}` });
  }
}

/** A few jobs per system are enough: each runs whatever is due there. */
const slotOf = (personId: string): number => Number.parseInt(personId.slice(-2), 16) % slots;
