import { queryOptions } from '@tanstack/react-query';
import { api } from '../api/client.ts';
import type { People } from '../api/directory.ts';

/** The people who report to the signed-in person. Who manages nobody gets an empty list, or a refusal, which means the same here. */
export const myTeamQuery = (personId: string) =>
  queryOptions({
    queryKey: ['people', 'team', personId],
    queryFn: ({ signal }) => api.get<People>('/people', { query: { managerId: personId, limit: 200 }, signal }).catch((): People => ({ items: [], next: null, total: { staged: 0, active: 0, left: 0 } })),
    staleTime: 30_000,
  });
