import { addKey, keyOptions, testKey, testOptions } from '../../api/break-glass.ts';
import { words } from '../../words/index.ts';

/** The browser's part of WebAuthn, loaded when a key is asked for; what goes wrong there is said in our words. */
async function withKey<T>(work: (browser: typeof import('@simplewebauthn/browser')) => Promise<T>): Promise<T> {
  const w = words.breakGlass;
  const browser = await import('@simplewebauthn/browser');
  if (!browser.browserSupportsWebAuthn()) throw new Error(w.notHere);
  try {
    return await work(browser);
  } catch (error) {
    if (!(error instanceof browser.WebAuthnError) && !(error instanceof DOMException)) throw error;
    throw new Error('code' in error && error.code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED' ? w.twice : w.cancelled, { cause: error });
  }
}

export async function registerKey(accountId: string, name: string): Promise<void> {
  const { options } = await keyOptions(accountId);
  const response = await withKey(({ startRegistration }) => startRegistration({ optionsJSON: options as unknown as Parameters<typeof startRegistration>[0]['optionsJSON'] }));
  await addKey(accountId, { name, response });
}

export async function touchKey(accountId: string): Promise<void> {
  const { options } = await testOptions(accountId);
  const response = await withKey(({ startAuthentication }) => startAuthentication({ optionsJSON: options as unknown as Parameters<typeof startAuthentication>[0]['optionsJSON'] }));
  await testKey(accountId, response);
}
