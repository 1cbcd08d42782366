import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query';
import { api, type Slice } from './client.ts';

type Filters = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** A list of any length, read page by page. While a new search is on its way the old answer stays, and old requests are aborted. */
export function listQuery<Row, Page extends Slice<Row> = Slice<Row>>(key: readonly string[], path: string, filters: Filters = {}, limit = 100) {
  return infiniteQueryOptions({
    queryKey: [...key, filters] as const,
    queryFn: ({ pageParam, signal }) => api.get<Page>(path, { query: { ...filters, cursor: pageParam, limit }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last: Page) => last.next,
    placeholderData: keepPreviousData,
  });
}
