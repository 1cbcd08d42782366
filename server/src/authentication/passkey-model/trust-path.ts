import { X509Certificate } from 'node:crypto';

const longest = 8;

export function asCertificate(der: Buffer): X509Certificate | null {
  try {
    return new X509Certificate(der);
  } catch {
    return null;
  }
}

const parse = (certificate: string | Buffer): X509Certificate | null => {
  try {
    return new X509Certificate(certificate);
  } catch {
    return null;
  }
};

const isInTime = (certificate: X509Certificate, at: Date): boolean => certificate.validFromDate <= at && at <= certificate.validToDate;

const signed = (issuer: X509Certificate, certificate: X509Certificate): boolean => certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);

/**
 * True when the first certificate of `chain` leads to one of `roots`, at the moment `at`: each signed by the next, each valid then,
 * each in between an authority. A root may be that very certificate (WebAuthn 7.1 step 24). Without roots nothing is trusted.
 * Asks nobody: revocation of a vendor's certificate comes as a status report in the metadata.
 */
export function leadsTo(chain: readonly Buffer[], roots: readonly (string | Buffer)[], at: Date): boolean {
  const given = chain.slice(0, longest).map(asCertificate);
  const [leaf, ...between] = given;
  if (!leaf || given.includes(null) || chain.length > longest || !isInTime(leaf, at)) return false;
  const anchors = roots.map(parse).filter((root): root is X509Certificate => root !== null && isInTime(root, at));
  if (chain.length === 1 && anchors.some((root) => root.raw.equals(leaf.raw))) return true;
  const unused = new Set(between as X509Certificate[]);
  for (let current = leaf; ; ) {
    if (anchors.some((root) => !root.raw.equals(leaf.raw) && signed(root, current))) return true;
    // Whoever holds an attestation key must not be able to make further ones with it: only authorities issue.
    const next = [...unused].find((one) => one.ca && isInTime(one, at) && signed(one, current));
    if (!next) return false;
    unused.delete(next);
    current = next;
  }
}
