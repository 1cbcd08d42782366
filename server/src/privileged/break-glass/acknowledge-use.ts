import { record } from '../../audit/index.ts';
import { demandFreshProof } from '../../authentication/index.ts';
import type { Permit, Principal } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { breakGlassChanged } from '../events.ts';
import type { Needs } from '../needs.ts';
import { acknowledgeUse, findAccount, saveAlarmAddresses } from './store.ts';

/** A person says why the glass was broken. Never the account itself: it would close its own alarm. */
export async function acknowledge(needs: Pick<Needs, 'clock' | 'database' | 'announce'>, permit: Permit<'privileged.break-glass.acknowledge'>, principal: Principal, input: { readonly useId: string; readonly reason: string }): Promise<void> {
  await demandFreshProof(needs, principal);
  await needs.database.transaction(async (tx) => {
    if (await findAccount(tx, principal.personId!)) throw refuse.own_use();
    const now = needs.clock.now();
    const used = await acknowledgeUse(tx, { id: input.useId, at: now, by: permit.actor, byName: permit.actorName, reason: input.reason });
    if (!used) throw refuse.use_not_found();
    await record(tx, { action: 'privileged.break-glass.acknowledge', actor: permit.actor, actorName: permit.actorName, target: `person:${used.personId}`, targetName: used.name, at: now, outcome: 'allowed', reason: input.reason, facts: { useId: input.useId } });
    await needs.announce(tx, breakGlassChanged(used.personId, now, { what: 'acknowledged' }));
  });
}

/** Who hears of each use beside the administrators: a mailbox of the board, the telephone of the auditor. */
export async function changeAlarm(needs: Pick<Needs, 'clock' | 'database' | 'announce'>, permit: Permit<'privileged.break-glass.change-alarm'>, principal: Principal, addresses: readonly string[]): Promise<void> {
  await demandFreshProof(needs, principal);
  const distinct = [...new Set(addresses.map((address) => address.trim().toLowerCase()))];
  await needs.database.transaction(async (tx) => {
    const now = needs.clock.now();
    await saveAlarmAddresses(tx, distinct);
    await record(tx, { action: 'privileged.break-glass.change-alarm', actor: permit.actor, actorName: permit.actorName, target: null, targetName: null, at: now, outcome: 'allowed', facts: { addresses: distinct } });
    await needs.announce(tx, breakGlassChanged('all', now, { what: 'alarm' }));
  });
}
