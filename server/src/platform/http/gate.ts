import { isRecorded, Refusal, refusals } from '../errors/index.ts';
import type { ActorId, Permit, Scope } from './permit.ts';

/** Who asks, as told by the session or the API token. */
export interface Principal {
  readonly kind: 'person' | 'token' | 'system';
  readonly actor: ActorId;
  readonly name: string;
  readonly personId: string | null;
  readonly sessionId: string | null;
  /** What was really proven at sign-in (63B-4): 1, 2 or 3; 0 for tokens and the system. */
  readonly assuranceLevel: 0 | 1 | 2 | 3;
  readonly methods: readonly string[];
  readonly authenticatedAt: Date | null;
  /** Of an API token: the permissions it was given; null means whatever the person has. */
  readonly onlyPermissions: readonly string[] | null;
  readonly csrfToken: string | null;
}

export interface RequestFacts {
  readonly requestId: string;
  readonly address: string;
  readonly userAgent: string;
  readonly now: Date;
}

export type Decision =
  | { readonly is: 'allowed'; readonly scope: Scope }
  | { readonly is: 'refused'; readonly why: string }
  /** Allowed after a stronger or fresher sign-in. */
  | { readonly is: 'step_up'; readonly assuranceLevel: 1 | 2 | 3; readonly maxAgeSeconds: number | null };

/** The plug that knows who may do what; the authorization domain brings it. */
export interface Decider {
  decide(principal: Principal, permission: string, now: Date): Promise<Decision>;
}

export type RecordRefusal = (entry: { principal: Principal | null; permission: string; why: string; request: RequestFacts | null; at: Date }) => Promise<void>;

export interface Gate {
  /** A permit, or a refusal that is in the audit. */
  ask<P extends string>(principal: Principal | null, permission: P, request: RequestFacts): Promise<Permit<P>>;
  /** Whether the permission still holds, for what goes on after the question (a live page). Leaves no entry: nobody asked for anything. */
  stillHolds(principal: Principal, permission: string, now: Date): Promise<boolean>;
  /** A verb said no to somebody who had the permission: that is in the audit too, unless the verb has put it there itself. */
  note(principal: Principal, permission: string, refusal: Refusal, request: RequestFacts): Promise<void>;
  /** For jobs and calls between domains: the named part of the system acts. */
  system<P extends string>(part: string, permission: P): Permit<P>;
}

export const refuse = refusals('platform', {
  sign_in_needed: { kind: 'unauthenticated', say: () => 'nobody is signed in; sign in and try again' },
  not_permitted: { kind: 'forbidden', say: (f: { permission: string }) => `this needs the permission \`${f.permission}\`; ask an administrator` },
  stronger_sign_in_needed: { kind: 'forbidden', say: () => 'this needs a stronger or fresher sign-in; sign in again with your strongest factor' },
  input_invalid: { kind: 'invalid', say: () => 'the request is not as described; correct the named fields' },
  body_unreadable: { kind: 'invalid', say: () => 'the body could not be read; send what the API description asks for' },
  body_type_unknown: { kind: 'invalid', say: (f: { wanted: string }) => `the body must be sent as \`${f.wanted}\`` },
  body_too_large: { kind: 'invalid', say: (f: { limit: number }) => `the body is larger than ${f.limit} bytes; send less` },
  address_unreadable: { kind: 'invalid', say: () => 'the address could not be read; write its special characters as percent and UTF-8' },
  head_too_large: { kind: 'invalid', say: () => 'the address and the headers together are too long; send less' },
  request_too_slow: { kind: 'invalid', say: () => 'the request did not arrive in time; send it again' },
  request_unreadable: { kind: 'invalid', say: () => 'the request could not be read as HTTP/1.1; send it again' },
  not_found: { kind: 'not_found', say: () => 'there is nothing at this address; see /api/openapi.json' },
  forged_request: { kind: 'forbidden', say: () => 'the form or request did not come from a page of ours, or the page is old; load it again' },
  too_many_requests: { kind: 'too_many', say: (f: { retryAfterSeconds: number }) => `too many requests from this address; try again in ${f.retryAfterSeconds} s` },
  too_busy: { kind: 'unavailable', say: () => 'too many people are signing in at this moment; try again in a few seconds' },
  unavailable: { kind: 'unavailable', say: () => 'the database does not answer; try again in a few seconds' },
});

const mint = <P extends string>(actor: ActorId, actorName: string, personId: string | null, scope: Scope): Permit<P> => Object.freeze({ actor, actorName, personId, scope }) as unknown as Permit<P>;

export function openGate(needs: { decider: Decider; recordRefusal: RecordRefusal }): Gate {
  const decide = async (principal: Principal, permission: string, now: Date): Promise<Decision> =>
    principal.onlyPermissions && !principal.onlyPermissions.includes(permission) ? { is: 'refused', why: `the API token lacks ${permission}` } : needs.decider.decide(principal, permission, now);
  return {
    stillHolds: async (principal, permission, now) => (await decide(principal, permission, now)).is === 'allowed',
    async ask<P extends string>(principal: Principal | null, permission: P, request: RequestFacts): Promise<Permit<P>> {
      if (!principal) throw refuse.sign_in_needed();
      const decision = await decide(principal, permission, request.now);
      if (decision.is === 'allowed') return mint<P>(principal.actor, principal.name, principal.personId, decision.scope);
      await needs.recordRefusal({ principal, permission, why: decision.is === 'refused' ? decision.why : 'a stronger sign-in was asked for', request, at: request.now });
      if (decision.is === 'refused') throw refuse.not_permitted({ permission });
      throw new Refusal(refuse.stronger_sign_in_needed.code, 'forbidden', refuse.stronger_sign_in_needed().message, { assuranceLevel: decision.assuranceLevel, maxAgeSeconds: decision.maxAgeSeconds });
    },
    async note(principal, permission, refusal, request) {
      if (!isRecorded(refusal)) await needs.recordRefusal({ principal, permission, why: refusal.message, request, at: request.now });
    },
    system<P extends string>(part: string, _permission: P): Permit<P> {
      return mint<P>(`system:${part}` as ActorId, 'Bailiwick', null, { is: 'everything' });
    },
  };
}
