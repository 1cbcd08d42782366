import type * as contract from '@bailiwick/contract/lifecycle';
import type { Clock } from '../../platform/clock/index.ts';
import type { Database } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Links } from '../provisioning/links.ts';
import * as readings from '../reconciliation/store.ts';
import * as store from './store.ts';

interface Needs {
  readonly clock: Clock;
  readonly database: Database;
  readonly links: Links;
}

export function presentReading(row: readings.ReadingRow): contract.Reading {
  return { id: row.id, state: row.state, startedAt: row.startedAt.toISOString(), finishedAt: row.finishedAt?.toISOString() ?? null, accounts: row.accounts, entitlements: row.entitlements, holdings: row.holdings, problem: row.problem, askedBy: row.askedBy };
}

/** Who changed a connection sees it afterwards, with the permit they changed it by. */
type Reader = Permit<'lifecycle.connection.read'> | Permit<'lifecycle.connection.make'> | Permit<'lifecycle.connection.change'>;

export const readConnections = (needs: Needs, _permit: Reader): Promise<contract.Connection[]> => show(needs, null);

export async function readConnection(needs: Needs, _permit: Reader, applicationId: string): Promise<contract.Connection> {
  const [found] = await show(needs, applicationId);
  if (found === undefined) throw refuse.connection_not_found();
  return found;
}

async function show({ clock, database, links }: Needs, applicationId: string | null): Promise<contract.Connection[]> {
  const rows = await database.read((tx) => store.listConnections(tx, applicationId));
  const ids = rows.flatMap((row) => (row.readingId === null ? [] : [row.readingId]));
  const last = new Map((ids.length === 0 ? [] : await database.read((tx) => readings.lastReadings(tx, ids))).map((one) => [one.id, one] as const));
  const now = clock.now();
  return rows.map((row) => {
    const reading = row.readingId === null ? undefined : last.get(row.readingId);
    const awayUntil = row.awayUntil !== null && row.awayUntil > now ? row.awayUntil : null;
    return {
      applicationId: row.applicationId, name: row.name, kind: row.kind, kindTitle: links.kinds.get(row.kind)?.title ?? row.kind, mode: row.mode, settings: row.settings, secretsSet: row.secretsSet, loginFrom: row.loginFrom,
      isByHand: links.capabilities(row)?.isByHand ?? false, health: row.health, healthText: row.healthText, awayUntil: awayUntil?.toISOString() ?? null,
      check: row.lastCheck === null ? null : { ...row.lastCheck, missing: [...row.lastCheck.missing], warnings: [...row.lastCheck.warnings] },
      lastReading: reading === undefined ? null : presentReading(reading), accounts: row.accounts, waitingSteps: row.waitingSteps, openDrift: row.openDrift,
      brake: row.brakeRaisedAt === null ? null : { applicationId: row.applicationId, applicationName: row.name, removals: row.brakeRemovals ?? 0, accounts: row.brakeAccounts ?? 0, heldSteps: row.brakeHeld, raisedAt: row.brakeRaisedAt.toISOString() },
      connectedAt: row.connectedAt.toISOString(),
    };
  });
}
