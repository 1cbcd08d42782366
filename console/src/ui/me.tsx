import { useQuery } from '@tanstack/react-query';
import { createContext, use, type ReactNode } from 'react';
import { meQuery, type Me } from '../api/authentication.ts';
import { words } from '../words/index.ts';
import { ErrorState, LoadingState } from './state.tsx';

const MeContext = createContext<Me | null>(null);

/** Asks who is signed in before anything else; a 401 leaves for the sign-in page. */
export function WithMe({ children }: { children: ReactNode }) {
  const query = useQuery(meQuery);
  if (!query.data) {
    return (
      <main>
        <h1 className="visually-hidden">{words.shell.product}</h1>
        {query.error ? <ErrorState error={query.error} retry={() => void query.refetch()} /> : <LoadingState />}
      </main>
    );
  }
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
