/** The one way to the server: same origin, the session cookie, the token against forged requests, problem+json. */

export interface FieldFault {
  readonly path: string;
  readonly message: string;
}

/** The server said no. Its text is written for people and shown as it is. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;
  readonly faults: readonly FieldFault[];
  /** Of `platform.stronger_sign_in_needed`: the level to reach. */
  readonly assuranceLevel: number | null;
  /** Of the same: what the sign-in page must ask for beyond a level. */
  readonly stepUp: string | null;

  constructor(facts: { status: number; code: string; detail: string; requestId: string | null; faults?: readonly FieldFault[]; assuranceLevel?: number | null; stepUp?: string | null }) {
    super(facts.detail);
    this.status = facts.status;
    this.code = facts.code;
    this.requestId = facts.requestId;
    this.faults = facts.faults ?? [];
    this.assuranceLevel = facts.assuranceLevel ?? null;
    this.stepUp = facts.stepUp ?? null;
  }
}

let csrfToken: string | null = null;
export const rememberCsrfToken = (token: string | null): void => {
  csrfToken = token;
};

type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Call {
  readonly query?: Query;
  readonly body?: unknown;
  readonly bytes?: Blob;
  readonly signal?: AbortSignal | undefined;
}

/** Pages renew themselves when something happens. Without a hand or a key for a minute that is nobody's activity, and must not keep the session from ending (63B-4 5.2). */
let touchedAt = performance.now();
for (const kind of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const) globalThis.addEventListener?.(kind, () => { touchedAt = performance.now(); }, { passive: true, capture: true });
const isUnattended = (): boolean => performance.now() - touchedAt > 60_000;

const here = (): string => location.pathname + location.search;
const never = new Promise<never>(() => undefined);

/** Leaves for the sign-in page and comes back here. The promise never settles: the page is going away. */
export function goToSignIn(stepUp: number | string | null = null): Promise<never> {
  const address = new URLSearchParams(stepUp === null ? {} : { step_up: String(stepUp) });
  address.set('return_to', here());
  location.assign(`/sign-in?${address}`);
  return never;
}

export function addressOf(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return `/api/v1${path}${text ? `?${text}` : ''}`;
}

async function call<T>(method: string, path: string, { query, body, bytes, signal }: Call = {}): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (method !== 'GET' && csrfToken) headers['x-csrf-token'] = csrfToken;
  if (method === 'GET' && isUnattended()) headers['x-only-looking'] = '1';
  if (bytes) headers['content-type'] = 'application/octet-stream';
  else if (body !== undefined) headers['content-type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(addressOf(path, query), { method, headers, credentials: 'same-origin', ...(bytes ? { body: bytes } : body === undefined ? {} : { body: JSON.stringify(body) }), ...(signal ? { signal } : {}) });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Problem({ status: 0, code: 'console.server_away', detail: 'the server does not answer; what you see may be old, it is tried again by itself', requestId: null });
  }
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
  const problem = (await response.json().catch(() => ({}))) as { code?: string; detail?: string; requestId?: string; errors?: readonly FieldFault[]; assuranceLevel?: number; stepUp?: string };
  if (response.status === 401) return goToSignIn();
  throw new Problem({
    status: response.status,
    code: problem.code ?? `http.${response.status}`,
    detail: problem.detail ?? `the server answered ${response.status}; try again, and tell an administrator if it stays`,
    requestId: problem.requestId ?? response.headers.get('x-request-id'),
    faults: problem.errors ?? [],
    assuranceLevel: problem.assuranceLevel ?? null,
    stepUp: problem.stepUp ?? null,
  });
}

export const api = {
  get: <T>(path: string, options?: Call) => call<T>('GET', path, options),
  post: <T>(path: string, options?: Call) => call<T>('POST', path, options),
  put: <T>(path: string, options?: Call) => call<T>('PUT', path, options),
  patch: <T>(path: string, options?: Call) => call<T>('PATCH', path, options),
  delete: <T = void>(path: string, options?: Call) => call<T>('DELETE', path, options),
};

/** A page of a list read by key: `next` asks for the page after it. */
export interface Slice<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}
