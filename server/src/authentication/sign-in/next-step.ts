import type { EnrolmentAsk } from '../enrolment/enrolment-ask.ts';
import { recoveryOf, withoutCodes, withoutSpentCodes } from '../recovery/recovery.ts';
import { countedFor, isEnough, strengthOf, usableWith, type Method, type Proof, type Strength, type Wanted } from './strength.ts';

/**
 * The one place that decides what a sign-in asks for next. Steps never call each other: a step proves or enrols one thing,
 * writes it into the sign-in, and everybody asks here again.
 *
 *   identify ──▶ prove ──▶ enrol ──▶ save-codes ──▶ done
 *                 ▲  └──────▲ │ ╲
 *                 └───────────┘   lacks-key
 *
 *   identify    nobody is named yet. A passkey may do that and prove in one.
 *   prove       one of `options`. Before anything is proven the options are the same for every name,
 *               known or not, so that the page tells nobody who exists (63B-4 3.2.2, ASVS 6.3.8).
 *   enrol       what was proven is all there is and does not suffice, or it is a proof that only enrols
 *               (access pass, set-up link, recovery). The policy is a must: there is no way around it but `isOptional`.
 *   lacks-key   level 3 is wanted, a key was just enrolled, and it is of no model on the list. It stays a factor of its true
 *               strength; the page says which kind is needed, and there is a way out. Asking again for ever would be none.
 *               An offer of a policy is optional, comes last, and only where nothing was enrolled just now (enrolment/).
 *   save-codes  strong enough, and recovery codes are missing. Only now: codes are handed out in a session of
 *               level 2 (63B-4 3.1.2).
 *   done        a session of what was really proven.
 */
export type Step =
  | { readonly is: 'identify' }
  | { readonly is: 'prove'; readonly options: readonly Method[] }
  | { readonly is: 'enrol'; readonly options: readonly Enrollable[]; readonly isOptional: boolean }
  | { readonly is: 'lacks-key' }
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
  /** They are switched off (MFA fatigue): still there, so that nobody enrols in their place on the strength of a password, and of no use. */
  readonly isPushOff: boolean;
  readonly certificates: number;
  /** Of these, the ones whose issuer vouches for a PIN, and for a PIN and hardware. */
  readonly verifiedCertificates: number;
  readonly hardwareCertificates: number;
  readonly recoveryCodesLeft: number;
  /** Confirmed addresses that a recovery code can be mailed to. */
  readonly recoveryAddresses: number;
  /** A break-glass account: its hardware keys with their PIN, and nothing else; nothing is ever enrolled in a sign-in. */
  readonly isKeyOnly?: boolean;
}

export const noFactors: EnrolledFactors = { hasPassword: false, totps: 0, passkeys: 0, verifiedPasskeys: 0, listedPasskeys: 0, pushDevices: 0, isPushOff: false, certificates: 0, verifiedCertificates: 0, hardwareCertificates: 0, recoveryCodesLeft: 0, recoveryAddresses: 0 };

/**
 * The least that somebody has who has proven password and code: enough to know that nothing more is asked, without a question
 * for each kind of key. INVARIANT: to have more never makes the dispatcher ask more of whoever has proven enough.
 */
export const leastFactors = (isKeyOnly: boolean, recoveryCodesLeft: number): EnrolledFactors => ({ ...noFactors, hasPassword: true, totps: 1, recoveryCodesLeft, isKeyOnly });

export interface Progress {
  /** Enrolled during this sign-in. */
  readonly enrolled: readonly Enrollable[];
  readonly hasSkippedEnrolment: boolean;
  /** The slots whose codes were shown during this sign-in. */
  readonly codeSlots: readonly number[];
  readonly hasSavedCodes: boolean;
  /** When the page that it began on was shown, as that page says; only for counting (tally/tally.ts). */
  readonly shownAt?: string;
  /** It was refused on the telephone ("this was not me"): the browser that asked is told, and nothing else is left of it. */
  readonly isDisavowed?: true;
  /** What the policies ask of this person; absent until something is proven. */
  readonly enrolment?: EnrolmentAsk;
}

export const noProgress: Progress = { enrolled: [], hasSkippedEnrolment: false, codeSlots: [], hasSavedCodes: false };
export const recoveryCodeCount = 10;

export function nextStep({ purpose, isNamed, wanted, proofs: given, factors: enrolled, progress }: Situation): Step {
  if (!isNamed) return { is: 'identify' };
  if (enrolled.isKeyOnly === true && given.length > 0) return isEnough(strengthOf(given.filter((proof) => proof.method === 'passkey' && proof.isUserVerified && !proof.isSynced)), wanted) ? { is: 'done' } : { is: 'prove', options: ['passkey'] };
  const [proofs, factors] = [countedFor(given, wanted), usableWith(enrolled, wanted)];
  const has = (method: Method): boolean => given.some((proof) => proof.method === method);
  const isRecovered = purpose === 'recover' && recoveryOf(given, enrolled) === 'whole' && !(has('recovery-code') && has('password') && !progress.enrolled.includes('password'));
  const onlyEnrols = has('access-pass') || has('setup-link') || (has('recovery-code') && has('totp')) || isRecovered;
  const counted = purpose === 'recover' ? withoutSpentCodes(proofs, progress.enrolled) : proofs;

  if (isEnough(strengthOf(counted), wanted)) {
    // A recovery ends in a factor that was bound, unless no code was needed for it after all (63B-4 4.2).
    if (purpose === 'recover' && progress.enrolled.length === 0 && !progress.hasSkippedEnrolment) return { is: 'enrol', options: enrollable(proofs, wanted, progress.enrolled), isOptional: isEnough(strengthOf(withoutCodes(proofs)), wanted) };
    const lacksCodes = enrolled.recoveryCodesLeft < recoveryCodeCount || progress.codeSlots.length > 0;
    if (purpose !== 'step-up' && lacksCodes && !progress.hasSavedCodes) return { is: 'save-codes' };
    const offer = progress.enrolled.length === 0 ? progress.enrolment?.offer : null;
    return offer ? { is: 'enrol', options: enrollable(proofs, offer.want, progress.enrolled), isOptional: true } : { is: 'done' };
  }
  if (given.length === 0) {
    if (purpose === 'sign-in') return { is: 'prove', options: ['password', 'passkey', 'access-pass'] };
    if (purpose === 'recover') return { is: 'prove', options: ['recovery-code', 'mailed-code'] };
  }
  const usable = onlyEnrols ? usableWith(factorsOf(progress.enrolled, factors), wanted) : factors;
  const more = remaining(usable, proofs, purpose, wanted);
  const reachable = isEnough(strengthOf([...counted, ...more.map((method) => hoped(method, usable))]), wanted);
  // Nothing else can make up for what a false page could have taken.
  const unphishable = (wanted.isPhishingResistant || wanted.level === 3) && reachable && (!strengthOf(proofs).isPhishingResistant || wanted.level === 3) ? more.filter((method) => unphishableMethods.includes(method)) : [];
  // Level 3 is out of reach: no further proof helps once the best of what is there was shown.
  const isBestShown = wanted.level === 3 && !reachable && isEnough(strengthOf(proofs), atMost2(bestOf(factors)));
  // Recovery with one code alone: a second, different method is needed (63B-4 4.2.2.2); an issued pass is always one.
  const orPass: readonly Method[] = purpose === 'recover' && !onlyEnrols && !has('password') ? ['access-pass'] : [];
  if (more.length > 0 && (reachable || (!onlyEnrols && !isBestShown))) return { is: 'prove', options: unphishable.length > 0 ? unphishable : [...more, ...orPass] };
  if (orPass.length > 0) return { is: 'prove', options: orPass };
  if (wanted.level === 3 && progress.enrolled.includes('passkey') && !reachable) return { is: 'lacks-key' };
  return { is: 'enrol', options: enrollable(proofs, wanted, progress.enrolled), isOptional: false };
}

const atMost2 = ({ level, isPhishingResistant }: Strength): Wanted => ({ level: level >= 2 ? 2 : 1, isPhishingResistant });

const unphishableMethods: readonly Method[] = ['passkey', 'certificate'];

function remaining(factors: EnrolledFactors, proofs: readonly Proof[], purpose: Situation['purpose'], wanted?: Wanted): readonly Method[] {
  const has = (method: Method): boolean => proofs.some((proof) => proof.method === method);
  const isPossessionProven = has('totp') || has('push') || has('recovery-code');
  const isKeyProven = has('passkey') || has('certificate');
  // A key that can do more was only touched, and there is no password beside it: a thief without the PIN must not come to
  // the enrolment (63B-4 4.1.2: a factor is bound at the highest level that the account can reach).
  const isOnlyTouched = factors.verifiedPasskeys > 0 && !factors.hasPassword && proofs.some((proof) => proof.method === 'passkey' && !proof.isUserVerified);
  // There is a key that reaches level 3, and it was not this one, or not with its PIN.
  const isLesserKey = wanted?.level === 3 && factors.listedPasskeys > 0 && strengthOf(proofs).level < 3;
  // The same for certificates: whoever holds the laptop, and not the card with its PIN, must not come to the enrolment.
  const isLesserCertificate = proofs.some((proof) => proof.method === 'certificate' && ((factors.verifiedCertificates > 0 && !proof.isUserVerified) || (factors.hardwareCertificates > 0 && !(proof.isUserVerified && proof.isHardwareBound))));
  // A second thing that one has adds no factor, but in a recovery it is the second, different method.
  const isAnotherPossessionOfUse = !isKeyProven && !(isPossessionProven && purpose !== 'recover');
  return [
    ...(factors.passkeys > 0 && (!has('passkey') || isOnlyTouched || isLesserKey) ? (['passkey'] as const) : []),
    ...(factors.certificates > 0 && (!has('certificate') || isLesserCertificate) ? (['certificate'] as const) : []),
    ...(factors.pushDevices > 0 && !factors.isPushOff && !has('push') && isAnotherPossessionOfUse ? (['push'] as const) : []),
    ...(factors.totps > 0 && !has('totp') && isAnotherPossessionOfUse ? (['totp'] as const) : []),
    ...(factors.hasPassword && !has('password') ? (['password'] as const) : []),
    ...(factors.recoveryCodesLeft > 0 && !isPossessionProven && (has('password') || has('mailed-code')) && purpose !== 'step-up' ? (['recovery-code'] as const) : []),
    ...(factors.recoveryAddresses > 0 && purpose === 'recover' && has('recovery-code') && !has('mailed-code') ? (['mailed-code'] as const) : []),
    // Last, and only to say so: without it a password alone would come to the enrolment.
    ...(factors.pushDevices > 0 && factors.isPushOff && !has('push') && isAnotherPossessionOfUse ? (['push'] as const) : []),
  ];
}

/** The most that these factors can reach together, recovery codes apart: what must still suffice after one of them is taken away. */
export const bestOf = (factors: EnrolledFactors): Strength =>
  strengthOf(remaining(factors.isPushOff ? { ...factors, pushDevices: 0 } : factors, [], 'step-up').map((method) => (method === 'passkey' && factors.verifiedPasskeys === 0 ? { method, at: '', isUserVerified: false, isSynced: true } : hoped(method, factors))));

function enrollable(proofs: readonly Proof[], wanted: Wanted, enrolled: readonly Enrollable[]): readonly Enrollable[] {
  // What is left without one of the two would not suffice.
  const isPairGone = wanted.without?.some((method) => method === 'password' || method === 'totp') ?? false;
  if (wanted.isPhishingResistant || wanted.level === 3 || isPairGone) return ['passkey'];
  const has = (method: Method): boolean => proofs.some((proof) => proof.method === method);
  if (!has('password') || has('totp')) return ['passkey', 'password'];
  // Whoever chose a password a moment ago chose the app with it: that comes next, and the passkey stays beside it.
  return enrolled.includes('password') ? ['totp', 'passkey'] : ['passkey', 'totp'];
}

const factorsOf = (enrolled: readonly Enrollable[], { listedPasskeys }: EnrolledFactors): EnrolledFactors => ({
  ...noFactors,
  hasPassword: enrolled.includes('password'),
  totps: enrolled.includes('totp') ? 1 : 0,
  passkeys: enrolled.includes('passkey') ? 1 : 0,
  listedPasskeys: enrolled.includes('passkey') ? listedPasskeys : 0,
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
