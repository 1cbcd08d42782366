import { z } from 'zod';
import { day, id, moment, pageQuery } from './page.ts';

const words = z.string().trim().min(1).max(200);
const some = z.array(words).max(100).default([]);

/** All conditions hold; an empty list is no condition. A group without conditions is everybody. */
export const audienceGroup = z.strictObject({
  isAdministrator: z.boolean().default(false).describe('Whoever has a role in the console.'),
  departments: some,
  locations: some,
  employmentTypes: some,
  titles: some,
  roleIds: z.array(id).max(50).default([]).describe('Business roles.'),
});
/** Whoever fits one of the groups. */
export const audience = z.strictObject({ anyOf: z.array(audienceGroup).min(1).max(8) });

export const enrolmentWant = z.strictObject({
  level: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  isPhishingResistant: z.boolean(),
  without: z.array(z.enum(['password', 'totp', 'push', 'recovery-code'])).max(4).default([]).describe('Ways that do not count any more. Keys and certificates always do.'),
});
export const enrolmentState = z.enum(['draft', 'report-only', 'on', 'stopped']);

const rule = {
  name: z.string().trim().min(1).max(120),
  audience,
  want: enrolmentWant,
  startsAt: moment.describe('From here on it is offered.'),
  deadlineAt: moment.describe('From here on it is a must.'),
  skips: z.int().min(0).max(20).default(3).describe('How often somebody may put it off before it is a must.'),
  percent: z.int().min(1).max(100).default(100).describe('Of the audience: the stage that is asked. Always the same people; whoever is in stays in when it grows.'),
};
export const makeEnrolmentPolicyBody = z.strictObject({ ...rule, state: enrolmentState.exclude(['stopped']).default('draft') });
export type EnrolmentPolicyDraft = z.input<typeof makeEnrolmentPolicyBody>;
export const enrolmentPolicyMade = z.object({ id });
export const changeEnrolmentPolicyBody = z.strictObject(rule);
export type EnrolmentPolicyChange = z.infer<typeof changeEnrolmentPolicyBody>;
export const turnEnrolmentPolicyBody = z.strictObject({ state: enrolmentState.exclude(['stopped']) });
export const previewEnrolmentPolicyBody = z.strictObject({ policyId: id.optional(), ...rule });
export const excuseBody = z.strictObject({ personId: id, days: z.int().min(1).max(14), reason: z.string().trim().min(1).max(500) });
export const enrolmentPolicyParams = z.strictObject({ policyId: id });

const situation = z.enum(['ready', 'not_ready', 'never_signed_in', 'cannot_judge']);
const missing = z.enum(['listed-key', 'passkey', 'verified-passkey', 'second-factor', 'first-factor']);

const counts = z.object({
  whole: z.int(),
  ready: z.int(),
  notReady: z.int(),
  neverSignedIn: z.int(),
  cannotJudge: z.int().describe('Not started yet, or ready only with what is switched off after a hundred wrong tries. Not in the percentage.'),
  asked: z.int().describe('Not ready, and in the stage.'),
});
export const forecast = z.discriminatedUnion('is', [
  z.object({ is: z.literal('done') }),
  z.object({ is: z.literal('too_early') }),
  z.object({ is: z.literal('not_at_this_rate') }),
  z.object({ is: z.literal('day'), day, perDay: z.number(), isInTime: z.boolean() }),
]);
export type Forecast = z.infer<typeof forecast>;

const groupAnswer = audienceGroup.extend({ roles: z.array(z.object({ id, name: z.string().nullable().describe('Null: the role is gone, and nobody is in it.') })) });

export const enrolmentPolicy = z.object({
  id,
  isShipped: z.boolean(),
  name: z.string(),
  audience: z.object({ anyOf: z.array(groupAnswer) }),
  want: enrolmentWant,
  startsAt: moment,
  deadlineAt: moment,
  skips: z.int(),
  percent: z.int(),
  state: enrolmentState,
  stopped: z.object({ at: moment, keptOut: z.int(), tried: z.int() }).nullable().describe('By itself: so many of those who tried within the hour stood before the door.'),
  counts,
  forecast,
  createdAt: moment,
  updatedAt: moment,
});
export type EnrolmentPolicyAnswer = z.infer<typeof enrolmentPolicy>;
export const enrolmentPolicies = z.object({ items: z.array(enrolmentPolicy) });

const enrolmentDay = z.object({ day, whole: z.int(), ready: z.int() });
export const enrolmentPolicyWithDays = enrolmentPolicy.extend({ days: z.array(enrolmentDay) });
export type EnrolmentPolicyWithDays = z.infer<typeof enrolmentPolicyWithDays>;

const readinessRow = z.object({
  personId: id,
  displayName: z.string(),
  department: z.string().nullable(),
  title: z.string().nullable(),
  situation,
  missing: missing.nullable(),
  isInStage: z.boolean(),
  skips: z.int(),
  excusedUntil: moment.nullable(),
  isBeforeTheDoor: z.boolean().describe('Was asked for it and has had no session since.'),
  helpAskedAt: moment.nullable(),
  lastSignInAt: moment.nullable(),
});
export type ReadinessRow = z.infer<typeof readinessRow>;
export const readinessQuery = z.strictObject({ search: z.string().trim().max(200).optional(), situation: situation.optional(), ...pageQuery });
export const readinessAnswer = z.object({ counts, items: z.array(readinessRow), next: z.string().nullable() });
export type ReadinessAnswer = z.infer<typeof readinessAnswer>;

/** What a policy as described would do, before it is made or changed. */
export const enrolmentPreview = z.object({
  counts,
  /** Of those asked: who would find it a must at the next sign-in. */
  mustNow: z.int(),
  isYouInside: z.boolean().describe('You are in the audience and not ready yourself.'),
  problem: z.enum(['deadline_before_start', 'asks_nothing', 'locks_out_administrators']).nullable(),
  sample: z.array(z.object({ personId: id, displayName: z.string(), department: z.string().nullable(), title: z.string().nullable(), missing: missing.nullable() })),
});
export type EnrolmentPreview = z.infer<typeof enrolmentPreview>;

/** What the policies ask of me. */
export const ownEnrolment = z.object({
  items: z.array(z.object({ policyId: id, name: z.string(), want: enrolmentWant, isMust: z.boolean(), deadlineAt: moment, skipsLeft: z.int().nullable(), missing })),
});
export type OwnEnrolment = z.infer<typeof ownEnrolment>;
