import { newId } from '../../platform/crypto/index.ts';
import { json, sql, type Tx } from '../../platform/db/index.ts';
import type { AccountId } from '../account/account.ts';
import type { NewObservation, Observation, ObservationId } from './observation.ts';

/** Keeps proof. INVARIANT: facts are without secrets; the caller redacts. */
export async function recordObservation(tx: Tx, one: NewObservation): Promise<ObservationId> {
  const id = newId() as ObservationId;
  await sql(tx)`
    insert into directory.observation (id, application_id, account_id, operation_id, via, consistency, observed_at, is_there, status, digest, facts)
         values (${id}, ${one.applicationId}, ${one.accountId}, ${one.operationId}, ${one.via}, ${one.consistency}, ${one.observedAt}, ${one.isThere}, ${one.status}, ${one.digest}, ${json(one.facts)})`;
  return id;
}

export async function findObservation(tx: Tx, id: ObservationId): Promise<Observation | null> {
  const [row] = await sql<Observation>(tx)`select id, application_id, account_id, operation_id, via, consistency, observed_at, is_there, status, digest, facts from directory.observation where id = ${id}`;
  return row ?? null;
}

export async function observationsOfAccount(tx: Tx, accountId: AccountId, limit = 20): Promise<Observation[]> {
  return sql<Observation>(tx)`
    select id, application_id, account_id, operation_id, via, consistency, observed_at, is_there, status, digest, facts
      from directory.observation
     where account_id = ${accountId}
     order by observed_at desc, id desc
     limit ${limit}`;
}
