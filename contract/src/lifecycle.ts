import { z } from 'zod';

/** Connections, movements, drift. HR imports stand in `hr-feed.ts`. */

const time = z.iso.datetime();
const timeOrNull = time.nullable();
const id = z.uuid();
const cursor = z.string().max(400).optional();
const limit = z.coerce.number().int().min(1).max(200).default(50);
const page = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() });

// ---- connections

export const connectorKind = z.object({
  kind: z.string(),
  title: z.string(),
  description: z.string(),
  /** JSON schema (2020-12) of the settings; each property has a title, a description and perhaps a default. */
  settings: z.record(z.string(), z.unknown()),
  secrets: z.array(z.object({ name: z.string(), title: z.string(), description: z.string(), isOptional: z.boolean() })),
  /** How the sign-in name of a new account is made, unless the form says otherwise. */
  loginFrom: z.enum(['username', 'email', 'email-name', 'employee-number']),
});
export const connectorKinds = z.object({ items: z.array(connectorKind) });

export const loginFrom = z.enum(['username', 'email', 'email-name', 'employee-number']);

/** `preview`: reads, and shows what it would do. `live`: does it. `paused`: nothing at all. */
export const connectionMode = z.enum(['preview', 'live', 'paused']);

export const connectionCheck = z.object({
  at: time,
  isReady: z.boolean(),
  identity: z.string().nullable(),
  missing: z.array(z.string()),
  warnings: z.array(z.string()),
  credentialExpiresAt: z.string().nullable(),
  problem: z.string().nullable(),
});

export const reading = z.object({
  id,
  state: z.enum(['running', 'done', 'stopped', 'failed']),
  startedAt: time,
  finishedAt: timeOrNull,
  accounts: z.number(),
  entitlements: z.number(),
  holdings: z.number(),
  /** Why nothing was concluded: the anomaly gate or the error. `stopped` asks for an answer. */
  problem: z.string().nullable(),
  askedBy: z.string(),
});

export const brake = z.object({
  applicationId: id,
  applicationName: z.string(),
  /** Accounts that the held steps would take access from, and the accounts of the system. */
  removals: z.number(),
  accounts: z.number(),
  heldSteps: z.number(),
  raisedAt: time,
});

export const connection = z.object({
  applicationId: id,
  name: z.string(),
  kind: z.string(),
  kindTitle: z.string(),
  mode: connectionMode,
  settings: z.record(z.string(), z.unknown()),
  /** Names of the secrets that are set; never their values. */
  secretsSet: z.array(z.string()),
  loginFrom,
  isByHand: z.boolean(),
  /** `unknown` until the first check; `away` while calls fail and the circuit waits. */
  health: z.enum(['unknown', 'healthy', 'away', 'misconfigured']),
  healthText: z.string().nullable(),
  awayUntil: timeOrNull,
  check: connectionCheck.nullable(),
  lastReading: reading.nullable(),
  accounts: z.number(),
  /** Steps that wait because the connection is in preview or paused, or the brake holds them. */
  waitingSteps: z.number(),
  openDrift: z.number(),
  brake: brake.nullable(),
  connectedAt: time,
});
export const connections = z.object({ items: z.array(connection) });

export const connect = z.strictObject({
  /** Connect an application that is already there, or make one with this name. */
  applicationId: id.optional(),
  name: z.string().trim().min(1).max(200).optional(),
  description: z.string().trim().max(2000).optional(),
  kind: z.string().min(1).max(40),
  settings: z.record(z.string(), z.unknown()),
  secrets: z.record(z.string().max(60), z.string().min(1).max(20_000)).default({}),
  loginFrom: loginFrom.optional(),
});
export const changeConnection = z.strictObject({
  name: z.string().trim().min(1).max(200).optional(),
  settings: z.record(z.string(), z.unknown()).optional(),
  /** Only the secrets to replace. */
  secrets: z.record(z.string().max(60), z.string().min(1).max(20_000)).optional(),
  loginFrom: loginFrom.optional(),
  mode: connectionMode.optional(),
});
export const applicationPath = z.object({ applicationId: id });
export const manualList = z.object({ accounts: z.number(), reading: reading.nullable() });

// ---- movements

export const movementKind = z.enum(['joiner', 'mover', 'leaver', 'rehire', 'adjust']);
export const movementState = z.enum(['planned', 'running', 'waiting', 'alarm', 'done', 'cancelled']);
export const stepState = z.enum(['wanted', 'sent', 'proven', 'contradicted', 'unproven', 'action_required', 'skipped']);
export const stepAction = z.enum(['end_own_sessions', 'create_account', 'update_account', 'enable', 'disable', 'end_sessions', 'grant', 'revoke']);

const systemCount = z.object({ applicationId: id.nullable(), name: z.string(), proven: z.number(), steps: z.number(), worst: stepState });

export const movementSummary = z.object({
  id,
  kind: movementKind,
  state: movementState,
  personId: id,
  personName: z.string(),
  department: z.string().nullable(),
  /** One sentence: `Maria Ivanova moves from Engineering to Sales`. */
  title: z.string(),
  /** The plan in words: `gives 3 grants in 2 systems; removes 14 grants in 5 systems`. */
  plan: z.string(),
  cause: z.string(),
  happenedAt: time,
  plannedAt: time,
  provenAt: timeOrNull,
  /** From the HR time to the last confirmed read-back; null while something is not proven. */
  timeToProvenMs: z.number().nullable(),
  steps: z.number(),
  proven: z.number(),
  systems: z.array(systemCount),
});
export const movements = page(movementSummary);
export const movementsQuery = z.object({
  kind: movementKind.optional(), state: movementState.optional(), personId: id.optional(), applicationId: id.optional(),
  /** Only what is not finished: planned, running, waiting, alarm. */
  isOpen: z.stringbool().optional(),
  cursor, limit,
});

export const proof = z.object({
  observationId: id.nullable(),
  /** How it was read: `GET /Users/42`. */
  via: z.string(),
  consistency: z.enum(['strong', 'eventual']),
  seenAt: time,
  digest: z.string(),
  facts: z.record(z.string(), z.unknown()),
});

export const step = z.object({
  id,
  applicationId: id.nullable(),
  /** The system's name, or the name of the own surface. */
  system: z.string(),
  action: stepAction,
  /** `disable the account maria.ivanova`. */
  title: z.string(),
  reason: z.string(),
  state: stepState,
  /** Why it does not run now: `preview`, `paused`, `brake`, `approval`. */
  heldBecause: z.enum(['preview', 'paused', 'brake', 'approval']).nullable(),
  isRemoval: z.boolean(),
  attempts: z.number(),
  wantedAt: time,
  sentAt: timeOrNull,
  seenAt: timeOrNull,
  provenAt: timeOrNull,
  nextAt: timeOrNull,
  /** What the system showed, in words: `the account is disabled`. */
  seen: z.string().nullable(),
  proof: proof.nullable(),
  problem: z.string().nullable(),
  skipReason: z.string().nullable(),
  /** What the connector would send, where the connection is in preview. */
  preview: z.object({ method: z.string(), target: z.string(), difference: z.record(z.string(), z.unknown()) }).nullable(),
  /** For a human, where there is no API. */
  task: z.object({ title: z.string(), steps: z.array(z.string()) }).nullable(),
  operationId: z.string(),
});
export const movement = movementSummary.extend({
  alarmedAt: timeOrNull,
  /** The last proof of a removal, less the HR time. */
  timeToZeroMs: z.number().nullable(),
  steps: z.number(),
  board: z.array(z.object({ applicationId: id.nullable(), name: z.string(), mode: connectionMode.nullable(), steps: z.array(step) })),
});
export const movementPath = z.object({ movementId: id });
export const stepPath = z.object({ movementId: id, stepId: id });
export const personPath = z.object({ personId: id });

export const movementPreviewRequest = z.strictObject({
  kind: z.enum(['joiner', 'mover', 'leaver', 'rehire', 'adjust']),
  /** For a mover: what would change; the rest stays. */
  attributes: z.strictObject({ department: z.string().max(200).nullish(), title: z.string().max(200).nullish(), location: z.string().max(200).nullish(), division: z.string().max(200).nullish(), employmentType: z.string().max(200).nullish() }).optional(),
});
export const plannedStep = z.object({ applicationId: id.nullable(), system: z.string(), action: stepAction, title: z.string(), reason: z.string(), isRemoval: z.boolean(), heldBecause: z.enum(['preview', 'paused', 'brake', 'approval']).nullable() });
export const movementPreview = z.object({
  kind: movementKind,
  personId: id,
  /** `this gives 3 grants in 2 systems and removes 14 grants in 5 systems`. */
  words: z.string(),
  gives: z.number(), removes: z.number(), accountsMade: z.number(), accountsDisabled: z.number(), carriedOver: z.number(),
  systems: z.array(z.object({ applicationId: id.nullable(), name: z.string(), steps: z.array(plannedStep) })),
  /** Hand-given grants that stay for a while, with their end. */
  carryOvers: z.array(z.object({ entitlement: z.string(), application: z.string(), until: time })),
});

export const confirmStep = z.strictObject({
  /** What was seen with one's own eyes, as written into the proof. */
  evidence: z.string().trim().min(3).max(2000),
  /** For a new account by hand: the id or login that the system gave it. */
  accountId: z.string().trim().min(1).max(400).optional(),
});
export const skipStep = z.strictObject({ reason: z.string().trim().min(3).max(1000) });

// ---- drift

export const driftKind = z.enum(['unexplained_holding', 'missing_holding', 'leaver_active']);
export const drift = z.object({
  id,
  kind: driftKind,
  severity: z.enum(['low', 'high']),
  state: z.enum(['open', 'adopted', 'reverting', 'resolved']),
  /** `Maria Ivanova holds admins in CRM, and no grant says why`. */
  title: z.string(),
  applicationId: id,
  applicationName: z.string(),
  personId: id.nullable(),
  personName: z.string().nullable(),
  accountId: id.nullable(),
  login: z.string().nullable(),
  entitlementId: id.nullable(),
  entitlementName: z.string().nullable(),
  foundAt: time,
  decidedAt: timeOrNull,
  decidedBy: z.string().nullable(),
  movementId: id.nullable(),
});
export const drifts = page(drift);
export const driftQuery = z.object({ applicationId: id.optional(), personId: id.optional(), kind: driftKind.optional(), state: z.enum(['open', 'adopted', 'reverting', 'resolved']).default('open'), cursor, limit });
export const driftPath = z.object({ driftId: id });
export const adoptDrift = z.strictObject({ reason: z.string().trim().min(3).max(1000) });
export const adoptManyDrifts = z.strictObject({ applicationId: id, kind: driftKind, reason: z.string().trim().min(3).max(1000) });
export const adoptedDrifts = z.object({ adopted: z.number() });

export const lifecycleSettings = z.object({
  /** Kinds of movements that wait until an administrator has looked at the plan. Leavers never wait. */
  approvalFor: z.array(z.enum(['joiner', 'mover', 'rehire', 'adjust'])),
});
export const changeLifecycleSettings = z.strictObject({ approvalFor: z.array(z.enum(['joiner', 'mover', 'rehire', 'adjust'])) });

export type Connection = z.output<typeof connection>;
export type ConnectorKindCard = z.output<typeof connectorKind>;
export type Reading = z.output<typeof reading>;
export type Brake = z.output<typeof brake>;
export type MovementSummary = z.output<typeof movementSummary>;
export type Movement = z.output<typeof movement>;
export type Step = z.output<typeof step>;
export type MovementPreview = z.output<typeof movementPreview>;
export type Drift = z.output<typeof drift>;
