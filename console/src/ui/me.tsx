import { useQuery } from '@tanstack/react-query';
import { createContext, use, type ReactNode } from 'react';
import { meQuery, type Me } from '../api/authentication.ts';
import { ErrorState } from './state.tsx';

const MeContext = createContext<Me | null>(null);

/** Asks who is signed in before anything else; a 401 leaves for the sign-in page. */
export function WithMe({ children, waiting }: { children: ReactNode; waiting: ReactNode }) {
  const query = useQuery(meQuery);
  if (query.error && !query.data) return <ErrorState error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return waiting;
  return <MeContext value={query.data}>{children}</MeContext>;
}

export function useMe(): Me {
  const me = use(MeContext);
  if (!me) throw new Error('useMe outside WithMe');
  return me;
}

/** Hides what would be refused anyway; the server decides. */
export function May({ permission, children }: { permission: string; children: ReactNode }) {
  return useMay(permission) ? children : null;
}

export function useMay(permission: string): boolean {
  return useMe().permissions.includes(permission);
}
