import type * as contract from '@bailiwick/contract/break-glass';
import type { heldDepartureList } from '@bailiwick/contract/directory';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { api } from './client.ts';

export type BreakGlass = contract.BreakGlass;
export type BreakGlassAccount = contract.BreakGlassAccount;
export type HeldDepartures = z.infer<typeof heldDepartureList>;
export type BreakGlassUse = contract.BreakGlassUse;

export const breakGlassQuery = queryOptions({ queryKey: ['break-glass'], queryFn: ({ signal }) => api.get<BreakGlass>('/break-glass', { signal }), refetchInterval: 60_000 });

const one = (id: string): string => `/break-glass/accounts/${id}`;
export const makeAccount = () => api.post<{ id: string }>('/break-glass/accounts');
export const keyOptions = (id: string) => api.post<{ options: Record<string, unknown> }>(`${one(id)}/key-options`);
export const addKey = (id: string, body: { readonly name: string; readonly response: unknown }) => api.post<void>(`${one(id)}/keys`, { body });
export const removeKey = (id: string, keyId: string) => api.delete(`${one(id)}/keys/${keyId}`);
export const testOptions = (id: string) => api.post<{ options: Record<string, unknown> }>(`${one(id)}/test-options`);
export const testKey = (id: string, response: unknown) => api.post<void>(`${one(id)}/test`, { body: { response } });
export const sealAccount = (id: string, body: { readonly envelope: string; readonly place: string; readonly keeper: string }) => api.post<void>(`${one(id)}/seal`, { body });
export const startDrill = (id: string) => api.post<void>(`${one(id)}/drill`);
export const cancelDrill = (id: string) => api.delete(`${one(id)}/drill`);
export const retireAccount = (id: string, reason: string) => api.post<void>(`${one(id)}/retire`, { body: { reason } });
export const acknowledgeUse = (id: string, reason: string) => api.post<void>(`/break-glass/uses/${id}/acknowledge`, { body: { reason } });
export const runSelfTest = () => api.post<void>('/break-glass/self-test');
export const changeAlarm = (addresses: readonly string[]) => api.put<void>('/break-glass/alarm', { body: { addresses } });
export const heldDeparturesQuery = queryOptions({ queryKey: ['break-glass', 'held'], queryFn: ({ signal }) => api.get<HeldDepartures>('/held-departures', { signal }) });
export const dismissDeparture = (personId: string, reason: string) => api.post<void>(`/held-departures/${personId}/dismiss`, { body: { reason } });
