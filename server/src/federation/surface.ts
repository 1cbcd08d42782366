import type { Clock } from '../platform/clock/index.ts';
import type { Tx } from '../platform/db/index.ts';
import type { Jobs } from '../platform/jobs/index.ts';
import { countLive, countStored } from './issued/store.ts';
import { endAllOfPersonIn } from './logout/end-participation.ts';
import { countUntold } from './logout/store.ts';

/** What lifecycle asks of each own surface of the house when somebody leaves: end it, then look whether it is gone. */
export interface FederationSurface {
  readonly name: string;
  readonly title: string;
  endFor(tx: Tx, personId: string): Promise<void>;
  observe(tx: Tx, personId: string): Promise<{ isGone: boolean; facts: Record<string, unknown> }>;
}

export const federationSurface = (needs: { clock: Clock; jobs: Pick<Jobs, 'enqueue'> }): FederationSurface => ({
  name: 'federation',
  title: 'Tokens and sign-ins of applications',
  async endFor(tx, personId) {
    await endAllOfPersonIn(tx, needs, personId);
  },
  async observe(tx, personId) {
    const live = await countLive(tx, personId, needs.clock.now());
    const stored = await countStored(tx, personId);
    const applications = await countUntold(tx, personId);
    return { isGone: live.refreshTokens + live.accessTokens + live.grants === 0 && applications.open === 0, facts: { ...live, stored, applications } };
  },
});
