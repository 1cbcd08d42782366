import { noteOf } from './note.ts';
import type { PresentedCertificate } from '../../platform/http/index.ts';
import type { Needs } from '../needs.ts';
import type { Subject } from '../session/store.ts';
import { findSubject } from '../session/store.ts';
import { judgeChain } from './chain.ts';
import { authorityKeyOf, standingOfPath } from './check-revocation.ts';
import { nameIn, type Issuer } from './issuer.ts';
import { readCertificate, type Certificate } from './read-certificate.ts';
import { findByFingerprint, findNamed, listIssuers } from './store.ts';

/** What the sign-in page says; deliberately fewer than there are reasons. Nobody, somebody who left and a removed certificate are one. */
export type CertificateProblem = 'none' | 'not_accepted' | 'not_yet' | 'expired' | 'revoked' | 'cannot_judge' | 'unknown';

export type CheckedCertificate =
  | { readonly is: 'right'; readonly issuer: Issuer; readonly certificate: Certificate; /** Of whoever signed it: the issuer, or an intermediate. */ readonly authorityKey: Buffer; readonly subject: Subject }
  | { readonly is: 'wrong'; readonly problem: CertificateProblem; /** For the audit. */ readonly why: string; readonly about: Readonly<Record<string, string>>; readonly subject: Subject | null };

/** Whose certificate this is, if it is anybody's: chain, revocation, person, in this order. Nothing is written but what was learnt about revocation. */
export async function checkCertificate(needs: Pick<Needs, 'clock' | 'database' | 'announce' | 'mailer' | 'config'>, presented: PresentedCertificate): Promise<CheckedCertificate> {
  const { clock, database } = needs;
  if (presented.is === 'none') return { is: 'wrong', problem: 'none', why: 'the browser showed no certificate', about: {}, subject: null };
  if (presented.is === 'refused') return { is: 'wrong', problem: 'none', why: presented.why, about: {}, subject: null };
  const certificate = readCertificate(presented.certificate);
  if (!certificate) return { is: 'wrong', problem: 'not_accepted', why: 'the certificate cannot be read', about: {}, subject: null };
  const wrong = (problem: CertificateProblem, why: string, subject: Subject | null = null): CheckedCertificate => ({ is: 'wrong', problem, why, about: noteOf(certificate), subject });

  const issuers = await database.read(listIssuers);
  const chain = presented.chain.slice(0, 8).flatMap((der) => readCertificate(der) ?? []);
  const judged = judgeChain(certificate, chain, issuers, clock.now());
  if (judged.is === 'refused') return wrong(judged.problem === 'expired' || judged.problem === 'not_yet' ? judged.problem : 'not_accepted', judged.why);
  const issuer = judged.anchor;
  const standing = await standingOfPath(needs, issuer, judged.path);
  if (standing.is !== 'good') return wrong(standing.is === 'revoked' ? 'revoked' : 'cannot_judge', standing.why);

  const authorityKey = authorityKeyOf(judged.path[1] ?? issuer.certificate);
  return database.read(async (tx) => {
    const bound = await findByFingerprint(tx, certificate.fingerprint);
    const named = nameIn(certificate, issuer);
    const who = named ? await findNamed(tx, named) : null;
    if (bound) {
      const subject = bound.personId === null ? null : await findSubject(tx, bound.personId);
      if (bound.endedAt) return wrong(bound.isOurOwn && bound.endReason !== 'expired' ? 'revoked' : 'unknown', `the certificate was ended here (${bound.endReason ?? ''})`, subject);
      // A name that went to somebody else does not take the certificate along; and whoever bears it now is not meant by it.
      if (issuer.namesBy !== 'registered' && (!who || who.personId !== subject?.personId)) return wrong('unknown', who ? `it names ${who.displayName} now, and belongs to somebody else since its first use` : 'it names nobody here any more', subject);
      return subject?.isActive ? { is: 'right', issuer, certificate, authorityKey, subject } : wrong('unknown', 'the person is not active', subject);
    }
    if (issuer.namesBy === 'registered') return wrong('unknown', `nobody has this certificate of ${issuer.name} registered`);
    if (!named) return wrong('unknown', `it does not name one person in the way that ${issuer.name} is listed with`);
    if (!who) return wrong('unknown', `nobody here is named \`${named.value.slice(0, 100)}\``);
    return who.isActive ? { is: 'right', issuer, certificate, authorityKey, subject: who } : wrong('unknown', 'the person is not active', who);
  });
}
