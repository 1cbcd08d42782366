import { z } from 'zod';

const time = z.iso.datetime();
const id = z.uuid();
const line = z.string().trim().min(1).max(200);

export const breakGlassStates = ['new', 'untested', 'ready', 'sealed', 'opened'] as const;
/** Something that would keep an account from working, or the alarm from being heard; with what to do. */
export const breakGlassFinding = z.object({ code: z.string(), accountId: id.nullable(), text: z.string(), remedy: z.string(), tone: z.enum(['danger', 'attention']) });

export const breakGlassAccount = z.object({
  id,
  number: z.int(),
  name: z.string(),
  username: z.string(),
  state: z.enum(breakGlassStates),
  /** Sealed, and whoever opens the envelope gets in. */
  isWorking: z.boolean(),
  keys: z.array(z.object({ id, name: z.string(), createdAt: time, lastUsedAt: time.nullable(), isDisabled: z.boolean() })),
  /** Where the envelope is, or was when it was opened. */
  seal: z.object({ envelope: z.string(), place: z.string(), keeper: z.string(), sealedAt: time, sealedBy: z.string() }).nullable(),
  madeAt: time,
  madeBy: z.string(),
  testedAt: time.nullable(),
  openedAt: time.nullable(),
  drilledAt: time.nullable(),
  drillDueAt: time.nullable(),
  isDrillOverdue: z.boolean(),
  drill: z.object({ startedAt: time, startedBy: z.string(), expiresAt: time }).nullable(),
});

export const breakGlassUse = z.object({
  id,
  accountId: id,
  accountName: z.string(),
  at: time,
  device: z.string(),
  address: z.string(),
  isDrill: z.boolean(),
  /** Of a drill: from its start to the sign-in. */
  drillSeconds: z.int().nullable(),
  /** How many addresses were told. */
  told: z.int(),
  acknowledged: z.object({ at: time, by: z.string(), reason: z.string() }).nullable(),
});

export const breakGlass = z.object({
  accounts: z.array(breakGlassAccount),
  /** Unacknowledged ones first, then the newest; 50 at most. */
  uses: z.array(breakGlassUse),
  findings: z.array(breakGlassFinding),
  selfTest: z.object({ at: time, by: z.string() }).nullable(),
  lastDrillAt: time.nullable(),
  alarm: z.object({ addresses: z.array(z.string()), recipients: z.array(z.string()) }),
  /** How an administrator gets in now, the everyday way first; the command on the host is always the last. */
  waysIn: z.object({
    isOpen: z.boolean(),
    ways: z.array(z.object({ is: z.enum(['administrator', 'recovery', 'break_glass', 'host']), name: z.string().nullable(), accounts: z.int().nullable() })),
    /** Administrators who cannot sign in at level 2 at this moment. */
    shutOut: z.array(z.string()),
  }),
  /** Departures that wait until somebody else can sign in as administrator. */
  heldDepartures: z.array(z.object({ personId: id, personName: z.string(), reason: z.string(), happenedAt: time, heldAt: time })),
});

export const breakGlassParams = z.strictObject({ accountId: id });
export const breakGlassKeyParams = z.strictObject({ accountId: id, keyId: id });
export const breakGlassUseParams = z.strictObject({ useId: id });
export const breakGlassMade = z.object({ id });
export const keyOptions = z.object({ options: z.record(z.string(), z.unknown()) });
export const addKeyBody = z.strictObject({ name: z.string().trim().min(1).max(60), response: z.unknown() });
export const testKeyBody = z.strictObject({ response: z.unknown() });
export const sealBody = z.strictObject({ envelope: z.string().trim().min(1).max(60), place: line, keeper: line });
export const retireBody = z.strictObject({ reason: z.string().trim().min(1).max(500) });
export const acknowledgeBody = z.strictObject({ reason: z.string().trim().min(3).max(500) });
export const changeAlarmBody = z.strictObject({ addresses: z.array(z.email().max(254)).max(20) });

export type BreakGlass = z.output<typeof breakGlass>;
export type BreakGlassAccount = z.output<typeof breakGlassAccount>;
export type BreakGlassUse = z.output<typeof breakGlassUse>;
