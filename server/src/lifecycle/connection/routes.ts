import * as contract from '@bailiwick/contract/lifecycle';
import { z } from 'zod';
import { directoryRefusals } from '../../directory/index.ts';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { ReadingNeeds } from '../reconciliation/read-system.ts';
import { acceptReading, askReading } from './ask-reading.ts';
import { changeConnection, checkConnection, connect, disconnect, releaseBrake, type ConnectionNeeds } from './connect.ts';
import { usualLogin } from './connection.ts';
import { readConnection, readConnections } from './read-connections.ts';
import { uploadList } from './upload-list.ts';

export function connectionRoutes(needs: ConnectionNeeds & Omit<ReadingNeeds, 'permits'> & { readonly reading: ReadingNeeds }): readonly AnyRoute[] {
  const { links } = needs;

  return [
    route({
      method: 'GET', path: '/api/v1/connector-kinds', permission: 'lifecycle.connection.read', summary: 'Kinds of systems that can be connected, and what each asks', output: contract.connectorKinds,
      run: async () => ({
        items: [...links.kinds.values()].map((kind) => ({
          kind: kind.kind, title: kind.title, description: kind.description, settings: z.toJSONSchema(kind.settings, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>, secrets: kind.secrets.map((field) => ({ ...field })), loginFrom: usualLogin(kind.kind),
        })),
      }),
    }),
    route({ method: 'GET', path: '/api/v1/connections', permission: 'lifecycle.connection.read', summary: 'Connected applications with their health', output: contract.connections, run: async ({ permit }) => ({ items: await readConnections(needs, permit) }) }),
    route({
      method: 'GET', path: '/api/v1/connections/:applicationId', permission: 'lifecycle.connection.read', summary: 'One connection', params: contract.applicationPath, output: contract.connection, refusals: [refuse.connection_not_found],
      run: ({ permit, params }) => readConnection(needs, permit, params.applicationId),
    }),
    route({
      method: 'POST', path: '/api/v1/connections', permission: 'lifecycle.connection.make', summary: 'Connect an application; it only reads until it is turned live', body: contract.connect, output: contract.connection, status: 201,
      refusals: [refuse.connector_kind_unknown, refuse.settings_wrong, refuse.secret_missing, refuse.secret_unknown, refuse.connection_unnamed, refuse.connection_fails, refuse.connection_not_found, refuse.already_connected, directoryRefusals.application_name_taken],
      run: async ({ permit, body }) => readConnection(needs, permit, await connect(needs, permit, body)),
    }),
    route({
      method: 'PATCH', path: '/api/v1/connections/:applicationId', permission: 'lifecycle.connection.change', summary: 'Change settings, secrets or mode (preview, live, paused)', params: contract.applicationPath, body: contract.changeConnection, output: contract.connection,
      refusals: [refuse.connection_not_found, refuse.settings_wrong, refuse.secret_unknown, refuse.secret_needed_again, refuse.connection_fails, directoryRefusals.application_name_taken],
      run: async ({ permit, params, body }) => {
        await changeConnection(needs, permit, { ...params, ...body });
        return readConnection(needs, permit, params.applicationId);
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
      run: ({ permit, params }) => askReading(needs, permit, params.applicationId),
    }),
    route({
      method: 'POST', path: '/api/v1/connections/:applicationId/accept-reading', permission: 'lifecycle.connection.read-system', summary: 'Say that a stopped reading is true: the missing accounts are gone', params: contract.applicationPath, refusals: [refuse.connection_not_found, refuse.reading_not_stopped],
      run: ({ permit, params }) => acceptReading(needs, permit, params.applicationId),
    }),
    route({
      method: 'POST', path: '/api/v1/connections/:applicationId/release-brake', permission: 'lifecycle.brake.release', summary: 'Let the removals go that the brake holds', params: contract.applicationPath, refusals: [refuse.brake_not_raised],
      run: ({ permit, params }) => releaseBrake(needs, permit, params.applicationId),
    }),
    route({
      method: 'PUT', path: '/api/v1/connections/:applicationId/list', permission: 'lifecycle.connection.read-system', summary: 'Upload the account list (CSV) of a system by hand; it is the read-back', params: contract.applicationPath, accepts: 'bytes', bodyLimit: 20_000_000, output: contract.manualList,
      refusals: [refuse.connection_not_found, refuse.list_not_wanted, refuse.list_unreadable],
      run: ({ permit, params, body }) => uploadList(needs, permit, params.applicationId, body as unknown as Uint8Array | undefined),
    }),
  ];
}
