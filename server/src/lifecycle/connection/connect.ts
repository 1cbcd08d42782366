import { record } from '../../audit/index.ts';
import { ConnectorError, type ConnectorKind } from '../../connectors/index.ts';
import { addApplicationIn, applicationId as applicationIdOf, changeApplicationIn, findApplication, removeApplicationIn, type ApplicationKind } from '../../directory/index.ts';
import type { Clock } from '../../platform/clock/index.ts';
import { newId, type Keys } from '../../platform/crypto/index.ts';
import type { Database, Tx } from '../../platform/db/index.ts';
import type { Announce } from '../../platform/events/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { timeoutSignal, type Jobs } from '../../platform/jobs/index.ts';
import { refuse } from '../errors.ts';
import { connectionChanged } from '../events.ts';
import { exceedsBrake, type ConnectionMode, type LoginFrom } from '../movement/movement.ts';
import { jobs as names } from '../movement/plan-movement.ts';
import { settleMovementIn } from '../movement/settle-movement.ts';
import * as movements from '../movement/store.ts';
import { secretContext, type Links } from '../provisioning/links.ts';
import { findConnection, sealedSecret } from '../provisioning/store.ts';
import { startReadingIn } from '../reconciliation/start-reading.ts';
import { failedCheck, healthOf, keptCheck, leadsElsewhere, usualLogin, type KeptCheck } from './connection.ts';
import * as store from './store.ts';

export interface ConnectionNeeds {
  readonly clock: Clock;
  readonly database: Database;
  readonly announce: Announce;
  readonly jobs: Pick<Jobs, 'enqueue'>;
  readonly keys: Keys;
  readonly links: Links;
  readonly permits: {
    readonly addApplication: Permit<'directory.application.add'>;
    readonly changeApplication: Permit<'directory.application.change'>;
    readonly removeApplication: Permit<'directory.application.remove'>;
  };
}

interface ConnectInput {
  readonly applicationId?: string | undefined;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly kind: string;
  readonly settings: Record<string, unknown>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly loginFrom?: LoginFrom | undefined;
}

/** Connects an application. It only reads (preview) until an administrator turns it live; the first reading begins at once. */
export async function connect(needs: ConnectionNeeds, permit: Permit<'lifecycle.connection.make'>, input: ConnectInput): Promise<string> {
  const { clock, database, keys, links } = needs;
  const kind = kindOf(links, input.kind);
  const settings = settingsOf(kind, input.settings);
  refuseUnknownSecrets(kind, input.secrets);
  for (const field of kind.secrets) if (!field.isOptional && input.secrets[field.name] === undefined) throw refuse.secret_missing({ field: field.title });
  // Looked at before anything is kept: a wrong address or password is told at once, and nothing half-made stays.
  const probeId = input.applicationId ?? newId();
  const check = await checkOnce(needs, { applicationId: probeId, kind: kind.kind, settings }, input.secrets);
  if (check.problem !== null && check.identity === null) throw refuse.connection_fails({ problem: check.problem });
  return database.transaction(async (tx) => {
    const now = clock.now();
    let id: string;
    if (input.applicationId === undefined) {
      if (input.name === undefined) throw refuse.connection_unnamed();
      id = (await addApplicationIn(needs, tx, needs.permits.addApplication, { name: input.name, kind: kind.kind as ApplicationKind, description: input.description ?? null })).id;
    } else {
      const found = await findApplication(tx, applicationIdOf(input.applicationId));
      if (found === null || found.removedAt !== null) throw refuse.connection_not_found();
      if ((await findConnection(tx, found.id)) !== null) throw refuse.already_connected({ application: found.name });
      id = found.id;
    }
    await store.insertConnection(tx, { applicationId: id, kind: kind.kind, settings, loginFrom: input.loginFrom ?? usualLogin(kind.kind), at: now, by: permit.actorName });
    for (const [name, value] of Object.entries(input.secrets)) await store.saveSecret(tx, { applicationId: id, name, sealed: keys.seal(value, secretContext(id, name)), at: now });
    await store.saveCheck(tx, id, check, healthOf(check));
    const name = (await findConnection(tx, id))?.name ?? input.name ?? '';
    await record(tx, { action: 'lifecycle.connection.make', actor: permit.actor, actorName: permit.actorName, target: `application:${id}`, targetName: name, at: now, outcome: 'allowed', facts: { kind: kind.kind, settings, secrets: Object.keys(input.secrets), mode: 'preview' } });
    await needs.announce(tx, connectionChanged(id, now, { what: 'connected' }));
    if (kind.kind !== 'manual') await startReadingIn(needs, tx, { applicationId: id, askedBy: permit.actorName });
    return id;
  });
}

interface ChangeInput {
  readonly applicationId: string;
  readonly name?: string | undefined;
  readonly settings?: Record<string, unknown> | undefined;
  readonly secrets?: Readonly<Record<string, string>> | undefined;
  readonly loginFrom?: LoginFrom | undefined;
  readonly mode?: ConnectionMode | undefined;
}

export async function changeConnection(needs: ConnectionNeeds, permit: Permit<'lifecycle.connection.change'>, input: ChangeInput): Promise<void> {
  const { clock, database, keys, links } = needs;
  const before = await database.read((tx) => findConnection(tx, input.applicationId));
  if (before === null) throw refuse.connection_not_found();
  const kind = kindOf(links, before.kind);
  const settings = input.settings === undefined ? before.settings : settingsOf(kind, input.settings);
  refuseUnknownSecrets(kind, input.secrets ?? {});
  // Nobody reads a kept secret here, and so nobody may have it sent to a place of their own: who knows it gives it again.
  if (leadsElsewhere(before.settings as Record<string, unknown>, settings)) {
    for (const field of kind.secrets) {
      if (input.secrets?.[field.name] === undefined && (await database.read((tx) => sealedSecret(tx, before.applicationId, field.name))) !== null) throw refuse.secret_needed_again({ field: field.title });
    }
  }
  const isOther = input.settings !== undefined || input.secrets !== undefined;
  const check = isOther ? await checkOnce(needs, { applicationId: before.applicationId, kind: before.kind, settings }, input.secrets ?? {}) : null;
  // A second credential is tried before the first is given up.
  if (check !== null && check.problem !== null && check.identity === null) throw refuse.connection_fails({ problem: check.problem });
  await database.transaction(async (tx) => {
    const now = clock.now();
    const current = await findConnection(tx, input.applicationId);
    if (current === null) throw refuse.connection_not_found();
    const mode = input.mode ?? current.mode;
    await store.updateConnection(tx, current.applicationId, { settings: isOther ? settings : current.settings, loginFrom: input.loginFrom ?? current.loginFrom, mode });
    for (const [name, value] of Object.entries(input.secrets ?? {})) await store.saveSecret(tx, { applicationId: current.applicationId, name, sealed: keys.seal(value, secretContext(current.applicationId, name)), at: now });
    if (check !== null) await store.saveCheck(tx, current.applicationId, check, healthOf(check));
    if (input.name !== undefined && input.name !== current.name) await changeApplicationIn(needs, tx, needs.permits.changeApplication, { applicationId: applicationIdOf(current.applicationId), change: { name: input.name } });
    if (mode !== current.mode) await switchMode(needs, tx, current.applicationId, mode, permit.actorName, now);
    else if (check !== null) await wakeSystem(needs, tx, current.applicationId, now);
    await record(tx, {
      action: 'lifecycle.connection.change', actor: permit.actor, actorName: permit.actorName, target: `application:${current.applicationId}`, targetName: input.name ?? current.name, at: now, outcome: 'allowed',
      facts: { mode: [current.mode, mode], loginFrom: [current.loginFrom, input.loginFrom ?? current.loginFrom], ...(isOther ? { settings: [current.settings, settings], secrets: Object.keys(input.secrets ?? {}) } : {}) },
    });
    await needs.announce(tx, connectionChanged(current.applicationId, now, { what: mode === current.mode ? 'changed' : mode }));
  });
}

/** Turning live lets everything go that has gathered, through the brake: it may be a year of leavers. */
async function switchMode(needs: ConnectionNeeds, tx: Tx, applicationId: string, mode: ConnectionMode, by: string, now: Date): Promise<void> {
  if (mode !== 'live') {
    for (const movementId of await movements.hold(tx, applicationId, mode)) await settleMovementIn(needs, tx, movementId);
    if (mode === 'preview') await needs.jobs.enqueue(tx, names.previewSystem, { applicationId }, { key: `${names.previewSystem}:${applicationId}` });
    return;
  }
  const removals = await movements.waitingRemovals(tx, applicationId);
  const { accounts } = await movements.removalsSince(tx, applicationId, now);
  if (exceedsBrake(removals, accounts)) {
    await movements.raiseBrake(tx, applicationId, { removals, accounts }, now);
    await movements.moveToBrake(tx, applicationId);
    await record(tx, { action: 'lifecycle.brake.raise', actor: 'system:lifecycle', actorName: 'Bailiwick', target: `application:${applicationId}`, targetName: null, at: now, outcome: 'allowed', reason: `turning it live would take access from ${removals} of ${accounts} accounts`, facts: { removals, accounts, by } });
  }
  for (const movementId of await movements.unhold(tx, { applicationId, reasons: ['preview', 'paused'] }, now)) await settleMovementIn(needs, tx, movementId);
  await wakeSystem(needs, tx, applicationId, now);
}

async function wakeSystem({ jobs }: ConnectionNeeds, tx: Tx, applicationId: string, now: Date): Promise<void> {
  await store.wakeUp(tx, applicationId, now);
  for (let slot = 0; slot < 4; slot += 1) await jobs.enqueue(tx, names.runSystem, { applicationId }, { key: `${names.runSystem}:${applicationId}:${slot}` });
}

/** Asks the system who we are and what we may do. */
export async function checkConnection(needs: ConnectionNeeds, _permit: Permit<'lifecycle.connection.check'>, applicationId: string): Promise<KeptCheck> {
  const { database, clock } = needs;
  const connection = await database.read((tx) => findConnection(tx, applicationId));
  if (connection === null) throw refuse.connection_not_found();
  const check = await checkOnce(needs, connection, {});
  await database.transaction(async (tx) => {
    await store.saveCheck(tx, applicationId, check, healthOf(check));
    if (check.isReady) await wakeSystem(needs, tx, applicationId, clock.now());
    await needs.announce(tx, connectionChanged(applicationId, clock.now(), { what: 'checked' }));
  });
  return check;
}

async function checkOnce({ clock, links }: ConnectionNeeds, facts: { readonly applicationId: string; readonly kind: string; readonly settings: unknown }, secrets: Readonly<Record<string, string>>): Promise<KeptCheck> {
  try {
    const connector = links.connector(facts);
    return keptCheck(await connector.check(links.context(facts, { operationId: newId(), signal: timeoutSignal(20_000), isDryRun: true, secrets })), clock.now());
  } catch (fault) {
    if (fault instanceof ConnectorError) return failedCheck(fault.message, clock.now());
    throw fault;
  }
}

/** Ends the connection; what was known stays in the books, and open steps say that nobody can look there any more. */
export async function disconnect(needs: ConnectionNeeds, permit: Permit<'lifecycle.connection.remove'>, applicationId: string): Promise<void> {
  await needs.database.transaction(async (tx) => {
    const now = needs.clock.now();
    const connection = await findConnection(tx, applicationId);
    if (connection === null) throw refuse.connection_not_found();
    const touched = await store.skipStepsOf(tx, applicationId, `${connection.name} is no longer connected`);
    await movements.releaseBrake(tx, applicationId, permit.actorName, now);
    await store.deleteConnection(tx, applicationId);
    await removeApplicationIn(needs, tx, needs.permits.removeApplication, { applicationId: applicationIdOf(applicationId) });
    for (const movementId of touched) await settleMovementIn(needs, tx, movementId);
    await record(tx, { action: 'lifecycle.connection.remove', actor: permit.actor, actorName: permit.actorName, target: `application:${applicationId}`, targetName: connection.name, at: now, outcome: 'allowed', facts: { kind: connection.kind, stepsGivenUp: touched.length } });
    await needs.announce(tx, connectionChanged(applicationId, now, { what: 'disconnected' }));
  });
}

/** A human looked at what the brake holds and lets it go. */
export async function releaseBrake(needs: ConnectionNeeds, permit: Permit<'lifecycle.brake.release'>, applicationId: string): Promise<void> {
  await needs.database.transaction(async (tx) => {
    const now = needs.clock.now();
    const brake = await movements.openBrake(tx, applicationId);
    const connection = await findConnection(tx, applicationId);
    if (brake === null || connection === null) throw refuse.brake_not_raised();
    await movements.releaseBrake(tx, applicationId, permit.actorName, now);
    const released = await movements.unhold(tx, { applicationId, reasons: ['brake'] }, now);
    for (const movementId of released) await settleMovementIn(needs, tx, movementId);
    await wakeSystem(needs, tx, applicationId, now);
    await record(tx, { action: 'lifecycle.brake.release', actor: permit.actor, actorName: permit.actorName, target: `application:${applicationId}`, targetName: connection.name, at: now, outcome: 'allowed', facts: { removals: brake.removals, accounts: brake.accounts, movements: released.length } });
    await needs.announce(tx, connectionChanged(applicationId, now, { what: 'brake_released' }));
  });
}

function kindOf(links: Links, kind: string): ConnectorKind {
  const found = links.kinds.get(kind);
  if (found === undefined) throw refuse.connector_kind_unknown({ kind });
  return found;
}

/** As the connector's own schema says, with its defaults. */
function settingsOf(kind: ConnectorKind, given: Record<string, unknown>): Record<string, unknown> {
  const parsed = kind.settings.safeParse(given);
  if (parsed.success) return parsed.data as Record<string, unknown>;
  throw refuse.settings_wrong({ faults: parsed.error.issues.map((issue) => `\`${issue.path.join('.') || 'settings'}\`: ${issue.message}`).join('; ') });
}

function refuseUnknownSecrets(kind: ConnectorKind, secrets: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(secrets)) if (!kind.secrets.some((field) => field.name === name)) throw refuse.secret_unknown({ name });
}
