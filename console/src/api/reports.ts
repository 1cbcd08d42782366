import type * as contract from '@bailiwick/contract/reports';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { api } from './client.ts';
import { listQuery } from './list.ts';

export type Today = contract.Today;
export type Need = z.output<typeof contract.need>;
export type LifePoint = z.output<typeof contract.lifePoint>;
export type LeaverProof = z.output<typeof contract.leaverProof>;

export const todayQuery = queryOptions({ queryKey: ['reports', 'today'], queryFn: ({ signal }) => api.get<Today>('/reports/today', { signal }), refetchInterval: 60_000 });
export const lifeLineQuery = (personId: string) => queryOptions({ queryKey: ['people', 'life-line', personId], queryFn: ({ signal }) => api.get<{ items: LifePoint[] }>(`/people/${personId}/life-line`, { signal }) });
export const leaverProofList = listQuery<LeaverProof>(['reports', 'leavers'], '/reports/leavers', {}, 50);
