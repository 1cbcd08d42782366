import * as contract from '@bailiwick/contract/passkey-models';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { addPasskeyModel, listPasskeyModel, removePasskeyModel, unlistPasskeyModel } from './change-models.ts';
import { importPasskeyMetadata } from './import-metadata.ts';
import { maxBlobBytes } from './metadata.ts';
import { readPasskeyMetadata, readPasskeyModel, readPasskeyModels } from './read-models.ts';

const params = contract.passkeyModelParams;

export const passkeyModelRoutes = (needs: Pick<Needs, 'clock' | 'database' | 'announce' | 'config'>): readonly AnyRoute[] => [
  route({ method: 'GET', path: '/api/v1/passkey-metadata', permission: 'authentication.passkey-model.read', summary: 'What is known about models of passkeys: which file of FIDO metadata, how many models, how many on the list for level 3', output: contract.passkeyMetadata, run: ({ permit }) => readPasskeyMetadata(needs, permit) }),
  route({
    method: 'POST',
    path: '/api/v1/passkey-metadata',
    permission: 'authentication.passkey-metadata.import',
    summary: 'Import FIDO metadata (the signed file of MDS3). Models that it speaks against leave the list for level 3 at once',
    accepts: 'bytes',
    bodyLimit: maxBlobBytes,
    output: contract.passkeyMetadataImported,
    status: 201,
    refusals: [refuse.metadata_unreadable, refuse.metadata_not_signed, refuse.metadata_too_old],
    run: async ({ permit, body }) => {
      const content: unknown = body;
      const imported = await importPasskeyMetadata(needs, permit, content instanceof Uint8Array ? content : new Uint8Array());
      return { ...imported, takenOff: [...imported.takenOff] };
    },
  }),
  route({ method: 'GET', path: '/api/v1/passkey-models', permission: 'authentication.passkey-model.read', summary: 'Models of passkeys and security keys, by name', query: contract.listPasskeyModelsQuery, output: contract.passkeyModelList, refusals: [refuse.passkey_model_cursor_unknown], run: ({ permit, query }) => readPasskeyModels(needs, permit, query) }),
  route({
    method: 'POST',
    path: '/api/v1/passkey-models',
    permission: 'authentication.passkey-model.add',
    summary: 'Add one metadata statement, for a key that no file of the FIDO Alliance describes',
    body: contract.addPasskeyModel,
    output: contract.passkeyModel,
    status: 201,
    refusals: [refuse.statement_unreadable, refuse.passkey_model_known],
    run: async ({ permit, body }) => readPasskeyModel(needs, permit, await addPasskeyModel(needs, permit, body)),
  }),
  route({ method: 'GET', path: '/api/v1/passkey-models/:modelId', permission: 'authentication.passkey-model.read', summary: 'One model of passkeys', params, output: contract.passkeyModel, refusals: [refuse.passkey_model_not_found], run: ({ permit, params: { modelId } }) => readPasskeyModel(needs, permit, modelId) }),
  route({ method: 'DELETE', path: '/api/v1/passkey-models/:modelId', permission: 'authentication.passkey-model.remove', summary: 'Take back a statement that was added by hand', params, output: contract.passkeyModelEnded, refusals: [refuse.passkey_model_not_found, refuse.passkey_model_of_the_file], run: async ({ permit, params: { modelId } }) => ({ endedSessions: await removePasskeyModel(needs, permit, modelId) }) }),
  route({
    method: 'PUT',
    path: '/api/v1/passkey-models/:modelId/listing',
    permission: 'authentication.passkey-model.list',
    summary: 'Put a model on the list for level 3',
    params,
    output: contract.passkeyModel,
    refusals: [refuse.passkey_model_not_found, refuse.passkey_model_unfit],
    run: async ({ permit, params: { modelId } }) => {
      await listPasskeyModel(needs, permit, modelId);
      return readPasskeyModel(needs, permit, modelId);
    },
  }),
  route({ method: 'DELETE', path: '/api/v1/passkey-models/:modelId/listing', permission: 'authentication.passkey-model.unlist', summary: 'Take a model off the list for level 3; sessions that rest on it end at once', params, output: contract.passkeyModelEnded, refusals: [refuse.passkey_model_not_found], run: async ({ permit, params: { modelId } }) => ({ endedSessions: await unlistPasskeyModel(needs, permit, modelId) }) }),
];
