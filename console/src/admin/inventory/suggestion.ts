import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import type { Account, People, PersonCard } from '../../api/directory.ts';

export interface Suggestion {
  readonly person: PersonCard;
  readonly because: 'email' | 'login' | 'name';
}

const same = (a: string | null, b: string | null): boolean => a !== null && b !== null && a.trim().toLowerCase() === b.trim().toLowerCase();

/** Who an account may belong to: the same e-mail, the sign-in name, or the one person of that name. Only proposed, never done by itself. */
export const suggestionQuery = (account: Account) =>
  queryOptions({
    queryKey: ['people', 'suggestion', account.id, account.email, account.login, account.displayName],
    staleTime: 60_000,
    queryFn: async ({ signal }): Promise<Suggestion | null> => {
      const find = async (search: string): Promise<readonly PersonCard[]> => (await api.get<People>('/people', { query: { search, limit: 5 }, signal })).items;
      const email = account.email ?? (account.login.includes('@') ? account.login : null);
      if (email) {
        const fitting = (await find(email)).filter((one) => same(one.workEmail, email));
        if (fitting.length === 1) return { person: fitting[0]!, because: 'email' };
      }
      const login = account.login.split('@')[0] ?? '';
      const byLogin = login.length > 2 ? (await find(login.replaceAll(/[._-]/g, ' '))).filter((one) => same(one.username, login) || same(one.workEmail?.split('@')[0] ?? null, login)) : [];
      if (byLogin.length === 1) return { person: byLogin[0]!, because: 'login' };
      const byName = account.displayName ? (await find(account.displayName)).filter((one) => same(one.displayName, account.displayName)) : [];
      return byName.length === 1 ? { person: byName[0]!, because: 'name' } : null;
    },
  });
