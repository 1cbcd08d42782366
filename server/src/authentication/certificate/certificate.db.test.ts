import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { connect, type SecureVersion } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authenticationWorld, origin, type AuthenticationWorld } from '../../../testing/authentication-world.ts';
import { makeList, makeParty, makeRequest, type Party } from '../../../testing/certificate-chain.ts';
import { freePort } from '../../../testing/world.ts';
import { authenticationSurfaces, endAccessIn } from '../end-access.ts';

let world: AuthenticationWorld;
let rita: Awaited<ReturnType<AuthenticationWorld['settled']>>;
let maria: Awaited<ReturnType<AuthenticationWorld['settled']>>;
let root: Party;
let folder: string;
let port: number;
let lists: Server;
let listOf = new Map<string, Buffer>();
let listsAt = '';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl) process.stderr.write('openssl is not on this machine: the tests with it as an independent peer are skipped\n');

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'bailiwick-certificate-'));
  port = await freePort();
  const server = await makeParty({ name: 'localhost', by: null, extendedUsages: ['1.3.6.1.5.5.7.3.1'] });
  writeFileSync(path.join(folder, 'key.pem'), server.keyPem);
  writeFileSync(path.join(folder, 'certificate.pem'), server.pem);
  world = await authenticationWorld(origin, { BAILIWICK_CERTIFICATE_PORT: String(port), BAILIWICK_CERTIFICATE_TLS_KEY_FILE: path.join(folder, 'key.pem'), BAILIWICK_CERTIFICATE_TLS_CERTIFICATE_FILE: path.join(folder, 'certificate.pem') });
  for (const listener of world.authentication.listeners ?? []) await listener.listen();
  lists = createServer((asked, answer) => {
    const found = listOf.get(asked.url ?? '');
    answer.writeHead(found ? 200 : 404).end(found);
  });
  await new Promise<void>((resolve) => lists.listen(0, '127.0.0.1', resolve));
  listsAt = `http://127.0.0.1:${(lists.address() as AddressInfo).port}`;
  root = await makeParty({ name: 'Card Root', by: null, isAuthority: true });
  rita = await world.settled('Rita', 'Boss', 'a river walks over hats');
  await world.makeAdministrator(rita.person.id);
  maria = await world.settled('Maria', 'Gonzalez', 'four words are enough');
  expect((await addIssuer({ certificate: root.pem })).status).toBe(201);
}, 120_000);
afterAll(async () => {
  for (const listener of world.authentication.listeners ?? []) await listener.close();
  await world.close();
  lists.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Cards with PIN, named by e-mail, without revocation, unless told otherwise. */
async function addIssuer(wish: Record<string, unknown>) {
  await fresh();
  return rita.browser.api('POST', '/api/v1/certificate-issuers', { name: 'Staff cards', namesBy: 'email', isUserVerified: true, isHardwareBound: true, revocation: 'none', ...wish });
}
/** The clock of the test runs ahead: the administrator proves anew. */
async function fresh() {
  await rita.browser.signIn('rita', rita.password, rita.totp);
}

type Browser = ReturnType<AuthenticationWorld['browser']>;
const cardOf = (name: string, wish: Partial<Parameters<typeof makeParty>[0]> = {}): Promise<Party> => makeParty({ name, by: root, email: `${name.toLowerCase()}@adventure-works.com`, ...wish });

/** To the door, as a browser goes that has this certificate (or none). */
function atDoor(url: string, certificate: Party | null, chain: readonly Party[] = []): Promise<{ status: number; location: string }> {
  const to = new URL(url);
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', servername: 'localhost', port, path: to.pathname + to.search, rejectUnauthorized: false, agent: false, ...(certificate ? { key: certificate.keyPem, cert: [certificate, ...chain].map((one) => one.pem).join('\n') } : {}) }, (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode ?? 0, location: answer.headers.location ?? '' });
    });
    asking.on('error', reject);
    asking.end();
  });
}
/** Presses the button; where it leads. */
async function press(browser: Browser, form: Record<string, string> = {}): Promise<string> {
  const reply = await browser.send('POST', '/sign-in', { form: { csrf: browser.csrf, step: 'certificate', ...form } });
  expect(reply.status).toBe(303);
  return reply.location!;
}
/** The whole way, and back to where it ends. */
async function withCertificate(browser: Browser, certificate: Party | null, chain: readonly Party[] = []) {
  const door = await press(browser);
  const { location } = await atDoor(door, certificate, chain);
  expect(location).toMatch(new RegExp(`^${origin}/`));
  return browser.send('GET', location.slice(origin.length));
}
const sessionOf = async (browser: Browser) => (JSON.parse((await browser.me()).text) as { session: { assuranceLevel: number; methods: string[]; isPhishingResistant: boolean } }).session;
async function newVisitor(): Promise<Browser> {
  const browser = world.browser();
  await browser.get('/sign-in');
  return browser;
}
const failures = async () => (await world.audit('authentication.sign-in.fail')).filter((one) => one.facts['method'] === 'certificate');

describe('signing in with a certificate', () => {
  it('a card with PIN names its person by itself and ends in level 3, sc and phr; the first use is told to the person', async () => {
    const browser = await newVisitor();
    const card = await cardOf('Maria');
    const done = await withCertificate(browser, card);
    expect(done.location).toBe('/');
    expect(await sessionOf(browser)).toMatchObject({ assuranceLevel: 3, methods: ['sc', 'user', 'mfa', 'phr'], isPhishingResistant: true });
    const mails = (await world.mailer.outbox(500)).filter((mail) => mail.recipient === 'maria@adventure-works.com').map((mail) => mail.subject);
    expect(mails).toContain('Adventure Works: A way to sign in was added');
    const own = JSON.parse((await browser.api('GET', '/api/v1/me/certificates')).text) as { items: { name: string; assuranceLevel: number; lastUsedAt: string | null }[] };
    expect(own.items).toMatchObject([{ name: 'Staff cards', assuranceLevel: 3 }]);
    expect(own.items[0]!.lastUsedAt).not.toBeNull();
    const again = await newVisitor();
    expect((await withCertificate(again, card)).location).toBe('/');
    expect((await world.audit('authentication.factor.add')).filter((one) => one.facts['factor'] === 'certificate'), 'told once').toHaveLength(1);
  });

  it('the certificate of a device is one factor: a password comes after it', async () => {
    const devices = await makeParty({ name: 'Device Root', by: null, isAuthority: true });
    expect((await addIssuer({ name: 'Laptops', certificate: devices.pem, isUserVerified: false, isHardwareBound: false })).status).toBe(201);
    const laptop = await makeParty({ name: 'laptop-17', by: devices, email: 'maria@adventure-works.com' });
    const browser = await newVisitor();
    const next = await withCertificate(browser, laptop);
    expect(next.location).toBe('/sign-in');
    expect((await browser.me()).status).toBe(401);
    const asked = await browser.get('/sign-in?with=password');
    expect(asked.text, 'whoever the certificate names reads it, and so does the password manager').toContain(`Signing in as ${maria.person.username}`);
    expect(asked.text).toContain(`name="username" value="${maria.person.username}" autocomplete="username" hidden`);
    expect((await browser.submit('/sign-in', { step: 'password', password: maria.password })).location).toBe('/');
    expect(await sessionOf(browser)).toMatchObject({ assuranceLevel: 2, methods: ['pwd', 'swk', 'mfa', 'phr'] });
  });

  it('it is a second factor, and raises a session (step-up)', async () => {
    const browser = await newVisitor();
    const card = await cardOf('Maria');
    await withCertificate(await newVisitor(), card);
    await browser.signIn('maria', maria.password, maria.totp);
    await browser.get('/sign-in?step_up=3&return_to=/admin/settings');
    const done = await withCertificate(browser, card);
    expect(done.location).toBe('/admin/settings');
    expect(await sessionOf(browser)).toMatchObject({ assuranceLevel: 3 });
  });

  it('of somebody else it raises nothing', async () => {
    const browser = await newVisitor();
    await browser.signIn('maria', maria.password, maria.totp);
    await browser.get('/sign-in?step_up=3');
    const reply = await withCertificate(browser, await cardOf('Rita'));
    expect(reply.status).toBe(401);
    expect(reply.text).toContain('belongs to somebody else');
    expect(await sessionOf(browser)).toMatchObject({ assuranceLevel: 2 });
    expect((await failures()).at(-1)).toMatchObject({ reason: 'the certificate belongs to somebody else than this sign-in' });
  });

  it('a browser without a certificate comes through the handshake and is told what to do', async () => {
    const browser = await newVisitor();
    const reply = await withCertificate(browser, null);
    expect(reply.status).toBe(401);
    expect(reply.text).toContain('close every window of this browser');
  });

  it('every visit is a new handshake: a resumed TLS session does not speak for the card (63B-4 3.2.5.1)', async () => {
    const card = await cardOf('Maria');
    const connectWith = (maxVersion: SecureVersion, session: Buffer | null) =>
      new Promise<{ isReused: boolean; kept: Buffer | null }>((resolve, reject) => {
        let kept: Buffer | null = null;
        let isReused = true;
        const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, maxVersion, key: card.keyPem, cert: card.pem, ...(session ? { session } : {}) }, () => {
          isReused = socket.isSessionReused();
          socket.write('GET /sign-in/certificate HTTP/1.1\r\nhost: localhost\r\n\r\n');
        });
        socket.on('session', (one) => { kept = one; });
        socket.on('data', () => {
          kept ??= socket.getSession() ?? null;
          socket.end();
        });
        socket.on('error', reject);
        socket.on('close', () => resolve({ isReused, kept }));
      });
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const { kept } = await connectWith(version, null);
      expect((await connectWith(version, kept)).isReused, version).toBe(false);
    }
  });
});

it('a key and a certificate that do not belong together stop the start, and say which settings', async () => {
  const { openCertificateListener } = await import('./listener.ts');
  writeFileSync(path.join(folder, 'other.pem'), (await makeParty({ name: 'other', by: null })).pem);
  const start = (keyFile: string, certificateFile: string) => openCertificateListener({ database: world.database, config: { ...world.config, certificateDoor: { ...world.config.certificateDoor!, listener: { port, keyFile, certificateFile } } } } as never).listen();
  await expect(start(path.join(folder, 'key.pem'), path.join(folder, 'other.pem'))).rejects.toThrow(/BAILIWICK_CERTIFICATE_TLS_KEY_FILE .* belong together/);
  await expect(start(path.join(folder, 'none.pem'), path.join(folder, 'other.pem'))).rejects.toThrow(/check BAILIWICK_CERTIFICATE_TLS_KEY_FILE/);
  await expect(start(path.join(folder, 'key.pem'), path.join(folder, 'certificate.pem'))).rejects.toThrow(/is in use/);
});

describe('what the door does not accept', () => {
  it.each<[string, () => Promise<readonly [Party, readonly Party[]]>, string, RegExp]>([
    ['of an issuer that is not listed', async () => [await makeParty({ name: 'Maria', by: await makeParty({ name: 'Card Root', by: null, isAuthority: true }), email: 'maria@adventure-works.com' }), []], 'not accepted here', /no listed issuer/],
    ['that expired', async () => [await cardOf('Maria', { notBefore: new Date(Date.now() - 9e6), notAfter: new Date(Date.now() - 60_000) }), []], 'has expired', /expired/],
    ['for servers', async () => [await cardOf('Maria', { extendedUsages: ['1.3.6.1.5.5.7.3.1'] }), []], 'not accepted here', /client authentication/],
    ['that a person signed with her own', async () => {
      const card = await cardOf('Maria');
      return [await makeParty({ name: 'Rita', by: card, email: 'rita@adventure-works.com' }), [card]];
    }, 'not accepted here', /basicConstraints/],
    ['that names nobody', async () => [await cardOf('Nobody'), []], 'signs nobody in here', /nobody here is named/],
  ])('a certificate %s: said in plain words, on record with the reason', async (_, make, words, reason) => {
    const browser = await newVisitor();
    const [certificate, chain] = await make();
    const reply = await withCertificate(browser, certificate, chain);
    expect(reply.status).toBe(401);
    expect(reply.text).toContain(words);
    expect((await browser.me()).status).toBe(401);
    expect((await failures()).at(-1)!.reason).toMatch(reason);
  });

  it('nobody, and somebody who left, get the same page (enumeration)', async () => {
    const gus = await world.settled('Gus', 'Gone', 'yellow harbour nine');
    await world.leave(gus.person.id);
    const pages = [];
    for (const name of ['Gus', 'Nobody']) {
      const reply = await withCertificate(await newVisitor(), await cardOf(name));
      pages.push(`${reply.status} ${reply.text.replace(/name="(?:csrf|began)" value="[^"]+"/g, '')}`);
    }
    expect(pages[0]).toBe(pages[1]);
  });

  it('a work e-mail that went to somebody else does not take the certificate along', async () => {
    const [ann, bob] = [await world.addPerson('Ann', 'First'), await world.addPerson('Bob', 'Second')];
    const card = await cardOf('Ann');
    const first = await newVisitor();
    expect((await withCertificate(first, card)).status).toBe(303);
    const { sql } = await import('../../platform/db/index.ts');
    await world.database.transaction(async (tx) => {
      await sql(tx)`update directory.person set work_email = null where id = ${ann.id}`;
      await sql(tx)`update directory.person set work_email = 'ann@adventure-works.com' where id = ${bob.id}`;
    });
    const reply = await withCertificate(await newVisitor(), card);
    expect(reply.text).toContain('signs nobody in here');
    expect((await failures()).at(-1)!.reason).toContain('belongs to somebody else since its first use');
  });
});

describe('the way back', () => {
  it('a ticket planted in another browser is worth nothing (login CSRF), and its own browser may still use it', async () => {
    const [mallory, victim] = [await newVisitor(), await newVisitor()];
    const card = await cardOf('Rita');
    const { location } = await atDoor(await press(mallory), card);
    const ticket = location.slice(origin.length);
    await press(victim);
    const planted = await victim.send('GET', ticket);
    expect(planted.location).toBe('/sign-in?expired=1');
    expect((await victim.me()).status).toBe(401);
    expect((await failures()).at(-1)!.reason).toContain('begun in another browser');
    expect((await world.browser().send('GET', ticket)).location).toBe('/sign-in?expired=1');
    expect((await mallory.send('GET', ticket)).location).toBe('/');
    expect((await mallory.send('GET', ticket)).location, 'once').toBe('/sign-in?expired=1');
  });

  it('whoever lures a person to the door with an address of their own gets nothing (the ticket lands in the wrong browser)', async () => {
    const [mallory, victim] = [await newVisitor(), world.browser()];
    await mallory.signIn('maria', maria.password);
    const { location } = await atDoor(await press(mallory), await cardOf('Maria'));
    expect((await victim.send('GET', location.slice(origin.length))).location).toBe('/sign-in?expired=1');
    expect((await victim.me()).status).toBe(401);
    expect((await mallory.me()).status).toBe(401);
  });

  it('an address of the door works once; a ticket lives a minute', async () => {
    const browser = await newVisitor();
    const door = await press(browser);
    const card = await cardOf('Maria');
    const first = await atDoor(door, card);
    expect((await atDoor(door, card)).location).toBe(`${origin}/sign-in?expired=1`);
    world.wait(61_000);
    expect((await browser.send('GET', first.location.slice(origin.length))).location).toBe('/sign-in?expired=1');
    expect((await browser.me()).status).toBe(401);
  });

  it('the listener knows nothing but its door', async () => {
    for (const where of ['/', '/api/v1/me', '/sign-in', '/sign-in/certificate/../../api/v1/me']) expect((await atDoor(`https://localhost:${port}${where}`, null)).location).toBe(`${origin}/sign-in`);
    expect((await atDoor(`https://localhost:${port}/sign-in/certificate?ask=made-up`, await cardOf('Maria'))).location).toBe(`${origin}/sign-in?expired=1`);
  });

  it('a header at the sign-in page is nobody\'s certificate where our own listener asks', async () => {
    const browser = await newVisitor();
    const door = new URL(await press(browser));
    const reply = await browser.send('GET', door.pathname + door.search, { headers: { 'client-cert': `:${(await cardOf('Maria')).der.toString('base64')}:` } });
    expect(reply.location).toBe('/sign-in');
  });

  it('no foreign page begins it (CSRF)', async () => {
    const browser = await newVisitor();
    expect((await browser.send('POST', '/sign-in', { form: { csrf: 'made-up', step: 'certificate' } })).status).toBe(403);
  });
});

describe('revocation lists', () => {
  let authority: Party;
  let id: string;
  beforeAll(async () => {
    authority = await makeParty({ name: 'List Root', by: null, isAuthority: true });
    id = (JSON.parse((await addIssuer({ name: 'Listed cards', certificate: authority.pem, revocation: 'crl', crlUrl: `${listsAt}/cards.crl` })).text) as { id: string }).id;
  });
  const card = () => makeParty({ name: 'Maria', by: authority, email: 'maria@adventure-works.com' });
  const read = () => rita.browser.api('POST', `/api/v1/certificate-issuers/${id}/revocation-list/read`);

  it('no list, or one that is past its time, is no "good": refused, and listing it for the administrator', async () => {
    const reply = await withCertificate(await newVisitor(), await card());
    expect(reply.text).toContain('cannot be checked at this moment');
    expect((await failures()).at(-1)!.reason).toMatch(/no revocation list/);
    listOf.set('/cards.crl', await makeList(authority, [], { thisUpdate: new Date(Date.now() - 9e7), nextUpdate: new Date(Date.now() - 60_000) }));
    await fresh();
    expect((await read()).text).toContain('held until');
    const { items } = JSON.parse((await rita.browser.api('GET', '/api/v1/certificate-issuers')).text) as { items: { id: string; lists: { problem: string | null; isInForce: boolean }[] }[] };
    expect(items.find((one) => one.id === id)!.lists[0]).toMatchObject({ isInForce: false, problem: expect.stringContaining('held until') as string });
  });

  it('a good one lets in; one that names the card takes it from the person at once', async () => {
    const mine = await card();
    listOf.set('/cards.crl', await makeList(authority, [], { number: 5, nextUpdate: new Date(Date.now() + 9e8) }));
    await fresh();
    expect((await read()).status).toBe(200);
    expect((await withCertificate(await newVisitor(), mine)).location).toBe('/');
    listOf.set('/cards.crl', await makeList(authority, [mine], { number: 6, nextUpdate: new Date(Date.now() + 9e8) }));
    await fresh();
    expect(JSON.parse((await read()).text)).toEqual({ entries: 1 });
    const reply = await withCertificate(await newVisitor(), mine);
    expect(reply.text).toContain('was revoked');
    expect((await world.audit('authentication.certificate.revoke')).at(-1)).toMatchObject({ target: `person:${maria.person.id}` });
    listOf.set('/cards.crl', await makeList(authority, [], { number: 5, nextUpdate: new Date(Date.now() + 9e8) }));
    await fresh();
    expect((await read()).text, 'an older list, played again, gives nothing back').toContain('older than the list that is here');
    expect((await withCertificate(await newVisitor(), mine)).text).toContain('was revoked');
  });

  it('from a file, signed by the right authority only', async () => {
    const [other, away] = [await makeParty({ name: 'Other Root', by: null, isAuthority: true }), await makeParty({ name: 'Away Root', by: null, isAuthority: true })];
    const added = JSON.parse((await addIssuer({ name: 'Far cards', certificate: away.pem, revocation: 'crl' })).text) as { id: string };
    const upload = async (bytes: Buffer) => world.http.fastify.inject({ method: 'PUT', url: `/api/v1/certificate-issuers/${added.id}/revocation-list`, payload: bytes, headers: { 'content-type': 'application/octet-stream', 'cookie': [...rita.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '), 'x-csrf-token': await rita.browser.csrfToken() } });
    expect((await upload(await makeList(other, []))).statusCode).toBe(400);
    expect((await upload(Buffer.from('nonsense'))).statusCode).toBe(400);
    expect((await upload(await makeList(away, [], { nextUpdate: new Date(Date.now() + 9e8) }))).statusCode).toBe(200);
    expect((await withCertificate(await newVisitor(), await makeParty({ name: 'Maria', by: away, email: 'maria@adventure-works.com' }))).location).toBe('/');
  });

  it('an address where clouds hand out credentials is never asked (SSRF)', async () => {
    const bad = await makeParty({ name: 'Bad Root', by: null, isAuthority: true });
    await addIssuer({ name: 'Bad', certificate: bad.pem, revocation: 'crl' });
    const reply = await withCertificate(await newVisitor(), await makeParty({ name: 'Maria', by: bad, email: 'maria@adventure-works.com', crlUrl: 'http://169.254.169.254/latest/meta-data' }));
    expect(reply.text).toContain('cannot be checked');
    expect((await failures()).at(-1)!.reason).toContain('no authority lives');
  });
});

describe.skipIf(!hasOpenssl)('with openssl on the other side', () => {
  const ssl = (...parts: string[]): string => execFileSync('openssl', parts, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] }).toString();
  const partyOf = (name: string): Party => ({ pem: readFileSync(path.join(folder, `${name}.pem`), 'utf8'), keyPem: readFileSync(path.join(folder, `${name}.key`), 'utf8') }) as Party;
  let responder: ChildProcess | null = null;
  let responderPort: number;

  beforeAll(async () => {
    responderPort = await freePort();
    const caFile = [
      '[ca]', 'default_ca = ours', '[ours]', 'database = index.txt', 'new_certs_dir = .', 'serial = serial.txt', 'crlnumber = number.txt', 'default_md = sha256', 'default_days = 30', 'default_crl_days = 2', 'policy = any', 'unique_subject = no', 'private_key = sslroot.key', 'certificate = sslroot.pem',
      '[any]', 'commonName = supplied', '[req]', 'distinguished_name = dn', 'prompt = no', '[dn]', 'CN = x',
      '[root]', 'basicConstraints = critical,CA:true', 'keyUsage = critical,keyCertSign,cRLSign', 'subjectKeyIdentifier = hash',
      '[person]', 'basicConstraints = critical,CA:false', 'keyUsage = critical,digitalSignature', 'extendedKeyUsage = clientAuth', 'authorityKeyIdentifier = keyid', `authorityInfoAccess = OCSP;URI:http://127.0.0.1:${responderPort}`, 'subjectAltName = @names', '[names]', 'otherName.1 = 1.3.6.1.4.1.311.20.2.3;UTF8:maria@corp.adventure-works.com', 'otherName.2 = 2.16.840.1.101.3.6.6;FORMAT:HEX,OCT:0102',
      '[responder]', 'basicConstraints = critical,CA:false', 'keyUsage = critical,digitalSignature', 'extendedKeyUsage = OCSPSigning', 'authorityKeyIdentifier = keyid',
    ].join('\n');
    writeFileSync(path.join(folder, 'ca.cnf'), `${caFile}\n`);
    for (const [name, text] of [['index.txt', ''], ['serial.txt', '1000\n'], ['number.txt', '01\n']] as const) writeFileSync(path.join(folder, name), text);
    ssl('req', '-x509', '-newkey', 'rsa:3072', '-nodes', '-keyout', 'sslroot.key', '-out', 'sslroot.pem', '-days', '60', '-subj', '/CN=OpenSSL Root', '-config', 'ca.cnf', '-extensions', 'root');
    for (const [name, part] of [['sslmaria', 'person'], ['sslrita', 'person'], ['sslresponder', 'responder']] as const) {
      ssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`, '-config', 'ca.cnf');
      ssl('ca', '-batch', '-config', 'ca.cnf', '-extensions', part, '-in', `${name}.csr`, '-out', `${name}.pem`, '-notext');
    }
    responder = spawn('openssl', ['ocsp', '-port', String(responderPort), '-index', 'index.txt', '-CA', 'sslroot.pem', '-rsigner', 'sslresponder.pem', '-rkey', 'sslresponder.key', '-nmin', '240', '-ignore_err'], { cwd: folder, stdio: 'ignore' });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await addIssuer({ name: 'OpenSSL cards', certificate: readFileSync(path.join(folder, 'sslroot.pem'), 'utf8'), namesBy: 'principal', principalSuffix: 'corp.adventure-works.com', revocation: 'ocsp' })).status).toBe(201);
  }, 120_000);
  afterAll(() => void responder?.kill());

  it('a card of an authority that openssl runs, named by its principal (UPN), asked about by OCSP', async () => {
    const browser = await newVisitor();
    const done = await withCertificate(browser, partyOf('sslmaria'));
    expect(done.location, String((await failures()).at(-1)?.reason)).toBe('/');
    expect(await sessionOf(browser)).toMatchObject({ assuranceLevel: 3, methods: ['sc', 'user', 'mfa', 'phr'] });
  });

  it('the listener names the listed authorities, so that a browser offers the right card', async () => {
    const [listener] = world.authentication.listeners as unknown as readonly { renew(): Promise<void> }[];
    await listener!.renew();
    // Not the waiting kind of spawn: the listener lives in this process.
    const said = await new Promise<string>((resolve) => {
      let text = '';
      const asking = spawn('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-servername', 'localhost'], { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] });
      asking.stdout.on('data', (part) => { text += String(part); });
      asking.on('close', () => resolve(text));
      asking.stdin.end();
    });
    expect(said).toMatch(/Acceptable client certificate CA names[\s\S]*CN = Card Root[\s\S]*CN = OpenSSL Root/);
    expect((await withCertificate(await newVisitor(), await cardOf('Maria'))).location, 'and goes on taking them').toBe('/');
  });

  it('revoked there: OCSP says so; what it said before holds only as long as it said', async () => {
    ssl('ca', '-config', 'ca.cnf', '-revoke', 'sslmaria.pem', '-crl_reason', 'keyCompromise');
    responder?.kill();
    responder = spawn('openssl', ['ocsp', '-port', String(responderPort), '-index', 'index.txt', '-CA', 'sslroot.pem', '-rsigner', 'sslresponder.pem', '-rkey', 'sslresponder.key', '-nmin', '1200', '-ignore_err'], { cwd: folder, stdio: 'ignore' });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await withCertificate(await newVisitor(), partyOf('sslmaria'))).location, 'the answer of before still holds').toBe('/');
    world.wait(300 * 60_000);
    const reply = await withCertificate(await newVisitor(), partyOf('sslmaria'));
    expect(reply.text).toContain('was revoked');
    expect((await failures()).at(-1)!.reason).toMatch(/OCSP/);
  });

  it('a responder that nobody authorised is not believed; nor is silence', async () => {
    responder?.kill();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await withCertificate(await newVisitor(), partyOf('sslrita'))).text).toContain('cannot be checked at this moment');
    responder = spawn('openssl', ['ocsp', '-port', String(responderPort), '-index', 'index.txt', '-CA', 'sslroot.pem', '-rsigner', 'sslrita.pem', '-rkey', 'sslrita.key', '-nmin', '1200', '-ignore_err'], { cwd: folder, stdio: 'ignore' });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await withCertificate(await newVisitor(), partyOf('sslrita'))).text).toContain('cannot be checked at this moment');
    expect((await failures()).at(-1)!.reason).toContain('not signed by the authority, nor by anybody it lets answer');
  });

  it('its revocation list is read as well, and names the same card', async () => {
    ssl('ca', '-config', 'ca.cnf', '-gencrl', '-out', 'ssl.crl');
    const { readRevocationList } = await import('./read-list.ts');
    const { readPem } = await import('./read-certificate.ts');
    const read = readRevocationList(readFileSync(path.join(folder, 'ssl.crl')), readPem(readFileSync(path.join(folder, 'sslroot.pem'), 'utf8'))!, new Date());
    expect(read).toMatchObject({ is: 'read', list: { number: '1', revoked: [{ serial: '1000', reason: 'key_compromise' }] } });
  });

  it('our own authority holds before openssl: chain, purpose, and the list after a revocation', async () => {
    await fresh();
    expect((await rita.browser.api('POST', '/api/v1/certificate-authority', { name: 'Adventure Works devices' })).status).toBe(201);
    const kim = await world.addPerson('Kim', 'Doyle');
    ssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'kim.key', '-out', 'kim.csr', '-subj', '/CN=somebody else', '-config', 'ca.cnf');
    const issued = JSON.parse((await rita.browser.api('POST', '/api/v1/certificates', { personId: kim.id, name: 'Kim\'s laptop', request: readFileSync(path.join(folder, 'kim.csr'), 'utf8') })).text) as { id: string; certificate: string; authority: string };
    writeFileSync(path.join(folder, 'kim.pem'), issued.certificate);
    const fromDoor = async (where: string): Promise<Buffer> => (await world.http.fastify.inject({ method: 'GET', url: where })).rawPayload;
    writeFileSync(path.join(folder, 'own.der'), await fromDoor('/pki/ca'));
    ssl('x509', '-inform', 'DER', '-in', 'own.der', '-out', 'own.pem');
    const list = async (): Promise<string> => {
      writeFileSync(path.join(folder, 'own-crl.der'), await fromDoor('/pki/crl'));
      ssl('crl', '-inform', 'DER', '-in', 'own-crl.der', '-out', 'own-crl.pem', '-CAfile', 'own.pem');
      return ssl('crl', '-in', 'own-crl.pem', '-noout', '-text');
    };
    await list();
    const verify = (): string => {
      const run = spawnSync('openssl', ['verify', '-x509_strict', '-purpose', 'sslclient', '-crl_check', '-attime', String(Math.floor(world.clock.now().getTime() / 1_000)), '-CAfile', 'own.pem', '-CRLfile', 'own-crl.pem', 'kim.pem'], { cwd: folder });
      return `${run.stdout}${run.stderr}`;
    };
    expect(verify()).toContain('kim.pem: OK');
    const text = ssl('x509', '-in', 'kim.pem', '-noout', '-text');
    expect(text).toContain('CN = Kim Doyle');
    expect(text).toContain('TLS Web Client Authentication');
    expect(text).toContain(`URI:${origin}/pki/crl`);
    expect(text).not.toContain('somebody else');
    const made = JSON.parse((await rita.browser.api('POST', '/api/v1/certificates', { personId: kim.id, name: 'Kim\'s tablet', request: null })).text) as { certificate: string; keyStore: { file: string; password: string } };
    writeFileSync(path.join(folder, 'kim.p12'), Buffer.from(made.keyStore.file, 'base64'));
    const opened = ssl('pkcs12', '-in', 'kim.p12', '-passin', `pass:${made.keyStore.password}`, '-nodes');
    expect(opened).toContain(made.certificate.split('\n')[1]);
    expect(spawnSync('openssl', ['pkcs12', '-in', 'kim.p12', '-passin', 'pass:wrong', '-nodes'], { cwd: folder }).status, 'not without its password').not.toBe(0);
    const key = /-----BEGIN PRIVATE KEY-----[\s\S]+?-----END PRIVATE KEY-----/.exec(opened)![0];
    expect((await withCertificate(await newVisitor(), { pem: made.certificate, keyPem: key } as Party)).location, 'it signs in: one factor, the next is to be set up').toBe('/enrol');
    await fresh();
    expect((await rita.browser.api('POST', `/api/v1/certificates/${issued.id}/revoke`, { reason: 'key_compromise' })).status).toBe(204);
    expect(await list()).toContain('Key Compromise');
    expect(verify()).toContain('certificate revoked');
  });
});

describe('our own authority', () => {
  const issue = async (personId: string, pem: string) => rita.browser.api('POST', '/api/v1/certificates', { personId, name: 'Laptop', request: pem });
  beforeAll(async () => {
    await fresh();
    await rita.browser.api('POST', '/api/v1/certificate-authority', { name: 'Adventure Works devices' });
  });
  const have = async (personId: string) => {
    const made = await makeRequest('whoever');
    const reply = await issue(personId, made.pem);
    expect(reply.status).toBe(201);
    const issued = JSON.parse(reply.text) as { id: string; certificate: string };
    return { ...issued, party: { pem: issued.certificate, keyPem: made.keyPem } as Party };
  };

  it('issues from a request, for the person an administrator names; one factor, and renewed beside the old', async () => {
    await fresh();
    const { id, party } = await have(maria.person.id);
    const browser = await newVisitor();
    expect((await withCertificate(browser, party)).location).toBe('/sign-in');
    await browser.get('/sign-in?with=password');
    await browser.submit('/sign-in', { step: 'password', password: maria.password });
    expect(await sessionOf(browser)).toMatchObject({ assuranceLevel: 2, methods: ['pwd', 'swk', 'mfa', 'phr'] });
    await fresh();
    const made = await makeRequest('whoever');
    const renewed = await rita.browser.api('POST', `/api/v1/certificates/${id}/renew`, { request: made.pem });
    expect(renewed.status).toBe(201);
    const next = { pem: (JSON.parse(renewed.text) as { certificate: string }).certificate, keyPem: made.keyPem } as Party;
    for (const each of [party, next]) expect((await withCertificate(await newVisitor(), each)).location).toBe('/sign-in');
  });

  it('a certificate that it signed and nobody registered signs nobody in (a copy of the database is not the authority)', async () => {
    await fresh();
    const { party, id } = await have(maria.person.id);
    await fresh();
    expect((await rita.browser.api('POST', `/api/v1/certificates/${id}/revoke`, { reason: 'superseded' })).status).toBe(204);
    expect((await withCertificate(await newVisitor(), party)).text).toContain('was revoked');
    expect((await rita.browser.api('POST', `/api/v1/certificates/${id}/revoke`, { reason: 'superseded' })).status, 'once').toBe(404);
  });

  it('a leaver loses every certificate in the moment of leaving, and the list says so', async () => {
    const lou = await world.settled('Lou', 'Stone', 'orange window twelve');
    await fresh();
    const { party, id } = await have(lou.person.id);
    const before = (await world.http.fastify.inject({ method: 'GET', url: '/pki/crl' })).rawPayload;
    await world.leave(lou.person.id);
    await world.database.transaction((tx) => endAccessIn(tx, { clock: world.clock, announce: world.events.announce }, lou.person.id, 'the person left'));
    expect((await withCertificate(await newVisitor(), party)).status).toBe(401);
    const surface = authenticationSurfaces({ clock: world.clock, announce: world.events.announce }).find(({ name }) => name === 'authentication.certificates')!;
    expect(await world.database.read((tx) => surface.observe(tx, lou.person.id)), 'read back').toEqual({ isGone: true, facts: { openCertificates: 0 } });
    expect(await world.database.read((tx) => surface.observe(tx, maria.person.id)), 'of somebody who stays').toMatchObject({ isGone: false });
    expect((await world.audit('authentication.certificate.revoke')).at(-1)).toMatchObject({ reason: 'cessation_of_operation', facts: { certificateId: id } });
    const after = (await world.http.fastify.inject({ method: 'GET', url: '/pki/crl' })).rawPayload;
    expect(after.equals(before)).toBe(false);
  });

  it('a request that its own key did not sign, or with a short key, is refused', async () => {
    await fresh();
    const [good, other] = [await makeRequest('one'), await makeRequest('two')];
    const bytes = Buffer.from(good.pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    const swapped = Buffer.from(other.pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    bytes.set(swapped.subarray(-20), bytes.length - 20);
    const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${bytes.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
    expect((await issue(maria.person.id, forged)).text).toMatch(/not signed by its own key|cannot be read/);
    expect((await issue(maria.person.id, (await makeRequest('small', { name: 'RSA', bits: 1_024 })).pem)).text).toContain('too short');
    expect((await issue(maria.person.id, 'nonsense')).status).toBe(400);
  });

  it('asks for a fresh sign-in, and says no to whoever has no business with it', async () => {
    await fresh();
    world.wait(16 * 60_000);
    const made = await makeRequest('late');
    const late = await issue(maria.person.id, made.pem);
    expect(late.status).toBe(403);
    expect(late.text).toContain('platform.stronger_sign_in_needed');
    expect((await rita.browser.api('POST', '/api/v1/certificate-issuers', { name: 'X', certificate: root.pem, namesBy: 'email', isUserVerified: true, isHardwareBound: true })).status).toBe(403);
    await maria.browser.signIn('maria', maria.password, maria.totp);
    expect((await maria.browser.api('POST', '/api/v1/certificates', { personId: maria.person.id, name: 'mine', request: made.pem })).status).toBe(403);
  });
});

describe('whose certificates they are', () => {
  it('a person removes one of their own, which never signs in again; nobody else\'s, and not the last way in', async () => {
    await world.addPerson('Pat', 'Only');
    const card = await cardOf('Pat');
    const browser = await newVisitor();
    await withCertificate(browser, card);
    await browser.get('/sign-in');
    await browser.submit('/enrol', { step: 'codes' });
    expect(await sessionOf(browser)).toMatchObject({ assuranceLevel: 3 });
    const { items } = JSON.parse((await browser.api('GET', '/api/v1/me/certificates')).text) as { items: { id: string }[] };
    expect((await browser.api('DELETE', `/api/v1/me/certificates/${items[0]!.id}`)).text).toContain('authentication.last_factor');
    await maria.browser.signIn('maria', maria.password, maria.totp);
    expect((await maria.browser.api('DELETE', `/api/v1/me/certificates/${items[0]!.id}`)).status).toBe(404);
    const mine = (JSON.parse((await maria.browser.api('GET', '/api/v1/me/certificates')).text) as { items: { id: string; name: string }[] }).items[0]!;
    expect((await maria.browser.api('PATCH', `/api/v1/me/certificates/${mine.id}`, { name: 'Blue card' })).status).toBe(204);
    // ASVS 7.4.3: whoever sits elsewhere goes, when it is asked for.
    const elsewhere = world.browser();
    await elsewhere.signIn('maria', maria.password, maria.totp);
    expect((await elsewhere.me()).status).toBe(200);
    expect((await maria.browser.api('DELETE', `/api/v1/me/certificates/${mine.id}?endOtherSessions=true`)).status).toBe(204);
    expect([(await elsewhere.me()).status, (await maria.browser.me()).status]).toEqual([401, 200]);
  });

  it('registered by an administrator: only then a certificate without a name signs somebody in', async () => {
    const plain = await makeParty({ name: 'Plain Root', by: null, isAuthority: true });
    await addIssuer({ name: 'Plain', certificate: plain.pem, namesBy: 'registered', isHardwareBound: false });
    const key = await makeParty({ name: 'token 4711', by: plain });
    expect((await withCertificate(await newVisitor(), key)).text).toContain('signs nobody in here');
    await fresh();
    expect((await rita.browser.api('POST', '/api/v1/certificates/registered', { personId: maria.person.id, name: 'Token', certificate: key.pem })).status).toBe(201);
    const browser = await newVisitor();
    expect((await withCertificate(browser, key)).location).toBe('/');
    expect(await sessionOf(browser)).toMatchObject({ assuranceLevel: 2, methods: ['swk', 'user', 'mfa', 'phr'] });
  });

  it('a removed issuer signs nobody in from then on, and no administrator takes away their own last way', async () => {
    const brief = await makeParty({ name: 'Brief Root', by: null, isAuthority: true });
    const { id } = JSON.parse((await addIssuer({ name: 'Brief', certificate: brief.pem })).text) as { id: string };
    const card = await makeParty({ name: 'Maria', by: brief, email: 'maria@adventure-works.com' });
    expect((await withCertificate(await newVisitor(), card)).location).toBe('/');
    await fresh();
    expect((await rita.browser.api('DELETE', `/api/v1/certificate-issuers/${id}`)).status).toBe(204);
    expect((await withCertificate(await newVisitor(), card)).text).toContain('not accepted here');
  });
});

it('who holds it hears that a certificate ends soon: a month before, once more in the last week, not once there is the next one, and then it ends (ASVS 6.4.5)', async () => {
  const day = 86_400_000;
  const { run } = world.authentication.jobs!.find((job) => job.name === 'authentication.sweep-certificates')!;
  const told = async (): Promise<readonly string[]> => {
    await run({}, { signal: new AbortController().signal, attempt: 1 });
    return (await world.mailer.outbox(5_000)).filter((mail) => mail.subject.endsWith('A certificate of yours ends soon')).map((mail) => /“([^”]+)”/.exec(mail.textBody)![1]!).sort();
  };
  await fresh();
  const [last, renewed] = await Promise.all(['Last', 'Renewed'].map(async (name) => {
    const { pem } = await makeRequest('whoever');
    return JSON.parse((await rita.browser.api('POST', '/api/v1/certificates', { personId: maria.person.id, name, request: pem })).text) as { id: string };
  }));
  const { pem } = await makeRequest('whoever');
  expect((await rita.browser.api('POST', `/api/v1/certificates/${renewed!.id}/renew`, { request: pem })).status).toBe(201);
  const before = await told();
  expect(before).not.toContain('Last');
  world.wait(336 * day);
  expect((await told()).filter((name) => name === 'Last')).toHaveLength(1);
  world.wait(day);
  expect((await told()).filter((name) => name === 'Last')).toHaveLength(1);
  world.wait(22 * day);
  const all = await told();
  expect(all.filter((name) => name === 'Last')).toHaveLength(2);
  expect((await told())).toEqual(all);
  // Of the renewed one only the next is told about.
  expect(all.filter((name) => name === 'Renewed')).toHaveLength(2);
  world.wait(7 * day);
  await told();
  expect((await world.audit('authentication.certificate.expire')).map((one) => one.facts['certificateId'])).toContain(last!.id);
});
