import type * as contract from '@bailiwick/contract/sessions';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { api } from './client.ts';

export type Whereabouts = contract.Whereabouts;
export type KnownDevice = contract.KnownDevice;
export type StrangeTries = contract.StrangeTries;
export type SessionLimit = contract.SessionLimit;
export type Place = contract.Place;

export const myDevicesQuery = queryOptions({ queryKey: ['me', 'devices'], queryFn: ({ signal }) => api.get<{ items: KnownDevice[] }>('/me/devices', { signal }) });
export const forgetMyDevice = (id: string) => api.delete(`/me/devices/${id}`);
export const forgetMyDevices = () => api.post<{ forgotten: number }>('/me/devices/forget-all');
export const myStrangeTriesQuery = queryOptions({ queryKey: ['me', 'strange-tries'], queryFn: ({ signal }) => api.get<StrangeTries>('/me/strange-tries', { signal }) });

export const personDevicesQuery = (personId: string) => queryOptions({ queryKey: ['people', 'devices', personId], queryFn: ({ signal }) => api.get<{ items: KnownDevice[] }>(`/people/${personId}/devices`, { signal }) });
export const personStrangeTriesQuery = (personId: string) => queryOptions({ queryKey: ['people', 'strange-tries', personId], queryFn: ({ signal }) => api.get<StrangeTries>(`/people/${personId}/strange-tries`, { signal }) });

export const setSessionLimit = (level: number, body: z.input<typeof contract.setSessionLimit>) => api.put<{ items: SessionLimit[] }>(`/sign-in-policy/session-limits/${level}`, { body });

export const endSessionsOfEverybody = (reason: string) => api.post<{ ended: number; people: number }>('/sessions/end-everybody', { body: { reason } });

export const placesQuery = queryOptions({ queryKey: ['settings', 'places'], queryFn: ({ signal }) => api.get<{ items: Place[] }>('/places', { signal }) });
export const addPlace = (body: z.input<typeof contract.setPlace>) => api.post<Place>('/places', { body });
export const changePlace = (id: string, body: z.input<typeof contract.setPlace>) => api.put<Place>(`/places/${id}`, { body });
export const removePlace = (id: string) => api.delete(`/places/${id}`);
