import { record } from '../../audit/index.ts';
import { later } from '../../platform/clock/index.ts';
import { newId } from '../../platform/crypto/index.ts';
import { recorded } from '../../platform/errors/index.ts';
import type { Permit, Principal } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { noticeIn } from '../factor/notice.ts';
import type { Needs } from '../needs.ts';
import { subjectInScope } from '../session/scope.ts';
import { resetLifeMs } from './reset.ts';
import { addReset, expireResets } from './store.ts';
import { tellSecondPersonsIn } from './tell-second-persons.ts';

export interface ResetWish {
  readonly personId: string;
  readonly reason: string;
  readonly identityCheck: string;
  readonly ticket: string | null;
}

/** The help desk asks; nothing happens but that the person is told at every address, with the way to say no (63B-4 4.2.3), and those who may decide. */
export async function askForReset(needs: Pick<Needs, 'clock' | 'database' | 'announce' | 'mailer' | 'config' | 'consoleRoles' | 'peopleGroups'>, permit: Permit<'authentication.reset.ask'>, principal: Principal, wish: ResetWish): Promise<{ readonly id: string; readonly expiresAt: Date }> {
  // Two people stand for a reset: a script is neither.
  if (!permit.personId || principal.kind !== 'person') throw refuse.not_a_person();
  const askedBy = permit.personId;
  const outcome = await needs.database.transaction(async (tx) => {
    const now = needs.clock.now();
    const subject = await subjectInScope(tx, permit, wish.personId);
    await expireResets(tx, now);
    const request = { id: newId(), ...wish, askedBy, askedByName: permit.actorName, askedAt: now, expiresAt: later(now, resetLifeMs) };
    // Asked without naming an administrator: for people with power nobody asks here, whoever they are (ASVS 6.4.4, PRODUCT 2.3).
    const why = askedBy === wish.personId ? ('oneself' as const) : !(await needs.consoleRoles.mayHelp(tx, null, wish.personId)) ? ('privileged' as const) : !subject.isActive ? ('not_active' as const) : null;
    const audit = { action: 'authentication.reset.ask', actor: permit.actor, actorName: permit.actorName, target: `person:${subject.personId}`, targetName: subject.displayName, at: now } as const;
    if (why !== null) {
      await record(tx, { ...audit, outcome: 'refused', reason: why, facts: {} });
      return { why, subject, request };
    }
    if (!(await addReset(tx, request))) throw refuse.reset_open_already({ person: subject.displayName });
    const told = await tellSecondPersonsIn(tx, needs, request, subject.displayName);
    await record(tx, { ...audit, outcome: 'allowed', reason: wish.reason, facts: { resetId: request.id, identityCheck: wish.identityCheck, ticket: wish.ticket, told } });
    await needs.announce(tx, { kind: 'reset_asked', subject: `person:${subject.personId}`, at: now, facts: {} });
    await noticeIn(tx, needs, subject, { about: 'reset_asked', by: permit.actorName, reason: wish.reason });
    return { why, subject, request };
  });
  if (outcome.why === 'oneself') throw recorded(refuse.reset_for_oneself());
  if (outcome.why === 'privileged') throw recorded(refuse.reset_of_privileged());
  if (outcome.why === 'not_active') throw recorded(refuse.person_not_active({ person: outcome.subject.displayName }));
  return { id: outcome.request.id, expiresAt: outcome.request.expiresAt };
}
