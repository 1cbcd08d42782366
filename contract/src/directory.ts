import { z } from 'zod';
import { day, id, moment, pageOf, pageQuery } from './page.ts';

const name = z.string().trim().min(1).max(120);
const words = z.string().trim().min(1).max(200);
const reason = z.string().trim().min(1).max(500);

export const personStatus = z.enum(['staged', 'active', 'left']);
export const personSource = z.enum(['hr', 'manual']);

const attributes = {
  employeeNumber: z.string().trim().min(1).max(64).nullable(),
  username: z.string().trim().min(1).max(200),
  givenName: name,
  familyName: name,
  displayName: words,
  workEmail: z.email().max(254).nullable(),
  privateEmail: z.email().max(254).nullable(),
  title: words.nullable(),
  department: words.nullable(),
  division: words.nullable(),
  location: words.nullable(),
  employmentType: words.nullable(),
  managerId: id.nullable(),
  startDate: day.nullable(),
  endDate: day.nullable(),
};

export const personCard = z.object({
  id,
  employeeNumber: z.string().nullable(),
  username: z.string(),
  givenName: z.string(),
  familyName: z.string(),
  displayName: z.string(),
  workEmail: z.string().nullable(),
  title: z.string().nullable(),
  department: z.string().nullable(),
  division: z.string().nullable(),
  location: z.string().nullable(),
  employmentType: z.string().nullable(),
  managerId: id.nullable(),
  managerName: z.string().nullable(),
  startDate: day.nullable(),
  endDate: day.nullable(),
  status: personStatus,
  leftAt: moment.nullable(),
  source: personSource,
  isPrivileged: z.boolean(),
});
export type PersonCardAnswer = z.infer<typeof personCard>;

export const person = personCard.extend({ privateEmail: z.string().nullable(), reports: z.number().int(), createdAt: moment, updatedAt: moment });
export type PersonAnswer = z.infer<typeof person>;

export const peopleQuery = z.strictObject({
  search: z.string().trim().max(200).optional(),
  status: personStatus.optional(),
  department: z.string().max(200).optional(),
  managerId: id.optional(),
  ...pageQuery,
});
/** `total`: all people by status, whatever the filter. */
export const peopleAnswer = pageOf(personCard).extend({ total: z.object({ staged: z.number().int(), active: z.number().int(), left: z.number().int() }) });
export const personParams = z.strictObject({ personId: id });

export const addPersonBody = z.strictObject({
  givenName: attributes.givenName,
  familyName: attributes.familyName,
  displayName: attributes.displayName.optional(),
  employeeNumber: attributes.employeeNumber.optional(),
  username: attributes.username.optional(),
  workEmail: attributes.workEmail.optional(),
  privateEmail: attributes.privateEmail.optional(),
  title: attributes.title.optional(),
  department: attributes.department.optional(),
  division: attributes.division.optional(),
  location: attributes.location.optional(),
  employmentType: attributes.employmentType.optional(),
  managerId: attributes.managerId.optional(),
  startDate: attributes.startDate.optional(),
  endDate: attributes.endDate.optional(),
});
export const changePersonBody = z.strictObject(attributes).partial();
export const leavePersonBody = z.strictObject({ reason, happenedAt: moment.optional() });

/** Left according to a source, and held: nobody else could sign in as administrator. */
export const heldDepartureList = z.object({ items: z.array(z.object({ personId: z.string(), personName: z.string(), source: z.string(), reason: z.string(), happenedAt: z.iso.datetime(), heldAt: z.iso.datetime() })) });
export const dismissDepartureBody = z.strictObject({ reason: z.string().trim().min(1).max(500) });
export const rehirePersonBody = z.strictObject({ startDate: day, endDate: day.nullable().optional(), reason });
/** The values that occur, for filters and rules. */
export const personAttributesAnswer = z.object({ department: z.array(z.string()), title: z.array(z.string()), location: z.array(z.string()), division: z.array(z.string()), employmentType: z.array(z.string()) });

export const applicationKind = z.enum(['scim', 'postgres', 'ldap', 'manual', 'fake', 'oidc', 'bailiwick']);
export const application = z.object({
  id,
  name: z.string(),
  kind: applicationKind,
  description: z.string().nullable(),
  url: z.string().nullable(),
  icon: z.string().nullable(),
  ownerId: id.nullable(),
  ownerName: z.string().nullable(),
  createdAt: moment,
  removedAt: moment.nullable(),
  accounts: z.number().int(),
  tiedToNobody: z.number().int(),
  entitlements: z.number().int(),
});
export type ApplicationAnswer = z.infer<typeof application>;
export const applicationsQuery = z.strictObject({ search: z.string().trim().max(200).optional(), kind: applicationKind.optional(), ...pageQuery });
export const applicationsAnswer = pageOf(application);
export const applicationParams = z.strictObject({ applicationId: id });
const link = z.url({ protocol: /^https?$/ }).max(2_000);
export const changeApplicationBody = z.strictObject({ name: words, description: z.string().trim().max(2_000).nullable(), url: link.nullable(), icon: z.string().trim().max(200).nullable(), ownerId: id.nullable() }).partial();

export const entitlementRisk = z.enum(['low', 'high', 'privileged']);
export const entitlement = z.object({
  id,
  applicationId: id,
  applicationName: z.string(),
  nativeId: z.string(),
  name: z.string(),
  purpose: z.string(),
  risk: entitlementRisk,
  isGrantable: z.boolean(),
  lastSeenAt: moment.nullable(),
  holders: z.number().int(),
});
export type EntitlementAnswer = z.infer<typeof entitlement>;
export const entitlementsQuery = z.strictObject({ search: z.string().trim().max(200).optional(), ...pageQuery });
export const entitlementsAnswer = pageOf(entitlement);
export const entitlementParams = z.strictObject({ entitlementId: id });
export const changeEntitlementBody = z.strictObject({ risk: entitlementRisk, isGrantable: z.boolean() }).partial();

export const accountKind = z.enum(['person', 'service', 'shared', 'admin', 'unknown']);
export const accountStatus = z.enum(['active', 'disabled', 'deleted', 'unknown']);
export const accountSituation = z.enum(['linked', 'unlinked', 'unmatched', 'disputed', 'deleted', 'collision']);
export const account = z.object({
  id,
  applicationId: id,
  applicationName: z.string(),
  personId: id.nullable(),
  personName: z.string().nullable(),
  nativeId: z.string(),
  login: z.string(),
  email: z.string().nullable(),
  displayName: z.string().nullable(),
  kind: accountKind,
  status: accountStatus,
  lastUsedAt: moment.nullable(),
  /** False: this system cannot tell; true with no `lastUsedAt`: never. */
  isLastUseKnown: z.boolean(),
  mfa: z.enum(['enrolled', 'none', 'weak', 'unknown']),
  isPrivileged: z.boolean(),
  situation: accountSituation,
  ownerId: id.nullable(),
  ownerName: z.string().nullable(),
  firstSeenAt: moment,
  observedAt: moment,
});
export type AccountAnswer = z.infer<typeof account>;
export const accountsQuery = z.strictObject({
  search: z.string().trim().max(200).optional(),
  applicationId: id.optional(),
  personId: id.optional(),
  situation: accountSituation.optional(),
  kind: accountKind.optional(),
  status: accountStatus.optional(),
  tiedToNobody: z.enum(['true', 'false']).transform((value) => value === 'true').optional(),
  ...pageQuery,
});
export const accountsAnswer = pageOf(account);
export const accountParams = z.strictObject({ accountId: id });
/** `personId: null` unlinks. */
export const changeAccountBody = z.strictObject({ personId: id.nullable(), kind: accountKind, ownerId: id.nullable() }).partial();

export const inventory = z.object({
  accounts: z.number().int(),
  applications: z.number().int(),
  tiedToNobody: z.number().int(),
  people: z.object({ staged: z.number().int(), active: z.number().int(), left: z.number().int() }),
  bySituation: z.record(accountSituation, z.number().int()),
});
export type InventoryAnswer = z.infer<typeof inventory>;
