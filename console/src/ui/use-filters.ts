import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';

export type Filters = Readonly<Record<string, string | undefined>>;

/** The filters of a page, kept in its address. */
export function useFilters(): [Filters, (change: Filters) => void] {
  const filters = useSearch({ strict: false }) as Filters;
  const navigate = useNavigate();
  const change = useCallback(
    (some: Filters) => {
      void navigate({
        to: '.',
        search: ((old: Filters) => Object.fromEntries(Object.entries({ ...old, ...some }).filter(([, value]) => value !== undefined && value !== ''))) as never,
        replace: true,
        resetScroll: false,
      });
    },
    [navigate],
  );
  return [filters, change];
}

/** Goes to an address made by `at`. */
export function useGo(): (address: string) => void {
  const navigate = useNavigate();
  return useCallback(
    (address: string) => {
      const [path = '/', search = ''] = address.split('?');
      void navigate({ to: path as '/', search: Object.fromEntries(new URLSearchParams(search)) as never });
    },
    [navigate],
  );
}

