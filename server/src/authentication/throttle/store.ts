import { fragment, sql, type Fragment, type Tx } from '../../platform/db/index.ts';
import type { Wait } from './throttle.ts';

/** What a try counts against. */
export interface Counted {
  readonly account: string;
  readonly authenticator: string;
  readonly source: string;
}

const isSwitchedOff = fragment`exists (select from authn.throttle t where t.account = throttle_wait.account and t.authenticator = throttle_wait.authenticator and t.disabled_at is not null) as is_switched_off`;

/** Part of a `where`: the authenticator is not disabled. */
export const isSwitchedOn = ({ account, authenticator }: Counted): Fragment => fragment`not exists (select from authn.throttle where account = ${account} and authenticator = ${authenticator} and disabled_at is not null)`;

export interface Throttle {
  readonly failures: number;
  readonly disabledAt: Date | null;
}

/** The first try of a source that nothing is held against, counted in one statement. Null when there is something: then it stands in line (`lockWait`). */
export async function addWait(tx: Tx, account: string, authenticator: string, source: string, wait: Wait, now: Date): Promise<{ readonly isSwitchedOff: boolean } | null> {
  const [row] = await sql<{ isSwitchedOff: boolean }>(tx)`
    insert into authn.throttle_wait (account, authenticator, source, failures, not_before, last_failed_at)
         values (${account}, ${authenticator}, ${source}, ${wait.failures}, ${wait.notBefore}, ${now})
    on conflict (account, authenticator, source) do nothing
      returning ${isSwitchedOff}`;
  return row ?? null;
}

/** The wait of this source, held until the transaction ends: tries that come at once stand in line here. */
export async function lockWait(tx: Tx, account: string, authenticator: string, source: string, now: Date): Promise<Wait & { readonly isSwitchedOff: boolean }> {
  const [row] = await sql<Wait & { isSwitchedOff: boolean }>(tx)`
    insert into authn.throttle_wait (account, authenticator, source, failures, not_before, last_failed_at)
         values (${account}, ${authenticator}, ${source}, 0, '-infinity'::timestamptz, ${now})
    on conflict (account, authenticator, source) do update set failures = throttle_wait.failures
      returning failures, greatest(not_before, 'epoch'::timestamptz) as not_before, ${isSwitchedOff}`;
  return row!;
}

export async function saveWait(tx: Tx, account: string, authenticator: string, source: string, wait: Wait, now: Date): Promise<void> {
  await sql(tx)`
    update authn.throttle_wait
       set failures = ${wait.failures}, not_before = ${wait.notBefore}, last_failed_at = ${now}
     where account = ${account} and authenticator = ${authenticator} and source = ${source}`;
}

/** Counts one more wrong try over all sources, and disables the authenticator at the cap. */
export async function countFailure(tx: Tx, account: string, authenticator: string, cap: number, now: Date): Promise<Throttle & { readonly wasDisabledNow: boolean }> {
  const [row] = await sql<Throttle>(tx)`
    insert into authn.throttle as t (account, authenticator, failures, last_failed_at)
         values (${account}, ${authenticator}, 1, ${now})
    on conflict (account, authenticator) do update
            set failures = t.failures + 1,
                last_failed_at = ${now},
                disabled_at = coalesce(t.disabled_at, case when t.failures + 1 >= ${cap}::integer then ${now}::timestamptz end)
      returning failures, disabled_at`;
  return { ...row!, wasDisabledNow: row!.failures === cap };
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

/** The same as parts of a `with`, where `isRight` holds. */
export const forgiving = ({ account, authenticator, source }: Counted, isRight: Fragment): Fragment => fragment`
    forgiven_here as (delete from authn.throttle_wait where account = ${account} and authenticator = ${authenticator} and source = ${source} and ${isRight}),
    forgiven as (delete from authn.throttle where account = ${account} and authenticator = ${authenticator} and disabled_at is null and ${isRight})`;

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

export async function sweepThrottles(tx: Tx, before: Date, devicesBefore: Date): Promise<void> {
  await sql(tx)`delete from authn.throttle_wait where last_failed_at < ${before} and not_before < ${before}`;
  // Names that nobody has; the counts of people stay until they are right once.
  await sql(tx)`delete from authn.throttle where account like 'name:%' and last_failed_at < ${before}`;
  await sql(tx)`delete from authn.device where last_seen_at < ${devicesBefore}`;
}
