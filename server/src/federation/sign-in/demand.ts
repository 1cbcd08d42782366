/** What one authorization request demands of the sign-in session before anything is issued. */
export interface Demand {
  readonly isFreshSignInWanted: boolean;
  /** When this request first asked; a sign-in after it is fresh. Null while nobody has been asked yet. */
  readonly askedAt: Date | null;
  readonly maxAgeSeconds: number | null;
  readonly leastLevel: 1 | 2 | 3;
  readonly isPhishingResistanceWanted: boolean;
  /** The person named by `id_token_hint`: nobody else may be signed in by this request. */
  readonly hintedPersonId: string | null;
  readonly isConsentNeeded: boolean;
  readonly isConsentAskedAnew: boolean;
}

export interface SignedIn {
  readonly personId: string;
  readonly level: 0 | 1 | 2 | 3;
  readonly methods: readonly string[];
  readonly authenticatedAt: Date;
}

export interface Standing {
  /** The application demands a grant and the person has none. */
  readonly isKeptOut: boolean;
  /** When the person consented to everything that is asked for; null if never. */
  readonly consentedAt: Date | null;
}

export type Missing = 'sign_in' | 'fresh_sign_in' | 'stronger_sign_in' | 'other_person' | 'access' | 'consent';

/** The first thing that is missing, or null. Order matters: who it is, how strongly, whether allowed, whether agreed. */
export function whatIsMissing(demand: Demand, signedIn: SignedIn | null, standing: Standing, now: Date): Missing | null {
  if (!signedIn) return 'sign_in';
  if (demand.hintedPersonId !== null && demand.hintedPersonId !== signedIn.personId) return 'other_person';
  if (demand.isFreshSignInWanted && (demand.askedAt === null || signedIn.authenticatedAt < demand.askedAt)) return 'fresh_sign_in';
  if (demand.maxAgeSeconds !== null && now.getTime() - signedIn.authenticatedAt.getTime() > demand.maxAgeSeconds * 1_000) return 'fresh_sign_in';
  if (signedIn.level < demand.leastLevel) return 'stronger_sign_in';
  if (demand.isPhishingResistanceWanted && !signedIn.methods.includes('phr')) return 'stronger_sign_in';
  if (standing.isKeptOut) return 'access';
  if (demand.isConsentNeeded) {
    if (standing.consentedAt === null) return 'consent';
    if (demand.isConsentAskedAnew && (demand.askedAt === null || standing.consentedAt < demand.askedAt)) return 'consent';
  }
  return null;
}

/** Authentication context class of an assurance level (63B-4), as said in `acr`. */
export const acrOf = (level: number): string => `urn:bailiwick:aal${Math.max(1, Math.min(3, level))}`;
export const phishingResistantAcr = 'phr';
export const knownAcrs: readonly string[] = [acrOf(1), acrOf(2), acrOf(3), phishingResistantAcr];

/** `acr_values` is a list of which one is enough (OpenID Connect Core 3.1.2.1): the least demanding one we know counts. */
export function demandOfAcrValues(values: string | null): { level: 1 | 2 | 3; isPhishingResistant: boolean } {
  const wanted = (values ?? '').split(' ').filter((value) => knownAcrs.includes(value));
  const levels = wanted.filter((value) => value !== phishingResistantAcr).map((value) => Number(value.slice(-1)) as 1 | 2 | 3);
  if (levels.length > 0) return { level: Math.min(...levels) as 1 | 2 | 3, isPhishingResistant: false };
  return { level: 1, isPhishingResistant: wanted.includes(phishingResistantAcr) };
}
