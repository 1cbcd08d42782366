import { record } from '../../audit/index.ts';
import { ConnectorError, type CallContext, type Connector, type Page } from '../../connectors/index.ts';
import {
  accountId as accountIdOf, applicationId as applicationIdOf, linkAccounts, personId as personIdOf, recordAccountsSeen, recordEntitlementsSeen, recordHoldingsSeen,
  type AccountLink, type AccountSeen, type EntitlementSeen, type HoldingSeen,
} from '../../directory/index.ts';
import type { Clock } from '../../platform/clock/index.ts';
import { newId, sha256 } from '../../platform/crypto/index.ts';
import type { Database, Tx } from '../../platform/db/index.ts';
import type { Announce } from '../../platform/events/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { timeoutSignal, wait, type Jobs } from '../../platform/jobs/index.ts';
import { readingFinished } from '../events.ts';
import type { Links } from '../provisioning/links.ts';
import { kindByName, seenAccount } from '../provisioning/tell-directory.ts';
import { findConnection, lockPace, type ConnectionFacts } from '../provisioning/store.ts';
import { anomalyOf, matchIndex, matchOf, sayAnomaly, type MatchIndex, type MatchPerson } from './reconciliation.ts';
import * as store from './store.ts';

export interface ReadingNeeds {
  readonly clock: Clock;
  readonly database: Database;
  readonly announce: Announce;
  readonly jobs: Pick<Jobs, 'enqueue'>;
  readonly links: Links;
  readonly permits: { readonly link: Permit<'directory.account.change'> };
  readonly pause?: (ms: number) => Promise<void>;
}

const tries = 4;
const mostPages = 20_000;

/**
 * Reads a system, page by page, and then draws its conclusions in one transaction. After a crash it goes on where it was.
 * Nothing in the system is changed.
 */
export async function readSystem(needs: ReadingNeeds, applicationId: string, stopping: AbortSignal): Promise<void> {
  const { clock, database, links } = needs;
  const [begun, connection] = await Promise.all([database.read((tx) => store.runningReading(tx, applicationId)), database.read((tx) => findConnection(tx, applicationId))]);
  if (begun === null || connection === null) return;
  try {
    const connector = links.connector(connection);
    for (let pages = 0; ; pages += 1) {
      if (stopping.aborted) return;
      const reading = await database.read((tx) => store.runningReading(tx, applicationId));
      if (reading === null) return;
      if (reading.phase === 'conclusions') break;
      if (pages > mostPages) throw new ConnectorError('config', 'the list of this system never ends: look at its paging');
      await readPage(needs, connector, connection, reading, stopping);
    }
    await database.transaction((tx) => conclude(needs, tx, connection, begun.id, false));
  } catch (fault) {
    if (!(fault instanceof ConnectorError)) throw fault;
    if (stopping.aborted) return;
    await database.transaction(async (tx) => {
      const counts = await store.countSeen(tx, begun.id);
      await store.finishReading(tx, begun.id, { state: 'failed', problem: fault.message, at: clock.now(), counts });
      await record(tx, { action: 'lifecycle.reading.fail', actor: 'system:lifecycle', actorName: 'Bailiwick', target: `application:${applicationId}`, targetName: connection.name, at: clock.now(), outcome: 'allowed', reason: fault.message, facts: { readingId: begun.id, ...counts } });
      await needs.announce(tx, readingFinished(applicationId, clock.now(), { readingId: begun.id, state: 'failed' }));
    });
  }
}

async function readPage(needs: ReadingNeeds, connector: Connector, connection: ConnectionFacts, reading: store.ReadingRow, stopping: AbortSignal): Promise<void> {
  const { clock, database, links } = needs;
  const types = connector.capabilities().types;
  const group = types.find((type) => type.type === 'group' && type.operations.includes('list'));
  const size = (type: string): number => Math.min(500, types.find((one) => one.type === type)?.pageSizeMaximum ?? 100);
  const ask = <T>(work: (context: CallContext) => Promise<Page<T>>): Promise<Page<T>> =>
    patiently(needs, stopping, () => work(links.context(connection, { operationId: reading.id, isDryRun: true, signal: AbortSignal.any([stopping, timeoutSignal(60_000)]) })));
  const from = reading.token === null ? {} : { token: reading.token };
  const save = (rows: readonly store.SeenRow[], page: Page<unknown>, next: Pick<store.ReadingRow, 'phase' | 'token' | 'parents'>): Promise<void> =>
    database.transaction((tx) => store.savePage(tx, reading.id, rows, { ...next, isComplete: page.isComplete !== false, at: clock.now() }));

  switch (reading.phase) {
    case 'accounts': {
      const page = await ask((context) => connector.list(context, 'account', { size: size('account'), ...from }));
      const rows = page.items.flatMap((resource): store.SeenRow[] => {
        const seen = seenAccount(resource, digestOf(resource));
        return seen === null ? [] : [{ part: 'account', nativeId: resource.id, innerId: '', content: { ...seen, employeeNumber: resource.account?.profile.employeeNumber ?? null } }];
      });
      await save(rows, page, page.next === undefined ? { phase: group === undefined ? 'conclusions' : 'groups', token: null, parents: [] } : { phase: 'accounts', token: page.next, parents: [] });
      return;
    }
    case 'groups': {
      const page = await ask((context) => connector.list(context, 'group', { size: size('group'), ...from }));
      const rows: store.SeenRow[] = [];
      for (const on of page.items) {
        let token: string | undefined;
        do {
          const at = token;
          const entitlements = await ask((context) => connector.entitlements(context, { type: on.type, id: on.id }, at === undefined ? {} : { token: at }));
          for (const one of entitlements.items) rows.push({ part: 'entitlement', nativeId: one.id, innerId: '', content: { name: one.name, purpose: one.purpose, risk: one.risk ?? null, isGrantable: one.isImmutable !== true } });
          token = entitlements.next;
        } while (token !== undefined);
      }
      const parents = [...reading.parents, ...page.items.map((on) => on.id)];
      await save(rows, page, page.next === undefined ? { phase: parents.length === 0 ? 'conclusions' : 'holdings', token: null, parents } : { phase: 'groups', token: page.next, parents });
      return;
    }
    case 'holdings': {
      const [on, ...others] = reading.parents;
      if (on === undefined) return save([], { items: [] }, { phase: 'conclusions', token: null, parents: [] });
      const page = await ask((context) => connector.grants(context, { type: 'group', id: on }, { size: size('group'), ...from }));
      const rows = page.items.filter((grant) => grant.principal.type === 'account').map((grant): store.SeenRow => ({ part: 'holding', nativeId: grant.principal.id, innerId: grant.entitlement, content: {} }));
      await save(rows, page, page.next === undefined ? { phase: others.length === 0 ? 'conclusions' : 'holdings', token: null, parents: others } : { phase: 'holdings', token: page.next, parents: reading.parents });
      return;
    }
    case 'conclusions':
  }
}

const digestOf = (resource: unknown): string => sha256(JSON.stringify(resource)).toString('hex');

/** Reading is safe to repeat: a system that stumbles is asked again, a little later each time. */
async function patiently<T>(needs: ReadingNeeds, stopping: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (fault) {
      if (!(fault instanceof ConnectorError) || !(fault.isRetryable || fault.kind === 'ambiguous') || attempt >= tries || stopping.aborted) throw fault;
      await (needs.pause ?? ((ms) => wait(ms, stopping)))(Math.min(30_000, Math.max(fault.retryAfterMs ?? 0, 300 * 2 ** attempt)));
    }
  }
}

/** A human looked at a reading that was stopped, and says that it is true. */
export async function acceptReadingIn(needs: ReadingNeeds, tx: Tx, connection: ConnectionFacts, readingId: string): Promise<void> {
  await conclude(needs, tx, connection, readingId, true);
}

async function conclude(needs: ReadingNeeds, tx: Tx, connection: ConnectionFacts, readingId: string, isAccepted: boolean): Promise<void> {
  const { clock } = needs;
  const applicationId = applicationIdOf(connection.applicationId);
  await lockPace(tx, applicationId);
  const reading = await store.findReading(tx, readingId);
  if (reading === null || (reading.state !== 'running' && !isAccepted)) return;
  const now = clock.now();
  const counts = await store.countSeen(tx, readingId);
  const anomaly = isAccepted ? null : anomalyOf({ isComplete: reading.isComplete, accounts: counts.accounts }, await store.knownAccounts(tx, applicationId));
  const problem = anomaly === null ? null : sayAnomaly(anomaly);
  const finish = async (state: 'done' | 'stopped' | 'failed', facts: Record<string, unknown>): Promise<void> => {
    await store.finishReading(tx, readingId, { state, problem, at: now, counts });
    await store.forgetOldRows(tx, applicationId, readingId);
    await record(tx, {
      action: state === 'done' ? 'directory.account.read-all' : 'lifecycle.reading.stop', actor: 'system:lifecycle', actorName: 'Bailiwick', target: `application:${applicationId}`, targetName: connection.name, at: now, outcome: 'allowed', reason: problem,
      facts: { readingId, ...counts, ...facts },
    });
    await needs.announce(tx, readingFinished(applicationId, now, { readingId, state }));
  };
  if (anomaly?.is === 'empty') return finish('failed', {});
  if (anomaly?.is === 'drop') return finish('stopped', { before: anomaly.before });
  const isComplete = anomaly === null;

  // What a read-back saw after this reading began is newer than the page it stands on.
  const fresh = await store.freshAccounts(tx, applicationId, reading.startedAt);
  const freshIds = new Set(fresh.map((one) => one.nativeId));
  const rows = (await store.seenRows(tx, readingId, 'account')).filter((row) => !freshIds.has(row.nativeId));
  const known = new Set((await store.knownNativeIds(tx, applicationId)).map((row) => row.nativeId));
  const index = await indexOfPeople(tx);
  const numbers = new Map<string, string>();
  const seen: AccountSeen[] = [];
  for (const row of rows) {
    const { employeeNumber, ...account } = row.content as AccountSeen & { readonly employeeNumber: string | null };
    if (employeeNumber !== null) numbers.set(row.nativeId, employeeNumber);
    // A guess by name is made once, for a new account that is nobody's: what a human says later stays.
    const guess = account.kind === 'unknown' && !known.has(row.nativeId) ? kindByName(account.login) : null;
    const isGuessed = guess !== null && (guess.isSure || matchOf({ id: row.nativeId, login: account.login, email: account.email, employeeNumber }, index).is === 'none');
    seen.push(isGuessed ? { ...account, kind: guess.kind } : account);
  }
  const current = fresh.map((one): AccountSeen => {
    const { isLastUseKnown, lastUsedAt, ...rest } = one;
    return isLastUseKnown ? { ...rest, lastUsedAt } : rest;
  });
  const accounts = await recordAccountsSeen(tx, applicationId, [...seen, ...current], { isComplete, at: now });
  const entitlements = (await store.seenRows(tx, readingId, 'entitlement')).map((row): EntitlementSeen => {
    const { risk, ...content } = row.content as { name: string; purpose: string; risk: EntitlementSeen['risk'] | null; isGrantable: boolean };
    return { nativeId: row.nativeId, ...content, ...(risk === null || risk === undefined ? {} : { risk }) };
  });
  await recordEntitlementsSeen(tx, applicationId, entitlements, { at: now });
  const holdings: HoldingSeen[] = (await store.seenRows(tx, readingId, 'holding')).filter((row) => !freshIds.has(row.nativeId)).map((row) => ({ accountNativeId: row.nativeId, entitlementNativeId: row.innerId }));
  holdings.push(...(await store.freshHoldings(tx, applicationId, reading.startedAt)));
  await recordHoldingsSeen(tx, applicationId, holdings, { isComplete, at: now });
  const matched = await match(needs, tx, applicationId, numbers, index);
  const drift = isComplete ? await refreshDriftIn(tx, applicationId, now) : { opened: 0, closed: 0 };
  await finish('done', { ...accounts, ...matched, driftOpened: drift.opened, driftClosed: drift.closed });
}

export async function refreshDriftIn(tx: Tx, applicationId: string, now: Date): Promise<{ opened: number; closed: number }> {
  const found = await store.differences(tx, applicationId);
  return store.saveDifferences(tx, applicationId, found.map((one) => ({ ...one, id: newId() })), now);
}

/** Ties accounts to people where there is exactly one answer; the rest is shown, never guessed. */
async function match(needs: ReadingNeeds, tx: Tx, applicationId: string, numbers: ReadonlyMap<string, string>, index: MatchIndex): Promise<{ linked: number; disputed: number; unmatched: number; collisions: number }> {
  const counts = { linked: 0, disputed: 0, unmatched: 0, collisions: 0 };
  const accounts = await store.accountsToMatch(tx, applicationId);
  // What a human untied stays untied.
  const open = accounts.filter((account) => account.situation !== 'unlinked');
  if (open.length === 0) return counts;
  const taken = new Set((await store.peopleWithAccount(tx, applicationId)).map((row) => row.personId));
  const links: AccountLink[] = [];
  const tie = (accountId: string, personId: string | null, situation: 'linked' | 'disputed' | 'unmatched' | 'collision'): void =>
    void links.push({ accountId: accountIdOf(accountId), personId: personId === null ? null : personIdOf(personId), situation });
  for (const account of open) {
    // A service account is no person's login, even when it carries the address of whoever made it.
    if (account.kind === 'service' || account.kind === 'shared') {
      counts.unmatched += 1;
      continue;
    }
    const found = matchOf({ id: account.id, login: account.login, email: account.email, employeeNumber: numbers.get(account.nativeId) ?? null }, index);
    if (found.is === 'several') {
      counts.disputed += 1;
      tie(account.id, null, 'disputed');
    } else if (found.is === 'one' && taken.has(found.personId)) {
      counts.collisions += 1;
      tie(account.id, found.personId, 'collision');
    } else if (found.is === 'one') {
      counts.linked += 1;
      taken.add(found.personId);
      tie(account.id, found.personId, 'linked');
    } else {
      counts.unmatched += 1;
      tie(account.id, null, 'unmatched');
    }
  }
  await linkAccounts(tx, needs, needs.permits.link, links);
  return counts;
}

async function indexOfPeople(tx: Tx): Promise<MatchIndex> {
  const people: MatchPerson[] = [];
  for (let after: string | null = null; ;) {
    const some: MatchPerson[] = await store.peopleForMatching(tx, after, 10_000);
    people.push(...some);
    if (some.length < 10_000) return matchIndex(people);
    after = some.at(-1)?.id ?? null;
  }
}
