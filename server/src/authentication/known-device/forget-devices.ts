import { record } from '../../audit/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { forgetAllDevices, forgetDevice, forgetWaits } from './store.ts';

type ForgetPermit = Permit<'authentication.own.device.forget'>;

/** A browser that is forgotten counts as a stranger from now on. Its sessions go on: they are ended on their own list. */
export async function forgetOwnDevice({ clock, database }: Pick<Needs, 'clock' | 'database'>, permit: ForgetPermit, deviceId: string): Promise<void> {
  const { personId } = permit;
  if (!personId) throw refuse.not_a_person();
  await database.transaction(async (tx) => {
    const gone = await forgetDevice(tx, personId, deviceId);
    if (!gone) throw refuse.device_not_found({ device: deviceId });
    await forgetWaits(tx, personId, [deviceId]);
    await record(tx, { action: 'authentication.device.forget', actor: permit.actor, actorName: permit.actorName, target: `person:${personId}`, targetName: permit.actorName, at: clock.now(), outcome: 'allowed', facts: { devices: [gone.device] } });
  });
}

export async function forgetOwnDevices({ clock, database }: Pick<Needs, 'clock' | 'database'>, permit: ForgetPermit): Promise<number> {
  const { personId } = permit;
  if (!personId) throw refuse.not_a_person();
  return database.transaction(async (tx) => {
    const gone = await forgetAllDevices(tx, personId);
    if (gone.length === 0) return 0;
    await forgetWaits(tx, personId, gone.map((one) => one.deviceId));
    await record(tx, { action: 'authentication.device.forget', actor: permit.actor, actorName: permit.actorName, target: `person:${personId}`, targetName: permit.actorName, at: clock.now(), outcome: 'allowed', facts: { forgotten: gone.length } });
    return gone.length;
  });
}
