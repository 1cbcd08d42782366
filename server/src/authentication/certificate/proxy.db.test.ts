import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { authenticationWorld, origin, type AuthenticationWorld } from '../../../testing/authentication-world.ts';
import { makeParty, type Party } from '../../../testing/certificate-chain.ts';

/* A proxy in front asks for the certificate and passes it in a header. Here a socket plays the proxy, and whoever would like to. */

let world: AuthenticationWorld;
let port: number;
let root: Party;
let middle: Party;
let maria: Awaited<ReturnType<AuthenticationWorld['settled']>>;

beforeAll(async () => {
  world = await authenticationWorld(origin, { BAILIWICK_CERTIFICATE_HEADER: 'Client-Cert', BAILIWICK_TRUSTED_PROXIES: '127.0.0.1' });
  await world.http.fastify.listen({ port: 0, host: '127.0.0.1' });
  port = (world.http.fastify.server.address() as AddressInfo).port;
  root = await makeParty({ name: 'Card Root', by: null, isAuthority: true });
  middle = await makeParty({ name: 'Card CA', by: root, isAuthority: true });
  const rita = await world.settled('Rita', 'Boss', 'a river walks over hats');
  await world.makeAdministrator(rita.person.id);
  maria = await world.settled('Maria', 'Gonzalez', 'four words are enough');
  await rita.browser.signIn('rita', rita.password, rita.totp);
  expect((await rita.browser.api('POST', '/api/v1/certificate-issuers', { name: 'Staff cards', certificate: root.pem, namesBy: 'email', isUserVerified: true, isHardwareBound: false, revocation: 'none' })).status).toBe(201);
}, 120_000);
afterAll(() => world.close());

/** One request, byte for byte, from an address of this machine. */
function raw(head: readonly string[], from = '127.0.0.1'): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect({ port, host: '127.0.0.1', localAddress: from }, () => socket.write(`${head.join('\r\n')}\r\n\r\n`));
    socket.setTimeout(20_000, () => socket.destroy());
    socket.on('data', (part) => { text += part.toString('latin1'); });
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
  });
}
const sequence = (one: Party): string => `:${one.der.toString('base64')}:`;

/** From the button through the door with these headers, and back. */
async function through(headers: readonly string[], from?: string) {
  const browser = world.browser();
  await browser.get('/sign-in');
  const pressed = await browser.send('POST', '/sign-in', { form: { csrf: browser.csrf, step: 'certificate' } });
  const door = new URL(pressed.location!);
  expect(door.origin).toBe(origin);
  const answer = await raw([`GET ${door.pathname}${door.search} HTTP/1.1`, 'Host: id.example.com', 'Connection: close', ...headers], from);
  const back = /^location: (.*?)\r?$/im.exec(answer)?.[1];
  return { status: Number(answer.slice(9, 12)), browser, reply: back ? await browser.send('GET', back.slice(origin.length)) : null };
}
const lastReason = async (): Promise<string | null> => (await world.audit('authentication.sign-in.fail')).at(-1)?.reason ?? null;

it('the proxy passes certificate and chain; the sign-in ends in level 2 and phr', async () => {
  const card = await makeParty({ name: 'Maria', by: middle, email: 'maria@adventure-works.com' });
  const { browser, reply } = await through([`Client-Cert: ${sequence(card)}`, `Client-Cert-Chain: ${sequence(middle)}`]);
  expect(reply?.location).toBe('/');
  expect((JSON.parse((await browser.me()).text) as { person: { id: string }; session: object })).toMatchObject({ person: { id: maria.person.id }, session: { assuranceLevel: 2, methods: ['swk', 'user', 'mfa', 'phr'] } });
});

it.each<[string, (value: string) => readonly string[], string, RegExp | null]>([
  ['sent by somebody who is no proxy of ours', (value) => [`Client-Cert: ${value}`], '127.0.0.2', /no trusted proxy/],
  ['sent by somebody who says to be forwarded', (value) => [`Client-Cert: ${value}`, 'X-Forwarded-For: 127.0.0.1', 'Forwarded: for=127.0.0.1'], '127.0.0.2', /no trusted proxy/],
  ['smuggled as a second header', (value) => [`Client-Cert: ${value}`, `Client-Cert: ${value}`], '127.0.0.1', /more than once/],
  ['smuggled in another case', (value) => ['Client-Cert: :AAAA:', `CLIENT-cert: ${value}`], '127.0.0.1', /more than once/],
  ['smuggled with an underscore', (value) => [`Client_Cert: ${value}`], '127.0.0.1', /_/],
  ['smuggled with an underscore beside an empty one', (value) => ['Client-Cert:', `Client_Cert: ${value}`], '127.0.0.1', /_/],
  ['smuggled by a folded line', (value) => [`Client-Cert: ${value.slice(0, 20)}`, ` ${value.slice(20)}`], '127.0.0.1', null],
  ['smuggled behind another header with a bare line feed', (value) => [`X-Any: 1\nClient-Cert: ${value}`, `Client-Cert: ${value}`], '127.0.0.1', null],
  ['under the name that nginx often has', (value) => [`X-SSL-Client-Cert: ${value}`], '127.0.0.1', /showed no certificate/],
])('a header %s signs nobody in (request smuggling through a trusted-proxy header)', async (_, headers, from, reason) => {
  const card = await makeParty({ name: 'Maria', by: root, email: 'maria@adventure-works.com' });
  const { status, browser, reply } = await through(headers(sequence(card)), from);
  if (reply) {
    expect(reply.status).toBe(401);
    expect(reply.text).toContain('showed no certificate');
  } else expect(status, 'not read as HTTP at all').toBe(400);
  expect((await browser.me()).status).toBe(401);
  if (reason) expect(await lastReason()).toMatch(reason);
});

it('at every other address the header is gone before anybody could read it', async () => {
  const card = await makeParty({ name: 'Maria', by: root, email: 'maria@adventure-works.com' });
  const answer = await raw(['GET /api/v1/me HTTP/1.1', 'Host: id.example.com', 'Connection: close', `Client-Cert: ${sequence(card)}`]);
  expect(answer).toMatch(/^HTTP\/1.1 401/);
});
