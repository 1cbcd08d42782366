/**
 * - auth: our credential is refused. permission: it is known, and may not do this.
 * - not_found: the id is unknown. gone: a cursor has expired.
 * - conflict: the name is taken. precondition: the system is in the way (a role still owns tables). invalid: the value.
 * - rate_limited, transient: try later. ambiguous: a write was sent and its reply was lost: observe first.
 * - unsupported: this system cannot. config: the settings are wrong.
 */
export type ConnectorErrorKind =
  | 'auth' | 'permission' | 'not_found' | 'gone' | 'conflict' | 'precondition' | 'invalid'
  | 'rate_limited' | 'transient' | 'ambiguous' | 'unsupported' | 'config';

export interface ConnectorErrorFacts {
  readonly retryAfterMs?: number | undefined;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly cause?: unknown;
}

/** The only error a connector throws. Its text may be shown to an administrator: it holds no secret. */
export class ConnectorError extends Error {
  readonly kind: ConnectorErrorKind;
  readonly retryAfterMs: number | undefined;
  readonly status: number | undefined;
  readonly requestId: string | undefined;

  constructor(kind: ConnectorErrorKind, message: string, facts: ConnectorErrorFacts = {}) {
    super(message, facts.cause === undefined ? {} : { cause: facts.cause });
    this.name = 'ConnectorError';
    this.kind = kind;
    this.retryAfterMs = facts.retryAfterMs;
    this.status = facts.status;
    this.requestId = facts.requestId;
  }

  /** `ambiguous` is not retryable: repeating a write that may have happened is how things are done twice. */
  get isRetryable(): boolean {
    return this.kind === 'rate_limited' || this.kind === 'transient';
  }
}

/**
 * Takes our secrets out of a text that came from outside: servers and drivers like to quote what they refuse.
 * The cause is dropped on purpose, drivers hang whole requests on it.
 */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) if (secret !== '') clean = clean.replaceAll(secret, '[secret]');
  return clean.length > 300 ? `${clean.slice(0, 300)}…` : clean;
}
