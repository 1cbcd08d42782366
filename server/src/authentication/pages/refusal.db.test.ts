import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authenticationWorld, type AuthenticationWorld } from '../../../testing/authentication-world.ts';
import { Refusal } from '../../platform/errors/index.ts';
import { refuse } from '../errors.ts';
import { sayRefusal, sayRefusalOnPage } from './refusal.ts';

let world: AuthenticationWorld;
let maria: Awaited<ReturnType<AuthenticationWorld['settled']>>;
beforeAll(async () => {
  world = await authenticationWorld();
  maria = await world.settled('Maria', 'Gonzalez', 'four words are enough');
});
afterAll(() => world.close());

describe('a password change that is refused in the portal', () => {
  const change = async (password: string, headers: Record<string, string> = {}) => {
    const reply = await maria.browser.send('PUT', '/api/v1/me/factors/password', { json: { password }, headers: { 'x-csrf-token': await maria.browser.csrfToken(), ...headers } });
    return { status: reply.status, language: reply.headers['content-language'], problem: JSON.parse(reply.text) as { title: string; detail: string; code: string } };
  };
  const english = { status: 400, language: 'en', problem: { title: 'Invalid', detail: 'the password is too short; use 8 characters or more, for example four words', code: 'authentication.password_too_short' } };

  it('is told why in the language of the reader, with the same code and status', async () => {
    expect(await change('short', { 'accept-language': 'de-CH,de;q=0.9,en;q=0.8' })).toMatchObject({ status: 400, language: 'de', problem: { title: 'Ungültig', detail: 'das Passwort ist zu kurz; nehmen Sie mindestens 8 Zeichen, zum Beispiel vier Wörter', code: 'authentication.password_too_short' } });
    expect(await change('short', { 'accept-language': 'fr' })).toMatchObject({ status: 400, language: 'fr', problem: { detail: 'le mot de passe est trop court\u00a0; prenez au moins 8 caractères, par exemple quatre mots' } });
    expect(await change('adventureworks.2026', { 'accept-language': 'es' })).toMatchObject({ status: 400, language: 'es', problem: { detail: expect.stringMatching(/^la contraseña es poco más que `[^`{]+`, que otros/) as unknown, code: 'authentication.password_expected' } });
  });

  it('is told in English as it is declared when no language is asked for, or none that we speak', async () => {
    expect(await change('short')).toMatchObject(english);
    expect(await change('short', { 'accept-language': 'ja,*;q=0.1' })).toMatchObject(english);
    expect(await change('short', { 'accept-language': 'en-GB,de;q=0.9' })).toMatchObject(english);
  });

  it('is told in the language chosen on the sign-in page, whatever the browser asks for', async () => {
    await maria.browser.send('GET', '/language/fr');
    expect(await change('short', { 'accept-language': 'de' })).toMatchObject({ status: 400, language: 'fr' });
    await maria.browser.send('GET', '/language/en');
    expect(await change('short', { 'accept-language': 'de' })).toMatchObject(english);
    for (const name of maria.browser.cookies.keys()) if (name.endsWith('language')) maria.browser.cookies.delete(name);
  });

  it('that needs a fresh sign-in keeps what the console needs to raise the session', async () => {
    world.wait(16 * 60_000);
    expect(await change('a longer one that is fine', { 'accept-language': 'de' })).toMatchObject({ status: 403, language: 'de', problem: { title: 'Nicht erlaubt', code: 'platform.stronger_sign_in_needed', assuranceLevel: 2, maxAgeSeconds: 900, detail: expect.stringContaining('frischere Anmeldung') as unknown } });
  });
});

it('a refusal that has no sentence in the language stays English, and says so', async () => {
  const unsaid = await world.browser().send('POST', '/api/v1/push/pairing', { json: { token: 'A'.repeat(43) }, headers: { 'accept-language': 'de' } });
  expect([unsaid.status, unsaid.headers['content-language'], (JSON.parse(unsaid.text) as { detail: string }).detail]).toEqual([404, 'en', refuse.push_pairing_not_valid().message]);
});

it('a page says the same refusal as a sentence, and those that it meets by itself in words of its own', async () => {
  expect(sayRefusalOnPage(refuse.too_many_recovery_codes({ retryAfterSeconds: 30 }), ['es'])).toBe('Se pidieron demasiados códigos; inténtelo de nuevo en 30 s.');
  expect(sayRefusalOnPage(refuse.too_many_recovery_codes({ retryAfterSeconds: 30 }), [])).toBe('Too many codes were asked for; try again in 30 s.');
  const nowhere = await world.browser().send('GET', '/nowhere', { headers: { 'accept-language': 'de' } });
  expect([nowhere.status, nowhere.text]).toEqual([404, expect.stringContaining('<p>Unter dieser Adresse gibt es nichts.</p>')]);
});

it('what somebody typed is filled in as it is, braces and all', () => {
  expect(sayRefusal(refuse.password_expected({ word: '{atLeast}$&' }), ['de'])!.detail).toContain('`{atLeast}$&`');
  expect(sayRefusal(new Refusal('__proto__', 'invalid', 'no', {}), ['de'])).toBeNull();
});
