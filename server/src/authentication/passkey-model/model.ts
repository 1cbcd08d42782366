/**
 * A model of authenticator, as FIDO metadata describes it. What a key states about itself (its AAGUID) is a name; only an
 * attestation that leads to the roots of the model proves it, and only proven models on the list reach level 3 (63B-4 2.3.2).
 */
export interface DescribedModel {
  /** Null for U2F models, which are told by the key identifiers of their attestation certificates. */
  readonly aaguid: string | null;
  readonly keyIdentifiers: readonly string[];
  readonly name: string;
  /** FIDO registry 3.2: `hardware`, `secure_element`, `tee`, `software`, `remote_handle`. */
  readonly keyProtection: readonly string[];
  /** FIDO registry 3.1: `passcode_external`, `fingerprint_internal`, `presence_internal`, ... */
  readonly userVerification: readonly string[];
  readonly attestationTypes: readonly string[];
  /** Base64 of DER. */
  readonly attestationRoots: readonly string[];
  readonly statusReports: readonly StatusReport[];
  /** A small PNG as a data address. */
  readonly icon: string | null;
}

export interface StatusReport {
  readonly status: string;
  readonly effectiveDate: string | null;
}

export const noAaguid = '00000000-0000-0000-0000-000000000000';

/** One entry each: the AAGUID, or the first key identifier. */
export const keyOf = ({ aaguid, keyIdentifiers }: Pick<DescribedModel, 'aaguid' | 'keyIdentifiers'>): string => aaguid ?? `u2f:${[...keyIdentifiers].sort()[0] ?? ''}`;

/** MDS3 3.1.4: what makes a key of this model worth less than it says. */
const damning: ReadonlySet<string> = new Set(['ATTESTATION_KEY_COMPROMISE', 'USER_VERIFICATION_BYPASS', 'USER_KEY_REMOTE_COMPROMISE', 'USER_KEY_PHYSICAL_COMPROMISE', 'REVOKED']);

/** The newest report that speaks against the model. A later repair by the vendor does not unsay it: nobody sees which firmware a key has. */
export const problemOf = (reports: readonly StatusReport[]): string | null => reports.map((report) => report.status).findLast((status) => damning.has(status)) ?? null;

/** The key cannot leave its hardware. A trusted execution environment alone is not yet that (63B-4 2.3.2). */
export const isInHardware = ({ keyProtection }: Pick<DescribedModel, 'keyProtection'>): boolean => (keyProtection.includes('hardware') || keyProtection.includes('secure_element')) && !keyProtection.includes('software');

/** Can tell its owner from somebody who found it. */
export const canVerifyUser = ({ userVerification }: Pick<DescribedModel, 'userVerification'>): boolean => userVerification.some((method) => method !== 'presence_internal' && method !== 'none');

const certifying: readonly string[] = ['basic_full', 'attca', 'anonca'];

export type Unfit = 'not_told_apart' | 'gone' | 'problem' | 'not_in_hardware' | 'no_user_verification' | 'no_attestation';

/** Why a model cannot be on the list for level 3; null when it can. */
export function whyUnfit(model: Pick<DescribedModel, 'aaguid' | 'keyProtection' | 'userVerification' | 'attestationTypes' | 'attestationRoots'> & { readonly problem: string | null; readonly isGone: boolean }): Unfit | null {
  if (model.aaguid === null || model.aaguid === noAaguid) return 'not_told_apart';
  if (model.isGone) return 'gone';
  if (model.problem !== null) return 'problem';
  if (!isInHardware(model)) return 'not_in_hardware';
  if (!canVerifyUser(model)) return 'no_user_verification';
  if (model.attestationRoots.length === 0 || !model.attestationTypes.some((type) => certifying.includes(type))) return 'no_attestation';
  return null;
}

/** What one passkey may claim, for the pages. */
export interface JudgedPasskey {
  readonly isUserVerified: boolean;
  readonly isBackupEligible: boolean;
  readonly isListed: boolean;
}

/** The most that a passkey reaches by itself. Never above what it has shown: a key that was only touched is one factor. */
export const levelAlone = ({ isUserVerified, isBackupEligible, isListed }: JudgedPasskey): 1 | 2 | 3 => (!isUserVerified ? 1 : isListed && !isBackupEligible ? 3 : 2);

/** The same in plain words. */
export function claimInWords(passkey: JudgedPasskey): string {
  switch (levelAlone(passkey)) {
    case 3:
      return 'Signs you in by itself, at the highest level.';
    case 2:
      return passkey.isBackupEligible ? 'Signs you in by itself. It is copied between your devices, so it does not reach the highest level.' : 'Signs you in by itself, not at the highest level.';
    case 1:
      return 'One factor: it was only touched, so it needs your password beside it. With a PIN or fingerprint set on the key it signs you in by itself.';
  }
}
