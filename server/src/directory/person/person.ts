declare const person: unique symbol;

export type PersonId = string & { readonly [person]: true };
/** For an id that came from outside and was checked to be a UUID. */
export const personId = (id: string): PersonId => id as PersonId;

export type PersonStatus = 'staged' | 'active' | 'left';
export type PersonSource = 'hr' | 'manual';
/** `break-glass`: signs in and acts like a person, and is nobody (privileged/README.md). No list, feed, rule or number of people knows it. */
export type PrincipalSource = PersonSource | 'break-glass';

/** What HR or an administrator may set. Dates are `YYYY-MM-DD`. */
export interface PersonAttributes {
  readonly employeeNumber: string | null;
  readonly username: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly displayName: string;
  readonly workEmail: string | null;
  readonly privateEmail: string | null;
  readonly title: string | null;
  readonly department: string | null;
  readonly division: string | null;
  readonly location: string | null;
  readonly employmentType: string | null;
  readonly managerId: PersonId | null;
  readonly startDate: string | null;
  readonly endDate: string | null;
}
export type PersonAttribute = keyof PersonAttributes;

export interface Person extends PersonAttributes {
  readonly id: PersonId;
  readonly status: PersonStatus;
  readonly leftAt: Date | null;
  readonly source: PrincipalSource;
  readonly isPrivileged: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

type Given<T> = { readonly [K in keyof T]?: T[K] | undefined };

export type NewPerson = Pick<PersonAttributes, 'givenName' | 'familyName'> &
  Given<Omit<PersonAttributes, 'givenName' | 'familyName'>> & {
    readonly source: PersonSource;
    /** Chosen by the caller (newId()) where others of the same batch name this person as their manager. */
    readonly id?: PersonId | undefined;
  };
export type PersonChange = Given<PersonAttributes>;

export const attributeNames: readonly PersonAttribute[] = ['employeeNumber', 'username', 'givenName', 'familyName', 'displayName', 'workEmail', 'privateEmail', 'title', 'department', 'division', 'location', 'employmentType', 'managerId', 'startDate', 'endDate'];

/** The calendar day of a moment, in UTC: dates of HR have no time zone, so one rule holds on every node. */
export const dayOf = (moment: Date): string => moment.toISOString().slice(0, 10);

/** Nobody works before the first day. No start date: at once. */
export const standingFrom = (startDate: string | null, today: string): 'staged' | 'active' => (startDate !== null && startDate > today ? 'staged' : 'active');

/** Contractors and partners are here for a time (the same rule stands in SQL as directory.needs_end_date). */
export const needsEndDate = (employmentType: string | null): boolean => employmentType !== null && /(contract|partner|consultant|freelance|vendor|temporary|external)/.test(employmentType.toLowerCase());

export type Problem =
  | { readonly is: 'name_missing' }
  | { readonly is: 'end_date_missing'; readonly employmentType: string }
  | { readonly is: 'end_before_start'; readonly startDate: string; readonly endDate: string }
  | { readonly is: 'own_manager' }
  | { readonly is: 'hr_person_without_number' };

/** Null: the person may be so. The database says the same in its constraints. */
export function problemOf(one: Pick<PersonAttributes, 'givenName' | 'familyName' | 'employmentType' | 'startDate' | 'endDate' | 'managerId' | 'employeeNumber'> & { readonly id: string; readonly source: PrincipalSource }): Problem | null {
  if (one.givenName.trim() === '' || one.familyName.trim() === '') return { is: 'name_missing' };
  if (one.source === 'hr' && one.employeeNumber === null) return { is: 'hr_person_without_number' };
  if (one.endDate !== null && one.startDate !== null && one.endDate < one.startDate) return { is: 'end_before_start', startDate: one.startDate, endDate: one.endDate };
  if (one.employmentType !== null && one.endDate === null && needsEndDate(one.employmentType)) return { is: 'end_date_missing', employmentType: one.employmentType };
  if (one.managerId === one.id) return { is: 'own_manager' };
  return null;
}

/** The attributes that differ, as [before, after]. */
export function differences(before: PersonAttributes, change: PersonChange): Partial<Record<PersonAttribute, readonly [string | null, string | null]>> {
  const out: Partial<Record<PersonAttribute, readonly [string | null, string | null]>> = {};
  for (const name of attributeNames) {
    const after = change[name];
    if (after !== undefined && after !== before[name]) out[name] = [before[name], after];
  }
  return out;
}

/** For the audit and for events: a private address is nobody's business but HR's. */
export function withoutPrivate(changes: ReturnType<typeof differences>): ReturnType<typeof differences> {
  const { privateEmail, ...rest } = changes;
  return rest;
}

const plain = (text: string): string =>
  text
    .normalize('NFD')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/[øœ]/g, 'o')
    .replace(/æ/g, 'ae')
    .replace(/[łđð]/g, (letter) => (letter === 'ł' ? 'l' : 'd'))
    .replace(/[^a-z0-9]+/g, '');

/** How many namesakes get a number; more get random digits. */
export const mostNamesakes = 40;

/** The name to sign in with: the work address where there is one, else `given.family`, with a number or, after many, `spare` behind it when that is taken. */
export function usernameFor(one: { readonly givenName: string; readonly familyName: string; readonly workEmail: string | null }, isTaken: (username: string) => boolean, spare: string): string {
  const email = one.workEmail?.trim().toLowerCase();
  if (email && !isTaken(email)) return email;
  const stem = usernameStem(one);
  for (let number = 1; number <= mostNamesakes; number += 1) {
    const candidate = number === 1 ? stem : `${stem}${number}`;
    if (!isTaken(candidate)) return candidate;
  }
  return `${stem}.${spare}`;
}

/** Names that are not written in Latin letters leave nothing; then `person` and a number. */
export const usernameStem = (one: { readonly givenName: string; readonly familyName: string }): string => [plain(one.givenName), plain(one.familyName)].filter(Boolean).join('.') || 'person';

export const displayNameOf = (one: { readonly givenName: string; readonly familyName: string }): string => `${one.givenName} ${one.familyName}`;
