export type RefusalKind = 'invalid' | 'unauthenticated' | 'forbidden' | 'not_found' | 'conflict' | 'too_many' | 'unavailable';

/** The domain said no. The text is public; `privateDetail` goes to the log and the audit, never to the caller. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: string;
  readonly kind: RefusalKind;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(code: string, kind: RefusalKind, message: string, facts: Readonly<Record<string, unknown>> = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.kind = kind;
    this.facts = facts;
  }
}

const onRecord = new WeakSet<Refusal>();

/** Says that the verb itself has put this refusal into the audit, with more than the door knows. */
export function recorded(refusal: Refusal): Refusal {
  onRecord.add(refusal);
  return refusal;
}

export const isRecorded = (refusal: Refusal): boolean => onRecord.has(refusal);

/** The world outside did not do its part. `isTemporary` says whether trying again can help. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly isTemporary: boolean;
  readonly retryAfterMs: number | null;

  constructor(message: string, options: ErrorOptions & { isTemporary: boolean; retryAfterMs?: number | null }) {
    super(message, options);
    this.isTemporary = options.isTemporary;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

interface RefusalEntry {
  readonly kind: RefusalKind;
  // The facts of each entry differ; the mapped type below restores them for callers.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly say: (...facts: any[]) => string;
}

/** What the reference and the OpenAPI description print: every way in which one domain says no. */
export interface RefusalDescription {
  readonly code: string;
  readonly kind: RefusalKind;
}

const declared = new Map<string, RefusalDescription>();

/** Declares every way one domain says no: `refusals('governance', { ... })`. */
export function refusals<T extends Record<string, RefusalEntry>>(domain: string, table: T) {
  return Object.fromEntries(
    Object.entries(table).map(([name, { kind, say }]) => {
      const code = `${domain}.${name}`;
      declared.set(code, { code, kind });
      const make = (facts: Record<string, unknown> = {}) => new Refusal(code, kind, say(facts), facts);
      return [name, Object.assign(make, { code, kind })];
    }),
  ) as unknown as { [K in keyof T]: ((...facts: Parameters<T[K]['say']>) => Refusal) & RefusalDescription };
}

/** Every refusal declared so far, in order of code. */
export function declaredRefusals(): readonly RefusalDescription[] {
  return [...declared.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
}

/** HTTP status of each kind of refusal. */
export const statusOf: Readonly<Record<RefusalKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_many: 429,
  unavailable: 503,
};
