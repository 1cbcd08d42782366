import { record } from '../../audit/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import type { Needs } from '../needs.ts';
import { readRecoverySettings, saveRecoverySettings, type RecoverySettings } from './store.ts';

export const readSettings = ({ database }: Pick<Needs, 'database'>, _permit: Permit<'authentication.recovery-settings.read'>): Promise<RecoverySettings> => database.read(readRecoverySettings);

export async function changeSettings({ database, clock }: Pick<Needs, 'database' | 'clock'>, permit: Permit<'authentication.recovery-settings.change'>, change: { readonly [Name in keyof RecoverySettings]?: boolean | undefined }): Promise<RecoverySettings> {
  return database.transaction(async (tx) => {
    const before = await readRecoverySettings(tx);
    const after: RecoverySettings = { needsSecondApprover: change.needsSecondApprover ?? before.needsSecondApprover, managersApprove: change.managersApprove ?? before.managersApprove };
    const now = clock.now();
    await saveRecoverySettings(tx, after, permit.actorName, now);
    await record(tx, { action: 'authentication.recovery-settings.change', actor: permit.actor, actorName: permit.actorName, target: null, targetName: null, at: now, outcome: 'allowed', facts: { before, after } });
    return after;
  });
}
