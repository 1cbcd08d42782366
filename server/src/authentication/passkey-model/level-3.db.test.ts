import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Factors, SessionCard } from '@bailiwick/contract/authentication';
import type { PasskeyMetadataImported, PasskeyModel } from '@bailiwick/contract/passkey-models';
import { attestationAuthority, entryOf, keyIdentifierOf } from '../../../testing/attestation-authority.ts';
import { authenticationWorld, origin, type AuthenticationWorld } from '../../../testing/authentication-world.ts';
import { softwareAuthenticator, type SoftwareAuthenticator } from '../../../testing/software-authenticator.ts';
import { sql } from '../../platform/db/index.ts';

type Browser = ReturnType<AuthenticationWorld['browser']>;

const minute = 60_000;
const fido = attestationAuthority('Metadata authority');
const maker = attestationAuthority('Linden Keys');
const aaguid = '11111111-2222-3333-4444-555555555555';
const otherAaguid = '99999999-2222-3333-4444-555555555555';
const batch = maker.attestationKey({ aaguid });
const statement = maker.statement({ aaguid, name: 'Linden Key 2' });
const softStatement = maker.statement({ aaguid: otherAaguid, name: 'Linden Soft Key', keyProtection: ['software'] });

let folder: string;
let world: AuthenticationWorld;
let admin: Browser;
let pia: Awaited<ReturnType<AuthenticationWorld['settled']>>;
let modelId: string;
let serial = 10;

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'bailiwick-fido-'));
  writeFileSync(path.join(folder, 'root.pem'), fido.rootPem);
  world = await authenticationWorld(origin, { BAILIWICK_FIDO_ROOT_FILE: path.join(folder, 'root.pem') });
  const ivan = await world.settled('Ivan', 'Petrov', 'an otter on the roof');
  await world.makeAdministrator(ivan.person.id);
  admin = ivan.browser;
  pia = await world.settled('Pia', 'Holm', 'quiet hills and a kettle');
}, 120_000);
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

const json = <T>(reply: { readonly text: string }): T => JSON.parse(reply.text) as T;

async function upload(blob: string): Promise<{ readonly status: number; readonly body: PasskeyMetadataImported & { readonly code?: string } }> {
  const reply = await world.http.fastify.inject({ method: 'POST', url: '/api/v1/passkey-metadata', payload: Buffer.from(blob), headers: { 'content-type': 'application/octet-stream', 'x-csrf-token': await admin.csrfToken(), cookie: [...admin.cookies].map(([name, value]) => `${name}=${value}`).join('; ') } });
  return { status: reply.statusCode, body: reply.json() };
}
const publish = (entries: readonly Record<string, unknown>[]) => upload(fido.blob({ no: (serial += 1), entries }));
const both = (statuses?: readonly string[]) => [entryOf(statement, statuses), entryOf(softStatement)];
const list = () => admin.api('PUT', `/api/v1/passkey-models/${modelId}/listing`);
const unlist = () => admin.api('DELETE', `/api/v1/passkey-models/${modelId}/listing`);
const fresh = async (): Promise<void> => void (await prove(admin, adminKey, '/sign-in?step_up=2&return_to=/'));
let adminKey: SoftwareAuthenticator;

const attestedKey = (): SoftwareAuthenticator => softwareAuthenticator({ origin, vouching: { format: 'packed', aaguid, key: batch } });
const options = async (browser: Browser) => json<{ options: never }>(await browser.api('POST', '/api/v1/me/factors/passkey-options')).options;
const add = async (browser: Browser, response: Record<string, unknown>) => browser.api('POST', '/api/v1/me/factors/passkeys', { response });
const enrol = async (browser: Browser, key: SoftwareAuthenticator) => add(browser, key.create(await options(browser)));
const passkeysOf = async (browser: Browser): Promise<Factors['passkeys']> => json<Factors>(await browser.send('GET', '/api/v1/me/factors')).passkeys;
const me = async (browser: Browser) => json<{ session: SessionCard; person: { username: string } }>(await browser.me());

/** From a page of the sign-in on, with one touch. */
async function prove(browser: Browser, key: SoftwareAuthenticator, address: string) {
  await browser.get(address);
  const stepUp = /step_up=(\w+)/.exec(address)?.[1] ?? '';
  return browser.submit('/sign-in', { step: 'passkey', response: JSON.stringify(key.get(await browser.passkeyOptions('/sign-in/passkey-options'))), step_up: stepUp, return_to: '/' });
}
const signIn = async (key: SoftwareAuthenticator, level = '3') => {
  const browser = world.browser();
  return { browser, reply: await prove(browser, key, `/sign-in?return_to=/&step_up=${level}`) };
};

/** Pia, with password and app, who has just signed in at a browser of her own and has this key and no other. */
async function somebodyWith(key: SoftwareAuthenticator) {
  await world.database.read((tx) => sql(tx)`delete from authn.passkey where person_id = ${pia.person.id}`);
  const browser = world.browser();
  expect((await browser.signIn(pia.person.username, pia.password, pia.totp)).location).toBe('/');
  expect((await enrol(browser, key)).status).toBe(201);
  return { ...pia, browser };
}

describe('metadata of the FIDO Alliance', () => {
  it('without a list nobody is asked for the make of their key', async () => {
    const before = json<{ options: { attestation: string } }>(await admin.api('POST', '/api/v1/me/factors/passkey-options'));
    expect(before.options.attestation).toBe('none');
    adminKey = softwareAuthenticator({ origin });
    expect((await enrol(admin, adminKey)).status).toBe(201);
  });

  it('is imported by an administrator, signed, and says what is new', async () => {
    const { status, body } = await publish(both());
    expect({ status, body }).toMatchObject({ status: 201, body: { serial, added: 2, changed: 0, gone: 0, takenOff: [], endedSessions: 0 } });
    const { items } = json<{ items: PasskeyModel[] }>(await admin.send('GET', '/api/v1/passkey-models'));
    expect(items.map(({ name, unfit }) => [name, unfit])).toEqual([['Linden Key 2', null], ['Linden Soft Key', 'not_in_hardware']]);
    modelId = items[0]!.id;
    expect(json(await admin.send('GET', '/api/v1/passkey-metadata'))).toMatchObject({ file: { serial, nextUpdate: '2040-01-01', isOverdue: false, importedByName: 'Ivan Petrov', entries: 2 }, models: 2, listed: 0 });
  });

  it('an older file, or the same once more, is refused: in it a revoked model still looks good (roll-back)', async () => {
    for (const no of [serial, serial - 1]) expect(await upload(fido.blob({ no, entries: both() }))).toMatchObject({ status: 409, body: { code: 'authentication.metadata_too_old' } });
    expect(await upload(maker.blob({ no: serial + 1, entries: both() })), 'signed by somebody else').toMatchObject({ status: 400, body: { code: 'authentication.metadata_not_signed' } });
    expect(await upload('a letter')).toMatchObject({ status: 400, body: { code: 'authentication.metadata_unreadable' } });
  });

  it('only models with keys in hardware come onto the list, and only by an administrator who has just proven who they are (ASVS 7.5.3)', async () => {
    const { items } = json<{ items: PasskeyModel[] }>(await admin.send('GET', '/api/v1/passkey-models?search=soft'));
    expect(json(await admin.api('PUT', `/api/v1/passkey-models/${items[0]!.id}/listing`))).toMatchObject({ status: 409, code: 'authentication.passkey_model_unfit' });
    await expect(world.database.read((tx) => sql(tx)`update authn.passkey_model set listed_at = now(), listed_by = 'x', listed_by_name = 'x' where id = ${items[0]!.id}`), 'the database keeps the rule too').rejects.toThrow(/only_sound_models_with_keys_in_hardware_are_listed/);
    const employee = await world.settled('Nora', 'Berg', 'nine loaves of dark bread');
    expect((await employee.browser.api('PUT', `/api/v1/passkey-models/${modelId}/listing`)).status).toBe(403);
    expect((await employee.browser.send('GET', '/api/v1/passkey-models')).status).toBe(403);
    world.wait(20 * minute);
    expect(json(await list())).toMatchObject({ status: 403, code: 'platform.stronger_sign_in_needed' });
    await fresh();
    expect((await list()).status).toBe(200);
    expect(await world.audit('authentication.passkey-model.list')).toMatchObject([{ outcome: 'refused' }, { outcome: 'refused' }, { outcome: 'refused' }, { outcome: 'allowed', target: `passkey-model:${modelId}` }]);
  });
});

describe('a security key of a listed model, whose maker vouches for it', () => {
  it('signs in at level 3: a key in hardware, touched by its owner, and the limits of 63B-4 2.3.3 follow (ASVS 6.3.3)', async () => {
    const key = attestedKey();
    const owner = await somebodyWith(key);
    expect(await passkeysOf(owner.browser)).toMatchObject([{ modelName: 'Linden Key 2', modelProof: 'attested', attestedBy: `metadata file ${serial}`, isListed: true, level: 3, model: aaguid }]);
    expect(json(await owner.browser.send('GET', '/api/v1/me/factors'))).toMatchObject({ strength: { assuranceLevel: 3, isPhishingResistant: true, nextStep: 'add_spare_passkey' } });

    const { browser, reply } = await signIn(key);
    expect(reply.location).toBe('/');
    const { session } = await me(browser);
    expect(session).toMatchObject({ assuranceLevel: 3, isPhishingResistant: true, methods: ['hwk', 'user', 'mfa', 'phr'] });
    expect(Date.parse(session.expiresAt) - Date.parse(session.authenticatedAt)).toBe(12 * 60 * minute);
    world.wait(14 * minute);
    expect((await browser.me()).status, 'used every quarter of an hour').toBe(200);
    world.wait(16 * minute);
    expect((await browser.me()).status, 'unused for longer').toBe(401);

    const long = (await signIn(key)).browser;
    for (let used = 0; used < 12 * 60; used += 10) {
      world.wait(10 * minute);
      if (used + 10 < 12 * 60) expect((await long.me()).status).toBe(200);
    }
    expect((await long.me()).status, 'twelve hours are the most, however busy').toBe(401);
  });

  it('only touched, without PIN or finger, is one factor', async () => {
    const key = attestedKey();
    await somebodyWith(key);
    key.isUserVerified = false;
    const { browser, reply } = await signIn(key);
    expect(reply.text).toContain('Touch your passkey');
    expect((await browser.me()).status).toBe(401);
    key.isUserVerified = true;
    expect((await prove(browser, key, '/sign-in')).location).toBe('/');
    expect((await me(browser)).session.assuranceLevel).toBe(3);
  });

  it('a session of level 3 is never raised to less, by no door (step-up downgrade, ASVS 6.3.4)', async () => {
    const key = attestedKey();
    const plain = softwareAuthenticator({ origin });
    const person = await somebodyWith(key);
    expect((await enrol(person.browser, plain)).status).toBe(201);
    const { browser } = await signIn(key);
    for (const address of ['/sign-in?step_up=2&return_to=/', '/sign-in?step_up=phishing_resistant&return_to=/', '/sign-in?step_up=1&return_to=/', '/sign-in?step_up=&return_to=/']) {
      const shown = await browser.get(address);
      expect(shown.text).not.toContain('name="password"');
      const tried = await prove(browser, plain, '/sign-in');
      expect(tried.location).not.toBe('/');
      expect((await me(browser)).session.assuranceLevel).toBe(3);
    }
    await browser.get('/sign-in?step_up=2&return_to=/');
    expect((await prove(browser, key, '/sign-in')).location).toBe('/');
    expect((await me(browser)).session.assuranceLevel).toBe(3);
  });

  it('raises a session of level 2 in place: same session, new secret, limits of level 3 from now on (ASVS 7.2.4)', async () => {
    const key = attestedKey();
    const { browser } = await somebodyWith(key);
    await browser.get('/sign-in?again=1');
    const before = await me(browser);
    expect(before.session.assuranceLevel).toBe(2);
    const secret = browser.cookies.get('__Host-bailiwick');
    expect((await prove(browser, key, '/sign-in?step_up=3&return_to=/')).location).toBe('/');
    const after = await me(browser);
    expect(after.session).toMatchObject({ id: before.session.id, assuranceLevel: 3 });
    expect(Date.parse(after.session.idleExpiresAt!) - Date.parse(after.session.authenticatedAt)).toBe(15 * minute);
    expect(browser.cookies.get('__Host-bailiwick')).not.toBe(secret);
  });

  it('taken off the list: its sessions end at once, and its next use is worth level 2', async () => {
    const key = attestedKey();
    const owner = await somebodyWith(key);
    const { browser } = await signIn(key);
    expect((await me(browser)).session.assuranceLevel).toBe(3);
    const other = await signIn(key, '2');
    expect((await me(other.browser)).session.assuranceLevel, 'who asks for less gets what was proven').toBe(3);
    await fresh();
    expect(json<{ endedSessions: number }>(await unlist()).endedSessions).toBeGreaterThanOrEqual(2);
    for (const ended of [browser, other.browser]) expect((await ended.me()).status).toBe(401);
    expect((await owner.browser.me()).status, 'a session of level 2 rests on nothing of the kind').toBe(200);
    expect(await passkeysOf(owner.browser)).toMatchObject([{ modelProof: 'attested', isListed: false, level: 2 }]);
    const lower = await signIn(key, '2');
    expect((await me(lower.browser)).session.assuranceLevel).toBe(2);
    expect((await signIn(key, '3')).reply.location).not.toBe('/');
    await fresh();
    expect((await list()).status).toBe(200);
    expect((await me((await signIn(key)).browser)).session.assuranceLevel, 'back on the list, without enrolling anew').toBe(3);
  });

  it('taken off the list between the touch and the session: no session of level 3 comes of it', async () => {
    const key = attestedKey();
    const somebody = await somebodyWith(key);
    // Recovery codes are missing, so a page stands between the touch and the session.
    await world.database.read((tx) => sql(tx)`delete from authn.recovery_code where person_id = ${somebody.person.id}`);
    const { browser, reply } = await signIn(key);
    expect(reply.text).toContain('recovery-codes');
    await fresh();
    await unlist();
    await browser.submit('/enrol', { step: 'codes' });
    expect((await browser.me()).status).toBe(401);
    await fresh();
    await list();
  });

  it('taken off the list while people sign in: whoever comes first, nobody keeps level 3 (race)', async () => {
    const keys = [attestedKey(), attestedKey(), attestedKey(), attestedKey()];
    const owner = await somebodyWith(keys[0]!);
    for (const key of keys.slice(1)) expect((await enrol(owner.browser, key)).status).toBe(201);
    await fresh();
    const answers = await Promise.all([...keys.map((key) => signIn(key)), unlist()]);
    const sessions = await world.database.read((tx) => sql<{ count: number }>(tx)`select count(*)::integer as count from authn.session where person_id = ${owner.person.id} and assurance_level = 3 and ended_at is null`);
    expect(sessions[0]!.count).toBe(0);
    for (const answer of answers) if ('browser' in answer) expect((await answer.browser.me()).status).toBe(401);
    await fresh();
    await list();
  });

  it('revoked by the maker: the next file takes it off the list, ends its sessions, and nobody can list it again', async () => {
    const key = attestedKey();
    const owner = await somebodyWith(key);
    const { browser } = await signIn(key);
    const { body } = await publish(both(['FIDO_CERTIFIED_L1', 'USER_VERIFICATION_BYPASS']));
    expect(body).toMatchObject({ changed: 1, takenOff: ['Linden Key 2'] });
    expect(body.endedSessions).toBeGreaterThanOrEqual(1);
    expect((await browser.me()).status).toBe(401);
    expect(await passkeysOf(owner.browser)).toMatchObject([{ modelProof: 'attested', modelProblem: 'USER_VERIFICATION_BYPASS', isListed: false, level: 2 }]);
    await fresh();
    expect(json(await list())).toMatchObject({ code: 'authentication.passkey_model_unfit' });
    await publish(both());
    await fresh();
    expect((await list()).status, 'unless a later file says that it was an error').toBe(200);
  });

  it('enrolled before its model was known is proven by the next file, and no longer when its root is withdrawn', async () => {
    const lateAaguid = '77777777-2222-3333-4444-555555555555';
    const late = attestationAuthority('Late Keys');
    const key = softwareAuthenticator({ origin, vouching: { format: 'packed', aaguid: lateAaguid, key: late.attestationKey({ aaguid: lateAaguid }) } });
    const { browser } = await somebodyWith(key);
    expect(await passkeysOf(browser)).toMatchObject([{ modelName: null, modelProof: 'stated', level: 2 }]);
    const lateEntry = entryOf(late.statement({ aaguid: lateAaguid, name: 'Late Key' }));
    expect((await publish([...both(), lateEntry])).body).toMatchObject({ added: 1, newlyAttested: 1 });
    expect(await passkeysOf(browser)).toMatchObject([{ modelName: 'Late Key', modelProof: 'attested' }]);
    await publish([...both(), entryOf(late.statement({ aaguid: lateAaguid, name: 'Late Key', roots: [fido.root] }))]);
    expect(await passkeysOf(browser)).toMatchObject([{ modelName: 'Late Key', modelProof: 'stated' }]);
    expect((await publish(both())).body).toMatchObject({ gone: 1 });
  });
});

describe('what proves no model', () => {
  it.each([
    ['a key that vouches for itself', { format: 'self', aaguid } as const],
    ['a key whose certificate is of nobody that the metadata knows', { format: 'packed', aaguid, key: attestationAuthority('Linden Keys').attestationKey({ aaguid }) } as const],
    ['a key whose certificate was made with the attestation key of a genuine one', { format: 'packed', aaguid, key: maker.attestationKey({ aaguid, issuer: batch }) } as const],
  ])('%s is a factor of its true strength, and not more', async (_title, vouching) => {
    const key = softwareAuthenticator({ origin, vouching });
    const { browser } = await somebodyWith(key);
    expect(await passkeysOf(browser)).toMatchObject([{ modelName: 'Linden Key 2', modelProof: 'stated', isListed: false, level: 2 }]);
    expect((await signIn(key, '3')).reply.location).not.toBe('/');
    expect((await me((await signIn(key, '2')).browser)).session.assuranceLevel).toBe(2);
  });

  it('a synced passkey, were it vouched for, stays at level 2 (63B-4 B.2)', async () => {
    const key = softwareAuthenticator({ origin, isSynced: true, vouching: { format: 'packed', aaguid, key: batch } });
    const { browser } = await somebodyWith(key);
    expect(await passkeysOf(browser)).toMatchObject([{ modelProof: 'attested', isSynced: true, isListed: false, level: 2 }]);
    expect((await me((await signIn(key, '2')).browser)).session).toMatchObject({ assuranceLevel: 2, methods: ['swk', 'user', 'mfa', 'phr'] });
  });

  it('whoever does not show the make of the key enrols all the same (63B-4 4.1.3)', async () => {
    const key = softwareAuthenticator({ origin });
    const { browser } = await somebodyWith(key);
    expect(await passkeysOf(browser)).toMatchObject([{ modelName: null, modelProof: 'unknown', level: 2 }]);
  });

  it.each(['packed', 'android-key'] as const)('a certificate that names an address inside the house makes the server call nobody (request forgery, %s)', async (format) => {
    let calls = 0;
    const inside = createServer((_request, response) => {
      calls += 1;
      response.end();
    });
    await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve));
    const revocationList = `http://127.0.0.1:${(inside.address() as AddressInfo).port}/latest/meta-data`;
    const own = attestationAuthority('Anybody');
    const issuer = own.attestationKey({ isAuthority: true, revocationList });
    const key = softwareAuthenticator({ origin, vouching: { format, aaguid, key: own.attestationKey({ aaguid, issuer, revocationList }) } });
    const { browser } = await somebodyWith(key);
    expect(await passkeysOf(browser)).toMatchObject([{ modelProof: 'stated', level: 2 }]);
    expect(calls).toBe(0);
    await new Promise((resolve) => inside.close(resolve));
  });

  it('a U2F key is known by its certificate, and is one factor', async () => {
    const u2f = maker.attestationKey();
    const { aaguid: _, ...rest } = maker.statement({ aaguid, name: 'Linden U2F' });
    await publish([...both(), entryOf({ ...rest, attestationCertificateKeyIdentifiers: [keyIdentifierOf(u2f)], userVerificationDetails: [[{ userVerificationMethod: 'presence_internal' }]] })]);
    const key = softwareAuthenticator({ origin, vouching: { format: 'fido-u2f', key: u2f } });
    key.isUserVerified = false;
    const { browser } = await somebodyWith(key);
    expect(await passkeysOf(browser)).toMatchObject([{ modelName: 'Linden U2F', modelProof: 'attested', level: 1 }]);
  });
});

describe('attestation swap', () => {
  it('an answer put together from two registrations is refused', async () => {
    const { browser } = await somebodyWith(softwareAuthenticator({ origin }));
    const genuine = attestedKey();
    const theirs = genuine.create(await options(browser)) as { response: { attestationObject: string } };
    const soft = softwareAuthenticator({ origin });
    const mine = soft.create(await options(browser)) as { response: { attestationObject: string; clientDataJSON: string }; id: string };

    const pasted = { ...mine, response: { ...mine.response, attestationObject: theirs.response.attestationObject } };
    expect((await add(browser, pasted)).status, 'the statement of another key, under the id of this one').toBe(400);

    const again = soft.create(await options(browser)) as { response: { attestationObject: string } };
    const old = genuine.create(await options(browser)) as { response: { attestationObject: string } };
    expect((await add(browser, { ...old, response: { ...old.response, attestationObject: again.response.attestationObject } })).status, 'the key of somebody, under the id of another').toBe(400);

    const challenge = await options(browser);
    const replayed = genuine.create(challenge) as { response: Record<string, unknown> };
    expect((await add(browser, { ...replayed, response: { ...replayed.response, attestationObject: theirs.response.attestationObject } })).status, 'a statement over another challenge').toBe(400);
    expect(await passkeysOf(browser)).toHaveLength(1);
  });

  it('a genuine statement around the key of somebody else is refused: the signature is over the key', async () => {
    const { browser } = await somebodyWith(softwareAuthenticator({ origin }));
    const answer = attestedKey().create(await options(browser)) as { id: string; response: { attestationObject: string } };
    const object = Buffer.from(answer.response.attestationObject, 'base64url');
    // The last 32 bytes of the authenticator data are half of the public key.
    object[object.length - 1]! ^= 1;
    expect((await add(browser, { ...answer, response: { ...answer.response, attestationObject: object.toString('base64url') } })).status).toBe(400);
  });

  it('a certificate of one model under the AAGUID of another is refused', async () => {
    const { browser } = await somebodyWith(softwareAuthenticator({ origin }));
    const key = softwareAuthenticator({ origin, vouching: { format: 'packed', aaguid, key: maker.attestationKey({ aaguid: otherAaguid }) } });
    expect((await enrol(browser, key)).status).toBe(400);
  });
});

describe('each use is judged', () => {
  const key = attestedKey();
  let liv: Awaited<ReturnType<typeof somebodyWith>>;
  beforeAll(async () => { liv = await somebodyWith(key); }, 60_000);

  it.each([
    ['asked for inside a frame on a page of others (clickjacking)', { crossOrigin: true }],
    ['asked for inside a frame, with the page around it named', { crossOrigin: true, topOrigin: 'https://evil.example' }],
    ['naming a page around it although it says that there is none', { topOrigin: 'https://evil.example' }],
    ['answered to a page that only looks like ours (phishing)', { origin: 'https://id.examp1e.com' }],
    ['answered to another port of our host', { origin: `${origin}:8443` }],
    ['made for another relying party', { rpId: 'evil.example' }],
    ['without anybody touching the key', { isPresent: false }],
    ['in the name of somebody else', { userHandle: Buffer.from('0123456789abcdef').toString('base64url') }],
    ['that does not say whose it is', { userHandle: null }],
  ])('a passkey %s is refused', async (_title, lies) => {
    key.says = lies;
    const { browser, reply } = await signIn(key, '2');
    key.says = {};
    expect(reply.status).toBe(401);
    expect((await browser.me()).status).toBe(401);
    expect((await passkeysOf(liv.browser))[0], 'a lie of others disables nothing').toMatchObject({ isDisabled: false });
  });

  it('an enrolment inside a frame on a page of others is refused', async () => {
    const framed = attestedKey();
    framed.says = { crossOrigin: true, topOrigin: 'https://evil.example' };
    expect((await enrol(liv.browser, framed)).status).toBe(400);
  });

  it('a key that says it can be copied, and said the opposite when it was enrolled, is disabled, and its person is told (WebAuthn 7.2 step 17)', async () => {
    key.says = { isSynced: true };
    expect((await signIn(key, '2')).reply.status).toBe(401);
    key.says = {};
    expect((await signIn(key, '2')).reply.status, 'it stays disabled').toBe(401);
    expect(await passkeysOf(liv.browser)).toMatchObject([{ isDisabled: true, disabledReason: expect.stringContaining('can be copied') }]);
    expect((await world.mailer.outbox(20)).map((mail) => mail.subject)).toContain('Adventure Works: A passkey was switched off');
    expect(await world.audit('authentication.factor.disable')).toMatchObject([{ target: `person:${liv.person.id}` }]);
  });

  it('a key whose counter goes back is disabled, and its person is told (WebAuthn 6.1.1: a copy)', async () => {
    const copied = attestedKey();
    const person = await somebodyWith(copied);
    copied.signCount = 20;
    const genuine = await signIn(copied);
    expect(genuine.reply.location).toBe('/');
    copied.signCount = 3;
    expect((await signIn(copied)).reply.status).toBe(401);
    expect((await genuine.browser.me()).status, 'whose sessions of level 3 are whose, nobody knows any more').toBe(401);
    expect((await world.audit('authentication.factor.disable')).map((entry) => entry.target)).toContain(`person:${person.person.id}`);
  });
});

describe('where level 3 is wanted and the key does not reach it', () => {
  it('the key is kept, the page says which kind is needed, and there is a way out', async () => {
    const plain = softwareAuthenticator({ origin });
    const { browser, totp } = await somebodyWith(plain);
    const before = (await me(browser)).session;
    await browser.get('/sign-in?step_up=3&return_to=/access');
    await browser.get('/sign-in?with=totp');
    await browser.submit('/sign-in', { step: 'totp', code: totp.code() });
    const asked = await browser.submit('/sign-in', { step: 'password', password: pia.password });
    expect(asked.text, 'the best that she has comes first: whoever stole less enrols no key').toContain('data-passkey="prove"');
    expect(asked.text).not.toContain('Linden Key 2');
    const begun = await prove(browser, plain, '/sign-in');
    expect(begun.text).toContain('Set up a passkey');
    expect(begun.text).toContain('Linden Key 2');
    const soft = softwareAuthenticator({ origin });
    const told = await browser.submit('/enrol', { step: 'new-passkey', response: JSON.stringify(soft.create(await browser.passkeyOptions('/enrol/passkey-options'))) });
    expect(told.text).toContain('Another security key is needed here');
    expect(told.text).toMatch(/href="\/access">Go back without it/);
    expect((await me(browser)).session, 'the session stands as it was').toMatchObject({ id: before.id, assuranceLevel: 2 });
    expect((await signIn(soft, '2')).reply.location, 'the key is a factor of its true strength').toBe('/');
  });

  it('the same for somebody who is not signed in, with an access pass', async () => {
    const ana = await world.addPerson('Ana', 'Silva');
    const chrome = world.browser();
    await chrome.get('/sign-in?return_to=/access&step_up=3');
    await chrome.submit('/sign-in', { step: 'username', username: ana.username, step_up: '3', return_to: '/access' });
    await chrome.get('/sign-in?with=access-pass');
    const begun = await chrome.submit('/sign-in', { step: 'access-pass', code: await world.accessPass(ana.id) });
    expect(begun.text).toContain('Linden Key 2');
    expect(begun.text, 'only a key helps here').not.toContain('with=new-password');
    const soft = softwareAuthenticator({ origin });
    const request = (await chrome.passkeyOptions('/enrol/passkey-options')) as { attestation: string; authenticatorSelection: { userVerification: string } };
    expect(request).toMatchObject({ attestation: 'direct', authenticatorSelection: { userVerification: 'required' } });
    const told = await chrome.submit('/enrol', { step: 'new-passkey', response: JSON.stringify(soft.create(request as never)) });
    expect(told.text).toContain('Another security key is needed here');
    expect(told.text).toContain('Linden Key 2');
    expect((await chrome.get('/enrol')).text, 'and stays so').toContain('Another security key is needed here');

    expect((await signIn(soft, '2')).reply.text, 'the key is a factor of its true strength').toContain('recovery-codes');
    await chrome.get('/enrol?with=new-passkey');
    const right = attestedKey();
    await chrome.submit('/enrol', { step: 'new-passkey', response: JSON.stringify(right.create(await chrome.passkeyOptions('/enrol/passkey-options'))) });
    const proof = (await chrome.passkeyOptions('/sign-in/passkey-options')) as { userVerification: string; allowCredentials?: unknown[] };
    expect(proof.userVerification, 'with PIN').toBe('required');
    expect(proof.allowCredentials, 'and no other key').toHaveLength(1);
    expect((await chrome.submit('/sign-in', { step: 'passkey', response: JSON.stringify(right.get(proof as never)) })).location).toBe('/access');
    expect((await me(chrome)).session.assuranceLevel).toBe(3);
  });
});

describe('a statement added by hand', () => {
  const small = attestationAuthority('Small Keys');
  const smallAaguid = '55555555-2222-3333-4444-555555555555';
  const own = small.statement({ aaguid: smallAaguid, name: 'Small Key' });

  it('serves for a key that the file does not have, never changes what the file says, and can be taken back with what rests on it', async () => {
    await fresh();
    const impostor = attestationAuthority('Somebody').statement({ aaguid, name: 'Linden Key 2' });
    expect(json(await admin.api('POST', '/api/v1/passkey-models', impostor))).toMatchObject({ status: 409, code: 'authentication.passkey_model_known' });
    expect(json(await admin.api('POST', '/api/v1/passkey-models', { aaguid: smallAaguid }))).toMatchObject({ status: 400, code: 'authentication.statement_unreadable' });

    const made = json<PasskeyModel>(await admin.api('POST', '/api/v1/passkey-models', own));
    expect(made).toMatchObject({ name: 'Small Key', source: 'statement', unfit: null });
    expect((await admin.api('PUT', `/api/v1/passkey-models/${made.id}/listing`)).status).toBe(200);
    const key = softwareAuthenticator({ origin, vouching: { format: 'packed', aaguid: smallAaguid, key: small.attestationKey({ aaguid: smallAaguid }) } });
    const owner = await somebodyWith(key);
    const { browser } = await signIn(key);
    expect((await me(browser)).session.assuranceLevel).toBe(3);
    await fresh();
    expect(json(await admin.api('DELETE', `/api/v1/passkey-models/${made.id}`))).toEqual({ endedSessions: 1 });
    expect((await browser.me()).status).toBe(401);
    expect(await passkeysOf(owner.browser)).toMatchObject([{ modelProof: 'stated', level: 2 }]);
    expect(json(await admin.api('DELETE', `/api/v1/passkey-models/${modelId}`)), 'what the file says is not taken back by hand').toMatchObject({ status: 409 });
  });
});
