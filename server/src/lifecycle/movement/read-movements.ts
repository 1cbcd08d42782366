import type { Movement, MovementPreview, MovementSummary } from '@bailiwick/contract/lifecycle';
import { isInScope, personId as personIdOf } from '../../directory/index.ts';
import type { Database } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { planMovement, type MovementKind, type MovementState, type Situation } from './movement.ts';
import type { OwnSurface } from './own-surface.ts';
import { situationOf, type PlanningNeeds } from './plan-movement.ts';
import { presentMovement, presentPreview, presentSummary } from './present.ts';
import * as store from './store.ts';

interface Reading {
  readonly database: Database;
  readonly surfaces: readonly OwnSurface[];
}

const titles = (surfaces: readonly OwnSurface[]): ReadonlyMap<string, string> => new Map(surfaces.map((surface) => [surface.name, surface.title] as const));

interface Filter {
  readonly kind?: MovementKind | undefined;
  readonly state?: MovementState | undefined;
  readonly personId?: string | undefined;
  readonly applicationId?: string | undefined;
  readonly isOpen?: boolean | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

export async function readMovements({ database, surfaces }: Reading, permit: Permit<'lifecycle.movement.read'>, filter: Filter): Promise<{ items: MovementSummary[]; next: string | null }> {
  return database.read(async (tx) => {
    const { items, next } = await store.listMovements(tx, { ...filter, scope: permit.scope });
    const counts = items.length === 0 ? [] : await store.systemCounts(tx, items.map((row) => row.id));
    return { items: items.map((row) => presentSummary(row, counts, titles(surfaces))), next };
  });
}

export async function readMovement({ database, surfaces }: Reading, permit: Permit<'lifecycle.movement.read'>, movementId: string): Promise<Movement> {
  return database.read(async (tx) => {
    const row = await store.findMovement(tx, movementId, permit.scope);
    if (row === null) throw refuse.movement_not_found();
    return presentMovement(row, await store.stepsOf(tx, row.id), await store.systemCounts(tx, [row.id]), titles(surfaces));
  });
}

export type ChangedAttributes = { readonly [K in 'department' | 'title' | 'location' | 'division' | 'employmentType']?: string | null | undefined };

/** What a movement would do, as a plan in words. Nothing is changed. */
export async function previewMovement(needs: PlanningNeeds & { readonly database: Database }, permit: Permit<'lifecycle.movement.preview'>, input: { readonly personId: string; readonly kind: MovementKind; readonly attributes: ChangedAttributes }): Promise<MovementPreview> {
  return needs.database.transaction(async (tx) => {
    const isVisible = await isInScope(tx, permit.scope, personIdOf(input.personId));
    const before = isVisible ? await store.findMovingPerson(tx, input.personId) : null;
    if (before === null) throw refuse.person_unknown({ person: input.personId });
    const changed: { -readonly [K in keyof ChangedAttributes]: string | null } = {};
    const changes: Record<string, readonly [unknown, unknown]> = {};
    for (const name of ['department', 'title', 'location', 'division', 'employmentType'] as const) {
      const value = input.attributes[name];
      if (value === undefined) continue;
      changed[name] = value;
      changes[name] = [before[name], value];
    }
    const as = { ...changed, ...(input.kind === 'leaver' ? {} : { status: 'active' as const }) };
    const situation: Situation | null = await situationOf(needs, tx, { personId: input.personId, kind: input.kind, changes, unsettled: await store.unsettledOf(tx, input.personId), as });
    if (situation === null) throw refuse.person_unknown({ person: input.personId });
    const { approvalFor } = await store.settings(tx);
    return presentPreview(planMovement(situation), situation, input.kind !== 'leaver' && approvalFor.some((kind) => kind === input.kind));
  });
}

export const readSettings = ({ database }: Pick<Reading, 'database'>, _permit: Permit<'lifecycle.settings.read'>): Promise<{ approvalFor: ('joiner' | 'mover' | 'rehire' | 'adjust')[] }> => database.read(store.settings);
