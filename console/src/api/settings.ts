import type * as contract from '@bailiwick/contract/platform';
import { queryOptions } from '@tanstack/react-query';
import { api, Problem } from './client.ts';
import type { z } from 'zod';
import type { HrFeedSettings } from './hr-feed.ts';

export const hrFeedSettingsQuery = queryOptions({ queryKey: ['settings', 'hr-feed'], queryFn: ({ signal }) => api.get<HrFeedSettings>('/hr-feed', { signal }) });
export const changeHrFeedSettings = (body: Partial<HrFeedSettings>) => api.patch<HrFeedSettings>('/hr-feed', { body });

export type OutboxMail = z.output<typeof contract.mailList>['items'][number];
/** Mail that waits because no mail server is set; null where there is one, and so no outbox. */
export const outboxQuery = queryOptions({
  queryKey: ['settings', 'mail'],
  queryFn: async ({ signal }): Promise<{ items: OutboxMail[] } | null> => {
    try {
      return await api.get<{ items: OutboxMail[] }>('/mail', { signal });
    } catch (error) {
      if (error instanceof Problem && (error.status === 404 || error.status === 403)) return null;
      throw error;
    }
  },
  retry: false,
});
