import { z } from 'zod';

const id = z.uuid();
const at = z.iso.datetime();
const nameOfDevice = z.string().trim().min(1).max(60).describe('What the person calls it: `My telephone`.');
const signature = z.string().max(120).regex(/^[\w-]+$/, 'base64url').describe('ECDSA over P-256 and SHA-256 by the key of the device, as WebCrypto makes it (64 bytes), base64url.');
const nonce = z.string().max(120).regex(/^[\w.-]+$/, 'base64url');
// What is signed is put together by lines: no part may hold a line break.
const part = (longest: number) => z.string().max(longest).regex(/^[\w-]+$/, 'base64url');

export const pushDevice = z.object({
  id,
  name: z.string(),
  createdAt: at,
  lastUsedAt: at.nullable(),
  hasNotifications: z.boolean().describe('Web push reaches it. Without, the person opens the page `/push` on it.'),
  isDisabled: z.boolean(),
});
export const myPush = z.object({
  devices: z.array(pushDevice),
  isOff: z.boolean().describe('After three questions in a row that were denied or not answered. Switched on again by hand.'),
  isLocked: z.boolean().describe('After 100 wrong tries in a row; pairing a device anew lifts it (63B-4 3.2.2).'),
  atMost: z.int(),
});
export type MyPush = z.infer<typeof myPush>;
export const pushPairingStarted = z.object({ link: z.string().describe('Opens the pairing on the telephone. Shown once, works once.'), qr: z.string().describe('SVG of the link.'), expiresAt: at });

// What a paired device asks and says: no session, each by its key.

export const lookAtPairing = z.strictObject({ token: z.string().max(100) });
export const pairing = z.object({ organisation: z.string(), personName: z.string(), challenge: z.string() });
export const pairDevice = z.strictObject({ token: z.string().max(100), name: nameOfDevice, publicKey: part(120).describe('Uncompressed point of P-256 (65 bytes), base64url.'), signature });
export const devicePaired = z.object({ deviceId: id });

export const askForNonce = z.strictObject({ deviceId: id });
export const nonceGiven = z.object({ nonce: z.string() });

export const askWhatWaits = z.strictObject({ deviceId: id, nonce, signature });
export const waitingPrompt = z.object({
  id,
  nonce: z.string().describe('To be signed with the answer; good for one try.'),
  place: z.enum(['portal', 'console', 'application']),
  application: z.string().nullable(),
  browser: z.string().describe('Browser and system of the sign-in: `Firefox on Linux`.'),
  address: z.string().describe('Network address of the sign-in.'),
  secondsLeft: z.int(),
});
export const whatWaits = z.object({ device: z.object({ name: z.string(), hasNotifications: z.boolean() }), personName: z.string(), organisation: z.string(), isOff: z.boolean(), items: z.array(waitingPrompt), nonce: z.string() });

export const answerPrompt = z.strictObject({ deviceId: id, promptId: id, decision: z.enum(['approve', 'deny', 'not_me']), digits: z.string().max(20).regex(/^[\d -]*$/, 'six digits').default('').describe('As typed by the person; for `approve`.'), nonce, signature });
export const promptAnswered = z.object({ outcome: z.enum(['approved', 'denied', 'disavowed', 'wrong', 'wait', 'over']), waitSeconds: z.int().nullable() });
export type PromptAnswered = z.infer<typeof promptAnswered>;

export const subscribeDevice = z.strictObject({
  deviceId: id,
  nonce,
  signature,
  subscription: z.strictObject({ endpoint: z.string().max(1_000).regex(/^[!-~]+$/, 'an address'), p256dh: part(100), auth: part(60) }).nullable().describe('Null: no notifications any more.'),
});

/** For the page of the sign-in that waits. */
export const promptState = z.object({ state: z.enum(['waiting', 'approved', 'over']) });
