import type * as contract from '@bailiwick/contract/authorization';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { api } from './client.ts';
import { listQuery } from './list.ts';

export type Role = contract.RoleAnswer;
export type BirthrightRule = contract.BirthrightRuleAnswer;
export type RuleAttribute = BirthrightRule['all'][number]['attribute'];
export type RolePreview = contract.RolePreviewAnswer;
export type Grant = contract.GrantAnswer;
export type PersonAccess = contract.PersonAccessAnswer;
export type ConsoleRole = contract.ConsoleRoleAnswer;
export type ConsoleRoleName = ConsoleRole['role'];
export interface RoleDraft {
  readonly name: string;
  readonly description: string | null;
  readonly rule: BirthrightRule | null;
  readonly entitlementIds: string[];
}

export const roleList = (search = '') => listQuery<Role>(['roles', 'list'], '/roles', { search });
export const roleQuery = (id: string) => queryOptions({ queryKey: ['roles', 'one', id], queryFn: ({ signal }) => api.get<Role>(`/roles/${id}`, { signal }) });
export const makeRole = (body: RoleDraft) => api.post<Role>('/roles', { body });
export const changeRole = (id: string, body: Partial<RoleDraft>) => api.patch<Role>(`/roles/${id}`, { body });
export const removeRole = (id: string) => api.delete(`/roles/${id}`);
export const rolePreviewQuery = (body: z.input<typeof contract.previewRoleBody>) =>
  queryOptions({ queryKey: ['roles', 'preview', body], queryFn: ({ signal }) => api.post<RolePreview>('/roles/preview', { body, signal }), placeholderData: (old) => old, staleTime: 5_000 });

export const grantList = (filters: { readonly applicationId?: string; readonly entitlementId?: string; readonly source?: string; readonly isOpen?: boolean }) => listQuery<Grant>(['grants', 'list'], '/grants', filters);
export const personAccessQuery = (personId: string) => queryOptions({ queryKey: ['grants', 'person', personId], queryFn: ({ signal }) => api.get<PersonAccess>(`/people/${personId}/access`, { signal }) });
export const myAccessQuery = queryOptions({ queryKey: ['me', 'access'], queryFn: ({ signal }) => api.get<PersonAccess>('/me/access', { signal }) });
export const giveGrant = (body: z.input<typeof contract.giveGrantBody>) => api.post<Grant>('/grants', { body });
export const endGrant = (id: string, reason: string) => api.post<Grant>(`/grants/${id}/end`, { body: { reason } });

export const consoleRolesQuery = queryOptions({ queryKey: ['settings', 'console-roles'], queryFn: ({ signal }) => api.get<{ items: ConsoleRole[] }>('/console-roles', { signal }) });
export const giveConsoleRole = (body: z.input<typeof contract.giveConsoleRoleBody>) => api.post<unknown>('/console-roles', { body });
export const takeConsoleRole = (personId: string, role: ConsoleRoleName) => api.delete(`/console-roles/${personId}/${role}`);
