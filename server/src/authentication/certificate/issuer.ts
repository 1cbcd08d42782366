import type { Certificate } from './read-certificate.ts';

/** How the certificates of an issuer say whom they are about; `registered`: not at all, only those bound here to a person count. */
export type NamesBy = 'email' | 'principal' | 'employee_number' | 'registered';
/** Where it is learnt that a certificate was taken back; `own`: our own authority, which knows. */
export type Revocation = 'crl' | 'ocsp' | 'either' | 'none' | 'own';

/** An authority on the allow-list, with what it vouches for. */
export interface Issuer {
  readonly id: string;
  readonly name: string;
  readonly certificate: Certificate;
  readonly authorityId: string | null;
  readonly namesBy: NamesBy;
  /** Of principals: what stands behind the username. Null: the username is the whole principal. */
  readonly principalSuffix: string | null;
  /** A PIN or finger before each use. */
  readonly isUserVerified: boolean;
  /** The key cannot leave its hardware. */
  readonly isHardwareBound: boolean;
  readonly requiredPolicy: string | null;
  readonly revocation: Revocation;
  readonly crlUrl: string | null;
  readonly ocspUrl: string | null;
  /** Goes on when nobody can say whether the certificate was taken back. */
  readonly acceptsUnknown: boolean;
  readonly addedAt: Date;
  readonly addedByName: string;
}

export interface Named {
  readonly by: 'email' | 'username' | 'employee_number';
  readonly value: string;
}

/**
 * Whom the certificate says it is about; null when it says so not at all, or more than once: of two names one may be
 * somebody else's. Only names that the issuer checks count, and never a part of one.
 */
export function nameIn(certificate: Certificate, issuer: Pick<Issuer, 'namesBy' | 'principalSuffix'>): Named | null {
  switch (issuer.namesBy) {
    case 'email':
      return only(certificate.emails, (value) => ({ by: 'email', value }));
    case 'principal':
      return only(certificate.userPrincipalNames, (value) => {
        if (issuer.principalSuffix === null) return { by: 'username', value };
        const end = `@${issuer.principalSuffix}`.toLowerCase();
        const name = value.slice(0, -end.length);
        return value.toLowerCase().endsWith(end) && name !== '' && !name.includes('@') ? { by: 'username', value: name } : null;
      });
    case 'employee_number':
      return only(certificate.subjectSerialNumbers, (value) => ({ by: 'employee_number', value }));
    case 'registered':
      return null;
  }
}

function only(values: readonly string[], make: (value: string) => Named | null): Named | null {
  const [first, ...rest] = new Set(values.map((value) => value.trim().normalize('NFC')));
  return first && rest.length === 0 && first.length <= 254 && !first.includes('\u0000') ? make(first) : null;
}
