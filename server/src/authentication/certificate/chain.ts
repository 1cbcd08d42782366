import { anyPolicy, keyUsage, usage, type Certificate } from './read-certificate.ts';
import { isAlgorithmKnown, isSignedBy, isStrong } from './signature.ts';

/** Why a certificate is not accepted; each has a sentence for the person and one for the audit. */
export type ChainProblem = 'unreadable' | 'weak' | 'not_yet' | 'expired' | 'not_for_signing_in' | 'unknown_issuer' | 'chain_not_right' | 'policy_missing';

export interface Anchor {
  readonly certificate: Certificate;
  readonly requiredPolicy: string | null;
}

export type Judged<A extends Anchor> =
  /** From the person's certificate up to the one below the anchor. */
  | { readonly is: 'trusted'; readonly path: readonly Certificate[]; readonly anchor: A }
  | { readonly is: 'refused'; readonly problem: ChainProblem; readonly why: string };

const longestPath = 5;

/**
 * Whether this certificate may sign somebody in, by one of `anchors` (RFC 5280 6.1, and nothing of it left to a guess:
 * what limits a chain in a way that is not judged here is refused). Revocation is asked afterwards. ASVS 12.1.3.
 */
export function judgeChain<A extends Anchor>(leaf: Certificate, presented: readonly Certificate[], anchors: readonly A[], now: Date): Judged<A> {
  const own = problemOfLeaf(leaf, now);
  if (own) return own;
  let best: Judged<A> = refused('unknown_issuer', `no listed issuer signed it (${leaf.issuer})`);
  // A bounded search: eight intermediates at most come in, and each is used once on a way.
  const ways: (readonly Certificate[])[] = [[leaf]];
  for (let tried = 0; tried < 64; tried += 1) {
    const way = ways.shift();
    if (!way) break;
    const last = way.at(-1)!;
    for (const anchor of anchors) {
      if (!isIssuedBy(last, anchor.certificate)) continue;
      const problem = problemOfWay(way, anchor, now);
      if (!problem) return { is: 'trusted', path: way, anchor };
      best = problem;
    }
    if (way.length < longestPath) for (const next of presented) if (!way.some((one) => one.fingerprint.equals(next.fingerprint)) && isIssuedBy(last, next)) ways.push([...way, next]);
  }
  return best;
}

/** Names, key identifiers and the signature: all three. */
export function isIssuedBy(child: Certificate, parent: Certificate): boolean {
  if (!child.issuerName.equals(parent.subjectName)) return false;
  if (child.authorityKeyId !== null && parent.subjectKeyId !== null && child.authorityKeyId !== parent.subjectKeyId) return false;
  return isSignedBy(parent.publicKey, child.signed.algorithm, child.signed.tbs, child.signed.signature);
}

type Refused = Extract<Judged<Anchor>, { is: 'refused' }>;
const refused = (problem: ChainProblem, why: string): Refused => ({ is: 'refused', problem, why });

const mayUse = (certificate: Certificate, flag: number): boolean => certificate.keyUsages === null || (certificate.keyUsages & flag) !== 0;

function problemOfLeaf(leaf: Certificate, now: Date): Refused | null {
  if (!isStrong(leaf.publicKey)) return refused('weak', 'its key is too short or of an unknown kind');
  if (!isAlgorithmKnown(leaf.signed.algorithm)) return refused('weak', `it is signed by an algorithm that does not count (${leaf.signed.algorithm.oid})`);
  if (leaf.isAuthority) return refused('not_for_signing_in', 'it is the certificate of an authority, not of a person');
  if (leaf.unknownLimits.length > 0) return refused('not_for_signing_in', `it has critical parts that are not understood (${leaf.unknownLimits.join(', ')})`);
  if (!mayUse(leaf, keyUsage.digitalSignature)) return refused('not_for_signing_in', 'its key usage leaves out digital signatures');
  // `any` is not enough: a certificate for mail or for a server must not open a door that nobody thought of.
  if (!leaf.extendedKeyUsages?.includes(usage.clientAuth)) return refused('not_for_signing_in', 'its extended key usage leaves out client authentication');
  if (now < leaf.notBefore) return refused('not_yet', `it is valid from ${leaf.notBefore.toISOString()} on`);
  if (now > leaf.notAfter) return refused('expired', `it expired at ${leaf.notAfter.toISOString()}`);
  return null;
}

function problemOfWay(way: readonly Certificate[], anchor: Anchor, now: Date): Refused | null {
  const [leaf, ...intermediates] = way;
  for (const [below, authority] of [...intermediates, anchor.certificate].entries()) {
    const problem = problemOfAuthority(authority, now);
    if (problem) return refused('chain_not_right', `${authority.subject}: ${problem}`);
    if (authority.pathLength !== null && below > authority.pathLength) return refused('chain_not_right', `${authority.subject} allows ${authority.pathLength} authorities below it, and there are ${below}`);
  }
  const policy = anchor.requiredPolicy;
  if (policy !== null) {
    if (!leaf!.policies?.includes(policy)) return refused('policy_missing', `it lacks the policy ${policy}`);
    if (intermediates.some((one) => !one.policies?.some((held) => held === policy || held === anyPolicy))) return refused('policy_missing', `an authority on the way is not allowed the policy ${policy}`);
  }
  return null;
}

/** What makes a certificate unfit to be an authority; null when it is one. */
export function problemOfAuthority(one: Certificate, now: Date): string | null {
  if (!one.isAuthority) return 'it is not the certificate of an authority (basicConstraints)';
  if (!mayUse(one, keyUsage.keyCertSign)) return 'its key usage leaves out signing certificates';
  if (one.extendedKeyUsages !== null && !one.extendedKeyUsages.includes(usage.clientAuth) && !one.extendedKeyUsages.includes(usage.any)) return 'its extended key usage leaves out client authentication';
  if (!isStrong(one.publicKey)) return 'its key is too short or of an unknown kind; RSA needs 2048 bits';
  if (!isAlgorithmKnown(one.signed.algorithm)) return 'it is signed by an algorithm that does not count, such as SHA-1';
  if (one.unknownLimits.length > 0) return `it limits its chain in ways that are not judged here (${one.unknownLimits.join(', ')})`;
  if (now < one.notBefore) return `it is valid from ${one.notBefore.toISOString()} on`;
  if (now > one.notAfter) return `it expired at ${one.notAfter.toISOString()}`;
  return null;
}
