import type { Database } from '../../platform/db/index.ts';
import type { Decider, Principal } from '../../platform/http/index.ts';
import { decide } from './decision.ts';
import { findStanding } from './store.ts';

export interface AuthorizationDecider extends Decider {
  /** Of these permissions, the ones this principal holds now (for the console: what to show). One question for all. */
  held(principal: Principal, permissions: readonly string[]): Promise<readonly string[]>;
}

/** The gate's plug. */
export function makeDecider({ database }: { readonly database: Database }): AuthorizationDecider {
  const standingOf = (principal: Principal) => (principal.personId === null ? Promise.resolve(null) : database.read((tx) => findStanding(tx, principal.personId!)));
  return {
    async decide(principal, permission, now) {
      const proofAgeSeconds = principal.authenticatedAt === null ? null : (now.getTime() - principal.authenticatedAt.getTime()) / 1_000;
      return decide({ ...principal, proofAgeSeconds }, await standingOf(principal), permission);
    },
    async held(principal, permissions) {
      const standing = await standingOf(principal);
      return permissions.filter((permission) => decide({ ...principal, proofAgeSeconds: null }, standing, permission).is !== 'refused');
    },
  };
}
