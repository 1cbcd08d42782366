import { generateAuthenticationOptions, generateRegistrationOptions, verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';
import { z } from 'zod';
import { later, minutes } from '../../platform/clock/index.ts';
import { digestOf, newId, randomToken } from '../../platform/crypto/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Needs } from '../needs.ts';
import { mayBeJudged, modelKeyOf, readAttestation, withoutStatement } from '../passkey-model/attestation.ts';
import { isOfModel, sourceInWords } from '../passkey-model/judge.ts';
import { findModelOf, hasListedModels } from '../passkey-model/store.ts';
import type { Subject } from '../session/store.ts';
import type { Proof } from '../sign-in/strength.ts';
import { addChallenge, addPasskey, disablePasskey, findPasskeyByCredential, findPasskeys, markPasskeyUsed, takeChallenge, type StoredPasskey } from './store.ts';

export const mostPasskeys = 20;
/** How long an answer to a challenge is awaited; each challenge has 256 random bits and is answered once (ASVS 6.7.2). */
export const challengeLifeMs = minutes(5);

type PasskeyNeeds = Pick<Needs, 'clock'> & { readonly config: Pick<Needs['config'], 'url' | 'organisation'> };

const base64url = z.string().max(16_384).regex(/^[A-Za-z0-9_-]*$/);
const common = { id: base64url, rawId: base64url, type: z.literal('public-key'), authenticatorAttachment: z.string().max(40).nullish(), clientExtensionResults: z.record(z.string(), z.unknown()).default({}) };
const assertionSchema = z.object({ ...common, response: z.object({ clientDataJSON: base64url, authenticatorData: base64url, signature: base64url, userHandle: base64url.nullish() }) });
const registrationSchema = z.object({ ...common, response: z.object({ clientDataJSON: base64url, attestationObject: base64url, transports: z.array(z.string().max(40)).max(10).default([]) }) });

/** Names the person to the authenticator by id alone: nothing readable is stored on the key (WebAuthn 14.6.1). */
const handleOf = (personId: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(personId.replaceAll('-', ''), 'hex'));

/**
 * Options to prove with a passkey. Without `personId` any passkey that the authenticator offers by itself; a name typed before would tell who has which keys.
 * For level 3 whoever has keys that reach it is asked for these, with their PIN. The challenge has 256 bits, is kept as a digest and answered once (ASVS 6.7.2).
 */
export async function askForPasskey(tx: Tx, { config, clock }: PasskeyNeeds, personId: string | null, isLevel3Wanted = false): Promise<Record<string, unknown>> {
  const challenge = randomToken(256);
  const now = clock.now();
  const usable = personId === null ? [] : (await findPasskeys(tx, personId)).filter((passkey) => passkey.disabledAt === null);
  const listed = isLevel3Wanted ? usable.filter((passkey) => passkey.isListed) : [];
  const known = listed.length > 0 ? listed : usable;
  const options = await generateAuthenticationOptions({
    rpID: config.url.hostname,
    challenge: Buffer.from(challenge, 'base64url'),
    timeout: challengeLifeMs,
    // Asked for as a preference and looked at afterwards (63B-4 app. B.3): a key that only notices touch is one factor, not none.
    userVerification: listed.length > 0 ? 'required' : 'preferred',
    ...(known.length > 0 ? { allowCredentials: known.map((passkey) => ({ id: passkey.credentialId.toString('base64url'), transports: passkey.transports as never })) } : {}),
  });
  await addChallenge(tx, { digest: digestOf(challenge), purpose: 'prove', personId, expiresAt: later(now, challengeLifeMs) });
  return options as unknown as Record<string, unknown>;
}

/** Options to enrol a passkey for `subject`. */
export async function invitePasskey(tx: Tx, { config, clock }: PasskeyNeeds, subject: Subject, { isLevel3Wanted = false, isHardware = false }: { readonly isLevel3Wanted?: boolean; readonly isHardware?: boolean } = {}): Promise<Record<string, unknown>> {
  const challenge = randomToken(256);
  const known = await findPasskeys(tx, subject.personId);
  const options = await generateRegistrationOptions({
    rpID: config.url.hostname,
    rpName: config.organisation,
    userID: handleOf(subject.personId),
    userName: subject.username,
    userDisplayName: subject.displayName,
    challenge: Buffer.from(challenge, 'base64url'),
    timeout: challengeLifeMs,
    // Browsers ask people before they tell the make of a key, so only where it is of use. Whoever says no enrols all the same (63B-4 4.1.3).
    attestationType: isLevel3Wanted || (await hasListedModels(tx)) ? 'direct' : 'none',
    excludeCredentials: known.map((passkey) => ({ id: passkey.credentialId.toString('base64url'), transports: passkey.transports as never })),
    // `isHardware`: a key that lies in an envelope, not this computer; with its PIN.
    ...(isHardware ? { preferredAuthenticatorType: 'securityKey' as const } : {}),
    authenticatorSelection: { residentKey: 'preferred', userVerification: isHardware || isLevel3Wanted ? 'required' : 'preferred', ...(isHardware ? { authenticatorAttachment: 'cross-platform' as const } : {}) },
  });
  await addChallenge(tx, { digest: digestOf(challenge), purpose: 'enrol', personId: subject.personId, expiresAt: later(clock.now(), challengeLifeMs) });
  return options as unknown as Record<string, unknown>;
}

export type EnrolledPasskey = { readonly is: 'enrolled'; readonly id: string; readonly isUserVerified: boolean; readonly attestation: 'none' | 'self' | 'certified'; readonly model: string | null } | { readonly is: 'not_accepted' } | { readonly is: 'taken' } | { readonly is: 'too_many' };

/** Checks an answer to `invitePasskey` and keeps the credential with all that it said about itself. */
export async function enrolPasskeyIn(tx: Tx, { config, clock }: PasskeyNeeds, subject: Subject, input: { readonly name: string | null; readonly response: unknown }): Promise<EnrolledPasskey> {
  const parsed = registrationSchema.safeParse(input.response);
  if (!parsed.success) return { is: 'not_accepted' };
  const now = clock.now();
  const { challenge: answered, isFramed } = clientDataOf(parsed.data.response.clientDataJSON);
  const challenge = await takeChallenge(tx, digestOf(answered), 'enrol', now);
  if (!challenge || challenge.personId !== subject.personId || isFramed) return { is: 'not_accepted' };
  if ((await findPasskeys(tx, subject.personId)).length >= mostPasskeys) return { is: 'too_many' };
  const attestation = readAttestation(Buffer.from(parsed.data.response.attestationObject, 'base64url'));
  // The library keeps the id inside the authenticator data; an answer that names another is put together from two (attestation swap).
  if (!attestation || !attestation.credentialId.equals(Buffer.from(parsed.data.id, 'base64url'))) return { is: 'not_accepted' };
  const isJudged = mayBeJudged(attestation, now);
  const response = isJudged ? parsed.data : { ...parsed.data, response: { ...parsed.data.response, attestationObject: withoutStatement(attestation).toString('base64url') } };
  const verified = await verifyRegistrationResponse({
    response: response as never,
    expectedChallenge: answered,
    expectedOrigin: config.url.origin,
    expectedRPID: config.url.hostname,
    requireUserVerification: false,
  }).catch(() => null);
  if (!verified?.verified) return { is: 'not_accepted' };
  const { credential, aaguid, fmt, attestationObject, userVerified, credentialDeviceType, credentialBackedUp } = verified.registrationInfo;
  const id = newId();
  const isSynced = credentialDeviceType === 'multiDevice';
  // Whoever signs with the key itself says nothing about who made it: only a maker's certificate does (WebAuthn 6.5.4).
  const kind = fmt === 'none' ? 'none' : attestation.chain.length > 0 ? 'certified' : 'self';
  const modelKey = modelKeyOf(attestation);
  const model = kind === 'certified' ? await findModelOf(tx, modelKey) : null;
  const proven = model && isOfModel(attestation.chain, model, now) ? model : null;
  const isNew = await addPasskey(tx, {
    id,
    personId: subject.personId,
    name: input.name ?? (isSynced ? 'Passkey' : 'Security key'),
    credentialId: Buffer.from(credential.id, 'base64url'),
    publicKey: Buffer.from(credential.publicKey),
    signCount: credential.counter,
    transports: parsed.data.response.transports,
    aaguid,
    isUserVerified: userVerified,
    isBackupEligible: isSynced,
    isBackedUp: credentialBackedUp,
    attestationFormat: fmt,
    attestationObject: Buffer.from(attestationObject),
    attestationKind: kind,
    attestationKeyIdentifier: kind === 'certified' ? modelKey.keyIdentifier : null,
    modelId: proven?.id ?? null,
    attestedAt: proven && now,
    attestedBy: proven && sourceInWords(proven),
    createdAt: now,
  });
  return isNew ? { is: 'enrolled', id, isUserVerified: userVerified, attestation: kind, model: proven?.name ?? null } : { is: 'taken' };
}

export type CheckedPasskey = { readonly is: 'right'; readonly passkey: StoredPasskey; readonly proof: Proof; /** Null when it was taken; else why the passkey is disabled from now on. */ readonly use: (tx: Tx) => Promise<string | null> } | { readonly is: 'wrong'; readonly personId: string | null; readonly why: string };

/** Checks an answer to `askForPasskey`. `use` writes the counter, and disables a passkey that cannot be what was enrolled any more. */
export async function checkPasskey(needs: PasskeyNeeds & Pick<Needs, 'database'>, response: unknown): Promise<CheckedPasskey> {
  const { config, clock, database } = needs;
  const parsed = assertionSchema.safeParse(response);
  if (!parsed.success) return { is: 'wrong', personId: null, why: 'the answer was not readable' };
  const now = clock.now();
  const { challenge: answered, isFramed } = clientDataOf(parsed.data.response.clientDataJSON);
  const challenge = await database.read((tx) => takeChallenge(tx, digestOf(answered), 'prove', now));
  if (!challenge) return { is: 'wrong', personId: null, why: 'the challenge is not ours, too old, or answered already' };
  // No page of others asks for our passkeys inside a frame, whatever it shows around them (WebAuthn 7.2 steps 13 and 14: clickjacking).
  if (isFramed) return { is: 'wrong', personId: challenge.personId, why: 'it was asked for inside a page of somebody else' };
  const passkey = await database.read((tx) => findPasskeyByCredential(tx, Buffer.from(parsed.data.id, 'base64url')));
  if (!passkey) return { is: 'wrong', personId: null, why: 'nobody has this passkey' };
  const { userHandle } = parsed.data.response;
  // Where nobody was named before, the key itself must say whose it is (WebAuthn 7.2 step 6).
  if (!userHandle && challenge.personId === null) return { is: 'wrong', personId: passkey.personId, why: 'the passkey does not say whose it is' };
  const isForAnother = (challenge.personId !== null && challenge.personId !== passkey.personId) || (userHandle && userHandle !== Buffer.from(handleOf(passkey.personId)).toString('base64url'));
  if (isForAnother) return { is: 'wrong', personId: passkey.personId, why: 'the passkey belongs to somebody else' };
  if (passkey.disabledAt) return { is: 'wrong', personId: passkey.personId, why: 'the passkey is disabled' };
  const verified = await verifyAuthenticationResponse({
    response: parsed.data as never,
    expectedChallenge: answered,
    expectedOrigin: config.url.origin,
    expectedRPID: config.url.hostname,
    // The counter is judged below, where going back has a consequence.
    credential: { id: parsed.data.id, publicKey: new Uint8Array(passkey.publicKey), counter: 0 },
    requireUserVerification: false,
  }).catch(() => null);
  if (!verified?.verified) return { is: 'wrong', personId: passkey.personId, why: 'the signature or what it covers is not right' };
  const { newCounter, userVerified, credentialDeviceType, credentialBackedUp } = verified.authenticationInfo;
  const isSynced = credentialDeviceType === 'multiDevice';
  return {
    is: 'right',
    passkey,
    proof: { method: 'passkey', at: now.toISOString(), isUserVerified: userVerified, isSynced: passkey.isBackupEligible || isSynced, isListed: passkey.isListed, passkeyId: passkey.id },
    async use(tx) {
      // A key cannot learn to be copied: BE never changes (WebAuthn 7.2 step 17). Whoever says otherwise holds another key.
      const isOther = isSynced !== passkey.isBackupEligible;
      if (!isOther && (await markPasskeyUsed(tx, passkey.id, newCounter, userVerified, credentialBackedUp, now))) return null;
      const why = isOther ? 'it says that it can be copied, and said the opposite when it was enrolled' : 'its counter went back: there may be a copy';
      await disablePasskey(tx, passkey.id, why, now);
      return why;
    },
  };
}

/** What the browser says about the question that was answered, read as the verifier reads it. No challenge is an empty one. */
function clientDataOf(clientDataJSON: string): { readonly challenge: string; readonly isFramed: boolean } {
  try {
    const { challenge, crossOrigin, topOrigin } = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString('utf8')) as { challenge?: unknown; crossOrigin?: unknown; topOrigin?: unknown };
    return { challenge: typeof challenge === 'string' ? challenge : '', isFramed: (crossOrigin !== undefined && crossOrigin !== false) || topOrigin !== undefined };
  } catch {
    return { challenge: '', isFramed: true };
  }
}
