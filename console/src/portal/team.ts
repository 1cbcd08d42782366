import { queryOptions } from '@tanstack/react-query';
import { api } from '../api/client.ts';
import type { People } from '../api/directory.ts';

/** The people who report to the signed-in person; only for those who may read people. */
export const myTeamQuery = (personId: string) =>
  queryOptions({
    queryKey: ['people', 'team', personId],
    queryFn: ({ signal }) => api.get<People>('/people', { query: { managerId: personId, limit: 200 }, signal }),
    staleTime: 30_000,
  });
