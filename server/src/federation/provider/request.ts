import Provider from 'oidc-provider';
import type { IncomingMessage } from 'node:http';
import type { Principal, RequestFacts } from '../../platform/http/index.ts';
import type { Revisions } from '../client/store.ts';
import type { IssuedRow } from '../issued/store.ts';
import type { Missing } from '../sign-in/demand.ts';

/** What one request of the protocol has learnt already, so that nothing is asked of the database twice. */
export interface ProtocolRequest {
  readonly facts: RequestFacts;
  /** Asked for when the request came in; a change of a client committed before that is in it. */
  readonly revisions: Promise<Revisions>;
  /** False when it is served for the second time. */
  readonly isTrustful: boolean;
  /** The revision of the clients that was taken on trust while the question is under way; confirmed before anything is answered. */
  trusted: number | null;
  /** Serves the same request once more, on nothing but what is confirmed. */
  readonly again: (body: string) => Promise<void>;
  principal: Promise<Principal | null> | null;
  missing: Promise<Missing | null> | null;
  readonly rows: Map<string, Promise<readonly IssuedRow[]>>;
  readonly grants: Map<string, Record<string, unknown>>;
}

const requests = new WeakMap<IncomingMessage, ProtocolRequest>();

export const beginRequest = (raw: IncomingMessage, known: Pick<ProtocolRequest, 'facts' | 'revisions' | 'isTrustful' | 'again'>): void => {
  requests.set(raw, { ...known, trusted: null, principal: null, missing: null, rows: new Map(), grants: new Map() });
};

/** The same request with its body back in it: a stream can be read only once. */
export const withBody = (raw: IncomingMessage, body: string): IncomingMessage => {
  const bytes = Buffer.from(body);
  return Object.create(raw, {
    headers: { value: { ...raw.headers, 'content-length': String(bytes.length) } },
    readable: { value: true },
    iterator: {
      async *value() {
        yield bytes;
      },
    },
  }) as IncomingMessage;
};

/** Of the request being served now, or null outside of one (jobs, our own routes). */
export const currentRequest = (): ProtocolRequest | null => {
  const raw = Provider.ctx?.req;
  return raw ? (requests.get(raw) ?? null) : null;
};

export const requestOf = (raw: IncomingMessage): ProtocolRequest | null => requests.get(raw) ?? null;
