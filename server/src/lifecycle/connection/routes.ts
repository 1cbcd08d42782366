import * as contract from '@bailiwick/contract/lifecycle';
import { z } from 'zod';
import { record } from '../../audit/index.ts';
import { readAccountList } from '../../connectors/index.ts';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { jobs as names } from '../movement/plan-movement.ts';
import { findConnection } from '../provisioning/store.ts';
import { acceptReadingIn, type ReadingNeeds } from '../reconciliation/read-system.ts';
import { startReadingIn } from '../reconciliation/start-reading.ts';
import * as readings from '../reconciliation/store.ts';
import { changeConnection, checkConnection, connect, disconnect, releaseBrake, type ConnectionNeeds } from './connect.ts';
import { usualLogin } from './connection.ts';
import * as store from './store.ts';

export function presentReading(row: readings.ReadingRow): contract.Reading {
  return { id: row.id, state: row.state, startedAt: row.startedAt.toISOString(), finishedAt: row.finishedAt?.toISOString() ?? null, accounts: row.accounts, entitlements: row.entitlements, holdings: row.holdings, problem: row.problem, askedBy: row.askedBy };
}

export function connectionRoutes(needs: ConnectionNeeds & Omit<ReadingNeeds, 'permits'> & { readonly reading: ReadingNeeds }): readonly AnyRoute[] {
  const { database, links, clock } = needs;

  async function show(applicationId: string | null): Promise<contract.Connection[]> {
    const rows = await database.read((tx) => store.listConnections(tx, applicationId));
    const ids = rows.flatMap((row) => (row.readingId === null ? [] : [row.readingId]));
    const last = new Map((ids.length === 0 ? [] : await database.read((tx) => readings.lastReadings(tx, ids))).map((one) => [one.id, one] as const));
    const now = clock.now();
    return rows.map((row) => {
      const reading = row.readingId === null ? undefined : last.get(row.readingId);
      const awayUntil = row.awayUntil !== null && row.awayUntil > now ? row.awayUntil : null;
      return {
        applicationId: row.applicationId, name: row.name, kind: row.kind, kindTitle: links.kinds.get(row.kind)?.title ?? row.kind, mode: row.mode, settings: row.settings, secretsSet: row.secretsSet, loginFrom: row.loginFrom,
        isByHand: links.capabilities(row)?.isByHand ?? false, health: row.health, healthText: row.healthText, awayUntil: awayUntil?.toISOString() ?? null,
        check: row.lastCheck === null ? null : { ...row.lastCheck, missing: [...row.lastCheck.missing], warnings: [...row.lastCheck.warnings] },
        lastReading: reading === undefined ? null : presentReading(reading), accounts: row.accounts, waitingSteps: row.waitingSteps, openDrift: row.openDrift,
        brake: row.brakeRaisedAt === null ? null : { applicationId: row.applicationId, applicationName: row.name, removals: row.brakeRemovals ?? 0, accounts: row.brakeAccounts ?? 0, heldSteps: row.brakeHeld, raisedAt: row.brakeRaisedAt.toISOString() },
        connectedAt: row.connectedAt.toISOString(),
      };
    });
  }
  async function showOne(applicationId: string): Promise<contract.Connection> {
    const [found] = await show(applicationId);
    if (found === undefined) throw refuse.connection_not_found();
    return found;
  }

  return [
    route({
      method: 'GET', path: '/api/v1/connector-kinds', permission: 'lifecycle.connection.read', summary: 'Kinds of systems that can be connected, and what each asks', output: contract.connectorKinds,
      run: async () => ({
        items: [...links.kinds.values()].map((kind) => ({
          kind: kind.kind, title: kind.title, description: kind.description, settings: z.toJSONSchema(kind.settings, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>, secrets: kind.secrets.map((field) => ({ ...field })), loginFrom: usualLogin(kind.kind),
        })),
      }),
    }),
    route({ method: 'GET', path: '/api/v1/connections', permission: 'lifecycle.connection.read', summary: 'Connected applications with their health', output: contract.connections, run: async () => ({ items: await show(null) }) }),
    route({
      method: 'GET', path: '/api/v1/connections/:applicationId', permission: 'lifecycle.connection.read', summary: 'One connection', params: contract.applicationPath, output: contract.connection, refusals: [refuse.connection_not_found],
      run: ({ params }) => showOne(params.applicationId),
    }),
    route({
      method: 'POST', path: '/api/v1/connections', permission: 'lifecycle.connection.make', summary: 'Connect an application; it only reads until it is turned live', body: contract.connect, output: contract.connection, status: 201,
      refusals: [refuse.connector_kind_unknown, refuse.settings_wrong, refuse.secret_missing, refuse.secret_unknown, refuse.connection_unnamed, refuse.connection_fails, refuse.connection_not_found, refuse.already_connected],
      run: async ({ permit, body }) => showOne(await connect(needs, permit, body)),
    }),
    route({
      method: 'PATCH', path: '/api/v1/connections/:applicationId', permission: 'lifecycle.connection.change', summary: 'Change settings, secrets or mode (preview, live, paused)', params: contract.applicationPath, body: contract.changeConnection, output: contract.connection,
      refusals: [refuse.connection_not_found, refuse.settings_wrong, refuse.secret_unknown, refuse.secret_needed_again, refuse.connection_fails],
      run: async ({ permit, params, body }) => {
        await changeConnection(needs, permit, { ...params, ...body });
        return showOne(params.applicationId);
      },
    }),
    route({
      method: 'DELETE', path: '/api/v1/connections/:applicationId', permission: 'lifecycle.connection.remove', summary: 'Disconnect an application', params: contract.applicationPath, refusals: [refuse.connection_not_found],
      run: ({ permit, params }) => disconnect(needs, permit, params.applicationId),
    }),
    route({
      method: 'POST', path: '/api/v1/connections/:applicationId/check', permission: 'lifecycle.connection.check', summary: 'Ask the system who we are and what we may do', params: contract.applicationPath, output: contract.connectionCheck, refusals: [refuse.connection_not_found],
      run: async ({ permit, params }) => {
        const check = await checkConnection(needs, permit, params.applicationId);
        return { ...check, missing: [...check.missing], warnings: [...check.warnings] };
      },
    }),
    route({
      method: 'POST', path: '/api/v1/connections/:applicationId/read', permission: 'lifecycle.connection.read-system', summary: 'Read the system now: accounts, entitlements, who holds what', params: contract.applicationPath, output: contract.reading, status: 202, refusals: [refuse.connection_not_found],
      run: async ({ permit, params }) =>
        database.transaction(async (tx) => {
          const connection = await findConnection(tx, params.applicationId);
          if (connection === null) throw refuse.connection_not_found();
          const readingId = await startReadingIn(needs, tx, { applicationId: params.applicationId, askedBy: permit.actorName });
          await record(tx, { action: 'lifecycle.reading.ask', actor: permit.actor, actorName: permit.actorName, target: `application:${params.applicationId}`, targetName: connection.name, at: clock.now(), outcome: 'allowed', facts: { readingId } });
          const reading = await readings.findReading(tx, readingId);
          if (reading === null) throw refuse.connection_not_found();
          return presentReading(reading);
        }),
    }),
    route({
      method: 'POST', path: '/api/v1/connections/:applicationId/accept-reading', permission: 'lifecycle.connection.read-system', summary: 'Say that a stopped reading is true: the missing accounts are gone', params: contract.applicationPath, refusals: [refuse.connection_not_found, refuse.reading_not_stopped],
      run: ({ permit, params }) =>
        database.transaction(async (tx) => {
          const connection = await findConnection(tx, params.applicationId);
          if (connection === null) throw refuse.connection_not_found();
          const stopped = await readings.stoppedReading(tx, params.applicationId);
          if (stopped === null) throw refuse.reading_not_stopped();
          await record(tx, { action: 'lifecycle.reading.accept', actor: permit.actor, actorName: permit.actorName, target: `application:${params.applicationId}`, targetName: connection.name, at: clock.now(), outcome: 'allowed', reason: stopped.problem, facts: { readingId: stopped.id, accounts: stopped.accounts } });
          await acceptReadingIn(needs.reading, tx, connection, stopped.id);
        }),
    }),
    route({
      method: 'POST', path: '/api/v1/connections/:applicationId/release-brake', permission: 'lifecycle.brake.release', summary: 'Let the removals go that the brake holds', params: contract.applicationPath, refusals: [refuse.brake_not_raised],
      run: ({ permit, params }) => releaseBrake(needs, permit, params.applicationId),
    }),
    route({
      method: 'PUT', path: '/api/v1/connections/:applicationId/list', permission: 'lifecycle.connection.read-system', summary: 'Upload the account list (CSV) of a system by hand; it is the read-back', params: contract.applicationPath, accepts: 'bytes', bodyLimit: 20_000_000, output: contract.manualList,
      refusals: [refuse.connection_not_found, refuse.list_not_wanted, refuse.list_unreadable],
      run: async ({ permit, params, body }) => {
        const connection = await database.read((tx) => findConnection(tx, params.applicationId));
        if (connection === null) throw refuse.connection_not_found();
        if (connection.kind !== 'manual') throw refuse.list_not_wanted();
        const list = readAccountList(Buffer.from((body as unknown as Uint8Array | undefined) ?? new Uint8Array()).toString('utf8'));
        if (!list.isReadable) throw refuse.list_unreadable({ faults: list.faults.slice(0, 5).map((fault) => `line ${fault.line}: ${fault.text}`).join('; ') });
        return database.transaction(async (tx) => {
          const now = clock.now();
          await store.saveManualList(tx, { applicationId: params.applicationId, accounts: list.accounts, at: now, by: permit.actorName });
          const readingId = await startReadingIn(needs, tx, { applicationId: params.applicationId, askedBy: permit.actorName });
          // The list may prove what waited for hands.
          await store.wakeUp(tx, params.applicationId, now);
          await needs.jobs.enqueue(tx, names.runSystem, { applicationId: params.applicationId }, { key: `${names.runSystem}:${params.applicationId}:0` });
          await record(tx, { action: 'lifecycle.connection.upload-list', actor: permit.actor, actorName: permit.actorName, target: `application:${params.applicationId}`, targetName: connection.name, at: now, outcome: 'allowed', facts: { accounts: list.accounts.length } });
          const reading = await readings.findReading(tx, readingId);
          return { accounts: list.accounts.length, reading: reading === null ? null : presentReading(reading) };
        });
      },
    }),
  ];
}
