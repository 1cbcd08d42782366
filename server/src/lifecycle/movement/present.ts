import type { Movement, MovementPreview, MovementSummary, Step } from '@bailiwick/contract/lifecycle';
import { isOpen, wordsOf, type MovementPlan, type Situation, type StepState } from './movement.ts';
import type { MovementRow, StepRow, SystemCount } from './store.ts';

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

/** The state that most needs to be seen. */
const order: readonly StepState[] = ['contradicted', 'action_required', 'unproven', 'sent', 'wanted', 'skipped', 'proven'];
const worstOf = (states: readonly StepState[]): StepState => order.find((state) => states.includes(state)) ?? 'proven';

export function presentSummary(row: MovementRow, counts: readonly SystemCount[], surfaces: ReadonlyMap<string, string>): MovementSummary {
  const own = counts.filter((one) => one.movementId === row.id);
  const all = own.flatMap((one) => one.states);
  return {
    id: row.id, kind: row.kind, state: row.state, personId: row.personId, personName: row.personName, department: row.department, title: row.title, plan: row.plan, cause: row.cause,
    happenedAt: row.happenedAt.toISOString(), plannedAt: row.plannedAt.toISOString(), provenAt: iso(row.provenAt), timeToProvenMs: row.provenAt === null ? null : row.provenAt.getTime() - row.happenedAt.getTime(),
    steps: all.length, proven: all.filter((state) => state === 'proven').length,
    systems: own.map((one) => ({ applicationId: one.applicationId, name: one.name ?? surfaces.get(one.surface ?? '') ?? one.surface ?? '', proven: one.states.filter((state) => state === 'proven').length, steps: one.states.length, worst: worstOf(one.states) })),
  };
}

export function presentStep(row: StepRow, surfaces: ReadonlyMap<string, string>): Step {
  return {
    id: row.id, applicationId: row.applicationId, system: row.applicationName ?? surfaces.get(row.surface ?? '') ?? row.surface ?? '', action: row.action, title: row.title, reason: row.reason, state: row.state, heldBecause: row.heldBecause,
    isRemoval: row.isRemoval, attempts: row.attempts, wantedAt: row.wantedAt.toISOString(), sentAt: iso(row.sentAt), seenAt: iso(row.seenAt), provenAt: iso(row.provenAt), nextAt: isOpen(row.state) && row.heldBecause === null ? iso(row.nextAt) : null,
    seen: row.seen,
    proof: row.proof === null || row.seenAt === null ? null : { observationId: row.observationId, via: row.proof.via, consistency: row.proof.consistency, seenAt: row.seenAt.toISOString(), digest: row.proof.digest, facts: row.proof.facts },
    problem: row.problem, skipReason: row.skipReason, preview: row.preview, task: isOpen(row.state) ? row.task : null, operationId: row.operationId,
  };
}

export function presentMovement(row: MovementRow, steps: readonly StepRow[], counts: readonly SystemCount[], surfaces: ReadonlyMap<string, string>): Movement {
  const board = new Map<string, Movement['board'][number]>();
  for (const step of steps) {
    const shown = presentStep(step, surfaces);
    const key = step.applicationId ?? `surface ${step.surface ?? ''}`;
    const lane = board.get(key);
    if (lane === undefined) board.set(key, { applicationId: step.applicationId, name: shown.system, mode: step.mode, steps: [shown] });
    else lane.steps.push(shown);
  }
  return { ...presentSummary(row, counts, surfaces), alarmedAt: iso(row.alarmedAt), timeToZeroMs: row.zeroAt === null ? null : row.zeroAt.getTime() - row.happenedAt.getTime(), board: [...board.values()].sort((a, b) => Number(a.applicationId !== null) - Number(b.applicationId !== null) || a.name.localeCompare(b.name)) };
}

export function presentPreview(plan: MovementPlan, situation: Situation, needsApproval: boolean): MovementPreview {
  const systems = new Map<string, MovementPreview['systems'][number]>();
  for (const step of plan.steps) {
    const key = step.applicationId ?? `surface ${step.surface ?? ''}`;
    const lane = systems.get(key) ?? { applicationId: step.applicationId, name: step.system, steps: [] };
    lane.steps.push({ applicationId: step.applicationId, system: step.system, action: step.action, title: step.title, reason: step.reason, isRemoval: step.isRemoval, heldBecause: needsApproval && step.applicationId !== null ? 'approval' : step.heldBecause });
    systems.set(key, lane);
  }
  const names = new Map(situation.systems.map((system) => [system.applicationId, system.name] as const));
  return {
    kind: plan.kind, personId: situation.person.id, words: `this ${wordsOf(plan)}`,
    gives: plan.give.filter((grant) => grant.source === 'birthright').length, removes: plan.end.filter((grant) => !grant.isReplaced).length,
    accountsMade: plan.steps.filter((step) => step.action === 'create_account').length, accountsDisabled: plan.steps.filter((step) => step.action === 'disable').length,
    carriedOver: plan.give.filter((grant) => grant.source === 'carry-over').length, systems: [...systems.values()],
    carryOvers: plan.give.flatMap((grant) => (grant.source === 'carry-over' && grant.expiresAt !== null ? [{ entitlement: grant.name, application: names.get(grant.applicationId) ?? '', until: grant.expiresAt.toISOString() }] : [])),
  };
}
