import { isEnough, strengthOf, type Method, type Proof, type Strength, type Wanted } from './strength.ts';

/**
 * The one place that decides what a sign-in asks for next. Steps never call each other: a step proves or enrols one thing,
 * writes it into the sign-in, and everybody asks here again.
 *
 *   identify ──▶ prove ──▶ enrol ──▶ save-codes ──▶ done
 *                 ▲  └──────▲ │
 *                 └───────────┘
 *
 *   identify    nobody is named yet. A passkey may do that and prove in one.
 *   prove       one of `options`. Before anything is proven the options are the same for every name,
 *               known or not, so that the page tells nobody who exists (63B-4 3.2.2, ASVS 6.3.8).
 *   enrol       what was proven is all there is and does not suffice, or it is a proof that only enrols
 *               (access pass, set-up link, recovery). The policy is a must: there is no way around it but `isOptional`.
 *   save-codes  strong enough, and recovery codes are missing. Only now: codes are handed out in a session of
 *               level 2 (63B-4 3.1.2).
 *   done        a session of what was really proven.
 */
export type Step =
  | { readonly is: 'identify' }
  | { readonly is: 'prove'; readonly options: readonly Method[] }
  | { readonly is: 'enrol'; readonly options: readonly Enrollable[]; readonly isOptional: boolean }
  | { readonly is: 'save-codes' }
  | { readonly is: 'done' };

export type Enrollable = 'passkey' | 'password' | 'totp';

export interface Situation {
  readonly purpose: 'sign-in' | 'step-up' | 'recover';
  readonly isNamed: boolean;
  readonly wanted: Wanted;
  readonly proofs: readonly Proof[];
  readonly factors: EnrolledFactors;
  readonly progress: Progress;
}

/** What the named person can use; nobody has none of it. */
export interface EnrolledFactors {
  readonly hasPassword: boolean;
  readonly totps: number;
  readonly passkeys: number;
  /** Of these, the ones that have shown their PIN or finger before: sufficient by themselves. */
  readonly verifiedPasskeys: number;
  /** Device-bound, and attested as a model on the list for level 3. */
  readonly listedPasskeys: number;
  /** Telephones whose app answers prompts. */
  readonly pushDevices: number;
  readonly certificates: number;
  /** Of these, the ones whose issuer vouches for a PIN, and for a PIN and hardware. */
  readonly verifiedCertificates: number;
  readonly hardwareCertificates: number;
  readonly recoveryCodesLeft: number;
  /** Confirmed addresses that a recovery code can be mailed to. */
  readonly recoveryAddresses: number;
}

export const noFactors: EnrolledFactors = { hasPassword: false, totps: 0, passkeys: 0, verifiedPasskeys: 0, listedPasskeys: 0, pushDevices: 0, certificates: 0, verifiedCertificates: 0, hardwareCertificates: 0, recoveryCodesLeft: 0, recoveryAddresses: 0 };

export interface Progress {
  /** Enrolled during this sign-in. */
  readonly enrolled: readonly Enrollable[];
  readonly hasSkippedEnrolment: boolean;
  /** The slots whose codes were shown during this sign-in. */
  readonly codeSlots: readonly number[];
  readonly hasSavedCodes: boolean;
}

export const noProgress: Progress = { enrolled: [], hasSkippedEnrolment: false, codeSlots: [], hasSavedCodes: false };
export const recoveryCodeCount = 10;

export function nextStep({ purpose, isNamed, wanted, proofs, factors, progress }: Situation): Step {
  if (!isNamed) return { is: 'identify' };
  const has = (method: Method): boolean => proofs.some((proof) => proof.method === method);
  const onlyEnrols = has('access-pass') || has('setup-link') || (has('recovery-code') && has('totp'));

  if (isEnough(strengthOf(proofs), wanted)) {
    if (purpose === 'recover' && progress.enrolled.length === 0 && !progress.hasSkippedEnrolment) return { is: 'enrol', options: enrollable(proofs, wanted), isOptional: true };
    const lacksCodes = factors.recoveryCodesLeft < recoveryCodeCount || progress.codeSlots.length > 0;
    return purpose !== 'step-up' && lacksCodes && !progress.hasSavedCodes ? { is: 'save-codes' } : { is: 'done' };
  }
  if (proofs.length === 0) {
    if (purpose === 'sign-in') return { is: 'prove', options: ['password', 'passkey', 'access-pass'] };
    if (purpose === 'recover') return { is: 'prove', options: ['recovery-code'] };
  }
  const usable = onlyEnrols ? factorsOf(progress.enrolled) : factors;
  const more = remaining(usable, proofs, purpose);
  const reachable = isEnough(strengthOf([...proofs, ...more.map((method) => hoped(method, usable))]), wanted);
  // Nothing else can make up for what a false page could have taken.
  const unphishable = wanted.isPhishingResistant && reachable && !strengthOf(proofs).isPhishingResistant ? more.filter((method) => unphishableMethods.includes(method)) : [];
  if (more.length > 0 && (reachable || !onlyEnrols)) return { is: 'prove', options: unphishable.length > 0 ? unphishable : more };
  // Recovery with one code alone: a second, different method is needed (63B-4 4.2.2.2), and only an issued pass is left.
  if (purpose === 'recover' && !onlyEnrols && !has('password')) return { is: 'prove', options: ['access-pass'] };
  return { is: 'enrol', options: enrollable(proofs, wanted), isOptional: false };
}

const unphishableMethods: readonly Method[] = ['passkey', 'certificate'];

function remaining(factors: EnrolledFactors, proofs: readonly Proof[], purpose: Situation['purpose']): readonly Method[] {
  const has = (method: Method): boolean => proofs.some((proof) => proof.method === method);
  const isPossessionProven = has('totp') || has('push') || has('recovery-code');
  const isKeyProven = has('passkey') || has('certificate');
  // A key that can do more was only touched, and there is no password beside it: a thief without the PIN must not come to
  // the enrolment (63B-4 4.1.2: a factor is bound at the highest level that the account can reach).
  const isOnlyTouched = factors.verifiedPasskeys > 0 && !factors.hasPassword && proofs.some((proof) => proof.method === 'passkey' && !proof.isUserVerified);
  // The same for certificates: whoever holds the laptop, and not the card with its PIN, must not come to the enrolment.
  const isLesserCertificate = proofs.some((proof) => proof.method === 'certificate' && ((factors.verifiedCertificates > 0 && !proof.isUserVerified) || (factors.hardwareCertificates > 0 && !(proof.isUserVerified && proof.isHardwareBound))));
  // A second thing that one has adds no factor, but in a recovery it is the second, different method.
  const isAnotherPossessionOfUse = !isKeyProven && !(isPossessionProven && purpose !== 'recover');
  return [
    ...(factors.passkeys > 0 && (!has('passkey') || isOnlyTouched) ? (['passkey'] as const) : []),
    ...(factors.certificates > 0 && (!has('certificate') || isLesserCertificate) ? (['certificate'] as const) : []),
    ...(factors.pushDevices > 0 && !has('push') && isAnotherPossessionOfUse ? (['push'] as const) : []),
    ...(factors.totps > 0 && !has('totp') && isAnotherPossessionOfUse ? (['totp'] as const) : []),
    ...(factors.hasPassword && !has('password') ? (['password'] as const) : []),
    ...(factors.recoveryCodesLeft > 0 && !isPossessionProven && has('password') && purpose !== 'step-up' ? (['recovery-code'] as const) : []),
  ];
}

/** The most that these factors can reach together, recovery codes apart: what must still suffice after one of them is taken away. */
export const bestOf = (factors: EnrolledFactors): Strength =>
  strengthOf(remaining(factors, [], 'step-up').map((method) => (method === 'passkey' && factors.verifiedPasskeys === 0 ? { method, at: '', isUserVerified: false, isSynced: true } : hoped(method, factors))));

function enrollable(proofs: readonly Proof[], wanted: Wanted): readonly Enrollable[] {
  if (wanted.isPhishingResistant || wanted.level === 3) return ['passkey'];
  const has = (method: Method): boolean => proofs.some((proof) => proof.method === method);
  return ['passkey', ...(has('password') && !has('totp') ? (['totp'] as const) : (['password'] as const))];
}

const factorsOf = (enrolled: readonly Enrollable[]): EnrolledFactors => ({
  ...noFactors,
  hasPassword: enrolled.includes('password'),
  totps: enrolled.includes('totp') ? 1 : 0,
  passkeys: enrolled.includes('passkey') ? 1 : 0,
});

/** The best a method can turn out to be: a passkey with user verification. */
function hoped(method: Method, factors: EnrolledFactors): Proof {
  switch (method) {
    case 'passkey':
      return { method, at: '', isUserVerified: true, isSynced: factors.listedPasskeys === 0, isListed: factors.listedPasskeys > 0 };
    case 'certificate':
      return { method, at: '', isUserVerified: factors.verifiedCertificates > 0, isHardwareBound: factors.hardwareCertificates > 0 };
    default:
      return { method, at: '' };
  }
}
