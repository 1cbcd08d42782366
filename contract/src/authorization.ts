import { z } from 'zod';
import { id, moment, pageOf, pageQuery } from './page.ts';

const words = z.string().trim().min(1).max(200);
const reason = z.string().trim().min(1).max(500);

export const ruleAttribute = z.enum(['department', 'title', 'location', 'employmentType', 'division']);
/** Everybody for whom all conditions hold; an empty list: everybody. */
export const birthrightRule = z.strictObject({ all: z.array(z.strictObject({ attribute: ruleAttribute, isOneOf: z.array(words).min(1).max(500) })).max(20) });
export type BirthrightRuleAnswer = z.infer<typeof birthrightRule>;

const roleEntitlement = z.object({ id, name: z.string(), applicationId: id, applicationName: z.string(), risk: z.enum(['low', 'high', 'privileged']) });

export const role = z.object({
  id,
  name: z.string(),
  description: z.string().nullable(),
  /** Null: given by hand only. */
  rule: birthrightRule.nullable(),
  entitlements: z.array(roleEntitlement),
  /** People who hold a birthright grant of this role now. */
  people: z.number().int(),
  createdAt: moment,
  updatedAt: moment,
});
export type RoleAnswer = z.infer<typeof role>;
export const rolesQuery = z.strictObject({ search: z.string().trim().max(200).optional(), ...pageQuery });
export const rolesAnswer = pageOf(role);
export const roleParams = z.strictObject({ roleId: id });
export const makeRoleBody = z.strictObject({ name: words, description: z.string().trim().max(2_000).nullable().default(null), rule: birthrightRule.nullable().default(null), entitlementIds: z.array(id).max(500).default([]) });
export const changeRoleBody = z.strictObject({ name: words, description: z.string().trim().max(2_000).nullable(), rule: birthrightRule.nullable(), entitlementIds: z.array(id).max(500) }).partial();

/** What a role as described would change, before it is made or changed; `roleId` for an existing one, `isRemoval` for its end. */
export const previewRoleBody = z.strictObject({ roleId: id.optional(), rule: birthrightRule.nullable(), entitlementIds: z.array(id).max(500), isRemoval: z.boolean().default(false) });
const effect = z.object({ entitlementId: id, entitlementName: z.string(), applicationName: z.string(), people: z.number().int() });
export const rolePreview = z.object({ peopleMatching: z.number().int(), gains: z.array(effect), losses: z.array(effect), sample: z.array(z.object({ personId: id, displayName: z.string(), department: z.string().nullable(), title: z.string().nullable() })) });
export type RolePreviewAnswer = z.infer<typeof rolePreview>;

export const grantSource = z.enum(['birthright', 'direct', 'carry-over', 'found']);
export const grant = z.object({
  id,
  personId: id,
  personName: z.string(),
  entitlementId: id,
  entitlementName: z.string(),
  applicationId: id,
  applicationName: z.string(),
  accountId: id.nullable(),
  risk: z.enum(['low', 'high', 'privileged']),
  source: grantSource,
  roleId: id.nullable(),
  roleName: z.string().nullable(),
  reason: z.string(),
  approvedBy: z.string().nullable(),
  approvedByName: z.string().nullable(),
  since: moment,
  expiresAt: moment.nullable(),
  endedAt: moment.nullable(),
  endReason: z.string().nullable(),
  lastReviewedAt: moment.nullable(),
  lastUsedAt: moment.nullable(),
  /** Seen in the target: `seen` at `seenAt`, `not_seen`, or `unknown` while there is no account or no reading. */
  proof: z.enum(['seen', 'not_seen', 'unknown']),
  seenAt: moment.nullable(),
  /** `because the birthright role Sales gives it to department Sales`. */
  why: z.string(),
});
export type GrantAnswer = z.infer<typeof grant>;
export const grantsQuery = z.strictObject({ personId: id.optional(), applicationId: id.optional(), entitlementId: id.optional(), source: grantSource.optional(), isOpen: z.enum(['true', 'false']).transform((value) => value === 'true').optional(), ...pageQuery });
export const grantsAnswer = pageOf(grant);
export const grantParams = z.strictObject({ grantId: id });
export const giveGrantBody = z.strictObject({ personId: id, entitlementId: id, reason, expiresAt: moment.nullable().default(null) });
export const endGrantBody = z.strictObject({ reason });

/** Open grants of one person, what the target shows, and accounts without any grant. */
export const personAccess = z.object({
  items: z.array(grant),
  accounts: z.array(z.object({ id, applicationId: id, applicationName: z.string(), login: z.string(), status: z.enum(['active', 'disabled', 'deleted', 'unknown']), kind: z.enum(['person', 'service', 'shared', 'admin', 'unknown']), observedAt: moment })),
});
export type PersonAccessAnswer = z.infer<typeof personAccess>;
export const accessParams = z.strictObject({ personId: id });

export const consoleRoleName = z.enum(['administrator', 'auditor', 'help_desk']);
export const consoleRole = z.object({ personId: id, personName: z.string(), username: z.string(), status: z.enum(['staged', 'active', 'left']), role: consoleRoleName, since: moment, givenBy: z.string(), givenByName: z.string() });
export type ConsoleRoleAnswer = z.infer<typeof consoleRole>;
export const consoleRolesAnswer = z.object({ items: z.array(consoleRole) });
export const consoleRoleParams = z.strictObject({ personId: id, role: consoleRoleName });
export const giveConsoleRoleBody = z.strictObject({ personId: id, role: consoleRoleName, reason });
