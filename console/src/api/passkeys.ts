import type * as contract from '@bailiwick/contract/passkey-models';
import { queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';
import { listQuery } from './list.ts';

export type PasskeyModel = contract.PasskeyModel;
export type PasskeyMetadata = contract.PasskeyMetadata;
export type PasskeyMetadataImported = contract.PasskeyMetadataImported;
export type ModelsOnly = 'listed' | 'fit' | 'held' | 'problem';

export const passkeyMetadataQuery = queryOptions({ queryKey: ['settings', 'passkeys', 'metadata'], queryFn: ({ signal }) => api.get<PasskeyMetadata>('/passkey-metadata', { signal }) });
export const passkeyModelList = (search: string | undefined, only: ModelsOnly | undefined) => listQuery<PasskeyModel>(['settings', 'passkeys', 'models'], '/passkey-models', { search, only });
export const importPasskeyMetadata = (file: File) => api.post<PasskeyMetadataImported>('/passkey-metadata', { bytes: file });
export const addPasskeyModel = (statement: unknown) => api.post<PasskeyModel>('/passkey-models', { body: statement });
export const removePasskeyModel = (id: string) => api.delete<{ endedSessions: number }>(`/passkey-models/${id}`);
export const listPasskeyModel = (id: string) => api.put<PasskeyModel>(`/passkey-models/${id}/listing`);
export const unlistPasskeyModel = (id: string) => api.delete<{ endedSessions: number }>(`/passkey-models/${id}/listing`);
