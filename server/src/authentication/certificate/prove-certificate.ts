import { record } from '../../audit/index.ts';
import { later, minutes, seconds } from '../../platform/clock/index.ts';
import { digestOf, newId, randomToken } from '../../platform/crypto/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { ActorId, PresentedCertificate } from '../../platform/http/index.ts';
import { noticeIn } from '../factor/notice.ts';
import type { Needs } from '../needs.ts';
import { personActor } from '../session/person-actor.ts';
import { findSubject, type Subject } from '../session/store.ts';
import { addProofIn, beginSignInIn, type Beginning, type Held } from '../sign-in/progress.ts';
import type { SignIn } from '../sign-in/sign-in.ts';
import { checkCertificate, type CertificateProblem } from './check-certificate.ts';
import { noteOf } from './note.ts';
import { readCertificate, type Certificate } from './read-certificate.ts';
import type { Issuer } from './issuer.ts';
import { addCertificate, addTry, answerTry, findIssuer, isTryOpen, markCertificateUsed, takeTry, type CertificateTry } from './store.ts';

/**
 * The way to the certificate door and back. The door may stand at another port or name (it asks every browser for a certificate,
 * which the sign-in page must not), so what it learnt has to come back:
 *
 *   sign-in page ──POST──▶ begin: a secret stays in this browser (cookie), an ask leads to the door
 *   door         ──────▶ answer: chain, revocation and person are judged; a ticket leads back, 256 bits, 60 s, once
 *   sign-in page ──────▶ take: ticket AND the secret of the browser that began
 *
 * INVARIANT: a ticket is worth nothing in another browser. Without that, whoever has a certificate could plant their own session
 * in somebody else's browser (login CSRF), and whoever lures a person to the door could collect their proof.
 */
type ProveNeeds = Pick<Needs, 'clock' | 'database' | 'announce' | 'mailer' | 'config' | 'countSignIn'>;

/** Choosing a certificate, finding the card and typing its PIN. */
const askLifeMs = minutes(5);
export const ticketLifeMs = seconds(60);

export async function beginCertificate({ clock, database, config }: Pick<Needs, 'clock' | 'database' | 'config'>, signIn: SignIn | null, { purpose, wanted, returnTo }: Pick<Beginning, 'purpose' | 'wanted' | 'returnTo'>): Promise<{ readonly to: string; readonly browserSecret: string }> {
  const [ask, browserSecret] = [randomToken(256), randomToken(256)];
  await database.read((tx) =>
    addTry(tx, { id: newId(), askDigest: digestOf(ask), browserDigest: digestOf(browserSecret), signInId: signIn?.id ?? null, purpose, wantedLevel: wanted.level, isPhishingResistanceWanted: wanted.isPhishingResistant, returnTo, expiresAt: later(clock.now(), askLifeMs) }),
  );
  return { to: new URL(`/sign-in/certificate?ask=${ask}`, config.certificateDoor!.url).href, browserSecret };
}

/** What the door answers, whatever was shown: the way back. */
export async function answerCertificate(needs: ProveNeeds, ask: string, presented: PresentedCertificate, from: { readonly address: string }): Promise<string> {
  const { clock, database, config } = needs;
  const back = (path: string): string => new URL(path, config.url).href;
  const askDigest = digestOf(ask);
  // Only somebody who comes from the sign-in page makes us verify signatures and ask others.
  if (!(await database.read((tx) => isTryOpen(tx, askDigest, clock.now())))) return back('/sign-in?expired=1');
  const checked = await checkCertificate(needs, presented);
  const ticket = randomToken(256);
  const isAnswered = await database.transaction(async (tx) => {
    const now = clock.now();
    const right = checked.is === 'right' ? checked : null;
    const isFirst = await answerTry(tx, askDigest, now, {
      ticketDigest: digestOf(ticket),
      expiresAt: later(now, ticketLifeMs),
      problem: checked.is === 'wrong' ? checked.problem : null,
      personId: right?.subject.personId ?? null,
      issuerId: right?.issuer.id ?? null,
      certificate: right?.certificate.der ?? null,
      authorityKey: right?.authorityKey ?? null,
    });
    if (isFirst && checked.is === 'wrong') await refuseIn(tx, needs, checked.subject, checked.why, { ...checked.about, address: from.address });
    return isFirst;
  });
  return isAnswered ? back(`/sign-in/certificate/back?ticket=${ticket}`) : back('/sign-in?expired=1');
}

export type TakenCertificate =
  | { readonly is: 'proven'; readonly held: Held }
  | { readonly is: 'wrong'; readonly problem: CertificateProblem | 'another'; readonly begun: CertificateTry }
  /** Used, too old, or begun in another browser. */
  | { readonly is: 'lost' };

/** The ticket comes home: once, in time, in the browser that began, and for the sign-in that it began with. */
export async function takeCertificate(needs: ProveNeeds, ticket: string, browserSecret: string, signIn: SignIn | null, from: { readonly address: string }): Promise<TakenCertificate> {
  const { clock, database } = needs;
  const outcome = await database.transaction(async (tx): Promise<TakenCertificate> => {
    const now = clock.now();
    const { taken, isForAnother } = await takeTry(tx, digestOf(ticket), digestOf(browserSecret), now);
    if (!taken) {
      if (isForAnother) await refuseIn(tx, needs, null, 'the proof was begun in another browser: somebody may have planted it', { address: from.address });
      return { is: 'lost' };
    }
    if (taken.problem !== null) return { is: 'wrong', problem: taken.problem as CertificateProblem, begun: taken };
    if (taken.signInId !== null && taken.signInId !== signIn?.id) return { is: 'lost' };
    const subject = taken.personId === null ? null : await findSubject(tx, taken.personId);
    const issuer = taken.issuerId === null ? null : await findIssuer(tx, taken.issuerId);
    const certificate = taken.certificate && readCertificate(taken.certificate);
    const refused = async (problem: 'another' | 'unknown', why: string): Promise<TakenCertificate> => {
      await refuseIn(tx, needs, subject, why, { ...(certificate ? noteOf(certificate) : {}), address: from.address });
      return { is: 'wrong', problem, begun: taken };
    };
    if (!subject?.isActive || !issuer || !certificate || !taken.authorityKey) return refused('unknown', 'the person or the issuer is gone since a moment');
    const under = taken.signInId === null ? null : signIn;
    if (under && (under.proofs.length > 0 || under.sessionId !== null) && under.personId !== subject.personId) return refused('another', 'the certificate belongs to somebody else than this sign-in');
    if (!(await rememberIn(tx, needs, subject, issuer, certificate, taken.authorityKey))) return refused('unknown', 'the certificate was ended, or is bound to somebody else, since a moment');
    const proof = { method: 'certificate', at: now.toISOString(), isUserVerified: issuer.isUserVerified, isHardwareBound: issuer.isHardwareBound } as const;
    const wanted = { level: taken.wantedLevel, isPhishingResistant: taken.isPhishingResistanceWanted };
    const held =
      under && under.personId === subject.personId
        ? await addProofIn(tx, needs, under.id, proof)
        : await beginSignInIn(tx, needs, { purpose: taken.purpose === 'step-up' ? 'sign-in' : taken.purpose, wanted, returnTo: taken.returnTo, username: subject.username, sessionId: null, personId: subject.personId, proofs: [proof] });
    return held ? { is: 'proven', held } : { is: 'lost' };
  });
  needs.countSignIn('certificate', outcome.is === 'proven' ? 'proven' : 'wrong');
  return outcome;
}

/** Every use is noted; the first use of one that names its person binds it to them, and they are told. */
async function rememberIn(tx: Tx, needs: ProveNeeds, subject: Subject, issuer: Issuer, certificate: Certificate, authorityKey: Buffer): Promise<boolean> {
  const now = needs.clock.now();
  if (await markCertificateUsed(tx, certificate.fingerprint, subject.personId, now)) return true;
  if (issuer.namesBy === 'registered') return false;
  const id = newId();
  const isNew = await addCertificate(tx, {
    id,
    personId: subject.personId,
    issuerId: issuer.id,
    source: 'seen',
    name: issuer.name,
    certificate: certificate.der,
    fingerprint: certificate.fingerprint,
    serial: certificate.serial,
    authorityKey,
    subject: certificate.subject,
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    addedAt: now,
    addedByName: subject.displayName,
    lastUsedAt: now,
  });
  // It is there, and not as above: ended, or somebody else's.
  if (!isNew) return false;
  await record(tx, { action: 'authentication.factor.add', actor: personActor(subject.personId), actorName: subject.displayName, target: `person:${subject.personId}`, targetName: subject.displayName, at: now, outcome: 'allowed', facts: { factor: 'certificate', certificateId: id, issuerName: issuer.name, ...noteOf(certificate) } });
  await needs.announce(tx, { kind: 'factor_added', subject: `person:${subject.personId}`, at: now, facts: { factor: 'certificate' } });
  await noticeIn(tx, needs, subject, { about: 'factor_added', factor: 'certificate' });
  return true;
}

async function refuseIn(tx: Tx, { clock, announce }: Pick<Needs, 'clock' | 'announce'>, subject: Subject | null, why: string, facts: Readonly<Record<string, string>>): Promise<void> {
  const now = clock.now();
  await record(tx, {
    action: 'authentication.sign-in.fail',
    // Whoever showed it has not proven to be that person.
    actor: 'anonymous' as ActorId,
    actorName: 'Somebody',
    target: subject ? `person:${subject.personId}` : null,
    targetName: subject?.displayName ?? null,
    at: now,
    outcome: 'refused',
    reason: why,
    facts: { method: 'certificate', ...facts },
  });
  if (subject) await announce(tx, { kind: 'sign_in_failed', subject: `person:${subject.personId}`, at: now, facts: { method: 'certificate', why } });
}
