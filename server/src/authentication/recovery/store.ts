import { fragment, sql, type Tx } from '../../platform/db/index.ts';

export type AddressKind = 'own' | 'work' | 'private';

export interface RecoveryAddress {
  readonly id: string;
  readonly personId: string;
  readonly kind: AddressKind;
  readonly address: string;
  readonly addedAt: Date;
  readonly confirmedAt: Date | null;
  /** False when HR has another address by now than the one that was confirmed. */
  readonly isCurrent: boolean;
  /** The mailbox of the company: it may open by this very sign-in. */
  readonly isAtWork: boolean;
}

const addressColumns = fragment`recovery_address_id as id, person_id, kind, address, added_at, confirmed_at, is_current, is_at_work`;

export async function addressesOf(tx: Tx, personId: string): Promise<readonly RecoveryAddress[]> {
  return sql<RecoveryAddress>(tx)`select ${addressColumns} from authn.recovery_address_card where person_id = ${personId} order by added_at, recovery_address_id`;
}

export async function findAddress(tx: Tx, personId: string, id: string): Promise<RecoveryAddress | null> {
  const [row] = await sql<RecoveryAddress>(tx)`select ${addressColumns} from authn.recovery_address_card where person_id = ${personId} and recovery_address_id = ${id}`;
  return row ?? null;
}

/** Confirmed, and still so: where codes and notices go. */
export async function confirmedAddressesOf(tx: Tx, personId: string): Promise<readonly string[]> {
  const rows = await sql<{ address: string }>(tx)`select address from authn.recovery_address_card where person_id = ${personId} and confirmed_at is not null and is_current order by added_at, recovery_address_id`;
  return rows.map((row) => row.address);
}

/** Adds it, or finds the one that waits under this spelling already. Two windows at once add one. */
export async function addAddress(tx: Tx, one: { readonly id: string; readonly personId: string; readonly kind: AddressKind; readonly address: string; readonly addedAt: Date }): Promise<{ readonly id: string; readonly confirmedAt: Date | null }> {
  const [row] = await sql<{ id: string; confirmedAt: Date | null }>(tx)`
    insert into authn.recovery_address (id, person_id, kind, address, added_at)
         values (${one.id}, ${one.personId}, ${one.kind}, ${one.address}, ${one.addedAt})
    on conflict (person_id, lower(address)) do update set kind = excluded.kind
      returning id, confirmed_at`;
  return row!;
}

export async function confirmAddress(tx: Tx, personId: string, id: string, now: Date): Promise<boolean> {
  return (await sql<{ id: string }>(tx)`update authn.recovery_address set confirmed_at = ${now} where person_id = ${personId} and id = ${id} and confirmed_at is null returning id`).length > 0;
}

export async function removeAddress(tx: Tx, personId: string, id: string): Promise<boolean> {
  return (await sql<{ id: string }>(tx)`delete from authn.recovery_address where person_id = ${personId} and id = ${id} returning id`).length > 0;
}

/** All of them, or those confirmed at `since` or later. */
export async function removeAddressesOf(tx: Tx, personId: string, since: Date | null): Promise<number> {
  return (await sql<{ id: string }>(tx)`delete from authn.recovery_address where person_id = ${personId} and (${since}::timestamptz is null or confirmed_at is null or confirmed_at >= ${since}::timestamptz) returning id`).length;
}

export type CodePurpose = 'recover' | 'confirm' | 'practise';

export interface NewMailedCode {
  readonly id: string;
  readonly purpose: CodePurpose;
  readonly holderId: string;
  readonly personId: string | null;
  readonly account: string;
  readonly source: string;
  readonly hash: string;
  readonly sealedCode: Buffer;
  readonly madeAt: Date;
  readonly expiresAt: Date;
}

/** The moment of the oldest of the last `most` codes that were asked for from this source since `since`; null while there are fewer. */
export async function oldestOfLast(tx: Tx, account: string, source: string, most: number, since: Date): Promise<Date | null> {
  const [row] = await sql<{ madeAt: Date }>(tx)`
    select made_at from authn.mailed_code where account = ${account} and source = ${source} and made_at > ${since} order by made_at desc offset ${most - 1} limit 1`;
  return row?.madeAt ?? null;
}

/** A new code takes the place of the one before it: two codes of one recovery never work at once. */
export async function addMailedCode(tx: Tx, one: NewMailedCode): Promise<void> {
  await sql(tx)`
    with older as (update authn.mailed_code set expires_at = least(expires_at, ${one.madeAt}), sealed_code = null where holder_id = ${one.holderId} and purpose = ${one.purpose} and used_at is null)
    insert into authn.mailed_code (id, purpose, holder_id, person_id, account, source, hash, sealed_code, made_at, expires_at)
         values (${one.id}, ${one.purpose}, ${one.holderId}, ${one.personId}, ${one.account}, ${one.source}, ${one.hash}, ${one.sealedCode}, ${one.madeAt}, ${one.expiresAt})`;
}

export async function isCodeOut(tx: Tx, purpose: CodePurpose, holderId: string, now: Date): Promise<boolean> {
  const [row] = await sql<{ isOut: boolean }>(tx)`select exists (select from authn.mailed_code where holder_id = ${holderId} and purpose = ${purpose} and used_at is null and expires_at > ${now}) as is_out`;
  return row?.isOut ?? false;
}

/** One try of the code of this holder, counted before it is compared; null when there is none, or when it was tried too often. */
export async function takeTry(tx: Tx, purpose: CodePurpose, holderId: string, most: number, now: Date): Promise<{ readonly id: string; readonly hash: string } | null> {
  const [row] = await sql<{ id: string; hash: string }>(tx)`
    update authn.mailed_code set tries = tries + 1
     where holder_id = ${holderId} and purpose = ${purpose} and used_at is null and expires_at > ${now} and tries < ${most}
 returning id, hash`;
  return row ?? null;
}

export async function useMailedCode(tx: Tx, id: string, now: Date): Promise<boolean> {
  return (await sql<{ id: string }>(tx)`update authn.mailed_code set used_at = ${now} where id = ${id} and used_at is null and expires_at > ${now} returning id`).length > 0;
}

export interface CodeToMail {
  readonly id: string;
  readonly purpose: CodePurpose;
  readonly holderId: string;
  readonly personId: string | null;
  readonly sealedCode: Buffer;
}

/** Held until the mail is written, so that a job that runs twice mails once. */
export async function lockCodeToMail(tx: Tx, id: string, now: Date): Promise<CodeToMail | null> {
  const [row] = await sql<CodeToMail>(tx)`
    select id, purpose, holder_id, person_id, sealed_code
      from authn.mailed_code
     where id = ${id} and mailed_at is null and sealed_code is not null and used_at is null and expires_at > ${now}
       for update`;
  return row ?? null;
}

export async function noteMailed(tx: Tx, id: string, now: Date): Promise<void> {
  await sql(tx)`update authn.mailed_code set mailed_at = ${now}, sealed_code = null where id = ${id}`;
}

/** Nothing that is on its way to this person opens anything any more. */
export async function endMailedCodesOf(tx: Tx, personId: string, now: Date): Promise<void> {
  await sql(tx)`update authn.mailed_code set expires_at = least(expires_at, ${now}), sealed_code = null where person_id = ${personId} and used_at is null`;
}

export interface RecoverySettings {
  readonly needsSecondApprover: boolean;
  readonly managersApprove: boolean;
}

export async function readRecoverySettings(tx: Tx): Promise<RecoverySettings> {
  const [row] = await sql<RecoverySettings>(tx)`select needs_second_approver, managers_approve from authn.recovery_settings`;
  return row ?? { needsSecondApprover: true, managersApprove: false };
}

export async function saveRecoverySettings(tx: Tx, settings: RecoverySettings, by: string, now: Date): Promise<void> {
  await sql(tx)`update authn.recovery_settings set needs_second_approver = ${settings.needsSecondApprover}, managers_approve = ${settings.managersApprove}, changed_at = ${now}, changed_by = ${by}`;
}

/** People who have something to look after and have not been asked, nor looked by themselves, since `before`; held, so that two nodes ask different ones. */
export async function lockToRemind(tx: Tx, before: Date, limit: number): Promise<readonly string[]> {
  const rows = await sql<{ personId: string }>(tx)`
    select p.person_id
      from directory.person_standing p
      left join authn.recovery_reminder r on r.person_id = p.person_id
      join lateral (select max(at) as at
                      from (select max(issued_at) as at from authn.recovery_code where person_id = p.person_id
                            union all
                            select max(confirmed_at) from authn.recovery_address where person_id = p.person_id) as seen) known on known.at < ${before}
     where p.is_active
       and coalesce(greatest(r.reminded_at, r.looked_at), '-infinity') < ${before}
     order by p.person_id
     limit ${limit}`;
  return rows.map((row) => row.personId);
}

/** False when another node was first. */
export async function noteReminded(tx: Tx, personId: string, before: Date, now: Date): Promise<boolean> {
  const rows = await sql<{ personId: string }>(tx)`
    insert into authn.recovery_reminder as r (person_id, reminded_at)
         values (${personId}, ${now})
    on conflict (person_id) do update set reminded_at = excluded.reminded_at where coalesce(r.reminded_at, '-infinity') < ${before}
      returning person_id`;
  return rows.length > 0;
}

export async function noteLooked(tx: Tx, personId: string, now: Date): Promise<void> {
  await sql(tx)`insert into authn.recovery_reminder (person_id, looked_at) values (${personId}, ${now}) on conflict (person_id) do update set looked_at = excluded.looked_at`;
}

export async function isReminded(tx: Tx, personId: string): Promise<boolean> {
  const [row] = await sql<{ isReminded: boolean }>(tx)`select coalesce(reminded_at > coalesce(looked_at, '-infinity'), false) as is_reminded from authn.recovery_reminder where person_id = ${personId}`;
  return row?.isReminded ?? false;
}

export async function sweepRecovery(tx: Tx, codesBefore: Date, unconfirmedBefore: Date): Promise<void> {
  await sql(tx)`delete from authn.mailed_code where made_at < ${codesBefore}`;
  await sql(tx)`delete from authn.recovery_address where confirmed_at is null and added_at < ${unconfirmedBefore}`;
}
