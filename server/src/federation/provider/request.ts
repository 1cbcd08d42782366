import Provider from 'oidc-provider';
import type { IncomingMessage } from 'node:http';
import type { Principal, RequestFacts } from '../../platform/http/index.ts';
import type { Revisions } from '../client/store.ts';
import type { IssuedRow } from '../issued/store.ts';
import type { Missing } from '../sign-in/demand.ts';

/** What one request of the protocol has learnt already, so that nothing is asked of the database twice. */
export interface ProtocolRequest {
  readonly facts: RequestFacts;
  readonly revisions: Revisions;
  principal: Promise<Principal | null> | null;
  missing: Promise<Missing | null> | null;
  readonly rows: Map<string, Promise<readonly IssuedRow[]>>;
  readonly grants: Map<string, Record<string, unknown>>;
}

const requests = new WeakMap<IncomingMessage, ProtocolRequest>();

export const beginRequest = (raw: IncomingMessage, facts: RequestFacts, revisions: Revisions): void => {
  requests.set(raw, { facts, revisions, principal: null, missing: null, rows: new Map(), grants: new Map() });
};

/** Of the request being served now, or null outside of one (jobs, our own routes). */
export const currentRequest = (): ProtocolRequest | null => {
  const raw = Provider.ctx?.req;
  return raw ? (requests.get(raw) ?? null) : null;
};

export const requestOf = (raw: IncomingMessage): ProtocolRequest | null => requests.get(raw) ?? null;
