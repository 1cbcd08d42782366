import { record } from '../../audit/index.ts';
import { demandFreshProof } from '../../authentication/index.ts';
import { later, minutes } from '../../platform/clock/index.ts';
import { newId } from '../../platform/crypto/index.ts';
import type { Permit, Principal } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { breakGlassChanged } from '../events.ts';
import type { Needs } from '../needs.ts';
import { stateOf } from './account.ts';
import { cancelDrill, lockAccount, startDrill } from './store.ts';

/** Time to fetch an envelope out of a safe in another building. A sign-in after it is a use, and an alarm. */
export const drillLifeMs = minutes(120);

type DrillNeeds = Pick<Needs, 'clock' | 'database' | 'announce'>;

/** Announces that the key is about to be fetched: the next sign-in with it is a drill, told as one, and its session ends at once. */
export async function startTheDrill(needs: DrillNeeds, permit: Permit<'privileged.break-glass.drill'>, principal: Principal, personId: string): Promise<void> {
  await demandFreshProof(needs, principal);
  await needs.database.transaction(async (tx) => {
    const account = await lockAccount(tx, personId);
    if (!account) throw refuse.break_glass_not_found();
    if (stateOf(account) !== 'sealed') throw refuse.not_sealed({ account: account.name });
    const now = needs.clock.now();
    const isNew = await startDrill(tx, { id: newId(), personId, startedAt: now, startedBy: permit.actor, startedByName: permit.actorName, expiresAt: later(now, drillLifeMs) });
    if (!isNew) throw refuse.drill_is_open({ account: account.name });
    await record(tx, { action: 'privileged.break-glass.start-drill', actor: permit.actor, actorName: permit.actorName, target: `person:${personId}`, targetName: account.name, at: now, outcome: 'allowed', facts: {} });
    await needs.announce(tx, breakGlassChanged(personId, now, { what: 'drill' }));
  });
}

export async function cancelTheDrill(needs: DrillNeeds, permit: Permit<'privileged.break-glass.drill'>, principal: Principal, personId: string): Promise<void> {
  await demandFreshProof(needs, principal);
  await needs.database.transaction(async (tx) => {
    const account = await lockAccount(tx, personId);
    if (!account) throw refuse.break_glass_not_found();
    const now = needs.clock.now();
    if (!(await cancelDrill(tx, personId, now))) throw refuse.drill_not_open({ account: account.name });
    await record(tx, { action: 'privileged.break-glass.cancel-drill', actor: permit.actor, actorName: permit.actorName, target: `person:${personId}`, targetName: account.name, at: now, outcome: 'allowed', facts: {} });
    await needs.announce(tx, breakGlassChanged(personId, now, { what: 'drill' }));
  });
}
