import type { Module } from '../platform/http/index.ts';
import { isWorking } from './break-glass/account.ts';
import { alarmSubscriber } from './break-glass/raise-alarm.ts';
import { breakGlassRoutes } from './break-glass/routes.ts';
import { selfTest } from './break-glass/self-test.ts';
import { findAccounts, unacknowledgedUses } from './break-glass/store.ts';
import { guessesSubscriber } from './last-way-in/tell-of-guesses.ts';
import { isAble } from './last-way-in/last-way-in.ts';
import { findWaysIn } from './last-way-in/store.ts';
import type { Needs } from './needs.ts';
import { permissions } from './permissions.ts';

export function privilegedModule(needs: Needs): Module {
  const { database, gate, metrics } = needs;
  metrics.gauge('bailiwick_break_glass_working', 'sealed break-glass accounts whose key works', () => database.read(async (tx) => (await findAccounts(tx)).filter(isWorking).length));
  metrics.gauge('bailiwick_break_glass_unacknowledged_uses', 'uses of break-glass accounts that nobody has acknowledged', () => database.read(unacknowledgedUses));
  metrics.gauge('bailiwick_administrators_able', 'administrators who can sign in at level 2 now; break-glass accounts are not counted', () => database.read(async (tx) => (await findWaysIn(tx)).administrators.filter(isAble).length));
  return {
    domain: 'privileged',
    permissions,
    routes: breakGlassRoutes(needs),
    subscribers: [alarmSubscriber(needs), guessesSubscriber(needs)],
    jobs: [
      {
        name: 'privileged.self-test-break-glass',
        // Monday morning, before most people are there.
        schedule: '23 5 * * 1',
        maxAttempts: 5,
        run: async () => {
          await selfTest(needs, gate.system('break-glass', 'privileged.break-glass.test'), { isMailed: true });
        },
      },
    ],
  };
}
