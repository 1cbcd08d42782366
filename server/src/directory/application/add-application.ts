import { record } from '../../audit/index.ts';
import type { Clock } from '../../platform/clock/index.ts';
import { newId } from '../../platform/crypto/index.ts';
import type { Database, Tx } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { applicationId, type Application, type ApplicationChange, type ApplicationId, type NewApplication } from './application.ts';
import { findApplicationForUpdate, insertApplication, updateApplication } from './store.ts';

interface Needs {
  readonly clock: Clock;
  readonly database: Database;
}
type NeedsWithin = Pick<Needs, 'clock'>;

export const addApplication = (needs: Needs, permit: Permit<'directory.application.add'>, input: NewApplication): Promise<Application> => needs.database.transaction((tx) => addApplicationIn(needs, tx, permit, input));

export async function addApplicationIn({ clock }: NeedsWithin, tx: Tx, permit: Permit<'directory.application.add'>, input: NewApplication): Promise<Application> {
  const now = clock.now();
  const application: Application = {
    id: applicationId(newId()),
    name: input.name,
    kind: input.kind,
    description: input.description ?? null,
    url: input.url ?? null,
    icon: input.icon ?? null,
    ownerId: input.ownerId ?? null,
    createdAt: now,
    removedAt: null,
  };
  await insertApplication(tx, application);
  await record(tx, { action: 'directory.application.add', actor: permit.actor, actorName: permit.actorName, target: `application:${application.id}`, targetName: application.name, at: now, outcome: 'allowed', facts: { kind: application.kind, url: application.url } });
  return application;
}

export const changeApplication = (needs: Needs, permit: Permit<'directory.application.change'>, input: { readonly applicationId: ApplicationId; readonly change: ApplicationChange }): Promise<Application> =>
  needs.database.transaction((tx) => changeApplicationIn(needs, tx, permit, input));

export async function changeApplicationIn({ clock }: NeedsWithin, tx: Tx, permit: Permit<'directory.application.change'>, input: { readonly applicationId: ApplicationId; readonly change: ApplicationChange }): Promise<Application> {
  const before = await findApplicationForUpdate(tx, input.applicationId);
  if (!before || before.removedAt) throw refuse.application_not_found({ application: input.applicationId });
  const changed = (Object.keys(input.change) as (keyof ApplicationChange)[]).filter((name) => input.change[name] !== undefined && input.change[name] !== before[name]);
  if (changed.length === 0) return before;
  const after: Application = { ...before, ...Object.fromEntries(changed.map((name) => [name, input.change[name]])) };
  await updateApplication(tx, after);
  await record(tx, { action: 'directory.application.change', actor: permit.actor, actorName: permit.actorName, target: `application:${before.id}`, targetName: after.name, at: clock.now(), outcome: 'allowed', facts: { changes: Object.fromEntries(changed.map((name) => [name, [before[name], after[name]]])) } });
  return after;
}

/** The name becomes free; what was known about it stays for the record. */
export async function removeApplicationIn({ clock }: NeedsWithin, tx: Tx, permit: Permit<'directory.application.remove'>, input: { readonly applicationId: ApplicationId }): Promise<void> {
  const before = await findApplicationForUpdate(tx, input.applicationId);
  if (!before || before.removedAt) throw refuse.application_not_found({ application: input.applicationId });
  const now = clock.now();
  await updateApplication(tx, { ...before, removedAt: now });
  await record(tx, { action: 'directory.application.remove', actor: permit.actor, actorName: permit.actorName, target: `application:${before.id}`, targetName: before.name, at: now, outcome: 'allowed', facts: { kind: before.kind } });
}
