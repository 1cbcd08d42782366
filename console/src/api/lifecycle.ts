import type * as contract from '@bailiwick/contract/lifecycle';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { api } from './client.ts';
import { listQuery } from './list.ts';

export type Connection = contract.Connection;
export type ConnectorKind = contract.ConnectorKindCard;
export type Connect = z.input<typeof contract.connect>;
export type ChangeConnection = z.input<typeof contract.changeConnection>;
export type ConnectionCheck = z.output<typeof contract.connectionCheck>;
export type Reading = contract.Reading;
export type MovementSummary = contract.MovementSummary;
export type MovementKind = MovementSummary['kind'];
export type MovementState = MovementSummary['state'];
export type Movement = contract.Movement;
export type Step = contract.Step;
export type StepState = Step['state'];
export type MovementPreview = contract.MovementPreview;
export type PreviewRequest = z.input<typeof contract.movementPreviewRequest>;
export type Drift = contract.Drift;
export type LifecycleSettings = z.output<typeof contract.lifecycleSettings>;

export const connectorKindsQuery = queryOptions({ queryKey: ['connections', 'kinds'], queryFn: ({ signal }) => api.get<{ items: ConnectorKind[] }>('/connector-kinds', { signal }), staleTime: Infinity });
export const connectionsQuery = queryOptions({ queryKey: ['connections', 'list'], queryFn: ({ signal }) => api.get<{ items: Connection[] }>('/connections', { signal }) });
export const connect = (body: Connect) => api.post<Connection>('/connections', { body });
export const changeConnection = (applicationId: string, body: ChangeConnection) => api.patch<Connection>(`/connections/${applicationId}`, { body });
export const disconnect = (applicationId: string) => api.delete(`/connections/${applicationId}`);
export const checkConnection = (applicationId: string) => api.post<ConnectionCheck>(`/connections/${applicationId}/check`);
export const readNow = (applicationId: string) => api.post<Reading>(`/connections/${applicationId}/read`);

export interface MovementFilters {
  readonly kind?: string | undefined;
  readonly state?: string | undefined;
  readonly personId?: string | undefined;
  readonly applicationId?: string | undefined;
  readonly isOpen?: boolean | undefined;
}
export const movementList = (filters: MovementFilters, limit = 100) => listQuery<MovementSummary>(['movements', 'list'], '/movements', { ...filters }, limit);
export const movementQuery = (id: string) => queryOptions({ queryKey: ['movements', 'one', id], queryFn: ({ signal }) => api.get<Movement>(`/movements/${id}`, { signal }) });
export const runMovement = (id: string) => api.post(`/movements/${id}/run`);
export const retryMovement = (id: string) => api.post(`/movements/${id}/retry`);
export const retryStep = (id: string, stepId: string) => api.post(`/movements/${id}/steps/${stepId}/retry`);
export const confirmStep = (id: string, stepId: string, body: z.input<typeof contract.confirmStep>) => api.post(`/movements/${id}/steps/${stepId}/confirm`, { body });
export const skipStep = (id: string, stepId: string, reason: string) => api.post(`/movements/${id}/steps/${stepId}/skip`, { body: { reason } });
export const movementPreviewQuery = (personId: string, body: PreviewRequest) =>
  queryOptions({ queryKey: ['movements', 'preview', personId, body], queryFn: ({ signal }) => api.post<MovementPreview>(`/people/${personId}/movements/preview`, { body, signal }), staleTime: 0 });

export const driftList = (filters: { readonly applicationId?: string; readonly personId?: string; readonly state?: string }) => listQuery<Drift>(['drift', 'list'], '/drift', filters);
export const adoptDrift = (id: string, reason: string) => api.post(`/drift/${id}/adopt`, { body: { reason } });
export const revertDrift = (id: string) => api.post(`/drift/${id}/revert`);
export const lifecycleSettingsQuery = queryOptions({ queryKey: ['settings', 'lifecycle'], queryFn: ({ signal }) => api.get<LifecycleSettings>('/lifecycle-settings', { signal }) });
export const changeLifecycleSettings = (body: LifecycleSettings) => api.put<LifecycleSettings>('/lifecycle-settings', { body });
export const releaseBrake = (applicationId: string) => api.post(`/connections/${applicationId}/release-brake`);
/** Says that a reading the anomaly gate stopped is right. */
export const acceptReading = (applicationId: string) => api.post(`/connections/${applicationId}/accept-reading`);
export const uploadManualList = (applicationId: string, file: File) => api.put<z.output<typeof contract.manualList>>(`/connections/${applicationId}/list`, { bytes: file });
