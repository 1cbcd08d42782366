import { account as accountAnswer, accountParams, accountsAnswer, accountsQuery, changeAccountBody, inventory, type AccountAnswer } from '@bailiwick/contract/directory';
import type { Clock } from '../../platform/clock/index.ts';
import type { Database } from '../../platform/db/index.ts';
import type { Announce } from '../../platform/events/index.ts';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { readInventory } from '../inventory/read-inventory.ts';
import { personId } from '../person/person.ts';
import { accountId, type Account } from './account.ts';
import { changeAccount, readAccounts } from './change-account.ts';

interface Needs {
  readonly clock: Clock;
  readonly database: Database;
  readonly announce: Announce;
}

const present = (one: Account): AccountAnswer => ({ ...one, lastUsedAt: one.lastUsedAt?.toISOString() ?? null, firstSeenAt: one.firstSeenAt.toISOString(), observedAt: one.observedAt.toISOString() });
const idOf = (id: string | null | undefined) => (id == null ? id : personId(id));

export function accountRoutes(needs: Needs): AnyRoute[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/accounts',
      permission: 'directory.account.read',
      summary: 'Accounts on all connected systems, by login',
      query: accountsQuery,
      output: accountsAnswer,
      refusals: [refuse.cursor_unknown],
      run: async ({ permit, query }) => {
        const { items, next } = await readAccounts(needs, permit, query);
        return { items: items.map(present), next };
      },
    }),
    route({
      method: 'PATCH',
      path: '/api/v1/accounts/:accountId',
      permission: 'directory.account.change',
      summary: 'Say whose an account is, what it is, and who answers for it',
      params: accountParams,
      body: changeAccountBody,
      output: accountAnswer,
      refusals: [refuse.account_not_found, refuse.account_is_deleted, refuse.person_not_found, refuse.owner_not_found, refuse.service_account_without_owner],
      run: async ({ permit, params, body }) => present(await changeAccount(needs, permit, { accountId: accountId(params.accountId), kind: body.kind, personId: idOf(body.personId), ownerId: idOf(body.ownerId) })),
    }),
    route({
      method: 'GET',
      path: '/api/v1/inventory',
      permission: 'directory.inventory.read',
      summary: 'How many accounts, on how many applications, how many tied to nobody',
      output: inventory,
      run: ({ permit }) => readInventory(needs, permit),
    }),
  ];
}
