import type * as contract from '@bailiwick/contract/federation';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { api } from './client.ts';
import { listQuery } from './list.ts';

export type Client = contract.Client;
export type ClientRead = z.output<typeof contract.clientRead>;
export type ClientMade = z.output<typeof contract.clientMade>;
export type CreateClient = z.input<typeof contract.createClient>;
export type ChangeClient = z.input<typeof contract.changeClient>;
export type ApplicationSignIn = z.output<typeof contract.applicationSignIn>;
export type Tile = contract.Tile;
export type PersonApplication = z.output<typeof contract.personApplication>;

export const clientList = (search = '') => listQuery<Client>(['clients', 'list'], '/clients', { search });
export const applicationSignInQuery = (applicationId: string) => queryOptions({ queryKey: ['clients', 'application', applicationId], queryFn: ({ signal }) => api.get<ApplicationSignIn>(`/applications/${applicationId}/sign-in`, { signal }) });
export const createClient = (body: CreateClient) => api.post<ClientMade>('/clients', { body });
export const changeClient = (id: string, body: ChangeClient) => api.patch<ClientRead>(`/clients/${id}`, { body });
export const removeClient = (id: string) => api.delete(`/clients/${id}`);
export const rotateClientSecret = (id: string, previousWorksForHours: number) => api.post<ClientMade>(`/clients/${id}/secret`, { body: { previousWorksForHours } });
export const myApplicationsQuery = queryOptions({ queryKey: ['me', 'applications'], queryFn: ({ signal }) => api.get<{ items: Tile[] }>('/me/applications', { signal }) });
export const personApplicationsQuery = (personId: string) => queryOptions({ queryKey: ['people', 'applications', personId], queryFn: ({ signal }) => api.get<{ items: PersonApplication[] }>(`/people/${personId}/applications`, { signal }) });
