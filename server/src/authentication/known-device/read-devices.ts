import type { KnownDevice, StrangeTries } from '@bailiwick/contract/sessions';
import { days, later } from '../../platform/clock/index.ts';
import type { Permit, Principal } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { whereIs } from '../place/where-is.ts';
import { subjectInScope } from '../session/scope.ts';
import { findSession } from '../session/store.ts';
import { findStrangeTries, findUnfamiliarWait } from '../throttle/store.ts';
import { findDevices } from './store.ts';

type ReadNeeds = Pick<Needs, 'clock' | 'database' | 'geography'>;

export async function readOwnDevices(needs: ReadNeeds, permit: Permit<'authentication.own.device.read'>, principal: Principal): Promise<{ items: KnownDevice[] }> {
  const { personId } = permit;
  if (!personId) throw refuse.not_a_person();
  const { sessionId } = principal;
  const current = sessionId === null ? null : await needs.database.read((tx) => findSession(tx, sessionId, needs.clock.now()));
  return { items: await devicesOf(needs, personId, current?.deviceId ?? null) };
}

export async function readDevicesOfPerson(needs: ReadNeeds, permit: Permit<'authentication.device.read'>, personId: string): Promise<{ items: KnownDevice[] }> {
  await needs.database.read((tx) => subjectInScope(tx, permit, personId));
  return { items: await devicesOf(needs, personId, null) };
}

async function devicesOf(needs: ReadNeeds, personId: string, currentId: string | null): Promise<KnownDevice[]> {
  const [devices, find] = await Promise.all([needs.database.read((tx) => findDevices(tx, personId)), needs.database.read((tx) => whereIs(tx, needs))]);
  return devices.map((one) => ({
    id: one.deviceId,
    isCurrent: one.deviceId === currentId,
    device: one.device,
    address: one.address,
    where: one.address === null ? null : find(one.address),
    firstSeenAt: one.firstSeenAt.toISOString(),
    lastSeenAt: one.lastSeenAt.toISOString(),
  }));
}

export const strangeTriesKeptMs = days(30);

/** Whether somebody else tries to get in (ASVS 6.3.5). */
export async function readOwnStrangeTries(needs: ReadNeeds, permit: Permit<'authentication.own.session.read'>): Promise<StrangeTries> {
  const { personId } = permit;
  if (!personId) throw refuse.not_a_person();
  return strangeTriesOf(needs, personId);
}

export async function readStrangeTriesOfPerson(needs: ReadNeeds, permit: Permit<'authentication.session.read'>, personId: string): Promise<StrangeTries> {
  await needs.database.read((tx) => subjectInScope(tx, permit, personId));
  return strangeTriesOf(needs, personId);
}

async function strangeTriesOf(needs: ReadNeeds, personId: string): Promise<StrangeTries> {
  const now = needs.clock.now();
  const [tries, waitsUntil, find] = await Promise.all([
    needs.database.read((tx) => findStrangeTries(tx, personId, later(now, -strangeTriesKeptMs))),
    needs.database.read((tx) => findUnfamiliarWait(tx, `person:${personId}`, now)),
    needs.database.read((tx) => whereIs(tx, needs)),
  ]);
  return {
    days: tries.map((one) => ({ day: one.day, tries: one.tries, lastAt: one.lastAt.toISOString(), lastAddress: one.lastAddress, where: find(one.lastAddress) })),
    waitsUntil: waitsUntil?.toISOString() ?? null,
  };
}
