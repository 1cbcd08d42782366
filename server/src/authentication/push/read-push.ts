import type * as contract from '@bailiwick/contract/push';
import type { z } from 'zod';
import { later, minutes } from '../../platform/clock/index.ts';
import { hmac, isSame } from '../../platform/crypto/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { disabledAuthenticators } from '../throttle/store.ts';
import { isSignedBy } from './device-key.ts';
import { mostPushDevices, signedTexts } from './push.ts';
import { sealSubscription } from './send-push.ts';
import { findPushDevice, findPushDevices, saveSubscription, waitingPrompts, type DeviceAndPerson } from './store.ts';
import { isUsable, type Subscription } from './web-push.ts';

export async function readOwnPush({ database }: Pick<Needs, 'database'>, permit: Permit<'authentication.own.factor.read'>): Promise<contract.MyPush> {
  const { personId } = permit;
  if (!personId) throw refuse.not_a_person();
  const { devices, disabled } = await database.read(async (tx) => ({ devices: await findPushDevices(tx, personId), disabled: await disabledAuthenticators(tx, `person:${personId}`) }));
  return {
    devices: devices.map((device) => ({ id: device.id, name: device.name, createdAt: device.createdAt.toISOString(), lastUsedAt: device.lastUsedAt?.toISOString() ?? null, hasNotifications: device.sealedSubscription !== null, isDisabled: device.disabledAt !== null })),
    isOff: devices.length > 0 && devices.every((device) => device.disabledAt),
    isLocked: disabled.includes('push'),
    atMost: mostPushDevices,
  };
}

const nonceLifeMs = minutes(5);

/**
 * What a device signs to be told what waits: ours, of this device, and young. It is good for five minutes of asking, which
 * changes nothing; answers have a nonce of their own that works once. No row is written, since pages ask every few seconds.
 */
export function openNonces({ clock, keys }: Pick<Needs, 'clock' | 'keys'>) {
  const key = keys.derive('push nonce');
  const make = (deviceId: string, until: number): string => `${until.toString(36)}.${hmac(key, `${deviceId} ${until}`).toString('base64url')}`;
  return {
    give: (deviceId: string): string => make(deviceId, later(clock.now(), nonceLifeMs).getTime()),
    isOurs(deviceId: string, nonce: string): boolean {
      const until = Number.parseInt(nonce.split('.')[0] ?? '', 36);
      return Number.isSafeInteger(until) && until > clock.now().getTime() && isSame(nonce, make(deviceId, until));
    },
  };
}
export type Nonces = ReturnType<typeof openNonces>;

type DeviceNeeds = Pick<Needs, 'clock' | 'database' | 'config' | 'keys'> & { readonly nonces: Nonces };

async function whichDevice(needs: DeviceNeeds, given: { deviceId: string; nonce: string; signature: string }, text: string): Promise<DeviceAndPerson> {
  const found = await needs.database.read((tx) => findPushDevice(tx, given.deviceId));
  if (!found || !isSignedBy(found.device.publicKey, text, given.signature)) throw refuse.push_device_not_found();
  if (!needs.nonces.isOurs(given.deviceId, given.nonce)) throw refuse.push_page_old();
  return found;
}

/** What a paired device shows: who asks, from where, for what. The digits are on the other screen alone. */
export async function readWhatWaits(needs: DeviceNeeds, given: { deviceId: string; nonce: string; signature: string }): Promise<z.infer<typeof contract.whatWaits>> {
  const { device, subject } = await whichDevice(needs, given, signedTexts.waiting({ origin: needs.config.url.origin, ...given }));
  const now = needs.clock.now();
  const prompts = device.disabledAt ? [] : await needs.database.read((tx) => waitingPrompts(tx, device.personId, now));
  return {
    device: { name: device.name, hasNotifications: device.sealedSubscription !== null },
    personName: subject.displayName,
    organisation: needs.config.organisation,
    isOff: device.disabledAt !== null,
    items: prompts.map((prompt) => ({ id: prompt.id, nonce: prompt.nonce.toString('base64url'), place: prompt.place, application: prompt.application, browser: prompt.browser, address: prompt.address, secondsLeft: Math.max(0, Math.ceil((prompt.expiresAt.getTime() - now.getTime()) / 1_000)) })),
    nonce: needs.nonces.give(device.id),
  };
}

/** Where web push reaches the device from now on; null: nowhere. */
export async function subscribeDevice(needs: DeviceNeeds, given: { deviceId: string; nonce: string; signature: string; subscription: Subscription | null }): Promise<void> {
  const { subscription } = given;
  const { device } = await whichDevice(needs, given, signedTexts.subscription({ origin: needs.config.url.origin, ...given, ...(subscription ?? { endpoint: '', p256dh: '', auth: '' }) }));
  if (subscription && !isUsable(subscription)) throw refuse.push_subscription_not_accepted();
  await needs.database.read((tx) => saveSubscription(tx, device.id, subscription && sealSubscription(needs.keys, device.id, subscription)));
}
