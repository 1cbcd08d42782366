import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Factors } from '@bailiwick/contract/authentication';
import { startExpenses, type Expenses } from '../server/demo/expenses.ts';
import { readAttestation } from '../server/src/authentication/passkey-model/attestation.ts';
import { sql } from '../server/src/platform/db/index.ts';
import { attestationAuthority, entryOf } from '../server/testing/attestation-authority.ts';
import type { Visitor } from '../server/testing/visitor.ts';
import { openWorld, type Actor, type World } from '../server/testing/world.ts';
import { openBrowser, picture, type Look, type Somebody } from './browser.ts';

/*
 * Passkeys of every kind at a real browser, with virtual authenticators; what each is worth is read where it counts: in the
 * claims that an application of somebody else (openid-client) receives.
 */

const fido = attestationAuthority('Metadata authority');
const maker = attestationAuthority('Linden Keys');
let folder: string;
let world: World;
let browser: Awaited<ReturnType<typeof openBrowser>>;
let expenses: Expenses;
let vault: Expenses;
let script: Visitor;
let admin: Actor;

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'bailiwick-passkeys-'));
  writeFileSync(path.join(folder, 'root.pem'), fido.rootPem);
  [world, browser, expenses, vault] = await Promise.all([openWorld({ settings: { BAILIWICK_FIDO_ROOT_FILE: path.join(folder, 'root.pem') } }), openBrowser(), startExpenses({ scope: 'openid profile email' }), startExpenses({ scope: 'openid profile email' })]);
  admin = await world.setUp('robin', 'Robin', 'Winter');
  script = await world.script();
  for (const [name, application, leastAssuranceLevel] of [['Expenses', expenses, 2], ['Vault', vault, 3]] as const) {
    const client = await script.api<{ clientId: string; clientSecret: string }>('POST', '/api/v1/clients', { name, redirectUris: [application.redirectUri], postLogoutRedirectUris: [application.signedOutUri], homeUri: `${application.origin}/`, initiateLoginUri: application.initiateUri, backchannelLogoutUri: application.backchannelLogoutUri, leastAssuranceLevel });
    await application.connect({ issuer: world.origin, clientId: client.clientId, clientSecret: client.clientSecret });
  }
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([world?.close(), expenses?.close(), vault?.close()]);
  rmSync(folder, { recursive: true, force: true });
});

interface Kind {
  readonly protocol: 'ctap2' | 'u2f';
  readonly transport: 'usb' | 'internal';
  readonly isUserVerified: boolean;
  readonly isSynced?: boolean;
}
const securityKey: Kind = { protocol: 'ctap2', transport: 'usb', isUserVerified: true };
const syncedPasskey: Kind = { protocol: 'ctap2', transport: 'internal', isUserVerified: true, isSynced: true };
const u2fKey: Kind = { protocol: 'u2f', transport: 'usb', isUserVerified: false };

/** Puts an authenticator into the browser; what comes back takes it out again. */
async function give({ context, page }: Somebody, { protocol, transport, isUserVerified, isSynced = false }: Kind): Promise<() => Promise<void>> {
  const cdp = await context.newCDPSession(page);
  await cdp.send('WebAuthn.enable', { enableUI: false });
  const options = { protocol, transport, hasResidentKey: protocol === 'ctap2', hasUserVerification: isUserVerified, isUserVerified, automaticPresenceSimulation: true, defaultBackupEligibility: isSynced, defaultBackupState: isSynced };
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', { options });
  return async () => void (await cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId }));
}

const button = (who: Somebody, name: string | RegExp) => who.page.getByRole('button', { name, exact: typeof name === 'string' });
const inDialog = (who: Somebody, name: string | RegExp) => who.page.getByRole('dialog').getByRole('button', { name, exact: typeof name === 'string' });
const go = (who: Somebody, address: string) => who.page.goto(world.origin + address);
async function seen(who: Somebody, text: string | RegExp): Promise<void> {
  await who.page.getByText(text).first().waitFor().catch(async () => {
    throw new Error(`${String(text)} is not to be seen at ${who.page.url()}, but: ${(await who.page.locator('body').innerText()).replace(/\s+/g, ' ').slice(0, 2_000)}`);
  });
}

async function signOut(who: Somebody): Promise<void> {
  await go(who, '/sign-out');
  await button(who, 'Sign out').click();
  await seen(who, 'You are signed out.');
}

/** The first day: an access pass, then a passkey, then the codes. */
async function firstDay(givenName: string, kind: Kind): Promise<{ actor: Actor; who: Somebody; takeKey: () => Promise<void> }> {
  const actor = await world.hire(givenName, 'Holm');
  const { pass } = await script.api<{ pass: string }>('POST', `/api/v1/people/${actor.id}/access-pass`, { reason: 'first day' });
  const who = await browser.somebody();
  const takeKey = await give(who, kind);
  await go(who, '/sign-in');
  await who.page.getByRole('textbox', { name: 'Username', exact: true }).fill(actor.credentials.username);
  await button(who, 'Continue').click();
  await who.page.getByRole('link', { name: 'Use an access pass' }).click();
  await who.page.getByRole('textbox', { name: 'Access pass', exact: true }).fill(pass);
  await button(who, 'Continue').click();
  await button(who, 'Set up a passkey').click();
  await who.page.locator('#passkey-form[data-passkey=prove]').waitFor();
  await button(who, 'Use a passkey').click();
  await button(who, 'I have kept them').click();
  await who.page.waitForURL(`${world.origin}/`);
  return { actor, who, takeKey };
}

/** What an application hears of a fresh sign-in by the key alone. */
async function claimsAt(who: Somebody, application: Expenses) {
  const before = application.sessions().length;
  await who.page.goto(application.initiateUri);
  // The key may be touched by autofill before anybody clicks.
  await who.page.getByRole('button', { name: 'Use a passkey' }).click({ timeout: 2_000 }).catch(() => undefined);
  await seen(who, 'Assurance (acr)');
  expect(application.sessions().length).toBe(before + 1);
  return application.sessions().at(-1)!.claims;
}

async function as(actor: Actor, look: Look = {}): Promise<Somebody> {
  const who = await browser.somebody(look);
  await who.context.addCookies([...actor.browser.cookies].map(([name, value]) => ({ name, value, url: world.origin })));
  return who;
}

it('a security key with PIN signs in at level 2, phishing-resistant, and says that it is a key in hardware', async () => {
  const { who } = await firstDay('Maria', securityKey);
  await signOut(who);
  expect(await claimsAt(who, expenses)).toMatchObject({ acr: 'urn:bailiwick:aal2', amr: ['hwk', 'user', 'mfa', 'phr'] });
  await go(who, '/security');
  await seen(who, 'cannot be copied off its device · asks for PIN, finger or face');
  await picture(who, 'security-hardware');
  expect(who.problems).toEqual([]);
  await who.context.close();
});

it('a synced passkey signs in at level 2 and never says that it is hardware', async () => {
  const { who } = await firstDay('Sana', syncedPasskey);
  await signOut(who);
  expect(await claimsAt(who, expenses)).toMatchObject({ acr: 'urn:bailiwick:aal2', amr: ['swk', 'user', 'mfa', 'phr'] });
  await go(who, '/security');
  await seen(who, 'synced between devices · asks for PIN, finger or face');
  expect(who.problems).toEqual([]);
  await who.context.close();
});

it('a U2F key that can only be touched is one factor: the password comes with it', async () => {
  const actor = await world.hire('Ulla', 'Holm');
  await world.signIn(actor);
  const who = await as(actor);
  await give(who, u2fKey);
  await go(who, '/security');
  await button(who, 'Add a passkey').first().click();
  await inDialog(who, 'Add a passkey').click();
  await seen(who, /Add a spare on another device/);
  await seen(who, 'cannot be copied off its device · only touched');
  await signOut(who);

  await who.page.goto(expenses.initiateUri);
  await who.page.getByRole('textbox', { name: 'Username', exact: true }).fill(actor.credentials.username);
  await button(who, 'Continue').click();
  await who.page.locator('#password').fill(actor.credentials.password);
  await button(who, 'Continue').click();
  await seen(who, 'Touch your passkey');
  await button(who, 'Use a passkey').click();
  await seen(who, 'Assurance (acr)');
  expect(expenses.sessions().at(-1)!.claims).toMatchObject({ acr: 'urn:bailiwick:aal2', amr: ['pwd', 'hwk', 'mfa', 'phr'] });
  expect(who.problems).toEqual([]);
  await who.context.close();
});

it('an administrator imports metadata and puts a model on the list', async () => {
  const who = await as(admin);
  await go(who, '/admin/settings?tab=security-keys');
  await seen(who, 'Nothing is known about models yet');
  await picture(who, 'security-keys-empty');
  const models = Array.from({ length: 60 }, (_, index) => entryOf(maker.statement({ aaguid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`, name: `Linden Key ${index}`, ...(index % 3 === 0 ? { keyProtection: ['software'] } : {}) }), index === 7 ? ['REVOKED'] : ['FIDO_CERTIFIED_L2']));
  await who.page.locator('input[type=file]').last().setInputFiles({ name: 'blob.jwt', mimeType: 'application/jwt', buffer: Buffer.from(fido.blob({ no: 57, entries: models })) });
  await seen(who, /File 57 is imported: 60 new models/);
  await who.page.getByRole('searchbox', { name: 'Name or AAGUID' }).fill('linden key 8');
  await button(who, 'Put on the list: Linden Key 8').click();
  await picture(who, 'security-keys-confirm');
  await inDialog(who, 'Put on the list').click();
  await seen(who, '1 model is on the list for level 3; 0 keys of people can use it now.');
  await picture(who, 'security-keys');
  for (const [look, options] of [['dark', { isDark: true }], ['phone', { isPhone: true }]] as const) {
    const other = await as(admin, options);
    await go(other, '/admin/settings?tab=security-keys');
    await seen(other, 'Linden Key 10');
    expect(await other.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 'nothing is wider than the screen').toBeLessThanOrEqual(1);
    await picture(other, `security-keys-${look}`);
    await other.context.close();
  }
  const forged = attestationAuthority('Metadata authority').blob({ no: 58, entries: [] });
  await who.page.locator('input[type=file]').last().setInputFiles({ name: 'blob.jwt', mimeType: 'application/jwt', buffer: Buffer.from(forged) });
  await seen(who, /This file is not signed by the FIDO Alliance/);
  expect(who.problems).toEqual([]);
  await who.context.close();
});

it('an attested key of a listed model reaches an application that demands level 3; another key is told what is needed', async () => {
  const { actor, who } = await firstDay('Petra', securityKey);
  await signOut(who);

  // The key of this browser is of no model on the list: words, and a way out.
  await who.page.goto(vault.initiateUri);
  await who.page.getByRole('button', { name: 'Use a passkey' }).click({ timeout: 2_000 }).catch(() => undefined);
  await seen(who, 'Set up how you sign in');
  await seen(who, 'Linden Key 8');
  await picture(who, 'level-3-enrol');

  // The maker of the browser's key, as its attestation shows it, becomes a model on the list.
  const [stored] = await world.database.read((tx) => sql<{ attestationObject: Buffer; attestationKind: string }>(tx)`select attestation_object, attestation_kind from authn.passkey where person_id = ${actor.id}`);
  expect(stored!.attestationKind).toBe('certified');
  const { aaguid, chain } = readAttestation(stored!.attestationObject)!;
  const model = await script.api<{ id: string }>('POST', '/api/v1/passkey-models', maker.statement({ aaguid, name: 'Key of the browser', roots: [chain.at(-1)!] }));
  await script.api('PUT', `/api/v1/passkey-models/${model.id}/listing`);

  await go(who, '/sign-in?again=1');
  expect(await claimsAt(who, vault)).toMatchObject({ acr: 'urn:bailiwick:aal3', amr: ['hwk', 'user', 'mfa', 'phr'] });
  await go(who, '/security');
  await seen(who, 'cannot be copied off its device · asks for PIN, finger or face');
  await seen(who, 'Key of the browser');
  await seen(who, 'Signs you in by itself, at the highest level.');
  await picture(who, 'security-level-3');
  const seenBy = await as(admin);
  await go(seenBy, `/admin/people/${actor.id}?tab=signIns`);
  await seen(seenBy, 'level 3 by itself · cannot be copied off its device · asks for PIN, finger or face');
  await picture(seenBy, 'person-level-3');
  await seenBy.context.close();
  const { strength } = await (await who.page.request.get(`${world.origin}/api/v1/me/factors`)).json() as Factors;
  expect(strength).toMatchObject({ assuranceLevel: 3, isPhishingResistant: true });

  // Off the list: the session is over at once, here and at the application.
  await script.api('DELETE', `/api/v1/passkey-models/${model.id}/listing`);
  expect((await who.page.request.get(`${world.origin}/api/v1/me`)).status()).toBe(401);
  await expect.poll(() => vault.logouts().length, { timeout: 15_000 }).toBeGreaterThan(0);
  expect(who.problems).toEqual([]);
  await who.context.close();
});

it('a key that does not reach level 3 is kept, the page says which kind is needed, and there is a way back', async () => {
  const { who, takeKey } = await firstDay('Karin', syncedPasskey);
  await go(who, '/sign-in?step_up=3&return_to=/access');
  await button(who, 'Use a passkey').click();
  await seen(who, 'Set up how you sign in');
  // Another key in the port, of a model that is on no list.
  await takeKey();
  await give(who, securityKey);
  await button(who, 'Set up a passkey').click();
  await seen(who, 'Another security key is needed here');
  await seen(who, 'Linden Key 8');
  await picture(who, 'level-3-lacks-key');
  await who.page.getByRole('link', { name: 'Go back without it' }).click();
  await who.page.waitForURL(`${world.origin}/access`);
  await signOut(who);
  expect(await claimsAt(who, expenses), 'elsewhere it is what it is').toMatchObject({ acr: 'urn:bailiwick:aal2', amr: ['hwk', 'user', 'mfa', 'phr'] });
  expect(who.problems).toEqual([]);
  await who.context.close();
});
