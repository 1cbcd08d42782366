import { days, later, type Clock } from '../../platform/clock/index.ts';
import type { Database } from '../../platform/db/index.ts';
import type { Metrics } from '../../platform/metrics/index.ts';
import { countAuditBroken, countNeeds, readEnrolment, readInventory, readMfaAdoption, readTimeToZero } from './store.ts';

/** The same figures for Prometheus, read when it asks. */
export function exposeMeasures({ database, clock, metrics }: { database: Database; clock: Clock; metrics: Metrics }): void {
  const inventory = () => database.read(readInventory);
  metrics.gauge('bailiwick_accounts', 'accounts in connected systems', async () => (await inventory()).accounts);
  metrics.gauge('bailiwick_accounts_tied_to_nobody', 'accounts that belong to no person and have no owner', async () => (await inventory()).tiedToNobody);
  metrics.gauge('bailiwick_people_active', 'people who work here', async () => (await inventory()).people);
  metrics.gauge('bailiwick_mfa_adoption_ratio', 'active people with a second factor, of all active people', async () => {
    const { part, whole } = await database.read(readMfaAdoption);
    return whole === 0 ? 1 : part / whole;
  });
  metrics.gauge('bailiwick_enrolment_ready_ratio', 'people who are ready for the sign-in rules that are on, of all whom these are for', async () => {
    const { part, whole } = await database.read(readEnrolment);
    return whole === 0 ? 1 : part / whole;
  });
  metrics.gauge('bailiwick_time_to_zero_access_p95_seconds', 'leavers of the last 90 days: HR event to last confirmed removal', async () => {
    const { p95Ms } = await database.read((tx) => readTimeToZero(tx, later(clock.now(), -days(90))));
    return p95Ms === null ? Number.NaN : p95Ms / 1_000;
  });
  metrics.gauge('bailiwick_audit_chain_broken', 'the last walk over the audit chain found it broken: 1, else 0', () => database.read(countAuditBroken));
  metrics.gauge('bailiwick_movements_in_alarm', 'movements not proven after 4 hours', async () => (await database.read((tx) => countNeeds(tx, clock.now()))).movementsInAlarm);
}
