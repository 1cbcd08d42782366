import { z } from 'zod';

const time = z.iso.datetime();
const id = z.uuid();

/** Something that waits for a person, most urgent first. `count` things; `link` is where it is settled. */
export const need = z.object({
  kind: z.enum(['audit_broken', 'break_glass_used', 'sign_in_disavowed', 'departure_held', 'last_way_in_guessed', 'break_glass_self_test', 'break_glass_open', 'break_glass_drill', 'break_glass_missing', 'movement_alarm', 'brake', 'manual_task', 'connection_away', 'hr_import_held', 'accounts_tied_to_nobody', 'drift', 'people_without_second_factor', 'enrolment_stopped', 'token_expiring']),
  urgency: z.enum(['now', 'today', 'soon']),
  count: z.int(),
  title: z.string(),
  /** What happens when nothing is done. */
  otherwise: z.string(),
  link: z.string(),
});

export const duration = z.object({ p50Ms: z.number().nullable(), p95Ms: z.number().nullable(), maxMs: z.number().nullable(), count: z.int(), open: z.int(), targetMs: z.number() });
export const share = z.object({ part: z.int(), whole: z.int(), target: z.number() });
export const week = z.object({ from: z.iso.date(), joiners: z.int(), movers: z.int(), leavers: z.int(), medianTimeToZeroMs: z.number().nullable(), failedSignIns: z.int(), signIns: z.int() });

export const today = z.object({
  inventory: z.object({ people: z.int(), accounts: z.int(), applications: z.int(), tiedToNobody: z.int() }),
  needs: z.array(need),
  /** People who can prove a second factor, of all active people; non-human accounts are not counted. */
  mfaAdoption: share.extend({ phishingResistant: z.int() }),
  /** HR event to last confirmed removal, leavers of the last 90 days. */
  timeToZero: duration,
  signIns: z.object({ lastDay: z.int(), failedLastDay: z.int(), failedBaselinePerDay: z.number() }),
  running: z.array(z.object({ id, title: z.string(), kind: z.string(), state: z.string(), steps: z.int(), proven: z.int(), plannedAt: time })),
  weeks: z.array(week),
  at: time,
});
export type Today = z.infer<typeof today>;

/** One point of a person's life here. */
export const lifePoint = z.object({
  at: time,
  kind: z.enum(['joined', 'started', 'changed', 'granted', 'ended', 'signed_in', 'factor', 'account', 'left', 'rehired', 'other']),
  sentence: z.string(),
  /** `proven`: read back from the system; `believed`: written; null where nothing outside is claimed. */
  proof: z.enum(['proven', 'believed', 'unknown']).nullable(),
  movementId: id.nullable(),
});
export const lifeLine = z.object({ items: z.array(lifePoint) });
export const personPath = z.object({ personId: id });

/** Rows for charts and exports: one leaver each. */
export const leaverProof = z.object({ movementId: id, personId: id, personName: z.string(), happenedAt: time, plannedAt: time, provenAt: time.nullable(), timeToZeroMs: z.number().nullable(), systems: z.int(), proven: z.int(), state: z.string() });
export const leaverProofs = z.object({ items: z.array(leaverProof), next: z.string().nullable() });
export const leaverProofsQuery = z.strictObject({ cursor: z.string().max(400).optional(), limit: z.coerce.number().int().min(1).max(200).default(50) });
