import type * as contract from '@bailiwick/contract/directory';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { api } from './client.ts';
import { listQuery } from './list.ts';

export type PersonCard = contract.PersonCardAnswer;
export type Person = contract.PersonAnswer;
export type PersonStatus = PersonCard['status'];
export type People = z.output<typeof contract.peopleAnswer>;
export type AddPerson = z.input<typeof contract.addPersonBody>;
export type ChangePerson = z.input<typeof contract.changePersonBody>;
export type PersonAttributes = z.output<typeof contract.personAttributesAnswer>;
export type Application = contract.ApplicationAnswer;
export type ChangeApplication = z.input<typeof contract.changeApplicationBody>;
export type Entitlement = contract.EntitlementAnswer;
export type ChangeEntitlement = z.input<typeof contract.changeEntitlementBody>;
export type Account = contract.AccountAnswer;
export type ChangeAccount = z.input<typeof contract.changeAccountBody>;
export type Inventory = contract.InventoryAnswer;

export interface PeopleFilters {
  readonly search?: string | undefined;
  readonly status?: string | undefined;
  readonly department?: string | undefined;
  readonly managerId?: string | undefined;
}
export const peopleList = (filters: PeopleFilters) => listQuery<PersonCard, People>(['people', 'list'], '/people', { ...filters });
export const personQuery = (id: string) => queryOptions({ queryKey: ['people', 'one', id], queryFn: ({ signal }) => api.get<Person>(`/people/${id}`, { signal }) });
export const attributesQuery = queryOptions({ queryKey: ['people', 'attributes'], queryFn: ({ signal }) => api.get<PersonAttributes>('/people/attributes', { signal }), staleTime: 60_000 });
export const peopleFound = (search: string) =>
  queryOptions({ queryKey: ['people', 'found', search], queryFn: ({ signal }) => api.get<People>('/people', { query: { search, limit: 8 }, signal }), staleTime: 10_000, placeholderData: (old) => old });
export const addPerson = (body: AddPerson) => api.post<Person>('/people', { body });
export const changePerson = (id: string, body: ChangePerson) => api.patch<Person>(`/people/${id}`, { body });
export const leavePerson = (id: string, reason: string) => api.post<Person>(`/people/${id}/leave`, { body: { reason } });
export const rehirePerson = (id: string, body: z.input<typeof contract.rehirePersonBody>) => api.post<Person>(`/people/${id}/rehire`, { body });

export const applicationList = (search = '') => listQuery<Application>(['applications', 'list'], '/applications', { search });
export const applicationQuery = (id: string) => queryOptions({ queryKey: ['applications', 'one', id], queryFn: ({ signal }) => api.get<Application>(`/applications/${id}`, { signal }) });
export const allApplications = queryOptions({ queryKey: ['applications', 'all'], queryFn: ({ signal }) => api.get<{ items: Application[]; next: string | null }>('/applications', { query: { limit: 200 }, signal }), staleTime: 15_000 });
export const changeApplication = (id: string, body: ChangeApplication) => api.patch<Application>(`/applications/${id}`, { body });
export const entitlementList = (applicationId: string, search = '') => listQuery<Entitlement>(['applications', 'entitlements', applicationId], `/applications/${applicationId}/entitlements`, { search });
export const entitlementsOf = (applicationId: string) =>
  queryOptions({ queryKey: ['applications', 'entitlements', applicationId, 'all'], queryFn: ({ signal }) => api.get<{ items: Entitlement[] }>(`/applications/${applicationId}/entitlements`, { query: { limit: 200 }, signal }), staleTime: 15_000 });
export const changeEntitlement = (id: string, body: ChangeEntitlement) => api.patch<Entitlement>(`/entitlements/${id}`, { body });

export interface AccountFilters {
  readonly search?: string | undefined;
  readonly applicationId?: string | undefined;
  readonly personId?: string | undefined;
  readonly situation?: string | undefined;
  readonly kind?: string | undefined;
  readonly tiedToNobody?: boolean | undefined;
}
export const accountList = (filters: AccountFilters) => listQuery<Account>(['accounts', 'list'], '/accounts', { ...filters });
export const changeAccount = (id: string, body: ChangeAccount) => api.patch<Account>(`/accounts/${id}`, { body });
export const inventoryQuery = queryOptions({ queryKey: ['inventory'], queryFn: ({ signal }) => api.get<Inventory>('/inventory', { signal }) });
