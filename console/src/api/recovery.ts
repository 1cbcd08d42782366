import type * as contract from '@bailiwick/contract/recovery';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { AccessPass } from './authentication.ts';
import { api } from './client.ts';
import { listQuery } from './list.ts';

export type MyRecovery = contract.MyRecovery;
export type RecoveryAddress = contract.RecoveryAddressCard;
export type Reset = contract.ResetCard;
export type RecoverySettings = contract.RecoverySettings;
export type Drill = contract.Drill;
export type DrillDetail = contract.DrillDetail;
export type DrillPart = DrillDetail['parts'][number];

export const myRecoveryQuery = queryOptions({ queryKey: ['me', 'recovery'], queryFn: ({ signal }) => api.get<MyRecovery>('/me/recovery', { signal }) });
export const addRecoveryAddress = (body: z.input<typeof contract.addRecoveryAddress>) => api.post<{ id: string }>('/me/recovery/addresses', { body });
export const mailRecoveryAddress = (id: string) => api.post(`/me/recovery/addresses/${id}/mail`);
export const confirmRecoveryAddress = (id: string, code: string) => api.post(`/me/recovery/addresses/${id}/confirm`, { body: { code } });
export const removeRecoveryAddress = (id: string) => api.delete(`/me/recovery/addresses/${id}`);
export const noteRecoveryLooked = () => api.post('/me/recovery/looked');

export const resetList = (state: 'waiting' | 'all') => listQuery<Reset>(['recovery', 'resets'], '/resets', { state });
export const askForReset = (personId: string, body: z.input<typeof contract.askForReset>) => api.post<{ id: string }>(`/people/${personId}/resets`, { body });
export const approveReset = (id: string) => api.post(`/resets/${id}/approve`);
export const refuseReset = (id: string, reason: string) => api.post(`/resets/${id}/refuse`, { body: { reason } });
export const cancelReset = (id: string) => api.post(`/resets/${id}/cancel`);
export const takeResetPass = (id: string) => api.post<AccessPass>(`/resets/${id}/pass`);

export const drillsQuery = queryOptions({ queryKey: ['recovery', 'drills'], queryFn: ({ signal }) => api.get<{ items: Drill[] }>('/recovery-drills', { signal }) });
export const drillQuery = (id: string) => queryOptions({ queryKey: ['recovery', 'drills', id], queryFn: ({ signal }) => api.get<DrillDetail>(`/recovery-drills/${id}`, { signal }) });
export const startDrill = (body: z.input<typeof contract.startDrill>) => api.post<{ id: string }>('/recovery-drills', { body });
export const endDrill = (id: string) => api.post(`/recovery-drills/${id}/end`);

export const recoverySettingsQuery = queryOptions({ queryKey: ['settings', 'recovery'], queryFn: ({ signal }) => api.get<RecoverySettings>('/recovery-settings', { signal }) });
export const changeRecoverySettings = (body: z.input<typeof contract.changeRecoverySettings>) => api.patch<RecoverySettings>('/recovery-settings', { body });
