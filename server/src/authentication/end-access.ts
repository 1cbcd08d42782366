import { record } from '../audit/index.ts';
import type { Tx } from '../platform/db/index.ts';
import type { DomainEvent, Subscriber } from '../platform/events/index.ts';
import type { ActorId } from '../platform/http/index.ts';
import { endApiTokensOf, openApiTokenCount } from './api-token/store.ts';
import { revokeAllIn } from './certificate/change-certificates.ts';
import { openCertificateCount } from './certificate/store.ts';
import { endAccessPasses, findOpenAccessPass } from './factor/store.ts';
import type { Needs } from './needs.ts';
import { forgetRecoveryIn } from './recovery/note-recovery.ts';
import { endSessionsIn } from './session/end-sessions.ts';
import { findSubject, openSessionCount } from './session/store.ts';
import { removeSignInsOf } from './sign-in/store.ts';
import { forgetDevices } from './throttle/store.ts';

type EndNeeds = Pick<Needs, 'clock' | 'announce'>;

const by = { actor: 'system:authentication' as ActorId, actorName: 'Bailiwick' };

/**
 * Everything that lets a person in ends: sessions, passes, sign-ins under way, API tokens, certificates. What must hold at once does not wait
 * for this: the session reader asks whether the person is active. Called twice it finds nothing more to do.
 */
export async function endAccessIn(tx: Tx, needs: EndNeeds, personId: string, reason: string): Promise<void> {
  const now = needs.clock.now();
  await endSessionsIn(tx, needs, by, { personId, reason });
  const passes = await endAccessPasses(tx, personId, now);
  const tokens = await endApiTokensOf(tx, personId, now, reason);
  await revokeAllIn(tx, needs, by, personId);
  await removeSignInsOf(tx, personId);
  await forgetDevices(tx, personId);
  await forgetRecoveryIn(tx, personId, now);
  if (passes + tokens.length === 0) return;
  const subject = await findSubject(tx, personId);
  await record(tx, { action: 'authentication.access.end', ...by, target: `person:${personId}`, targetName: subject?.displayName ?? null, at: now, outcome: 'allowed', reason, facts: { accessPasses: passes, apiTokens: tokens.map((token) => token.id) } });
}

/** `person:<id>` of an event. */
const personOf = (event: DomainEvent): string => event.subject.slice('person:'.length);

export const leaverSubscriber = (needs: EndNeeds): Subscriber => ({
  name: 'authentication.leaver',
  kinds: ['person_left'],
  deliver: (tx, event) => endAccessIn(tx, needs, personOf(event), 'the person left'),
});

/** One of our own surfaces, as a movement sees it: something to end, and a look whether it is gone. The shape is lifecycle's; it is not imported, since lifecycle stands above. */
export interface OwnSurface {
  readonly name: string;
  readonly title: string;
  endFor(tx: Tx, personId: string): Promise<void>;
  observe(tx: Tx, personId: string): Promise<{ readonly isGone: boolean; readonly facts: Readonly<Record<string, unknown>> }>;
}

export function authenticationSurfaces(needs: EndNeeds): readonly OwnSurface[] {
  const end = (tx: Tx, personId: string): Promise<void> => endAccessIn(tx, needs, personId, 'the person left');
  const seen = (count: number, what: string) => ({ isGone: count === 0, facts: { [what]: count } });
  return [
    { name: 'authentication.sessions', title: 'Sessions', endFor: end, observe: async (tx, personId) => seen(await openSessionCount(tx, personId, needs.clock.now()), 'openSessions') },
    { name: 'authentication.api-tokens', title: 'API tokens', endFor: end, observe: async (tx, personId) => seen(await openApiTokenCount(tx, personId, needs.clock.now()), 'openApiTokens') },
    { name: 'authentication.certificates', title: 'Certificates', endFor: end, observe: async (tx, personId) => seen(await openCertificateCount(tx, personId), 'openCertificates') },
    { name: 'authentication.access-passes', title: 'Temporary access passes', endFor: end, observe: async (tx, personId) => seen((await findOpenAccessPass(tx, personId, needs.clock.now())) ? 1 : 0, 'openAccessPasses') },
  ];
}
