import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify, type ECDH } from 'node:crypto';
import { Agent, createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { seconds } from '../../platform/clock/index.ts';
import { sql } from '../../platform/db/index.ts';
import { authenticationWorld, type AuthenticationWorld } from '../../../testing/authentication-world.ts';
import { selfSigned } from '../../../testing/self-signed.ts';
import type { Telephone } from '../../../testing/telephone.ts';
import { isUsable } from './web-push.ts';

/**
 * A push service, as RFC 8030 and RFC 8291 describe one, behind TLS on this machine: it knows nothing of our code and reads
 * messages with the browser's own keys, written here from the texts of the standards.
 */
interface Received {
  readonly path: string;
  readonly host: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}
const received: Received[] = [];
let answer = 201;
let service: Server;
let agent: Agent;
let world: AuthenticationWorld;
let maria: Awaited<ReturnType<AuthenticationWorld['settled']>>;
let phone: Telephone;

const browserKeys: ECDH = createECDH('prime256v1');
browserKeys.generateKeys();
const auth = randomBytes(16);
const endpoint = 'https://push.example.net/send/abc';
const to = { endpoint, p256dh: browserKeys.getPublicKey().toString('base64url'), auth: auth.toString('base64url') };

beforeAll(async () => {
  const { key, cert } = selfSigned('push.example.net');
  service = createServer({ key, cert }, (request, reply) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      received.push({ path: request.url ?? '', host: request.headers.host ?? '', headers: request.headers, body: Buffer.concat(parts) });
      reply.writeHead(answer, { location: 'https://elsewhere.example.net/' }).end('x'.repeat(100));
    });
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  const { port } = service.address() as AddressInfo;
  // The name of the service leads to this machine; everything else of TLS and HTTP is as ever.
  agent = new Agent({ ca: cert, lookup: (_host, options, done) => (options.all === true ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4)) });
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = ((options: Parameters<typeof connect>[0], done: Parameters<typeof connect>[1]) => connect({ ...options, port } as Parameters<typeof connect>[0], done)) as typeof agent.createConnection;
  world = await authenticationWorld(undefined, {}, { pushAgent: agent });
  maria = await world.settled('Maria', 'Gonzalez', 'four words are enough');
  phone = world.telephone();
  const { link } = JSON.parse((await maria.browser.api('POST', '/api/v1/me/push/pairing')).text) as { link: string };
  await phone.pair(link);
});
afterEach(() => {
  received.length = 0;
  answer = 201;
});
afterAll(async () => {
  await world?.close();
  service?.close();
  agent?.destroy();
});

/** RFC 8188 and RFC 8291 3.4, from the side of the browser. */
function decrypt(body: Buffer): string {
  const salt = body.subarray(0, 16);
  const idLength = body[20]!;
  const sender = body.subarray(21, 21 + idLength);
  const sealed = body.subarray(21 + idLength);
  const shared = browserKeys.computeSecret(sender);
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), browserKeys.getPublicKey(), sender]);
  const secret = Buffer.from(hkdfSync('sha256', shared, auth, info, 32));
  const key = Buffer.from(hkdfSync('sha256', secret, salt, 'Content-Encoding: aes128gcm\0', 16));
  const nonce = Buffer.from(hkdfSync('sha256', secret, salt, 'Content-Encoding: nonce\0', 12));
  const decipher = createDecipheriv('aes-128-gcm', key, nonce);
  decipher.setAuthTag(sealed.subarray(-16));
  const plain = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
  const end = plain.lastIndexOf(2);
  return plain.subarray(0, end).toString('utf8');
}

/** RFC 8292: signed by the key that the browser subscribed with, for this service, for less than a day. */
function judgeVapid(header: string, publicKey: string): Record<string, unknown> {
  const [, token = '', key] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(header) ?? [];
  expect(key).toBe(publicKey);
  const [head = '', claims = '', signature = ''] = token.split('.');
  const point = Buffer.from(publicKey, 'base64url');
  const jwk = { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') };
  expect(verify('sha256', Buffer.from(`${head}.${claims}`), { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))).toBe(true);
  return JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>;
}

async function ask(): Promise<string> {
  const browser = world.browser();
  await browser.get('/sign-in?again=1');
  await browser.submit('/sign-in', { step: 'username', username: 'maria' });
  await browser.submit('/sign-in', { step: 'password', password: maria.password });
  const shown = await browser.submit('/sign-in', { step: 'push', response: 'ask' });
  return /id="push-digits"[^>]*>(\d{3} \d{3})</.exec(shown.text)![1]!.replace(' ', '');
}
const answerLast = async (digits: string) => phone.answer((await phone.waiting())[0]!, 'approve', digits);

it('wakes the telephone in its language, encrypted for it alone, signed as us, and says nothing of what is asked', async () => {
  expect(await phone.subscribe(to)).toBe(204);
  const digits = await ask();
  expect(await world.work('authentication.send-push')).toEqual([{ promptId: expect.any(String) as string, deviceId: phone.deviceId }]);
  expect(received).toHaveLength(1);
  const { body, headers, host, path: at } = received[0]!;
  expect([host, at]).toEqual(['push.example.net', '/send/abc']);
  expect(headers).toMatchObject({ 'content-encoding': 'aes128gcm', ttl: '60', urgency: 'high', topic: 'sign-in' });
  const said = decrypt(body);
  expect(JSON.parse(said)).toEqual({ title: 'Anmeldung bei Adventure Works', body: 'Öffnen, um zu sehen, wer fragt, und zu antworten.' });
  for (const secret of [digits, 'maria', 'Maria', '127.0.0.1', phone.deviceId]) expect(said).not.toContain(secret);
  const page = (await world.browser().send('GET', '/push')).text;
  const claims = judgeVapid(String(headers['authorization']), /data-vapid="([\w-]+)"/.exec(page)![1]!);
  expect(claims).toMatchObject({ aud: 'https://push.example.net', sub: 'https://id.example.com' });
  expect(Number(claims['exp']) - Date.now() / 1_000).toBeLessThan(86_400);
  expect(await answerLast(digits)).toBe('approved');
});

it('nobody is woken for a question that is answered or over, and a subscription that is gone is asked no more', async () => {
  await phone.subscribe(to);
  await answerLast(await ask());
  await world.work('authentication.send-push');
  const digits = await ask();
  world.wait(seconds(61));
  await world.work('authentication.send-push');
  expect(received).toEqual([]);
  expect(await phone.look()).toMatchObject({ body: { device: { hasNotifications: true } } });
  answer = 410;
  const next = await ask();
  await world.work('authentication.send-push');
  expect(received).toHaveLength(1);
  expect(await phone.look()).toMatchObject({ body: { device: { hasNotifications: false } } });
  expect(await answerLast(next), 'the open page goes on').toBe('approved');
  expect(digits).not.toBe('');
});

it('a service that is away is tried again; a redirect of its is not followed', async () => {
  await phone.subscribe(to);
  const digits = await ask();
  answer = 503;
  await expect(world.work('authentication.send-push')).rejects.toThrow('the push service answered 503');
  await answerLast(digits);
  const next = await ask();
  answer = 307;
  await world.work('authentication.send-push');
  expect(received.map((one) => one.host)).toEqual(['push.example.net', 'push.example.net']);
  expect(await answerLast(next)).toBe('approved');
});

it('what is stored of a subscription is sealed', async () => {
  await phone.subscribe(to);
  const [row] = await world.database.read((tx) => sql<{ sealedSubscription: Buffer }>(tx)`select sealed_subscription from authn.push_device where id = ${phone.deviceId}`);
  for (const part of [endpoint, 'push.example.net', to.auth, to.p256dh]) expect(row!.sealedSubscription.includes(part)).toBe(false);
  expect(await phone.subscribe(null)).toBe(204);
  expect(await phone.look()).toMatchObject({ body: { device: { hasNotifications: false } } });
});

it('a browser cannot make us call into the house (SSRF): what is not https on the open internet is refused', async () => {
  for (const wrong of ['http://push.example.net/x', 'https://127.0.0.1/x', 'https://10.0.0.7/x', 'https://169.254.169.254/latest/meta-data', 'https://[::1]/x', 'https://[::ffff:10.0.0.1]/x', 'https://0x7f000001/x', 'https://2130706433/x', 'https://localhost/x', 'https://intranet/x', 'https://push.example.net:8443/x', 'https://user:word@push.example.net/x', 'file:///etc/passwd', 'gopher://push.example.net/', 'nonsense']) {
    expect([wrong, await phone.subscribe({ ...to, endpoint: wrong })]).toEqual([wrong, 400]);
  }
  for (const wrong of [{ auth: 'AAAA' }, { p256dh: 'AAAA' }, { p256dh: Buffer.alloc(65, 4).toString('base64url') }, { auth: `${to.auth.slice(0, -1)}!` }]) expect(await phone.subscribe({ ...to, ...wrong })).toBe(400);
  expect(isUsable({ ...to, endpoint: 'https://fcm.googleapis.com/fcm/send/x' })).toBe(true);
});

it('a subscription is signed by the key of the device', async () => {
  const nonce = String((await phone.send('/api/v1/push/nonce', { deviceId: phone.deviceId })).body['nonce']);
  const body = { deviceId: phone.deviceId, nonce, subscription: { ...to, endpoint: 'https://push.example.org/thief' }, signature: phone.signed('bailiwick push subscription', 'https://id.example.com', phone.deviceId, nonce, to.endpoint, to.p256dh, to.auth) };
  expect((await phone.send('/api/v1/push/subscription', body)).status).toBe(404);
});
