import { record, recordAll } from '../../audit/index.ts';
import type { Clock } from '../../platform/clock/index.ts';
import type { Database, Tx } from '../../platform/db/index.ts';
import type { Announce } from '../../platform/events/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { accountLinked } from '../events.ts';
import type { PersonId } from '../person/person.ts';
import { findPerson } from '../person/store.ts';
import { tie, type Account, type AccountId, type AccountKind, type Situation } from './account.ts';
import { findAccount, findAccountsForUpdate, listAccounts, lockAccount, saveLinks, saveTie, type AccountFilter } from './store.ts';

interface Needs {
  readonly clock: Clock;
  readonly database: Database;
  readonly announce: Announce;
}

export interface AccountLink {
  readonly accountId: AccountId;
  readonly personId: PersonId | null;
  readonly situation: Situation;
}

/** An administrator says whose an account is, what it is, and who answers for it. */
export const changeAccount = ({ clock, database, announce }: Needs, permit: Permit<'directory.account.change'>, input: { readonly accountId: AccountId; readonly personId?: PersonId | null | undefined; readonly kind?: AccountKind | undefined; readonly ownerId?: PersonId | null | undefined }): Promise<Account> =>
  database.transaction(async (tx) => {
    await lockAccount(tx, input.accountId);
    const before = await findAccount(tx, input.accountId);
    if (!before) throw refuse.account_not_found({ account: input.accountId });
    const outcome = tie(before, input);
    if (outcome.is === 'gone') throw refuse.account_is_deleted({ account: before.login });
    if (outcome.is === 'owner_missing') throw refuse.service_account_without_owner();
    if (input.personId && !(await findPerson(tx, input.personId))) throw refuse.person_not_found({ person: input.personId });
    const owner = input.ownerId ? await findPerson(tx, input.ownerId) : null;
    if (input.ownerId && (!owner || owner.status === 'left')) throw refuse.owner_not_found({ owner: owner?.displayName ?? input.ownerId });

    const now = clock.now();
    const after = { personId: input.personId === undefined ? before.personId : input.personId, situation: outcome.situation, kind: input.kind ?? before.kind, ownerId: input.ownerId === undefined ? before.ownerId : input.ownerId };
    await saveTie(tx, before.id, after);
    await record(tx, { action: 'directory.account.change', actor: permit.actor, actorName: permit.actorName, target: `account:${before.id}`, targetName: `${before.login} in ${before.applicationName}`, at: now, outcome: 'allowed', facts: { personId: [before.personId, after.personId], kind: [before.kind, after.kind], ownerId: [before.ownerId, after.ownerId], situation: [before.situation, after.situation] } });
    if (after.personId !== before.personId) await announce(tx, accountLinked(before.id, now, { personId: after.personId, applicationId: before.applicationId, situation: after.situation }));
    return (await findAccount(tx, before.id))!;
  });

/** For reconciliation: matching decided, for many accounts at once. No entry where nothing changes. */
export async function linkAccounts(tx: Tx, { clock, announce }: Pick<Needs, 'clock' | 'announce'>, permit: Permit<'directory.account.change'>, inputs: readonly AccountLink[]): Promise<void> {
  const found = new Map((await findAccountsForUpdate(tx, inputs.map((input) => input.accountId))).map((account) => [account.id, account]));
  const now = clock.now();
  const changes = inputs.flatMap((input) => {
    const before = found.get(input.accountId);
    if (!before) throw refuse.account_not_found({ account: input.accountId });
    if (before.status === 'deleted') throw refuse.account_is_deleted({ account: before.login });
    return before.personId === input.personId && before.situation === input.situation ? [] : [{ before, after: { ...input, kind: before.kind === 'unknown' && input.personId ? ('person' as const) : before.kind } }];
  });
  await saveLinks(tx, changes.map(({ after }) => after));
  await recordAll(
    tx,
    changes.map(({ before, after }) => ({ action: 'directory.account.link', actor: permit.actor, actorName: permit.actorName, target: `account:${before.id}`, targetName: `${before.login} in ${before.applicationName}`, at: now, outcome: 'allowed', facts: { personId: [before.personId, after.personId], situation: [before.situation, after.situation] } })),
  );
  await announce(tx, changes.filter(({ before, after }) => before.personId !== after.personId).map(({ before, after }) => accountLinked(before.id, now, { personId: after.personId, applicationId: before.applicationId, situation: after.situation })));
}

export const readAccounts = ({ database }: Pick<Needs, 'database'>, permit: Permit<'directory.account.read'>, filter: Omit<AccountFilter, 'scope'>): Promise<{ items: Account[]; next: string | null }> =>
  database.read((tx) => listAccounts(tx, { ...filter, scope: permit.scope }));
