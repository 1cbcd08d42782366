import { renderSVG } from 'uqr';
import { record } from '../../audit/index.ts';
import { later } from '../../platform/clock/index.ts';
import { digestOf, newId, randomBytes, randomToken } from '../../platform/crypto/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Principal } from '../../platform/http/index.ts';
import { freshSignInNeeded, refuse } from '../errors.ts';
import { whoChanges, type OwnPermit } from '../factor/change-factors.ts';
import { freshForMs } from '../factor/factor.ts';
import { noticeIn } from '../factor/notice.ts';
import { enrolledFactors } from '../factor/store.ts';
import type { Needs } from '../needs.ts';
import { personActor } from '../session/person-actor.ts';
import { findSubject, type Subject } from '../session/store.ts';
import { startAnew } from '../throttle/store.ts';
import { isSignedBy } from './device-key.ts';
import { mostPushDevices, pairingBits, pairingLifeMs, signedTexts } from './push.ts';
import { addPushDevice, findPairing, findPushDevices, lockPushCount, savePairing, savePushCount, takePairing } from './store.ts';

type StartNeeds = Pick<Needs, 'clock' | 'database' | 'config'>;

/** Whoever caused the prompts may hold a session that a push opened: what was switched off comes back only by another factor. */
export async function anotherFactorIfOff(tx: Tx, principal: Principal, personId: string): Promise<void> {
  const { pushDevices, isPushOff } = await enrolledFactors(tx, personId);
  if (pushDevices > 0 && isPushOff && principal.methods.includes('mca')) throw freshSignInNeeded({ assuranceLevel: 2, maxAgeSeconds: freshForMs / 1_000 });
}

export interface StartedPairing {
  readonly link: string;
  readonly qr: string;
  readonly expiresAt: Date;
}

/** A one-time link to this person's account for another device (63B-4 4.1.2.2). Asks for a fresh proof, as every change of factors does (ASVS 7.5.1). */
export async function startPairing(needs: StartNeeds, permit: OwnPermit, principal: Principal): Promise<StartedPairing> {
  const subject = await whoChanges(needs, permit, principal);
  const { personId } = subject;
  const { sessionId } = principal;
  if (!sessionId) throw refuse.not_a_person();
  const token = randomToken(pairingBits);
  const now = needs.clock.now();
  const expiresAt = later(now, pairingLifeMs);
  await needs.database.transaction(async (tx) => {
    await anotherFactorIfOff(tx, principal, personId);
    if ((await findPushDevices(tx, personId)).length >= mostPushDevices) throw refuse.too_many_push_devices({ atMost: mostPushDevices });
    await savePairing(tx, { personId, sessionId, digest: digestOf(token), challenge: randomBytes(32), createdAt: now, expiresAt });
    await record(tx, { action: 'authentication.push-pairing.start', actor: permit.actor, actorName: permit.actorName, target: `person:${personId}`, targetName: subject.displayName, at: now, outcome: 'allowed', facts: { expiresAt: expiresAt.toISOString() } });
  });
  // Behind the `#`: browsers send that part to nobody, so it is in no log of any proxy.
  const link = new URL(`/push/pair#${token}`, needs.config.url).href;
  return { link, qr: renderSVG(link, { ecc: 'M', border: 2 }), expiresAt };
}

async function subjectOfPairing(tx: Tx, token: string, now: Date): Promise<{ subject: Subject; challenge: string }> {
  const pairing = await findPairing(tx, digestOf(token), now);
  const subject = pairing && (await findSubject(tx, pairing.personId));
  // The person may have left since: asked now, and not believed of then.
  if (!pairing || !subject?.isActive) throw refuse.push_pairing_not_valid();
  return { subject, challenge: pairing.challenge.toString('base64url') };
}

/** What the telephone shows before it makes a key: whose account this is. Only for whoever holds the link. */
export async function lookAtPairing({ clock, database, config }: StartNeeds, token: string): Promise<{ organisation: string; personName: string; challenge: string }> {
  const { subject, challenge } = await database.read((tx) => subjectOfPairing(tx, token, clock.now()));
  return { organisation: config.organisation, personName: subject.displayName, challenge };
}

type PairNeeds = Pick<Needs, 'clock' | 'database' | 'config' | 'announce' | 'mailer'>;

/** Keeps the public half of the device's key, once the device has shown that it holds the other half. */
export async function pairDevice(needs: PairNeeds, input: { token: string; name: string; publicKey: string; signature: string; language: string }): Promise<{ deviceId: string }> {
  const point = Buffer.from(input.publicKey, 'base64url');
  return needs.database.transaction(async (tx) => {
    const now = needs.clock.now();
    const { subject, challenge } = await subjectOfPairing(tx, input.token, now);
    const { personId } = subject;
    if (point.toString('base64url') !== input.publicKey || !isSignedBy(point, signedTexts.pairing({ origin: needs.config.url.origin, challenge, publicKey: input.publicKey }), input.signature)) throw refuse.push_key_not_accepted();
    const count = await lockPushCount(tx, personId, now);
    if (!(await takePairing(tx, digestOf(input.token), now))) throw refuse.push_pairing_not_valid();
    if ((await findPushDevices(tx, personId)).length >= mostPushDevices) throw refuse.too_many_push_devices({ atMost: mostPushDevices });
    const id = newId();
    if (!(await addPushDevice(tx, { id, personId, name: input.name, publicKey: point, language: input.language, createdAt: now }))) throw refuse.push_key_not_accepted();
    // A new authenticator: what went wrong with the others says nothing about it. The link came out of a fresh sign-in.
    await savePushCount(tx, personId, count.waiting);
    await startAnew(tx, `person:${personId}`, 'push');
    await record(tx, { action: 'authentication.factor.add', actor: personActor(personId), actorName: subject.displayName, target: `person:${personId}`, targetName: subject.displayName, at: now, outcome: 'allowed', facts: { factor: 'push', deviceId: id, name: input.name } });
    await needs.announce(tx, { kind: 'factor_added', subject: `person:${personId}`, at: now, facts: { factor: 'push' } });
    await noticeIn(tx, needs, subject, { about: 'factor_added', factor: 'push' });
    return { deviceId: id };
  });
}
