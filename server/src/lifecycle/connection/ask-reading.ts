import type * as contract from '@bailiwick/contract/lifecycle';
import { record } from '../../audit/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { findConnection } from '../provisioning/store.ts';
import { acceptReadingIn, type ReadingNeeds } from '../reconciliation/read-system.ts';
import { startReadingIn } from '../reconciliation/start-reading.ts';
import * as readings from '../reconciliation/store.ts';
import type { ConnectionNeeds } from './connect.ts';
import { presentReading } from './read-connections.ts';

/** Reads the system now: accounts, entitlements, who holds what. */
export function askReading(needs: Pick<ConnectionNeeds, 'clock' | 'database' | 'jobs'>, permit: Permit<'lifecycle.connection.read-system'>, applicationId: string): Promise<contract.Reading> {
  return needs.database.transaction(async (tx) => {
    const connection = await findConnection(tx, applicationId);
    if (connection === null) throw refuse.connection_not_found();
    const readingId = await startReadingIn(needs, tx, { applicationId, askedBy: permit.actorName });
    await record(tx, { action: 'lifecycle.reading.ask', actor: permit.actor, actorName: permit.actorName, target: `application:${applicationId}`, targetName: connection.name, at: needs.clock.now(), outcome: 'allowed', facts: { readingId } });
    const reading = await readings.findReading(tx, readingId);
    if (reading === null) throw refuse.connection_not_found();
    return presentReading(reading);
  });
}

/** Somebody says that a reading which stopped at the anomaly gate is true: the missing accounts are gone. */
export function acceptReading(needs: Pick<ConnectionNeeds, 'clock' | 'database'> & { readonly reading: ReadingNeeds }, permit: Permit<'lifecycle.connection.read-system'>, applicationId: string): Promise<void> {
  return needs.database.transaction(async (tx) => {
    const connection = await findConnection(tx, applicationId);
    if (connection === null) throw refuse.connection_not_found();
    const stopped = await readings.stoppedReading(tx, applicationId);
    if (stopped === null) throw refuse.reading_not_stopped();
    await record(tx, { action: 'lifecycle.reading.accept', actor: permit.actor, actorName: permit.actorName, target: `application:${applicationId}`, targetName: connection.name, at: needs.clock.now(), outcome: 'allowed', reason: stopped.problem, facts: { readingId: stopped.id, accounts: stopped.accounts } });
    await acceptReadingIn(needs.reading, tx, connection, stopped.id);
  });
}
