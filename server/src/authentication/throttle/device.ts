import { days } from '../../platform/clock/index.ts';
import { hmac, isSame, newId, type Keys } from '../../platform/crypto/index.ts';
import type { CookieChange } from '../../platform/http/index.ts';

const name = 'bailiwick-device';
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export interface Devices {
  /** The browser's own id, if its cookie carries our signature. */
  read(cookies: Readonly<Record<string, string | undefined>>): string | null;
  cookie(deviceId: string): CookieChange;
  make(): string;
}

/** Tells browsers apart that signed in before, so that a stranger's guesses make the stranger wait. A hint, never a factor: whoever copies the cookie gains shorter waits and nothing else. */
export function openDevices({ keys }: { keys: Pick<Keys, 'derive'> }): Devices {
  const key = keys.derive('device cookie');
  const sign = (deviceId: string): string => hmac(key, deviceId).toString('base64url');
  return {
    read(cookies) {
      const [deviceId = '', signature = ''] = (cookies[name] ?? '').split('.');
      return uuid.test(deviceId) && isSame(signature, sign(deviceId)) ? deviceId : null;
    },
    cookie: (deviceId) => ({ name, value: `${deviceId}.${sign(deviceId)}`, maxAgeSeconds: days(365) / 1_000 }),
    make: newId,
  };
}
