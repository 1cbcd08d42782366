import { createECDH } from 'node:crypto';
import type { LookupAddress } from 'node:dns';
import { expect, it, vi } from 'vitest';
import { sha256 } from '../../platform/crypto/index.ts';
import { openPushSender, vapidKeysOf } from './web-push.ts';

// The names of this test lead where an attacker's would.
vi.mock('node:dns', async (original) => ({
  ...(await original<typeof import('node:dns')>()),
  lookup: (host: string, _options: unknown, done: (fault: null, addresses: LookupAddress[]) => void) => done(null, [{ address: host.startsWith('metadata') ? '169.254.169.254' : '127.0.0.1', family: 4 }]),
}));

const curve = createECDH('prime256v1');
curve.generateKeys();
const keys = { p256dh: curve.getPublicKey().toString('base64url'), auth: Buffer.alloc(16, 7).toString('base64url') };
const house = (secret: string) => ({ seal: () => Buffer.alloc(0), open: () => Buffer.alloc(0), derive: (purpose: string) => sha256(`${secret} ${purpose}`) });

it('a name of the open internet that leads into the house is refused when we connect (SSRF by DNS rebinding)', async () => {
  const sender = openPushSender({ keys: house('a'), config: { url: new URL('https://id.example.com'), isSecure: true } });
  for (const host of ['push.example.net', 'metadata.example.net']) {
    await expect(sender.send({ ...keys, endpoint: `https://${host}/x` }, { title: 't', body: 'b' }, new AbortController().signal)).rejects.toMatchObject({ isTemporary: true, cause: { name: 'ForbiddenAddress' } });
  }
});

it('every node of a house has the same key for push services, another house another, and it is a key', () => {
  const [one, same, other] = [vapidKeysOf(house('a')), vapidKeysOf(house('a')), vapidKeysOf(house('b'))];
  expect(same).toEqual(one);
  expect(other.publicKey).not.toBe(one.publicKey);
  const check = createECDH('prime256v1');
  check.setPrivateKey(Buffer.from(one.privateKey, 'base64url'));
  expect(check.getPublicKey().toString('base64url')).toBe(one.publicKey);
});

it('a derived number that is no key of the curve is not taken', () => {
  const asked: string[] = [];
  const { publicKey } = vapidKeysOf({
    derive(purpose) {
      asked.push(purpose);
      return asked.length === 1 ? Buffer.alloc(32, 255) : sha256('good');
    },
  });
  expect(asked).toEqual(['web push', 'web push 1']);
  expect(Buffer.from(publicKey, 'base64url')).toHaveLength(65);
});
