import type * as contract from '@bailiwick/contract/lifecycle';
import type { z } from 'zod';
import { record } from '../../audit/index.ts';
import { readAccountList } from '../../connectors/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { jobs as names } from '../movement/plan-movement.ts';
import { findConnection } from '../provisioning/store.ts';
import { startReadingIn } from '../reconciliation/start-reading.ts';
import * as readings from '../reconciliation/store.ts';
import type { ConnectionNeeds } from './connect.ts';
import { presentReading } from './read-connections.ts';
import * as store from './store.ts';

/** The account list of a system that is kept by hand; it is the read-back. */
export async function uploadList(needs: Pick<ConnectionNeeds, 'clock' | 'database' | 'jobs'>, permit: Permit<'lifecycle.connection.read-system'>, applicationId: string, bytes: Uint8Array | undefined): Promise<z.infer<typeof contract.manualList>> {
  const { clock, database } = needs;
  const connection = await database.read((tx) => findConnection(tx, applicationId));
  if (connection === null) throw refuse.connection_not_found();
  if (connection.kind !== 'manual') throw refuse.list_not_wanted();
  const list = readAccountList(Buffer.from(bytes ?? new Uint8Array()).toString('utf8'));
  if (!list.isReadable) throw refuse.list_unreadable({ faults: list.faults.slice(0, 5).map((fault) => `line ${fault.line}: ${fault.text}`).join('; ') });
  return database.transaction(async (tx) => {
    const now = clock.now();
    await store.saveManualList(tx, { applicationId, accounts: list.accounts, at: now, by: permit.actorName });
    const readingId = await startReadingIn(needs, tx, { applicationId, askedBy: permit.actorName });
    // The list may prove what waited for hands.
    await store.wakeUp(tx, applicationId, now);
    await needs.jobs.enqueue(tx, names.runSystem, { applicationId }, { key: `${names.runSystem}:${applicationId}:0` });
    await record(tx, { action: 'lifecycle.connection.upload-list', actor: permit.actor, actorName: permit.actorName, target: `application:${applicationId}`, targetName: connection.name, at: now, outcome: 'allowed', facts: { accounts: list.accounts.length } });
    const reading = await readings.findReading(tx, readingId);
    return { accounts: list.accounts.length, reading: reading === null ? null : presentReading(reading) };
  });
}
