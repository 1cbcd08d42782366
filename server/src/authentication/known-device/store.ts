import { sql, type Tx } from '../../platform/db/index.ts';
import { familiar } from '../throttle/throttle.ts';

export interface StoredDevice {
  readonly deviceId: string;
  readonly device: string;
  readonly address: string | null;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
}

export const findDevices = (tx: Tx, personId: string): Promise<readonly StoredDevice[]> =>
  sql<StoredDevice>(tx)`select device_id, device, address, first_seen_at, last_seen_at from authn.device where person_id = ${personId} order by last_seen_at desc, device_id`;

export async function forgetDevice(tx: Tx, personId: string, deviceId: string): Promise<StoredDevice | null> {
  const [row] = await sql<StoredDevice>(tx)`delete from authn.device where person_id = ${personId} and device_id = ${deviceId} returning device_id, device, address, first_seen_at, last_seen_at`;
  return row ?? null;
}

export async function forgetAllDevices(tx: Tx, personId: string): Promise<readonly { readonly deviceId: string }[]> {
  return sql<{ deviceId: string }>(tx)`delete from authn.device where person_id = ${personId} returning device_id`;
}

/** Waits of a browser that is no longer familiar count for nobody. */
export async function forgetWaits(tx: Tx, personId: string, deviceIds: readonly string[]): Promise<void> {
  await sql(tx)`delete from authn.throttle_wait where account = ${`person:${personId}`} and source = any (${deviceIds.map(familiar)}::text[])`;
}

export async function dropOldestDevices(tx: Tx, personId: string, keep: number): Promise<void> {
  await sql(tx)`delete from authn.device where person_id = ${personId} and device_id in (select device_id from authn.device where person_id = ${personId} order by last_seen_at desc, device_id offset ${keep})`;
}

/** How often the person was told of this since then. */
export async function countNotices(tx: Tx, personId: string, about: string, since: Date): Promise<number> {
  const [row] = await sql<{ count: number }>(tx)`select count(*)::integer as count from authn.disavowal where person_id = ${personId} and about = ${about} and created_at > ${since}`;
  return row?.count ?? 0;
}
