import { z } from 'zod';
import { pageOf, pageQuery } from './page.ts';

const id = z.uuid();
const at = z.iso.datetime();
const sentence = (most: number) => z.string().trim().min(1).max(most);

export const recoveryAddress = z.object({
  id,
  address: z.string(),
  kind: z.enum(['own', 'work', 'private']).describe('Named by the person, or the address that HR knows.'),
  isConfirmed: z.boolean(),
  isCurrent: z.boolean().describe('False once HR has another address than the one that was confirmed; nothing is mailed to it then.'),
  isAtWork: z.boolean().describe('The mailbox of the company. Alone it is no way back: it may open by this very sign-in.'),
  addedAt: at,
});
export type RecoveryAddressCard = z.infer<typeof recoveryAddress>;

export const wayBack = z.enum(['spare_passkey', 'saved_and_password', 'saved_and_mailed', 'mailed_and_password']);

export const myDrill = z.object({ id, name: z.string(), endsAt: at, begunAt: at.nullable(), finishedAt: at.nullable(), isAble: z.boolean().nullable() });

export const myRecovery = z.object({
  addresses: z.array(recoveryAddress),
  offered: z.array(z.object({ kind: z.enum(['work', 'private']), address: z.string() })).describe('Addresses that HR knows and that are not on the list yet.'),
  savedCodesLeft: z.int(),
  ways: z.array(wayBack).describe('What would bring the person back in if the telephone and every key but a spare one were lost.'),
  couldGetBackIn: z.boolean(),
  isPrivileged: z.boolean().describe('People with power do not come back by mailed code.'),
  isReminded: z.boolean().describe('The yearly question whether all of this is still right is open.'),
  drill: myDrill.nullable(),
});
export type MyRecovery = z.infer<typeof myRecovery>;

export const addRecoveryAddress = z.union([
  z.strictObject({ address: z.email().max(254) }),
  z.strictObject({ kind: z.enum(['work', 'private']).describe('The address that HR knows.') }),
]);
export const recoveryAddressAdded = z.object({ id });
export const confirmRecoveryAddress = z.strictObject({ code: z.string().trim().min(1).max(40) });

export const recoverySettings = z.object({
  needsSecondApprover: z.boolean().describe('A help desk that resets somebody needs a second person (63B-4 4.2.1).'),
  managersApprove: z.boolean().describe('The manager above the person may be the second one.'),
});
export const changeRecoverySettings = z.strictObject({ needsSecondApprover: z.boolean().optional(), managersApprove: z.boolean().optional() });
export type RecoverySettings = z.infer<typeof recoverySettings>;

export const resetState = z.enum(['open', 'approved', 'issued', 'refused', 'cancelled', 'expired']);
export const reset = z.object({
  id,
  personId: id,
  personName: z.string(),
  askedById: id,
  askedByName: z.string(),
  askedAt: at,
  reason: z.string(),
  identityCheck: z.string(),
  ticket: z.string().nullable(),
  state: resetState,
  decidedByName: z.string().nullable(),
  decidedAt: at.nullable(),
  decisionReason: z.string().nullable(),
  expiresAt: at.describe('Until then it can be approved; once approved, until then the pass can be taken.'),
  mayDecide: z.boolean().describe('Whether you can be the second person.'),
  mayTakePass: z.boolean(),
});
export type ResetCard = z.infer<typeof reset>;
export const resetList = pageOf(reset);
export const resetQuery = z.strictObject({ ...pageQuery, state: z.enum(['waiting', 'all']).default('waiting') });
export const askForReset = z.strictObject({ reason: sentence(300), identityCheck: sentence(300).describe('How you made sure that it is this person: `called back on the number from HR, knew the staff number`.'), ticket: z.string().trim().max(60).optional() });
export const resetAsked = z.object({ id, expiresAt: at });
export const refuseReset = z.strictObject({ reason: sentence(300) });

export const drillStep = z.enum(['saved-code', 'mailed-code', 'second-device']);
export const drillState = z.enum(['not_begun', 'under_way', 'stalled', 'able', 'unable']);
export const drillPart = z.object({
  personId: id,
  personName: z.string(),
  state: drillState,
  toldAt: at.nullable(),
  remindedAt: at.nullable(),
  begunAt: at.nullable(),
  finishedAt: at.nullable(),
  seconds: z.int().nullable().describe('From the beginning to the end, or to the last thing they did.'),
  stalledAt: drillStep.nullable().describe('The step at which they are, or at which they gave up.'),
  steps: z.array(z.object({ step: drillStep, outcome: z.enum(['done', 'could_not']).nullable(), tries: z.int(), seconds: z.int().nullable() })),
});
export const drill = z.object({
  id,
  name: z.string(),
  startedByName: z.string(),
  startedAt: at,
  endsAt: at,
  endedAt: at.nullable(),
  endReason: z.string().nullable(),
  people: z.int(),
  able: z.int(),
  unable: z.int(),
  stalled: z.int(),
  underWay: z.int(),
  notBegun: z.int(),
});
export type Drill = z.infer<typeof drill>;
export const drillList = z.object({ items: z.array(drill) });
export const drillDetail = drill.extend({ parts: z.array(drillPart) });
export type DrillDetail = z.infer<typeof drillDetail>;
export const startDrill = z.strictObject({
  name: z.string().trim().min(1).max(80),
  personIds: z.array(id).min(1).max(2_000).refine((ids) => new Set(ids).size === ids.length, 'each person once'),
  endsAt: at.describe('Within 90 days. The drill ends by itself then.'),
});
export const drillStarted = z.object({ id });
