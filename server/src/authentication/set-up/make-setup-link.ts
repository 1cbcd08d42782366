import { record } from '../../audit/index.ts';
import { hours, later } from '../../platform/clock/index.ts';
import { digestOf, newId, randomToken } from '../../platform/crypto/index.ts';
import type { ActorId } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { addSetupLink, lockSetUp } from './store.ts';

export const setupLinkLifeMs = hours(1);

export interface SetupLink {
  readonly url: string;
  readonly expiresAt: Date;
}

/** Printed by the first start and by `bailiwick setup-link`, on the host only. Refused as soon as there is an administrator: it would be a way around every factor. */
export async function makeSetupLink({ clock, database, config, consoleRoles }: Pick<Needs, 'clock' | 'database' | 'config' | 'consoleRoles'>): Promise<SetupLink> {
  const now = clock.now();
  const secret = randomToken(256);
  const expiresAt = later(now, setupLinkLifeMs);
  await database.transaction(async (tx) => {
    await lockSetUp(tx);
    if (await consoleRoles.hasAdministrator(tx)) throw refuse.administrator_exists();
    await addSetupLink(tx, { id: newId(), digest: digestOf(secret), createdAt: now, expiresAt });
    await record(tx, { action: 'authentication.setup-link.make', actor: 'system:host' as ActorId, actorName: 'The host command', target: null, targetName: null, at: now, outcome: 'allowed', facts: { expiresAt: expiresAt.toISOString() } });
  });
  return { url: new URL(`/set-up?token=${secret}`, config.url).href, expiresAt };
}
