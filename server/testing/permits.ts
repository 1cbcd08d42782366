import type { Decider, Gate, Permit, Principal, Scope } from '../src/platform/http/index.ts';
import { openGate } from '../src/platform/http/index.ts';

/** Permits for tests come out of the real gate; this decider gives each asked-for permission with one scope. */
function gateWith(scope: Scope): Gate {
  const decider: Decider = { decide: () => Promise.resolve({ is: 'allowed', scope }) };
  return openGate({ decider, recordRefusal: () => Promise.resolve() });
}

const request = { requestId: 'test', address: '127.0.0.1', userAgent: 'test', now: new Date('2026-03-02T09:00:00Z') };

/** What `person` holds after the gate allowed `permission` with `scope`. */
export const permitFor = <P extends string>(person: { readonly id: string; readonly displayName: string }, permission: P, scope: Scope = { is: 'everything' }): Promise<Permit<P>> => gateWith(scope).ask(principalOf(person), permission, request);

export const principalOf = (person: { readonly id: string; readonly displayName: string }, more: Partial<Principal> = {}): Principal => ({
  kind: 'person',
  actor: `person:${person.id}` as Principal['actor'],
  name: person.displayName,
  personId: person.id,
  sessionId: 'session',
  assuranceLevel: 2,
  methods: ['pwd', 'otp'],
  authenticatedAt: request.now,
  onlyPermissions: null,
  csrfToken: null,
  ...more,
});

export const systemPermit = <P extends string>(permission: P, part = 'test'): Permit<P> => gateWith({ is: 'everything' }).system(part, permission);
