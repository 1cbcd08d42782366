import { fragment, isLeftToTheDisk, sql, textArray, type Fragment, type Tx } from '../../platform/db/index.ts';
import type { Wait } from './throttle.ts';

/** What a try counts against. */
export interface Counted<Authenticator extends string = string> {
  readonly account: string;
  readonly authenticator: Authenticator;
  readonly source: string;
}

const isSwitchedOff = fragment`exists (select from authn.throttle t where t.account = throttle_wait.account and t.authenticator = throttle_wait.authenticator and t.disabled_at is not null) as is_switched_off`;

/** Part of a `where`: none of these authenticators is disabled. */
export const areSwitchedOn = (account: string, authenticators: readonly string[]): Fragment => fragment`not exists (select from authn.throttle where account = ${account} and authenticator = any(${textArray(authenticators)}) and disabled_at is not null)`;

export interface Throttle {
  readonly failures: number;
  readonly disabledAt: Date | null;
}

/** The first try of a source that nothing is held against, counted in one statement. Null when there is something: then it stands in line (`lockWait`). */
export async function addWait(tx: Tx, { account, authenticator, source }: Counted, wait: Wait, now: Date): Promise<{ readonly isSwitchedOff: boolean } | null> {
  const [row] = await sql<{ isSwitchedOff: boolean }>(tx)`
    insert into authn.throttle_wait (account, authenticator, source, failures, not_before, last_failed_at)
         values (${account}, ${authenticator}, ${source}, ${wait.failures}, ${wait.notBefore}, ${now})
    on conflict (account, authenticator, source) do nothing
      returning ${isSwitchedOff}, ${isLeftToTheDisk} as is_left`;
  return row ?? null;
}

/** The wait of this source, held until the transaction ends: tries that come at once stand in line here. */
export async function lockWait(tx: Tx, { account, authenticator, source }: Counted, now: Date): Promise<Wait & { readonly isSwitchedOff: boolean }> {
  const [row] = await sql<Wait & { isSwitchedOff: boolean }>(tx)`
    insert into authn.throttle_wait (account, authenticator, source, failures, not_before, last_failed_at)
         values (${account}, ${authenticator}, ${source}, 0, '-infinity'::timestamptz, ${now})
    on conflict (account, authenticator, source) do update set failures = throttle_wait.failures
      returning failures, greatest(not_before, 'epoch'::timestamptz) as not_before, ${isSwitchedOff}`;
  return row!;
}

export async function saveWait(tx: Tx, { account, authenticator, source }: Counted, wait: Wait, now: Date): Promise<void> {
  await sql(tx)`
    update authn.throttle_wait
       set failures = ${wait.failures}, not_before = ${wait.notBefore}, last_failed_at = ${now}, told = 0
     where account = ${account} and authenticator = ${authenticator} and source = ${source}`;
}

/** A wrong try from a browser that the person has never signed in with. Null for familiar ones, and for names that nobody has. */
export interface StrangeTry {
  readonly personId: string;
  readonly address: string;
}

/** One row per person and day. The same statement for people and for nobody, so that its time tells nothing. */
const countedStrange = (strange: StrangeTry | null, now: Date): Fragment => fragment`
    strange as (
      insert into authn.strange_try as s (person_id, day, tries, last_at, last_address)
      select one.person_id, (${now}::timestamptz at time zone 'UTC')::date, 1, ${now}, ${strange?.address ?? ''}
        from (select ${strange?.personId ?? null}::uuid as person_id) one
       where one.person_id is not null
      on conflict (person_id, day) do update set tries = s.tries + 1, last_at = excluded.last_at, last_address = excluded.last_address)`;

/** Somebody came before the wait was over. Returns the how-manieth time since the last try that counted. */
export async function countTold(tx: Tx, { account, authenticator, source }: Counted, strange: StrangeTry | null, now: Date): Promise<number> {
  const [row] = await sql<{ told: number }>(tx)`
    with ${countedStrange(strange, now)}
    update authn.throttle_wait
       set told = told + 1
     where account = ${account} and authenticator = ${authenticator} and source = ${source}
 returning told`;
  return row?.told ?? 1;
}

/** Counts one more wrong try over all sources, and disables the authenticator at the cap; one that is kept (`keepOn`) at each multiple of it, so that it is asked about anew. */
export async function countFailure(tx: Tx, account: string, authenticator: string, cap: number, now: Date, strange: StrangeTry | null = null): Promise<Throttle & { readonly wasDisabledNow: boolean }> {
  const [row] = await sql<Throttle>(tx)`
    with ${countedStrange(strange, now)}
    insert into authn.throttle as t (account, authenticator, failures, last_failed_at)
         values (${account}, ${authenticator}, 1, ${now})
    on conflict (account, authenticator) do update
            set failures = t.failures + 1,
                last_failed_at = ${now},
                disabled_at = coalesce(t.disabled_at, case when t.failures + 1 >= ${cap}::integer and (t.kept_at is null or (t.failures + 1) % ${cap}::integer = 0) then ${now}::timestamptz end)
      returning failures, disabled_at`;
  return { ...row!, wasDisabledNow: row!.failures % cap === 0 && row!.disabledAt?.getTime() === now.getTime() };
}

/** Back on after the cap, in the slow lane: this source waits as `next` says. Returns how many wrong tries in a row there were. */
export async function keepOn(tx: Tx, { account, authenticator, source }: Counted, next: Wait, now: Date): Promise<number> {
  const [row] = await sql<{ failures: number }>(tx)`update authn.throttle set disabled_at = null, kept_at = ${now} where account = ${account} and authenticator = ${authenticator} returning failures`;
  await sql(tx)`
    insert into authn.throttle_wait (account, authenticator, source, failures, not_before, last_failed_at)
         values (${account}, ${authenticator}, ${source}, ${next.failures}, ${next.notBefore}, ${now})
    on conflict (account, authenticator, source) do update set failures = greatest(throttle_wait.failures, excluded.failures), not_before = greatest(throttle_wait.not_before, excluded.not_before)`;
  return row?.failures ?? 0;
}

/** Undoes a `keepOn` that did not help. */
export async function switchOff(tx: Tx, { account, authenticator }: Pick<Counted, 'account' | 'authenticator'>, at: Date): Promise<void> {
  await sql(tx)`update authn.throttle set disabled_at = ${at}, kept_at = null where account = ${account} and authenticator = ${authenticator}`;
}

export async function isDisabled(tx: Tx, account: string, authenticator: string): Promise<boolean> {
  const [row] = await sql<{ isDisabled: boolean }>(tx)`select disabled_at is not null as is_disabled from authn.throttle where account = ${account} and authenticator = ${authenticator}`;
  return row?.isDisabled ?? false;
}

export async function disabledAuthenticators(tx: Tx, account: string): Promise<readonly string[]> {
  const rows = await sql<{ authenticator: string }>(tx)`select authenticator from authn.throttle where account = ${account} and disabled_at is not null`;
  return rows.map((row) => row.authenticator);
}

/** A right try: this source begins anew, and so does the count in a row. Other sources keep their waits. */
export async function forgive(tx: Tx, counted: Counted): Promise<void> {
  await sql(tx)`with ${forgiving(counted, fragment`true`)} select`;
}

/** The same as parts of a `with`, where `isRight` holds. `alsoRight`: what was proven with it, without a turn of its own. */
export const forgiving = ({ account, authenticator, source }: Counted, isRight: Fragment, alsoRight: readonly string[] = []): Fragment => fragment`
    forgiven_here as (delete from authn.throttle_wait where account = ${account} and authenticator = ${authenticator} and source = ${source} and ${isRight}),
    forgiven as (delete from authn.throttle where account = ${account} and authenticator = any(${textArray([authenticator, ...alsoRight])}) and disabled_at is null and ${isRight})`;

/** A new authenticator was bound: the old one's count says nothing about it. */
export async function startAnew(tx: Tx, account: string, authenticator: string): Promise<void> {
  await sql(tx)`delete from authn.throttle_wait where account = ${account} and authenticator = ${authenticator}`;
  await sql(tx)`delete from authn.throttle where account = ${account} and authenticator = ${authenticator}`;
}

export async function isKnownDevice(tx: Tx, personId: string, deviceId: string): Promise<boolean> {
  const [row] = await sql<{ isKnown: boolean }>(tx)`select exists (select from authn.device where person_id = ${personId} and device_id = ${deviceId}) as is_known`;
  return row?.isKnown ?? false;
}

export async function forgetDevices(tx: Tx, personId: string): Promise<void> {
  await sql(tx)`delete from authn.device where person_id = ${personId}`;
}

/** Of the last days, newest first. */
export const findStrangeTries = (tx: Tx, personId: string, since: Date): Promise<readonly { readonly day: string; readonly tries: number; readonly lastAt: Date; readonly lastAddress: string }[]> =>
  sql<{ day: string; tries: number; lastAt: Date; lastAddress: string }>(tx)`select day, tries, last_at, last_address from authn.strange_try where person_id = ${personId} and last_at > ${since} order by day desc`;

/** Until when unfamiliar browsers wait, if they do. */
export async function findUnfamiliarWait(tx: Tx, account: string, now: Date): Promise<Date | null> {
  const [row] = await sql<{ until: Date | null }>(tx)`select max(not_before) as until from authn.throttle_wait where account = ${account} and source = 'unfamiliar' and not_before > ${now}`;
  return row?.until ?? null;
}

/** Those of today that nobody was told of; taken once, also by two nodes at a time. */
export const takeStrangeTriesToTell = (tx: Tx, atLeast: number, now: Date, limit: number): Promise<readonly { readonly personId: string; readonly tries: number; readonly lastAddress: string }[]> =>
  sql<{ personId: string; tries: number; lastAddress: string }>(tx)`
    update authn.strange_try
       set told_at = ${now}
     where (person_id, day) in (select person_id, day from authn.strange_try
                                 where told_at is null and tries >= ${atLeast} and last_at > ${now}::timestamptz - interval '1 day'
                                 order by last_at limit ${limit} for update skip locked)
 returning person_id, tries, last_address`;

/** Names that nobody has cost a row each: whoever tries random ones must not fill the disk. The newest stay; of people every row stays. */
export async function boundNames(tx: Tx, atMost: number): Promise<void> {
  await sql(tx)`delete from authn.throttle where (account, authenticator) in (select account, authenticator from authn.throttle where account like 'name:%' order by last_failed_at desc offset ${atMost})`;
  await sql(tx)`delete from authn.throttle_wait where (account, authenticator, source) in (select account, authenticator, source from authn.throttle_wait where account like 'name:%' order by last_failed_at desc offset ${atMost})`;
}

export async function sweepThrottles(tx: Tx, before: Date, devicesBefore: Date): Promise<void> {
  await sql(tx)`delete from authn.strange_try where last_at < ${before}::timestamptz - interval '30 days'`;
  // Whoever guesses at what is kept on does not begin anew after a week of rest.
  await sql(tx)`delete from authn.throttle_wait w where last_failed_at < ${before} and not_before < ${before} and not exists (select from authn.throttle t where t.account = w.account and t.authenticator = w.authenticator and t.kept_at is not null)`;
  // Names that nobody has; the counts of people stay until they are right once.
  await sql(tx)`delete from authn.throttle where account like 'name:%' and last_failed_at < ${before}`;
  await sql(tx)`delete from authn.device where last_seen_at < ${devicesBefore}`;
}
