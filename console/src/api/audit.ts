import type * as contract from '@bailiwick/contract/audit';
import { queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';
import { listQuery } from './list.ts';

export type AuditEntry = contract.AuditEntryAnswer;
export type AuditChain = contract.AuditChainAnswer;

export interface AuditFilters {
  readonly search?: string | undefined;
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
  readonly outcome?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}
export const auditList = (filters: AuditFilters) => listQuery<AuditEntry>(['audit', 'list'], '/audit/entries', { ...filters });
export const auditActionsQuery = queryOptions({ queryKey: ['audit', 'actions'], queryFn: ({ signal }) => api.get<{ items: { action: string; name: string }[] }>('/audit/actions', { signal }), staleTime: 60_000 });
export const auditChainQuery = queryOptions({ queryKey: ['audit', 'chain'], queryFn: ({ signal }) => api.get<AuditChain>('/audit/chain', { signal }), refetchInterval: 15_000 });
