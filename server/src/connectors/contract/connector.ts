/**
 * The one interface for every target system.
 *
 * A connector is translation only: it turns a wanted change into one conversation with the system, and what the
 * system says into our words. It keeps no state, makes no retry, runs no timer, reads no environment. The host
 * (lifecycle/provisioning) owns limits, retries, the loop over pages, the brake and the proof.
 *
 * Three rules that a connector may never bend:
 * - Unknown is `undefined` (this system cannot tell) or `null` (it tells: never). Nothing is invented.
 * - A write whose reply was lost is `ambiguous`, never `transient`: the host observes before it decides.
 * - A failure is thrown. An empty list is an answer only if the system gave it.
 */

/** `account` and `group` are what the house reads today; a system may have more. */
export type ResourceType = 'account' | 'group' | 'role' | 'app' | 'credential' | 'org' | (string & {});

/** `id` is the system's own immutable id (SCIM id, role oid, entryUUID): never an e-mail address or a name. */
export interface Reference {
  readonly type: ResourceType;
  readonly id: string;
}

export type AccountStatus = 'active' | 'disabled' | 'staged' | 'pending' | 'deleted';

/** The attributes of a person that a target may hold. A connector refuses (`invalid`) what its system has no place for. */
export type AccountAttribute =
  | 'login' | 'email' | 'givenName' | 'familyName' | 'displayName'
  | 'title' | 'department' | 'employeeNumber' | 'location';

/** `null` clears the attribute in the target. */
export type AccountPatch = Readonly<Partial<Record<AccountAttribute, string | null>>>;

export interface AccountFacts {
  readonly login: string;
  readonly emails: readonly string[];
  readonly status: AccountStatus;
  /** The system's own words for the status, for people: `locked by password policy`. */
  readonly statusDetail?: string;
  readonly kind: 'human' | 'service' | 'shared' | 'guest' | 'bot' | 'unknown';
  readonly isAdministrator?: boolean;
  readonly createdAt?: string;
  /** `null`: known to have never signed in. `undefined`: this system cannot tell. The two must not be mixed up. */
  readonly lastSignInAt?: string | null;
  readonly mfa?: 'enrolled' | 'none' | 'weak' | 'unknown';
  readonly passwordChangedAt?: string;
  readonly profile: Readonly<Partial<Record<AccountAttribute, string>>>;
}

export interface Resource extends Reference {
  readonly name: string;
  readonly nativeType?: string;
  readonly updatedAt?: string;
  readonly etag?: string;
  readonly account?: AccountFacts;
  /** What else the system said, without secrets. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Something a principal can be given on a resource; for a group: its membership. */
export interface Entitlement {
  readonly id: string;
  readonly on: Reference;
  readonly slug: string;
  readonly name: string;
  readonly purpose: 'membership' | 'permission' | 'ownership' | 'assignment';
  readonly grantableTo: readonly ResourceType[];
  readonly risk?: 'low' | 'high' | 'privileged';
  /** True where the system decides by itself (dynamic groups): we read it and never write it. */
  readonly isImmutable?: boolean;
}

export interface Grant {
  readonly entitlement: string;
  readonly principal: Reference;
  readonly sources?: readonly string[];
  /** The principal is itself a group: whoever is in it holds this too. */
  readonly isExpandable?: boolean;
  readonly isImmutable?: boolean;
  readonly expiresAt?: string;
  readonly lastUsedAt?: string | null;
}

/** No `next`: the last page. `isComplete: false`: rows may be hidden, so nothing may be inferred from what is missing. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
  readonly isComplete?: boolean;
  readonly warnings?: readonly string[];
}

export interface PageRequest {
  readonly token?: string;
  readonly size?: number;
  readonly parent?: Reference;
}

export interface Change {
  readonly kind: 'upsert' | 'delete';
  readonly reference: Reference;
  readonly resource?: Resource;
  readonly at?: string;
}

export interface UsageEvent {
  readonly id: string;
  readonly at: string;
  readonly actor: Reference;
  readonly target?: Reference;
  readonly kind: 'sign_in' | 'sign_in_failed' | 'use' | 'admin_change';
  readonly address?: string;
}

export type Operation =
  | 'list' | 'observe' | 'changes' | 'usage'
  | 'create' | 'update' | 'disable' | 'enable' | 'remove'
  | 'grant' | 'revoke' | 'setSecret' | 'revokeSessions';

export type InitialSecret = 'none' | 'invite' | 'random';

export interface TypeCapability {
  readonly type: ResourceType;
  readonly operations: readonly Operation[];
  /** What our own credential needs in the system for each operation; shown beside the connect form. */
  readonly permissions: Readonly<Partial<Record<Operation, readonly string[]>>>;
  readonly pageSizeMaximum: number;
  readonly readConsistency: 'strong' | 'eventual';
  /** How long a read-back may lag behind a write. */
  readonly settleMs?: number;
  readonly removalIs?: 'hard' | 'soft' | 'two-step' | 'membership-only' | 'impossible';
  readonly initialSecrets?: readonly InitialSecret[];
  /** The attributes that `create` and `update` can write. */
  readonly writes?: readonly AccountAttribute[];
  readonly knows: readonly ('lastSignIn' | 'mfa' | 'administrator' | 'lastUsed' | 'sessions')[];
}

export interface Capabilities {
  readonly types: readonly TypeCapability[];
  readonly changes: 'none' | 'poll' | 'delta' | 'webhook';
  /** The attribute that makes `create` idempotent: a second create with the same value is `already`. */
  readonly naturalKey: AccountAttribute;
  /** True where a human does the work: writes answer `action_required`, and evidence comes from people and files. */
  readonly isByHand: boolean;
  readonly rate: { readonly perMinute?: number; readonly concurrency: number; readonly scope: 'token' | 'app' | 'org' };
}

/** What the host hands in with each call. */
export interface CallContext {
  readonly signal: AbortSignal;
  /** True: nothing may be written; a write answers `planned` (or `already`), with the difference. */
  readonly dryRun: boolean;
  /** Stable across the retries of ONE intended change. */
  readonly operationId: string;
  readonly fetch: typeof fetch;
  /** A secret by the name that the connector kind declares, or by a vault reference. */
  secret(name: string): Promise<string>;
  log(message: string, facts?: Readonly<Record<string, unknown>>): void;
  now(): Date;
}

export interface Plan {
  readonly method: string;
  readonly target: string;
  /** Attribute to [before, after]. */
  readonly difference: Readonly<Record<string, readonly [unknown, unknown]>>;
}

/** What a human has to do where there is no API. */
export interface HandTask {
  readonly title: string;
  readonly steps: readonly string[];
}

export interface Outcome {
  /** `done` is the system's word only: it counts after an observation has confirmed it. */
  readonly status: 'done' | 'already' | 'pending' | 'planned' | 'action_required';
  readonly reference?: Reference;
  readonly resource?: Resource;
  readonly plan?: Plan;
  readonly task?: HandTask;
  readonly note?: string;
  readonly requestId?: string;
  /** Where the new secret was put. The secret itself never travels in an outcome. */
  readonly secretReference?: string;
}

export type Target =
  | { readonly resource: Reference }
  | { readonly entitlement: string; readonly principal: Reference }
  | { readonly sessionsOf: Reference; readonly since?: string };

/** What was seen, by a direct read. For a grant read `isGranted`, for sessions `openSessions`, else `exists` and `resource`. */
export interface Observation {
  readonly exists: boolean;
  readonly resource?: Resource;
  readonly isGranted?: boolean;
  /** `null`: the system cannot count them. */
  readonly openSessions?: number | null;
  /** How it was read, for the proof: `GET /Users/42`. */
  readonly via: string;
  readonly consistency: 'strong' | 'eventual';
  /** When the evidence is from. By hand it is older than the call: compare it with the time of the change. */
  readonly observedAt: string;
  readonly requestId?: string;
  /** SHA-256 over what was seen; equal while nothing changed. */
  readonly digest: string;
}

export interface NewAccount {
  readonly login: string;
  readonly email: string;
  readonly givenName?: string;
  readonly familyName?: string;
  readonly attributes?: AccountPatch;
  readonly initialSecret?: InitialSecret;
}

export interface CheckResult {
  /** False: we are in, but something in `missing` is not allowed. Not being let in at all is thrown. */
  readonly isReady: boolean;
  /** Who we are in the system's eyes. */
  readonly identity: string;
  readonly granted: readonly string[];
  readonly missing: readonly string[];
  readonly credentialExpiresAt?: string;
  readonly warnings: readonly string[];
}

/** A new random secret, or one that the vault holds under `reference` (read through `context.secret`). */
export type SecretSource = 'random' | { readonly reference: string };

export interface Connector {
  readonly kind: string;
  readonly version: string;
  /** Static: no network. */
  capabilities(): Capabilities;
  check(context: CallContext): Promise<CheckResult>;
  list(context: CallContext, type: ResourceType, page: PageRequest): Promise<Page<Resource>>;
  entitlements(context: CallContext, on: Reference, page: PageRequest): Promise<Page<Entitlement>>;
  grants(context: CallContext, on: Reference, page: PageRequest): Promise<Page<Grant>>;
  /** The read-back: one direct read, never a search index, never the reply of the write itself. */
  observe(context: CallContext, target: Target): Promise<Observation>;

  /** An existing natural key is `already` with its reference, never a second account. As a dry run it is a look-up. */
  create?(context: CallContext, account: NewAccount): Promise<Outcome>;
  update?(context: CallContext, account: Reference, patch: AccountPatch, ifMatch?: string): Promise<Outcome>;
  setEnabled?(context: CallContext, account: Reference, enabled: boolean): Promise<Outcome>;
  /** Absent is `already`. */
  remove?(context: CallContext, account: Reference): Promise<Outcome>;
  grant?(context: CallContext, entitlement: string, principal: Reference): Promise<Outcome>;
  /** Not granted, or the principal gone, is `already`. */
  revoke?(context: CallContext, entitlement: string, principal: Reference): Promise<Outcome>;
  revokeSessions?(context: CallContext, account: Reference): Promise<Outcome>;
  /** The new value goes into the vault before it goes into the system; only its reference comes back. */
  setSecret?(context: CallContext, account: Reference, source: SecretSource): Promise<Outcome>;
  /** An expired cursor is the error `gone`: read the full list again. */
  changes?(context: CallContext, cursor?: string): Promise<Page<Change> & { readonly cursor: string }>;
  usage?(context: CallContext, feed: string, cursor?: string): Promise<Page<UsageEvent> & { readonly cursor: string }>;
}

/** Which method an operation needs; the contract suite holds every connector to it. */
export const methodOf = {
  list: 'list', observe: 'observe', changes: 'changes', usage: 'usage', create: 'create', update: 'update',
  disable: 'setEnabled', enable: 'setEnabled', remove: 'remove', grant: 'grant', revoke: 'revoke',
  setSecret: 'setSecret', revokeSessions: 'revokeSessions',
} as const satisfies Record<Operation, keyof Connector>;
